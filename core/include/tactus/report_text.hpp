// SPDX-License-Identifier: Apache-2.0
// Rows of any report as text, by their table of members: for endpoints that offer reports which they do not know.
// JSON: RFC 8259. What a reader gets is described in docs/endpoints.md; keys and forms only grow.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <tactus/control.h>
#include <tactus/reports.h>
#include <tactus/address.hpp>

namespace tactus {

// The value of a member of a row (T: the type that control.h states for its kind).
template <class T>
T member_value(const void* row, const tactus_member& member) noexcept {
  T value;
  std::memcpy(&value, static_cast<const char*>(row) + member.offset, sizeof value);
  return value;
}
// The text of a TEXT member, up to its NUL or its end.
inline std::string_view member_text(const void* row, const tactus_member& member) noexcept {
  const char* text = static_cast<const char*>(row) + member.offset;
  return {text, ::strnlen(text, member.size)};
}
// Whether a row of this many bytes has the member: a row of an older provider may be shorter.
constexpr bool row_has(const tactus_member& member, std::uint32_t row_size) noexcept {
  return member.offset <= row_size && member.size <= row_size - member.offset;
}

// Name and unit as one key: offset and "s" become offset_s, poll and "log2 s" become poll_log2_s.
inline std::string member_key(const tactus_member& member) {
  std::string out = member.name;
  if (member.unit[0] != '\0') out += '_';
  for (const char* c = member.unit; *c != '\0'; ++c) {
    const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    out += plain ? *c : (*c == '/' ? 'p' : '_');
  }
  return out;
}

// Length of the UTF-8 sequence at the start of the text, 1..4; 0 when it is none (RFC 3629 section 4).
inline std::size_t utf8_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : (first >= 0xe0 ? 3 : 2);
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool outside = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || outside ? 0 : length;
}

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";  // U+FFFD, in place of what is no UTF-8

// A JSON string with its quotes.
inline void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      out += replacement_character;
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

// Address without port; empty when there is none.
inline std::string address_text_or_empty(const tactus_address& address) {
  return address.family == TACTUS_FAMILY_NONE ? std::string{} : to_text(address);
}
// "192.168.0.0/16"; "" for every address.
inline std::string subnet_text_or_empty(const tactus_subnet& subnet) {
  if (subnet.address.family == TACTUS_FAMILY_NONE) return {};
  return fmt::format("{}/{}", to_text(subnet.address), subnet.prefix);
}
inline std::string refid_hex(std::uint32_t refid) { return fmt::format("{:08X}", refid); }

namespace detail {
// BITS as a list of the names of the bits that are set.
inline void append_json_bits(std::string& out, const tactus_member& member, std::uint32_t value) {
  out += '[';
  bool first = true;
  for (std::uint32_t i = 0; i < member.choice_count && i < 32; ++i) {
    if ((value >> i & 1u) == 0) continue;
    if (!first) out += ',';
    first = false;
    append_json_text(out, member.choices[i]);
  }
  out += ']';
}
}  // namespace detail

// One value. null stands for what is not known: a number that is not finite, time 0, "never", no letter, a choice
// without a name.
inline void append_json_value(std::string& out, const void* row, const tactus_member& member) {
  const auto number = [&](auto value) { out += fmt::format("{}", value); };
  const auto word = [&] { return member_value<std::uint32_t>(row, member); };
  switch (member.kind) {
    case TACTUS_MEMBER_U32:
      return number(word());
    case TACTUS_MEMBER_I32:
      return number(member_value<std::int32_t>(row, member));
    case TACTUS_MEMBER_U64:
      return number(member_value<std::uint64_t>(row, member));
    case TACTUS_MEMBER_I64:
      return number(member_value<std::int64_t>(row, member));
    case TACTUS_MEMBER_TIME:
      if (const auto value = member_value<std::int64_t>(row, member); value != 0) return number(value);
      break;
    case TACTUS_MEMBER_REAL:
      if (const auto value = member_value<double>(row, member); std::isfinite(value)) return number(value);
      break;
    case TACTUS_MEMBER_ADDRESS:
      return append_json_text(out, address_text_or_empty(member_value<tactus_address>(row, member)));
    case TACTUS_MEMBER_SUBNET:
      return append_json_text(out, subnet_text_or_empty(member_value<tactus_subnet>(row, member)));
    case TACTUS_MEMBER_REFID:
      return append_json_text(out, refid_hex(word()));
    case TACTUS_MEMBER_TEXT:
      return append_json_text(out, member_text(row, member));
    case TACTUS_MEMBER_FLAG:
      out += word() != 0 ? "true" : "false";
      return;
    case TACTUS_MEMBER_ENUM:
      if (word() < member.choice_count) return append_json_text(out, member.choices[word()]);
      break;
    case TACTUS_MEMBER_LETTER:
      if (const auto letter = static_cast<char>(word()); letter != '\0') return append_json_text(out, {&letter, 1});
      break;
    case TACTUS_MEMBER_BITS:
      return detail::append_json_bits(out, member, word());
    case TACTUS_MEMBER_AGO:
      if (word() != TACTUS_AGO_NEVER) return number(word());
      break;
    default:
      break;
  }
  out += "null";
}

// A row as an object; members that the row is too short for are left out.
inline void append_json_row(std::string& out, const tactus_member* members, std::uint32_t count, const void* row,
                            std::uint32_t row_size) {
  out += '{';
  bool first = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_member& member = *TACTUS_AT(tactus_member, members, i);
    if (!row_has(member, row_size)) continue;
    if (!first) out += ',';
    first = false;
    append_json_text(out, member_key(member));
    out += ':';
    append_json_value(out, row, member);
  }
  out += '}';
}

}  // namespace tactus
