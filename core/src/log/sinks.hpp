// SPDX-License-Identifier: Apache-2.0
// Where messages go: the terminal, syslog, or a file. Lines are "2026-11-25T22:00:00Z TEXT" (UTC) on the terminal and
// in files; a fatal one has "Fatal error : " before its text. Configuration specification, sections 10.1 and 15.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include <tactus/result.hpp>

#include "log/logger.hpp"

namespace tactus {

// "2026-11-25T22:00:00Z TEXT\n"; when: seconds since 1970 UTC.
std::string format_log_line(Level level, std::string_view text, std::time_t when);

// Writes to a descriptor that stays the caller's (2: stderr). One write(2) per message.
Logger::Sink descriptor_sink(int fd);
inline Logger::Sink stderr_sink() { return descriptor_sink(2); }

// Appends to a file, created with mode 0640; a symbolic link is refused. Error: "Could not open PATH : REASON".
Result<Logger::Sink> file_sink(const std::string& path);

// syslog(3) with PID and facility daemon. identity ("tactusd", "chronyd") is copied and shown by every message; one
// sink of this kind per process, as openlog(3) belongs to the process.
Logger::Sink syslog_sink(std::string identity);
// Priority of a level: debug, info, warning, err, crit.
int syslog_priority(Level level) noexcept;

}  // namespace tactus
