// SPDX-License-Identifier: Apache-2.0
// The lines of `help`. The man page and the shells' completions are made from them and from the table of commands.
#pragma once

#include <span>
#include <string_view>

namespace tactus::cli {

struct HelpLine {
  std::string_view usage;  // the command and its arguments; empty: a heading
  std::string_view text;
  bool beyond = false;  // chronyc does not have it
};
std::span<const HelpLine> help_lines();

}  // namespace tactus::cli
