// SPDX-License-Identifier: Apache-2.0
// Lines of measurements.log. Configuration specification section 13.1.
#include "measurement_log.hpp"

#include <chrono>

#include <fmt/core.h>

namespace tactus::ntp {

std::string format_utc(Instant time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date{std::chrono::sys_days{days}};
  const std::chrono::hh_mm_ss clock{seconds - days};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

char stamp_letter(std::uint32_t origin) noexcept {
  switch (origin) {
    case TACTUS_STAMP_KERNEL:
      return 'K';
    case TACTUS_STAMP_HARDWARE:
      return 'H';
    default:
      return 'D';
  }
}

std::string format_measurement(const Measured& measured, std::string_view source) {
  constexpr std::string_view leap_letters = "N+-?";
  const auto test = [&measured](std::uint32_t bit) { return (measured.tests & bit) != 0 ? '1' : '0'; };
  const Measurement& m = measured.measurement;
  return fmt::format(
      "{} {:<15} {} {:2} {}{}{} {}{}{} {}{}{}{}  {:2} {:2} {:4.2f} {:10.3e} {:10.3e} {:10.3e} {:10.3e} {:10.3e} {:08X} "
      "{}{} {} {}",
      format_utc(m.time), source, leap_letters[measured.header.leap & 3U], measured.header.stratum, test(test_1),
      test(test_2), test(test_3), test(test_5), test(test_6), test(test_7), test(test_a), test(test_b), test(test_c),
      test(test_d), measured.local_poll_log2_s, static_cast<int>(measured.header.poll_log2_s), measured.score,
      m.offset_s, m.peer_delay_s, m.peer_dispersion_s, measured.root_delay_s, measured.root_dispersion_s,
      measured.header.refid, static_cast<unsigned>(measured.header.mode), measured.interleaved ? 'I' : 'B',
      stamp_letter(measured.transmit_origin), stamp_letter(measured.receive_origin));
}

}  // namespace tactus::ntp
