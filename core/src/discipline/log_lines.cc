// SPDX-License-Identifier: Apache-2.0
// Formatting of the statistic logs. Configuration specification 13.
#include "discipline/log_lines.hpp"

#include <ctime>

#include <fmt/format.h>
#include <tactus/host.h>

namespace tactus {

std::string log_time(Instant time) {
  const std::int64_t ns = to_ns(time);
  const auto seconds = static_cast<std::time_t>(ns / 1'000'000'000 - (ns % 1'000'000'000 < 0 ? 1 : 0));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string option_letters(unsigned options) {
  std::string letters = "-----";
  if ((options & TACTUS_SELECT_NOSELECT) != 0) letters[1] = 'N';
  if ((options & TACTUS_SELECT_PREFER) != 0) letters[2] = 'P';
  if ((options & TACTUS_SELECT_TRUST) != 0) letters[3] = 'T';
  if ((options & TACTUS_SELECT_REQUIRE) != 0) letters[4] = 'R';
  return letters;
}

char leap_letter(unsigned leap) noexcept {
  switch (leap) {
    case TACTUS_LEAP_NORMAL:
      return 'N';
    case TACTUS_LEAP_INSERT:
      return '+';
    case TACTUS_LEAP_DELETE:
      return '-';
    default:
      return '?';
  }
}

}  // namespace tactus
