// SPDX-License-Identifier: Apache-2.0
// NTP's number formats. RFC 5905 section 6; NTP specification sections 2.2 and 2.3.
#include "ntp_time.hpp"

#include <algorithm>
#include <cmath>

namespace tactus::ntp {

namespace {

constexpr std::int64_t unix_epoch_in_ntp_s = 2208988800;  // RFC 5905 figure 4
constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr double fraction_per_ns = 4.294967296;
constexpr std::uint32_t all_ones = 0xffffffffU;

// Unsigned fixed point with `scale` units per second, rounded up and saturated.
std::uint32_t to_fixed(double seconds, double scale) noexcept {
  if (!(seconds > 0)) return 0;
  if (seconds >= static_cast<double>(all_ones) / scale) return all_ones;
  return static_cast<std::uint32_t>(std::ceil(seconds * scale));
}

}  // namespace

double difference_s(Ntp64 a, Ntp64 b) noexcept {
  const auto seconds = static_cast<std::int32_t>(a.high() - b.high());
  const double fraction = (static_cast<double>(a.low()) - static_cast<double>(b.low())) * 0x1p-32;
  return static_cast<double>(seconds) + fraction;
}

bool later(Ntp64 a, Ntp64 b) noexcept {
  const auto seconds = static_cast<std::int32_t>(a.high() - b.high());
  return seconds != 0 ? seconds > 0 : a.low() > b.low();
}

std::uint32_t seconds_to_16_16(double seconds) noexcept { return to_fixed(seconds, 65536.0); }

double seconds_from_16_16(std::uint32_t value) noexcept { return static_cast<double>(value) / 65536.0; }

std::uint32_t seconds_to_4_28(double seconds) noexcept { return to_fixed(seconds, 0x1p28); }

double seconds_from_4_28(std::uint32_t value) noexcept {
  return value == all_ones ? seconds_from_16_16(all_ones) : static_cast<double>(value) * 0x1p-28;
}

Ntp64 seconds_to_32_32(double seconds) noexcept {
  if (!(seconds == seconds)) return {};
  if (seconds >= 0x1p31) return Ntp64{0x7fffffffffffffffU};
  if (seconds < -0x1p31) return Ntp64{0x8000000000000000U};
  return Ntp64{static_cast<std::uint64_t>(static_cast<std::int64_t>(seconds * 0x1p32))};
}

double seconds_from_32_32(Ntp64 value) noexcept {
  return static_cast<double>(static_cast<std::int64_t>(value.value)) * 0x1p-32;
}

double power_of_2(int log2) noexcept { return std::ldexp(1.0, std::clamp(log2, -31, 31)); }

Instant Era::from_ntp(Ntp64 timestamp) const noexcept {
  if (timestamp.zero()) return {};
  const auto base = static_cast<std::uint32_t>(split_s_ + unix_epoch_in_ntp_s);
  const std::int64_t seconds = split_s_ + static_cast<std::int64_t>(timestamp.high() - base);
  const auto ns = static_cast<std::int64_t>(static_cast<double>(timestamp.low()) / fraction_per_ns);
  return from_ns<Instant>(seconds * ns_per_s + ns);
}

bool Era::sane(Instant time, double offset_s) const noexcept {
  if (!(offset_s > -0x1p32 && offset_s < 0x1p32)) return false;
  const double local_s = static_cast<double>(to_ns(time)) * 1e-9;
  const auto fits = [this](double seconds) {
    return seconds >= 0 && seconds >= static_cast<double>(split_s_) && seconds <= static_cast<double>(end_s());
  };
  return fits(local_s + offset_s);
}

Ntp64 to_ntp(Instant time) noexcept {
  const std::int64_t ns = to_ns(time);
  if (ns == 0) return {};
  std::int64_t seconds = ns / ns_per_s;
  std::int64_t rest = ns % ns_per_s;
  if (rest < 0) {
    rest += ns_per_s;
    --seconds;
  }
  const auto high = static_cast<std::uint32_t>(seconds + unix_epoch_in_ntp_s);
  const auto low = static_cast<std::uint32_t>(fraction_per_ns * static_cast<double>(rest));
  return Ntp64{(static_cast<std::uint64_t>(high) << 32) | low};
}

Ntp64 fuzzed(Ntp64 timestamp, int precision_log2_s, RandomPool& random) noexcept {
  const int bits = std::clamp(32 + precision_log2_s, 0, 64);
  if (bits == 0) return timestamp;
  const std::uint64_t mask = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  return Ntp64{timestamp.value ^ (random.bits64() & mask)};
}

}  // namespace tactus::ntp
