// SPDX-License-Identifier: Apache-2.0
#include "terminal_text.hpp"

#include <algorithm>

#include <tactus/report_text.hpp>

namespace tactus::cli {

std::string painted(const char* sequence, std::string_view text, bool colour) {
  if (!colour) return std::string(text);
  std::string out = sequence;
  out += text;
  return out += ansi::plain;
}

const char* state_colour(char state) {
  switch (state) {
    case '*':
      return ansi::green;
    case '+':
      return ansi::cyan;
    case 'x':
    case '~':
    case 'd':
    case 's':
    case 'T':
      return ansi::red;
    case '?':
    case 'M':
    case 'S':
      return ansi::yellow;
    default:
      return ansi::dim;
  }
}

std::string without_sequences(std::string_view text) {
  std::string out;
  bool sequence = false;
  for (const char c : text) {
    if (sequence) {
      sequence = !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    } else if (c == '\x1b') {
      sequence = true;
    } else {
      out += c;
    }
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  const std::string plain = without_sequences(text);
  return static_cast<std::size_t>(std::count_if(plain.begin(), plain.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;  // the first byte of a character
  }));
}

std::string fitted(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  while (!text.empty() && used < columns) {
    const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
    out += text.substr(0, length);
    text.remove_prefix(length);
    ++used;
  }
  if (!text.empty() && !out.empty()) {
    while ((static_cast<unsigned char>(out.back()) & 0xc0u) == 0x80u) out.pop_back();
    out.back() = '>';
  }
  return out += std::string(columns - used, ' ');
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    // Also the control characters of ISO 8859: U+0080 to U+009F.
    const bool control = first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
    if (length == 0 || control) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace tactus::cli
