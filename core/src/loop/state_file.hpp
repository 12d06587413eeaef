// SPDX-License-Identifier: Apache-2.0
// Small files that hold state between runs (drift, keys, dumps): replaced as a whole or not at all. A reader never sees
// half of one. Configuration specification, section 12.3.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include <tactus/result.hpp>

namespace tactus {

// Writes `path`.tmp, syncs it to the disk and renames it over `path`. mode: permission bits of a new file, not masked.
// Error texts: `Could not open PATH : REASON`, `Could not write PATH : REASON`, `Could not replace PATH with PATH.tmp :
// REASON`; the temporary file is gone then and the old file unchanged.
Result<void> write_state(const std::string& path, std::string_view data, mode_t mode);

// The whole file. TACTUS_E_NOT_FOUND: there is none; TACTUS_E_LIMIT: it has more than `limit_bytes`;
// TACTUS_E_SYSTEM: `Could not open PATH : REASON`.
Result<std::string> read_state(const std::string& path, std::size_t limit_bytes);

}  // namespace tactus
