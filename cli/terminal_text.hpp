// SPDX-License-Identifier: Apache-2.0
// Text for a terminal: widths, colours, and names that cannot do harm.
#pragma once

#include <string>
#include <string_view>

namespace tactus::cli {

namespace ansi {
inline constexpr const char* bold = "\x1b[1m";
inline constexpr const char* dim = "\x1b[2m";
inline constexpr const char* reverse = "\x1b[7m";
inline constexpr const char* red = "\x1b[31m";
inline constexpr const char* green = "\x1b[32m";
inline constexpr const char* yellow = "\x1b[33m";
inline constexpr const char* cyan = "\x1b[36m";
inline constexpr const char* plain = "\x1b[0m";
}  // namespace ansi

// The text between a sequence and `plain`; as it is without colour.
std::string painted(const char* sequence, std::string_view text, bool colour);
// The sequence for a letter of selectdata or sources.
const char* state_colour(char state);

// Columns on a terminal: characters of UTF-8, each one column, without ANSI sequences.
std::size_t columns_of(std::string_view text);
// The text without ANSI sequences.
std::string without_sequences(std::string_view text);
// Cut or filled with spaces to exactly so many columns. Text without sequences.
std::string fitted(std::string_view text, std::size_t columns);

// Control characters and what is no UTF-8 become `?`: names come from files and from other machines.
std::string printable(std::string_view text);

// What the process's stdout is; the rim.
struct TerminalState {
  bool terminal = false;
  bool colour = false;   // a terminal, NO_COLOR is not set, TERM is not dumb
  bool unicode = false;  // the locale's characters are UTF-8
  std::size_t columns = 80;
  std::size_t rows = 24;
};
TerminalState look_at_terminal();

}  // namespace tactus::cli
