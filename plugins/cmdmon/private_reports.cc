// SPDX-License-Identifier: Apache-2.0
// Rows of the registry as JSON (RFC 8259).
#include "private_reports.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <arpa/inet.h>

#include <fmt/format.h>
#include <tactus/reports.h>

namespace tactus::cmdmon {

namespace {

constexpr std::string_view greeting = "tactus ";

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out += '"';
}

template <class T>
T load(const void* row, const tactus_member& member) {
  T value;
  std::memcpy(&value, static_cast<const char*>(row) + member.offset, sizeof value);
  return value;
}

std::string address_text(const tactus_address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  switch (address.family) {
    case TACTUS_FAMILY_IPV4:
      ::inet_ntop(AF_INET, address.bytes, text, sizeof text);
      return text;
    case TACTUS_FAMILY_IPV6:
      ::inet_ntop(AF_INET6, address.bytes, text, sizeof text);
      return text;
    case TACTUS_FAMILY_ID:
      return fmt::format("ID#{:010}", load_be<std::uint32_t>(address.bytes, 0));
    default:
      return "";
  }
}

std::string refid_text(std::uint32_t refid) { return quoted(fmt::format("{:08X}", refid)); }

std::string bits(const tactus_member& member, std::uint32_t value) {
  std::string out = "[";
  for (std::uint32_t i = 0; i < member.choice_count && i < 32; ++i) {
    if ((value >> i & 1u) == 0) continue;
    if (out.size() > 1) out += ',';
    out += quoted(member.choices[i]);
  }
  return out += ']';
}

std::string value_text(const void* row, const tactus_member& member) {
  switch (member.kind) {
    case TACTUS_MEMBER_U32:
      return fmt::to_string(load<std::uint32_t>(row, member));
    case TACTUS_MEMBER_I32:
      return fmt::to_string(load<std::int32_t>(row, member));
    case TACTUS_MEMBER_U64:
      return fmt::to_string(load<std::uint64_t>(row, member));
    case TACTUS_MEMBER_I64:
    case TACTUS_MEMBER_TIME:
      return fmt::to_string(load<std::int64_t>(row, member));
    case TACTUS_MEMBER_REAL: {
      const auto value = load<double>(row, member);
      return std::isfinite(value) ? fmt::format("{}", value) : "null";
    }
    case TACTUS_MEMBER_ADDRESS:
      return quoted(address_text(load<tactus_address>(row, member)));
    case TACTUS_MEMBER_SUBNET: {
      const auto subnet = load<tactus_subnet>(row, member);
      return quoted(fmt::format("{}/{}", address_text(subnet.address), subnet.prefix));
    }
    case TACTUS_MEMBER_REFID:
      return refid_text(load<std::uint32_t>(row, member));
    case TACTUS_MEMBER_TEXT: {
      const char* text = static_cast<const char*>(row) + member.offset;
      return quoted({text, strnlen(text, member.size)});
    }
    case TACTUS_MEMBER_FLAG:
      return load<std::uint32_t>(row, member) != 0 ? "true" : "false";
    case TACTUS_MEMBER_ENUM: {
      const auto value = load<std::uint32_t>(row, member);
      return value < member.choice_count ? quoted(member.choices[value]) : fmt::to_string(value);
    }
    case TACTUS_MEMBER_LETTER: {
      const auto value = load<std::uint32_t>(row, member);
      return value == 0 ? "null" : quoted(std::string(1, static_cast<char>(value)));
    }
    case TACTUS_MEMBER_BITS:
      return bits(member, load<std::uint32_t>(row, member));
    case TACTUS_MEMBER_AGO: {
      const auto value = load<std::uint32_t>(row, member);
      return value == TACTUS_AGO_NEVER ? "null" : fmt::to_string(value);
    }
    default:
      return "null";
  }
}

// Name and unit as one key: offset and "s" become offset_s, poll and "log2 s" become poll_log2_s.
std::string key_of(const tactus_member& member) {
  std::string out = member.name;
  if (member.unit[0] != '\0') out += '_';
  for (const char* c = member.unit; *c != '\0'; ++c) {
    const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
    out += plain ? *c : (*c == '/' ? 'p' : '_');
  }
  return out;
}

struct Words {
  std::array<std::string_view, 5> word{};
  std::size_t count = 0;
};

Words split(std::string_view text) {
  Words out;
  while (!text.empty() && out.count < out.word.size()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.word[out.count++] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct RowSink {
  const tactus_report* report;
  std::uint32_t first;
  std::uint32_t seen = 0;
  bool more = false;
  std::string rows{};
  static tactus_status take(void* user, const void* row, std::uint32_t size) noexcept try {
    auto* self = static_cast<RowSink*>(user);
    if (self->seen++ < self->first) return TACTUS_OK;
    if (self->rows.size() >= private_reply_target) {
      self->more = true;
      return TACTUS_E_LIMIT;
    }
    if (!self->rows.empty()) self->rows += ',';
    self->rows += row_to_json(*self->report, row, size);
    return TACTUS_OK;
  } catch (...) {
    return TACTUS_E_INTERNAL;
  }
};

std::string failure(std::string_view id, std::string_view text) {
  return fmt::format("{{\"id\":{},\"error\":{}}}", quoted(id), quoted(text));
}

}  // namespace

bool is_private_request(Bytes datagram) {
  return datagram.size() > greeting.size() && std::memcmp(datagram.data(), greeting.data(), greeting.size()) == 0;
}

std::string row_to_json(const tactus_report& report, const void* row, std::uint32_t size) {
  std::string out = "{";
  for (std::uint32_t i = 0; i < report.member_count; ++i) {
    const tactus_member& member = *TACTUS_AT(tactus_member, report.members, i);
    if (member.offset > size || member.size > size - member.offset) continue;
    if (out.size() > 1) out += ',';
    out += quoted(key_of(member)) + ':' + value_text(row, member);
  }
  return out += '}';
}

std::string answer_private(Bytes datagram, Backend& backend) {
  const std::string_view text(reinterpret_cast<const char*>(datagram.data()), datagram.size());
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  if (text.size() > private_request_max || !printable) return failure("", "malformed request");
  const Words words = split(text);
  if (words.count != 5 || words.word[1] != "report") return failure("", "malformed request");
  const std::string_view id = words.word[4];
  std::uint32_t first = 0;
  const std::string_view number = words.word[3];
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), first);
  if (parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size()) {
    return failure(id, "malformed request");
  }
  const std::string name(words.word[2]);
  const tactus_report* report = backend.find_report(name);
  if (report == nullptr) return failure(id, "no such report");
  RowSink sink{.report = report, .first = first};
  const tactus_status status = backend.read(name.c_str(), make_query(), &RowSink::take, &sink);
  if (status != TACTUS_OK && !sink.more) return failure(id, status == TACTUS_E_DISABLED ? "not enabled" : "failed");
  return fmt::format("{{\"id\":{},\"report\":{},\"more\":{},\"rows\":[{}]}}", quoted(id), quoted(name),
                     sink.more ? "true" : "false", sink.rows);
}

}  // namespace tactus::cmdmon
