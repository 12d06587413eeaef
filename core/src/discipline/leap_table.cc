// SPDX-License-Identifier: Apache-2.0
// Readers of leap second tables, see leap_table.hpp.
#include "discipline/leap_table.hpp"

#include <algorithm>
#include <charconv>

#include <tactus/bytes.hpp>

namespace tactus {
namespace {

constexpr std::int64_t day_s = 86400;
constexpr std::int64_t ntp_epoch_s = 2208988800;  // 1900 to 1970
constexpr int first_tai_offset_s = 10;            // on 1 January 1972
constexpr std::size_t max_entries = 1000;
constexpr int max_tai_offset_s = 1000;
constexpr std::int64_t june_2012_s = 1341014400;      // 30 June 2012
constexpr std::int64_t december_2012_s = 1356912000;  // 31 December 2012

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::optional<std::int64_t> take_number(std::string_view& text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty() && !blank(text.front())) return std::nullopt;
  return value;
}

Error malformed(std::string_view what) { return error_status(TACTUS_E_INVALID, "{}", what); }

// One line of a list. False: malformed.
bool take_line(std::string_view line, std::vector<LeapTable::Entry>& entries, bool& updated,
               std::optional<std::int64_t>& expires_s) {
  while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  if (line.empty()) return true;
  if (line.front() == '#') {
    const char mark = line.size() > 1 ? line[1] : ' ';
    if (mark != '$' && mark != '@') return true;
    line.remove_prefix(2);
    const auto value = take_number(line);
    if (!value) return false;
    if (mark == '$') updated = true;
    if (mark == '@') expires_s = *value - ntp_epoch_s;
    return true;
  }
  const auto when = take_number(line);
  const auto offset = when ? take_number(line) : std::nullopt;
  if (!offset || *when < 0 || *when > UINT32_MAX * std::int64_t{4} || *offset < -max_tai_offset_s ||
      *offset > max_tai_offset_s || entries.size() >= max_entries) {
    return false;
  }
  if (!entries.empty() && *when - ntp_epoch_s <= entries.back().from_s) return false;
  entries.push_back({*when - ntp_epoch_s, static_cast<int>(*offset)});
  return true;
}

// Counts of a TZif header, RFC 8536 section 3.1.
struct ZoneHeader {
  int version;
  std::uint64_t utc_indicators, standard_indicators, leaps, transitions, types, characters;

  [[nodiscard]] std::uint64_t before_leaps(std::uint64_t time_bytes) const {
    return transitions * (time_bytes + 1) + types * 6 + characters;
  }
  [[nodiscard]] std::uint64_t bytes(std::uint64_t time_bytes) const {
    return before_leaps(time_bytes) + leaps * (time_bytes + 4) + standard_indicators + utc_indicators;
  }
};
constexpr std::size_t zone_header_bytes = 44;

std::optional<ZoneHeader> zone_header(Bytes file) {
  constexpr std::uint32_t magic = 0x545a6966;  // "TZif"
  if (file.size() < zone_header_bytes || load_be<std::uint32_t>(file, 0) != magic) return std::nullopt;
  const int version = file[4];
  const auto count = [&](std::size_t index) { return std::uint64_t{load_be<std::uint32_t>(file, 20 + 4 * index)}; };
  return ZoneHeader{version == 0 ? 1 : version - '0', count(0), count(1), count(2), count(3), count(4), count(5)};
}

// The leap second records. Their times count the leap seconds before them; the last one may only tell the expiry, which
// is when the correction does not change (RFC 9636 section 3.2).
Result<LeapTable> leap_records(Bytes records, std::size_t count, std::size_t time_bytes) {
  std::vector<LeapTable::Entry> entries;
  std::optional<std::int64_t> expires_s;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * (time_bytes + 4);
    const std::int64_t when = time_bytes == 4 ? static_cast<std::int32_t>(load_be<std::uint32_t>(records, at))
                                              : static_cast<std::int64_t>(load_be<std::uint64_t>(records, at));
    const auto correction = static_cast<std::int32_t>(load_be<std::uint32_t>(records, at + time_bytes));
    constexpr std::int64_t latest_s = std::int64_t{1} << 40;
    if (when < 0 || when > latest_s || correction < -max_tai_offset_s || correction > max_tai_offset_s) {
      return malformed("a leap second record is out of range");
    }
    if (correction == before) {
      if (i + 1 == count) expires_s = when - before;
      continue;
    }
    // A deleted second is told a second before midnight.
    const std::int64_t midnight_s = (when - before + day_s / 2) / day_s * day_s;
    if (!entries.empty() && midnight_s <= entries.back().from_s) return malformed("leap seconds are not in order");
    entries.push_back({midnight_s, first_tai_offset_s + correction});
    before = correction;
  }
  if (entries.empty()) return malformed("the zone has no leap seconds");
  return LeapTable(std::move(entries), expires_s);
}

}  // namespace

LeapTable::LeapTable(std::vector<Entry> entries, std::optional<std::int64_t> expires_s)
    : entries_(std::move(entries)), expires_s_(expires_s) {}

LeapInfo LeapTable::at(std::int64_t unix_s) const noexcept {
  const std::int64_t end_s = (unix_s / day_s + 1) * day_s;
  LeapInfo out{TACTUS_LEAP_NORMAL, first_tai_offset_s};
  for (const Entry& entry : entries_) {
    if (entry.from_s > end_s) break;
    if (entry.from_s == end_s) {
      if (entry.tai_offset_s > out.tai_offset_s) out.leap = TACTUS_LEAP_INSERT;
      if (entry.tai_offset_s < out.tai_offset_s) out.leap = TACTUS_LEAP_DELETE;
      break;
    }
    out.tai_offset_s = entry.tai_offset_s;
  }
  return out;
}

bool LeapTable::plausible() const noexcept {
  const LeapInfo june = at(june_2012_s);
  const LeapInfo december = at(december_2012_s);
  return june.leap == TACTUS_LEAP_INSERT && june.tai_offset_s == 34 && december.leap == TACTUS_LEAP_NORMAL &&
         december.tai_offset_s == 35;
}

Result<LeapTable> parse_leap_list(std::string_view text) {
  std::vector<LeapTable::Entry> entries;
  std::optional<std::int64_t> expires_s;
  bool updated = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!take_line(text.substr(0, end), entries, updated, expires_s)) return malformed("a line is malformed");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!updated || !expires_s) return malformed("the line #$ or #@ is missing");
  if (entries.empty()) return malformed("there is no entry");
  return LeapTable(std::move(entries), expires_s);
}

Result<LeapTable> parse_leap_zone(Bytes file) {
  auto header = zone_header(file);
  if (!header) return malformed("not a time zone file");
  auto rest = file.subspan(zone_header_bytes);
  std::size_t time_bytes = 4;
  if (header->version >= 2) {
    // The first block is for readers of version 1.
    if (header->bytes(time_bytes) > rest.size()) return malformed("the file is too short");
    rest = rest.subspan(header->bytes(time_bytes));
    header = zone_header(rest);
    if (!header) return malformed("the second header is missing");
    rest = rest.subspan(zone_header_bytes);
    time_bytes = 8;
  }
  if (header->bytes(time_bytes) > rest.size()) return malformed("the file is too short");
  if (header->leaps > max_entries) return malformed("too many leap seconds");
  return leap_records(rest.subspan(header->before_leaps(time_bytes)), header->leaps, time_bytes);
}

}  // namespace tactus
