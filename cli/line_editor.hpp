// SPDX-License-Identifier: Apache-2.0
// libedit's readline interface, mapped only when lines are edited: a command on the command line does not pay for it.
#pragma once

#include <optional>
#include <string>

namespace tactus::cli {

class LineEditor {
 public:
  // complete: gives the words that may follow `before`, separated by spaces (completions_after()).
  using Completions = std::string (*)(std::string_view before);
  // False when the library is not installed: lines are then read as they come.
  static bool load(Completions completions);
  // A line without its end; empty at the end of the input. Not empty lines go into the history.
  static std::optional<std::string> read(const std::string& prompt);
};

}  // namespace tactus::cli
