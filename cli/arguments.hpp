// SPDX-License-Identifier: Apache-2.0
// The command line of the program itself (client specification, section 1).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "context.hpp"

namespace tactus::cli {

struct Arguments {
  bool as_chronyc = false;  // started under that name
  Settings settings;
  bool several = false;  // -m: each word is a command
  bool commands_given = false;
  std::vector<std::string> commands;
  std::string servers;       // -h
  std::uint16_t port = 323;  // -p
  std::string user;          // -u
  enum class Action : std::uint8_t { run, version, help, usage_error } action = Action::run;
};

// An option as `--help`, the man page and the shells' completions tell of it.
struct OptionLine {
  std::string_view flags;     // "-v, --version"
  std::string_view argument;  // empty: none
  std::string_view text;
  bool beyond = false;  // chronyc does not have it
};
std::span<const OptionLine> option_lines();

Arguments parse_arguments(int argc, char** argv);
std::string version_line(bool as_chronyc);
std::string usage_text(const char* program, bool as_chronyc);

}  // namespace tactus::cli
