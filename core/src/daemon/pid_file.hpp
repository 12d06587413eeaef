// SPDX-License-Identifier: Apache-2.0
// The PID file. Configuration specification, section 12.3.
#pragma once

#include <string>

#include <tactus/result.hpp>

namespace tactus {

// Error: `Another PROGRAM may already be running (pid=N), check PATH`, when the file names a process that lives. A file
// that is missing, unreadable, without a number, or of a process that has ended (zombies included) or is this one does
// not count.
Result<void> check_pid_file(const std::string& path, const std::string& program);

// Removes what is there and creates the file, 0644. Error: `Could not open PATH : REASON`, `Could not remove PATH :
// REASON`.
Result<void> write_pid_file(const std::string& path);

// Error: `Could not remove PATH : REASON`.
Result<void> remove_pid_file(const std::string& path);

}  // namespace tactus
