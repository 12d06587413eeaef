// SPDX-License-Identifier: Apache-2.0
// Rows of the registry as JSON (RFC 8259).
#include "private_reports.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>
#include <tactus/report_text.hpp>

namespace tactus::cmdmon {

namespace {

constexpr std::string_view greeting = "tactus ";

std::string quoted(std::string_view text) {
  std::string out;
  append_json_text(out, text);
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
  std::string out;
  append_json_row(out, report.members, report.member_count, row, size);
  return out;
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
