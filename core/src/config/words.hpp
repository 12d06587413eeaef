// SPDX-License-Identifier: Apache-2.0
// White space and words of chrony.conf (configuration specification, section 1.2): C locale, bytes, no quoting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tactus::config {

// Space, tab, VT, FF, CR, newline. Bytes from 0x80 on are none.
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower_case(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = to_lower(c);
  return out;
}

inline std::string_view skip_space(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return text;
}

// The leading word; `text` must not begin with white space.
inline std::string_view first_word(std::string_view text) noexcept {
  std::size_t end = 0;
  while (end < text.size() && !is_space(text[end])) ++end;
  return text.substr(0, end);
}

inline std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = skip_space(text); !text.empty(); text = skip_space(text)) {
    words.push_back(first_word(text));
    text.remove_prefix(words.back().size());
  }
  return words;
}

// The words with one space between them.
inline std::string normalised(std::string_view text) {
  std::string out;
  for (const std::string_view word : split_words(text)) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

}  // namespace tactus::config
