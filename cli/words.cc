// SPDX-License-Identifier: Apache-2.0
// Lines and words: normalizing, splitting, and the notations for sources (client specification 3.3 and 3.4).
#include <cstdio>
#include <cstring>

#include <tactus/cmdmon.hpp>

#include "context.hpp"

namespace tactus::cli {

namespace {
constexpr std::string_view white = " \t\n\v\f\r";
constexpr std::string_view id_prefix = "ID#";

std::optional<tactus_address> parse_id(const std::string& word) {
  unsigned id = 0;
  if (!word.starts_with(id_prefix) || std::sscanf(word.c_str() + id_prefix.size(), "%u", &id) != 1) {
    return std::nullopt;
  }
  return cmdmon::make_id(id);
}
}  // namespace

std::string normalize(std::string_view line) {
  std::string out;
  bool gap = false;
  for (const char c : line) {
    if (white.find(c) != std::string_view::npos) {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

std::string take_word(std::string& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  std::string word = rest.substr(0, end);
  rest.erase(0, std::min(end + 1, rest.size()));
  return word;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::optional<tactus_address> find_source(Context& context, const std::string& word) {
  if (const auto id = parse_id(word)) return id;
  return context.resolver.lookup(word, context.settings.family);
}

std::optional<SourceReference> find_reference(const std::string& word) {
  if (const auto id = parse_id(word)) return SourceReference{*id, 0};
  if (const auto literal = parse_literal(word)) return SourceReference{*literal, 0};
  if (word.empty() || word.size() > 4) return std::nullopt;
  SourceReference out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    out.refid |= static_cast<std::uint32_t>(static_cast<unsigned char>(word[i])) << (24 - 8 * i);
  }
  return out;
}

}  // namespace tactus::cli
