// SPDX-License-Identifier: Apache-2.0
// The daemon's command line. A pure function from arguments to settings; nothing is opened or printed here.
// Configuration specification, section 10.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tactus {

enum class Action : unsigned char {
  run,
  usage,        // -h: usage on stdout, status 0
  version,      // -v
  usage_error,  // complaint on stderr, usage on stdout, status 1
  fatal         // complaint as a fatal message, status 1
};

enum class RunMode : unsigned char { normal, set_once, show_once };

struct CommandLine {
  Action action = Action::run;
  std::string complaint;  // usage_error, fatal

  RunMode mode = RunMode::normal;          // the last of -q and -Q
  bool print_config = false;               // -p
  int family = 0;                          // 4, 6, or 0 for both
  std::optional<std::string> config_file;  // -f
  bool foreground = false;                 // -n, -d, -p, -q, -Q
  bool log_to_stderr = false;              // -d, -p, -q, -Q
  int log_level = 0;                       // -1 debug .. 3 fatal
  std::string log_file;                    // -l; empty: none
  bool load_dumps = false;                 // -r
  bool restart = false;                    // -R
  bool set_from_rtc = false;               // -s
  std::optional<int> timeout_s;            // -t, >= 0; empty: never
  std::optional<std::string> user;         // -u
  bool require_root = true;                // false: -U, -p, -Q
  int filter_level = 0;                    // -F, as given
  int priority = 0;                        // -P, as given; 0: the directive counts
  bool lock_memory = false;                // -m
  bool control_clock = true;               // false: -x, -Q
  bool open_ports = true;                  // false: -Q
  std::vector<std::string> directives;     // non-option arguments; when there are any, no file is read
};

// argv0 is shown in complaints as getopt does. arguments: those after argv0.
CommandLine parse_command_line(std::string_view argv0, std::span<const std::string_view> arguments);

}  // namespace tactus
