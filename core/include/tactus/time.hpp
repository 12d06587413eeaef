// SPDX-License-Identifier: Apache-2.0
// Types of time. Three scales that must not be mixed: raw (the system clock as read), corrected (raw plus what is still
// to be slewed) and monotonic. All count int64 nanoseconds; seconds as double live inside estimators only.
#pragma once

#include <chrono>
#include <cstdint>

namespace tactus {

using Duration = std::chrono::nanoseconds;

namespace detail {
template <int Scale>
struct ClockTag {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = Duration;
  static constexpr bool is_steady = Scale == 2;
};
}  // namespace detail

// System clock as read, since 1970-01-01 UTC.
using RawTime = std::chrono::time_point<detail::ClockTag<0>, Duration>;
// Corrected time, since 1970-01-01 UTC: what timestamps and samples are made of.
using Instant = std::chrono::time_point<detail::ClockTag<1>, Duration>;
// Never steps; arbitrary start.
using MonoTime = std::chrono::time_point<detail::ClockTag<2>, Duration>;

// Nanoseconds since the scale's start, the form that crosses the ABI.
template <class Time>
constexpr std::int64_t to_ns(Time time) noexcept {
  return time.time_since_epoch().count();
}
template <class Time>
constexpr Time from_ns(std::int64_t ns) noexcept {
  return Time{Duration{ns}};
}

// Seconds of a duration; exact to 2^-53 of its size.
constexpr double to_seconds(Duration duration) noexcept { return static_cast<double>(duration.count()) * 1e-9; }

// Duration of `seconds`, rounded to the nearest nanosecond, saturated to what int64 nanoseconds hold (292 years). NaN
// is 0.
constexpr Duration from_seconds(double seconds) noexcept {
  constexpr double limit = 9.2e9;
  if (!(seconds == seconds)) return Duration{0};
  if (seconds >= limit) return Duration{9'200'000'000'000'000'000};
  if (seconds <= -limit) return Duration{-9'200'000'000'000'000'000};
  // Whole seconds and the rest apart, so that large values keep their nanoseconds.
  const auto whole = static_cast<std::int64_t>(seconds);
  const double rest = (seconds - static_cast<double>(whole)) * 1e9;
  return Duration{whole * 1'000'000'000 + static_cast<std::int64_t>(rest < 0 ? rest - 0.5 : rest + 0.5)};
}

}  // namespace tactus
