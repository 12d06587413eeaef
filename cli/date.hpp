// SPDX-License-Identifier: Apache-2.0
// Dates as people write them, for settime (client specification, section 9).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tactus::cli {

// Seconds since 1970 UTC of a date in the local zone, relative to `now`; empty when it is not understood.
std::optional<std::int64_t> parse_date(const std::string& text, std::int64_t now);

}  // namespace tactus::cli
