// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>
#include <tactus/report_text.hpp>
#include <tactus/result.hpp>

namespace tactus::varlink {

namespace {

using Json = nlohmann::json;

template <class T>
bool put(void* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
  return true;
}

// A whole number that fits the type.
template <class Integer>
bool put_integer(void* to, const Json& value) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (!std::in_range<Integer>(number)) return false;
    return put(to, static_cast<Integer>(number));
  }
  const auto number = value.get<std::int64_t>();
  if (!std::in_range<Integer>(number)) return false;
  return put(to, static_cast<Integer>(number));
}

bool put_real(void* to, const Json& value) {
  if (!value.is_number()) return false;
  const auto number = value.get<double>();
  return std::isfinite(number) && put(to, number);
}

// "" is no address; "ID#0000000001" the number of a source without one.
std::optional<tactus_address> to_address(const std::string& text) {
  constexpr std::string_view number_mark = "ID#";
  if (text.empty()) return tactus_address{};
  if (!text.starts_with(number_mark)) return parse_address(text);
  tactus_address out{};
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + number_mark.size(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  out.family = TACTUS_FAMILY_ID;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return out;
}

// "" is every address, an address without length is that address alone.
std::optional<tactus_subnet> to_subnet(const std::string& text) {
  if (text.empty()) return tactus_subnet{};
  const std::size_t slash = text.find('/');
  const auto address = to_address(text.substr(0, slash));
  if (!address || !is_ip(*address)) return std::nullopt;
  const auto longest = static_cast<std::uint32_t>(address_length(*address) * 8);
  tactus_subnet out{*address, longest, 0};
  if (slash == text.npos) return out;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + slash + 1, end, out.prefix);
  if (parsed.ec != std::errc{} || parsed.ptr != end || out.prefix > longest) return std::nullopt;
  return out;
}

// Eight hexadecimal digits, or up to four characters (GPS, PPS0).
std::optional<std::uint32_t> to_refid(const std::string& text) {
  std::uint32_t out = 0;
  if (text.size() == 8) {
    const auto parsed = std::from_chars(text.data(), text.data() + 8, out, 16);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + 8 ? std::optional{out} : std::nullopt;
  }
  if (text.empty() || text.size() > 4) return std::nullopt;
  for (std::size_t i = 0; i < 4; ++i) out = out << 8 | (i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0u);
  return out;
}

std::optional<std::uint32_t> choice(const tactus_member& member, const Json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  for (std::uint32_t i = 0; i < member.choice_count; ++i) {
    if (text == member.choices[i]) return i;
  }
  return std::nullopt;
}

bool put_bits(void* to, const tactus_member& member, const Json& value) {
  if (!value.is_array()) return false;
  std::uint32_t bits = 0;
  for (const Json& each : value) {
    const auto bit = choice(member, each);
    if (!bit || *bit > 31) return false;
    bits |= 1u << *bit;
  }
  return put(to, bits);
}

// Room for the NUL behind it, and none in it.
bool put_text(void* to, const tactus_member& member, const std::string& text) {
  if (text.size() >= member.size || text.find('\0') != text.npos) return false;
  std::memcpy(to, text.data(), text.size());
  return true;
}

template <class T>
bool put_parsed(void* to, const std::optional<T>& value) {
  return value && put(to, *value);
}

bool put_string(void* to, const tactus_member& member, const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  switch (member.kind) {
    case TACTUS_MEMBER_ADDRESS:
      return put_parsed(to, to_address(text));
    case TACTUS_MEMBER_SUBNET:
      return put_parsed(to, to_subnet(text));
    case TACTUS_MEMBER_REFID:
      return put_parsed(to, to_refid(text));
    case TACTUS_MEMBER_LETTER:
      return text.size() == 1 && put(to, static_cast<std::uint32_t>(static_cast<unsigned char>(text[0])));
    default:
      return put_text(to, member, text);
  }
}

bool put_value(void* to, const tactus_member& member, const Json& value) {
  switch (member.kind) {
    case TACTUS_MEMBER_U32:
    case TACTUS_MEMBER_AGO:
      return put_integer<std::uint32_t>(to, value);
    case TACTUS_MEMBER_I32:
      return put_integer<std::int32_t>(to, value);
    case TACTUS_MEMBER_U64:
      return put_integer<std::uint64_t>(to, value);
    case TACTUS_MEMBER_I64:
    case TACTUS_MEMBER_TIME:
      return put_integer<std::int64_t>(to, value);
    case TACTUS_MEMBER_REAL:
      return put_real(to, value);
    case TACTUS_MEMBER_FLAG:
      return value.is_boolean() && put(to, value.get<bool>() ? 1u : 0u);
    case TACTUS_MEMBER_ENUM:
      return put_parsed(to, choice(member, value));
    case TACTUS_MEMBER_BITS:
      return put_bits(to, member, value);
    default:
      return put_string(to, member, value);
  }
}

const tactus_member* find_member(const tactus_command& command, std::string_view key) {
  for (std::uint32_t i = 0; i < command.member_count; ++i) {
    const tactus_member* member = TACTUS_AT(tactus_member, command.members, i);
    if (key == member_key(*member)) return member;
  }
  return nullptr;
}

bool is_given(const Json& given, const tactus_member& member) {
  if (!given.is_object()) return false;
  const auto found = given.find(member_key(member));
  return found != given.end() && !found->is_null();
}

// A directive's default as the value of a member. False: the directive has no such option, or no default for it.
bool put_default(void* to, const tactus_member& member, const tactus_record& record) {
  for (std::uint32_t i = 0; i < record.value_count; ++i) {
    const tactus_field& field = *TACTUS_AT(tactus_field, record.directive->fields, i);
    if (std::strcmp(field.name, member.name) != 0 || field.default_text == nullptr) continue;
    const tactus_value& value = record.values[i];
    switch (member.kind) {
      case TACTUS_MEMBER_U32:
      case TACTUS_MEMBER_I32:
        return put(to, static_cast<std::int32_t>(value.integer));
      case TACTUS_MEMBER_REAL:
        return put(to, field.type == TACTUS_TYPE_INTEGER ? static_cast<double>(value.integer) : value.real);
      default:
        return false;
    }
  }
  return false;
}

}  // namespace

Arguments::Arguments(std::uint32_t size) : size_(size), words_((size + 7) / 8, 0) {
  TACTUS_ASSERT(size >= sizeof size_);
  std::memcpy(words_.data(), &size_, sizeof size_);
}

std::string fill_arguments(const tactus_command& command, const Json& given, Arguments& out) {
  if (given.is_null()) return {};
  if (!given.is_object()) return "parameters";
  for (const auto& [key, value] : given.items()) {
    const tactus_member* member = find_member(command, key);
    if (member == nullptr) return key;
    if (value.is_null()) continue;
    if (!put_value(out.at(*member), *member, value)) return key;
  }
  return {};
}

void fill_source_defaults(const tactus_command& command, const Json& given, Backend& backend, Arguments& out) {
  // Values of these members mean "not given" (tactus/reports.h).
  constexpr std::string_view minus_one_is_absent[] = {"minsamples", "maxsamples"};
  constexpr std::int32_t no_presend = 100;  // longer than any interval
  std::string type = "server";
  if (given.is_object() && given.contains("type") && given["type"].is_string()) type = given["type"];
  const tactus_record* record = backend.parse_line(type + " localhost");
  for (std::uint32_t i = 0; i < command.member_count; ++i) {
    const tactus_member& member = *TACTUS_AT(tactus_member, command.members, i);
    if (is_given(given, member)) continue;
    const std::string_view name = member.name;
    if (record != nullptr && put_default(out.at(member), member, *record)) continue;
    for (const std::string_view each : minus_one_is_absent) {
      if (name == each) put(out.at(member), std::int32_t{-1});
    }
    if (name == "presend") put(out.at(member), no_presend);
    if (name == "flags") put(out.at(member), std::uint32_t{TACTUS_ADD_ONLINE});
  }
}

}  // namespace tactus::varlink
