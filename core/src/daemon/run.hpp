// SPDX-License-Identifier: Apache-2.0
// The process around a daemon: log target, background, PID file, user, rights, signals, service manager, exit status.
// Configuration specification, section 12.
#pragma once

#include <string_view>

#include "daemon/command_line.hpp"
#include "daemon/identity.hpp"

namespace tactus {

// Runs the daemon of a command line with Action::run; the exit status. Also prints the configuration (-p).
int run_process(const CommandLine& options, const Identity& identity);

// Writes a fatal message as it appears before a log is open, to stderr with time stamp; returns 1.
int early_fatal(std::string_view text);

}  // namespace tactus
