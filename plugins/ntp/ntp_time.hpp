// SPDX-License-Identifier: Apache-2.0
// NTP's number formats: 64-bit timestamps with an era split, 16.16 and 4.28 durations, fuzz below the precision.
// RFC 5905 section 6; NTP specification sections 2.2 and 2.3.
#pragma once

#include <compare>
#include <cstdint>

#include <tactus/time.hpp>

#include "random_pool.hpp"

namespace tactus::ntp {

// A timestamp as it stands in a packet: seconds since 1900 modulo 2^32, and 2^-32 s. Zero means "none".
struct Ntp64 {
  std::uint64_t value = 0;

  [[nodiscard]] constexpr bool zero() const noexcept { return value == 0; }
  [[nodiscard]] constexpr std::uint32_t high() const noexcept { return static_cast<std::uint32_t>(value >> 32); }
  [[nodiscard]] constexpr std::uint32_t low() const noexcept { return static_cast<std::uint32_t>(value); }
  friend constexpr bool operator==(Ntp64, Ntp64) noexcept = default;
};

// a - b in seconds; right across eras while the two are less than 68 years apart.
double difference_s(Ntp64 a, Ntp64 b) noexcept;
// True when a is later than b, by the signed difference of the seconds, then the fractions.
bool later(Ntp64 a, Ntp64 b) noexcept;

// 16.16 of root delay and dispersion: rounded up, 0..ffffffff (saturated); not above zero gives 0, NaN too.
std::uint32_t seconds_to_16_16(double seconds) noexcept;
double seconds_from_16_16(std::uint32_t value) noexcept;  // 0..65535.99998
// 4.28 of the extension field F323: rounded up and saturated like 16.16; all ones reads back as 65535.99998.
std::uint32_t seconds_to_4_28(double seconds) noexcept;
double seconds_from_4_28(std::uint32_t value) noexcept;
// Two's complement 32.32 of the extension field F324; saturated.
Ntp64 seconds_to_32_32(double seconds) noexcept;
double seconds_from_32_32(Ntp64 value) noexcept;

// 2^log2 with log2 limited to -31..31.
double power_of_2(int log2) noexcept;

// Which 136 years a timestamp's 32 bits of seconds stand for: from `split_s` (Unix seconds, >= 0) on.
class Era {
 public:
  static constexpr std::int64_t span_s = std::int64_t{1} << 32;
  static constexpr std::int64_t days_before_build = 18250;
  static constexpr std::int64_t split_max_s = 4'900'000'000;

  // A split outside 0..4.9e9 s is moved to the nearer end: later times do not fit into 64 bits of nanoseconds.
  constexpr explicit Era(std::int64_t split_s) noexcept
      : split_s_(split_s < 0 ? 0 : (split_s > split_max_s ? split_max_s : split_s)) {}
  // 50 years back from the time of the build, and so 86 years forward (section 2.2).
  static constexpr Era from_build_time(std::int64_t build_time_s) noexcept {
    return Era(build_time_s - days_before_build * 86400);
  }
  [[nodiscard]] constexpr std::int64_t split_s() const noexcept { return split_s_; }
  // First Unix second that cannot be told from the split any more.
  [[nodiscard]] constexpr std::int64_t end_s() const noexcept { return split_s_ + span_s; }

  // Zero gives the zero instant, which stands for "none".
  [[nodiscard]] Instant from_ntp(Ntp64 timestamp) const noexcept;
  // True when a time and a time moved by offset_s both lie where timestamps are unambiguous. NaN fails.
  [[nodiscard]] bool sane(Instant time, double offset_s) const noexcept;

 private:
  std::int64_t split_s_;
};

// The zero instant gives zero.
Ntp64 to_ntp(Instant time) noexcept;
// Random bits in place of the lowest 32 + precision_log2_s of the timestamp: all 64 for a precision of 32 and above.
Ntp64 fuzzed(Ntp64 timestamp, int precision_log2_s, RandomPool& random) noexcept;

}  // namespace tactus::ntp
