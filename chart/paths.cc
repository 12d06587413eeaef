// SPDX-License-Identifier: Apache-2.0
#include "paths.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace tactus::chart {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

void append_place(std::string& out, char command, const Point& point) {
  out += command;
  out += coordinate(point.x);
  out += ' ';
  out += coordinate(point.y);
}

// Length of the valid UTF-8 character at the start (RFC 3629), 0 when there is none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool too_long = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool no_character = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  const bool not_xml = first == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe;  // U+FFFE, U+FFFF
  return too_long || no_character || not_xml ? 0 : length;
}

}  // namespace

std::string coordinate(double value) {
  const double tenths = std::round(value * 10.0);
  if (std::fmod(tenths, 10.0) == 0.0) return fmt::format("{:.0f}", tenths / 10.0 + 0.0);
  return fmt::format("{:.1f}", tenths / 10.0);
}

std::string line_path(const std::vector<Run>& runs) {
  std::string out;
  for (const Run& run : runs) {
    for (std::size_t i = 0; i < run.size(); ++i) append_place(out, i == 0 ? 'M' : 'L', run[i]);
    if (run.size() == 1) out += "h0";
  }
  return out;
}

std::string dot_path(const std::vector<Point>& points) {
  std::string out;
  for (const Point& point : points) {
    append_place(out, 'M', point);
    out += "h0";
  }
  return out;
}

std::string area_path(const Run& upper, const Run& lower) {
  std::string out;
  for (std::size_t i = 0; i < upper.size(); ++i) append_place(out, i == 0 ? 'M' : 'L', upper[i]);
  for (auto it = lower.rbegin(); it != lower.rend(); ++it) append_place(out, 'L', *it);
  out += 'Z';
  return out;
}

std::string escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const char c = text.front();
    if (length == 0 || c == '\x7f' || (length == 1 && static_cast<std::uint8_t>(c) < 0x20)) {
      out += c == '\n' || c == '\t' ? std::string_view(" ") : replacement;
      text.remove_prefix(1);
      continue;
    }
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

std::size_t text_length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<std::uint8_t>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

std::string shorten(const std::string& text, std::size_t characters) {
  if (text_length(text) <= characters || characters == 0) return text;
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    if ((static_cast<std::uint8_t>(text[end]) & 0xc0) != 0x80 && count++ == characters - 1) break;
  }
  return text.substr(0, end) + "…";
}

std::vector<std::string> wrap(const std::string& text, std::size_t characters, std::size_t rows) {
  std::vector<std::string> out;
  std::string_view rest = text;
  while (!rest.empty() && out.size() + 1 < rows && text_length(rest) > characters) {
    std::size_t space = std::string_view::npos;
    for (std::size_t at = rest.find(' '); at != std::string_view::npos; at = rest.find(' ', at + 1)) {
      if (text_length(rest.substr(0, at)) > characters) break;
      space = at;
    }
    if (space == std::string_view::npos) break;
    out.emplace_back(rest.substr(0, space));
    rest.remove_prefix(space + 1);
  }
  if (!rest.empty()) out.push_back(shorten(std::string(rest), characters));
  return out;
}

}  // namespace tactus::chart
