// SPDX-License-Identifier: Apache-2.0
// Names and types of the interface definition language (varlink.org, "Interface Definition").
#include "names.hpp"

#include <algorithm>

#include <tactus/report_text.hpp>

namespace tactus::varlink {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool choices_have_names(const tactus_member& member) {
  return std::all_of(member.choices, member.choices + member.choice_count,
                     [](const char* choice) { return is_member_name(choice); });
}

// The choices as an enumeration; a text when they cannot be one.
std::string enumeration(const tactus_member& member) {
  if (member.choice_count == 0 || !choices_have_names(member)) return "string";
  std::string out = "(";
  for (std::uint32_t i = 0; i < member.choice_count; ++i) {
    if (i > 0) out += ", ";
    out += member.choices[i];
  }
  return out += ")";
}

}  // namespace

std::string camel_case(std::string_view name) {
  std::string out;
  bool begin = true;
  for (const char c : name) {
    if (!is_letter(c) && !is_digit(c)) {
      begin = true;
      continue;
    }
    if (out.empty() && is_digit(c)) out += 'X';
    out += begin && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begin = false;
  }
  return out;
}

bool is_member_name(std::string_view name) {
  if (name.empty() || !is_letter(name[0]) || name.back() == '_' || name.find("__") != name.npos) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

std::string type_of(const tactus_member& member, bool argument) {
  const std::string always = argument ? "?" : "";
  switch (member.kind) {
    case TACTUS_MEMBER_TIME:
    case TACTUS_MEMBER_AGO:
      return "?int";
    case TACTUS_MEMBER_REAL:
      return "?float";
    case TACTUS_MEMBER_ADDRESS:
    case TACTUS_MEMBER_SUBNET:
    case TACTUS_MEMBER_REFID:
    case TACTUS_MEMBER_TEXT:
      return always + "string";
    case TACTUS_MEMBER_FLAG:
      return always + "bool";
    case TACTUS_MEMBER_ENUM:
      return "?" + enumeration(member);
    case TACTUS_MEMBER_LETTER:
      return "?string";
    case TACTUS_MEMBER_BITS:
      return always + "[]" + enumeration(member);
    default:
      return always + "int";
  }
}

bool can_be_described(const tactus_member* members, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!is_member_name(member_key(*TACTUS_AT(tactus_member, members, i)))) return false;
  }
  return true;
}

}  // namespace tactus::varlink
