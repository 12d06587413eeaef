// SPDX-License-Identifier: Apache-2.0
// Leap seconds and TAI-UTC by date, and the two formats they come in: the list of NIST and IERS (leap-seconds.list)
// and time zone files with leap seconds (RFC 8536, RFC 9636). Pure. Discipline specification, section 12.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tactus/abi.h>
#include <tactus/bytes.hpp>
#include <tactus/result.hpp>

namespace tactus {

// What is known of one instant.
struct LeapInfo {
  std::uint32_t leap = TACTUS_LEAP_NORMAL;  // at the end of its UTC day: TACTUS_LEAP_NORMAL, _INSERT or _DELETE
  int tai_offset_s = 0;                     // TAI - UTC at it; 10 before the first leap second
};

class LeapTable {
 public:
  struct Entry {
    std::int64_t from_s;  // Unix time, a UTC midnight
    int tai_offset_s;     // from then on
  };
  // Entries in increasing order of time. expires_s: Unix time after which the table says nothing reliable; empty:
  // unknown.
  LeapTable(std::vector<Entry> entries, std::optional<std::int64_t> expires_s);

  [[nodiscard]] LeapInfo at(std::int64_t unix_s) const noexcept;
  [[nodiscard]] bool expired(std::int64_t unix_s) const noexcept { return expires_s_ && unix_s >= *expires_s_; }
  // Whether it tells of 2012 what is true: a leap second inserted on 30 June (TAI - UTC was 34), none on 31 December
  // (35).
  [[nodiscard]] bool plausible() const noexcept;
  [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::optional<std::int64_t> expires_s_;
};

// Lines "NTPseconds offset", "#$ updated" and "#@ expires" (both required); other lines that begin with # are comments.
Result<LeapTable> parse_leap_list(std::string_view text);
// A TZif file, versions 1 to 4. Its leap second records are all that is read.
Result<LeapTable> parse_leap_zone(Bytes file);

}  // namespace tactus
