// SPDX-License-Identifier: Apache-2.0
// Loads a plugin that is not known good in a short-lived child first, so that one that crashes or hangs while it is
// loaded costs a message and not the daemon.
#pragma once

#include <string>
#include <string_view>

#include <tactus/result.hpp>

namespace tactus {

// Maps the file, runs its constructors and its entry, checks the descriptor, unmaps it, all in the child. Error: what
// happened there, without the file's name ("crashed while it was loaded (signal 11: Segmentation fault): ..."). Blocks
// until the child has ended, at most `limit_s` seconds.
Result<void> probe_plugin(const std::string& path, std::string_view file_name, unsigned limit_s = 10);

}  // namespace tactus
