// SPDX-License-Identifier: Apache-2.0
// A PTP hardware clock (of a network card, mostly), followed by readings beside the system's: what its timestamps are
// in corrected time. No I/O. Reference clock specification, sections 7.3 and 7.4.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <tactus/host.h>
#include <tactus/quantile.hpp>
#include <tactus/robust_line.hpp>
#include <tactus/time.hpp>

namespace tactus {

// One reading: the system clock before and after the other.
struct PtpReading {
  RawTime before;
  std::int64_t ptp_ns = 0;
  RawTime after;
};

// What a set of readings says together.
struct PtpSample {
  std::int64_t ptp_ns = 0;
  RawTime raw;           // at the same instant
  double error_s = 0;    // half of the delay that is left, at least the precision
  std::size_t used = 0;  // so many readings are in it; 0: none was as quick as usual, it is the quickest of them
};

// Knows how long a reading takes when nothing comes between: the range from the first to the second tenth of all
// delays.
class PtpReadings {
 public:
  // system_precision_s > 0. chance: gives random numbers, uniform in 0..1.
  PtpReadings(double system_precision_s, std::function<double()> chance);
  // Empty: no reading, or the system clock went back during one. ratio: corrected time over raw time at present.
  // precision_s > 0: no error is below it.
  std::optional<PtpSample> combine(std::span<const PtpReading> readings, double ratio, double precision_s);

 private:
  static constexpr std::size_t quantiles = 2;
  static constexpr std::size_t repeats = 7;
  void learn(double delay_s);
  [[nodiscard]] double quantile_s(std::size_t which) const;

  double system_precision_s_;
  std::function<double()> chance_;
  std::array<std::array<QuantileWalker, repeats>, quantiles> walkers_;
  std::array<double, quantiles> first_{};  // delays in ascending order, until there is one for each
  std::size_t known_ = 0;
};

class PtpClock {
 public:
  static constexpr std::size_t samples_least = 2;
  static constexpr std::size_t samples_most = 64;
  struct Limits {
    std::size_t min_samples = samples_least;
    std::size_t max_samples = 16;
    double min_separation_s = 1;
  };
  struct Converted {
    Instant at;
    double error_s;
  };

  explicit PtpClock(const Limits& limits) : limits_(limits) {}

  // A sample that was not as quick as usual is worth something while nothing better is known, and when it agrees.
  [[nodiscard]] bool wants(const PtpSample& sample, Instant local) const;
  // error_s: bound of the difference of the two. False: what was known did not agree, all of it is forgotten.
  bool add(std::int64_t ptp_ns, Instant local, double error_s);
  // Empty before there are two samples that agree.
  [[nodiscard]] std::optional<Converted> convert(std::int64_t ptp_ns) const;
  [[nodiscard]] bool valid() const noexcept { return valid_; }
  [[nodiscard]] std::size_t samples() const noexcept { return x_.size(); }
  // The local time follows; an unknown step drops everything.
  void on_clock_change(const tactus_clock_change& change);

 private:
  void forget();
  bool fit();

  Limits limits_;
  // Intervals from the newest sample, oldest first: of the local clock as it would run without corrections, and of the
  // card's.
  std::vector<double> x_;
  std::vector<double> y_;
  std::int64_t ptp_reference_ns_ = 0;  // of the newest sample
  Instant local_reference_{};
  double correction_ = 1;  // corrected seconds per second of the local clock, relative to the start
  double frequency_ = 1;   // seconds of the card per corrected second
  double offset_s_ = 0;    // of the line at the newest sample
  double error_s_ = 0;
  bool valid_ = false;
};

namespace ptp_clock_detail {

inline constexpr double second_per_ns = 1e-9;
inline constexpr double quantile_step_s = 1e-9;
inline constexpr double quantile_lowest_steps = 1000;
inline constexpr double quantile_unit = 0.1;  // the first is that of 1/10, the second that of 2/10
inline constexpr double quantile_margin_s = 0.5e-9;
inline constexpr double slope_tolerance = 1e-10;
inline constexpr double frequency_limit = 2.0 / 3.0;  // farther from 1 it is no clock

template <std::size_t... I>
auto walkers_of(std::index_sequence<I...>) {
  const QuantileWalker one(quantile_step_s, quantile_lowest_steps);
  return std::array<QuantileWalker, sizeof...(I)>{((void)I, one)...};
}
template <std::size_t Count>
auto walkers() {
  return walkers_of(std::make_index_sequence<Count>{});
}

inline Duration delay_of(const PtpReading& reading) { return reading.after - reading.before; }

}  // namespace ptp_clock_detail

// ---- readings

inline PtpReadings::PtpReadings(double system_precision_s, std::function<double()> chance)
    : system_precision_s_(system_precision_s),
      chance_(std::move(chance)),
      walkers_{ptp_clock_detail::walkers<repeats>(), ptp_clock_detail::walkers<repeats>()} {}

inline void PtpReadings::learn(double delay_s) {
  if (known_ < quantiles) {
    first_[known_++] = delay_s;
    std::sort(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(known_));
    for (std::size_t i = 0; i < quantiles; ++i) {
      for (QuantileWalker& walker : walkers_[i]) walker.set(first_[std::min(i, known_ - 1)]);
    }
    return;
  }
  for (std::size_t i = 0; i < quantiles; ++i) {
    const double probability = ptp_clock_detail::quantile_unit * static_cast<double>(i + 1);
    for (QuantileWalker& walker : walkers_[i]) walker.add(delay_s, probability, chance_());
  }
}

inline double PtpReadings::quantile_s(std::size_t which) const {
  std::array<double, repeats> values{};
  std::ranges::transform(walkers_[which], values.begin(), &QuantileWalker::value);
  std::nth_element(values.begin(), values.begin() + repeats / 2, values.end());
  return values[repeats / 2];
}

inline std::optional<PtpSample> PtpReadings::combine(std::span<const PtpReading> readings, double ratio,
                                                     double precision_s) {
  if (readings.empty()) return std::nullopt;
  const auto negative = [](const PtpReading& each) { return ptp_clock_detail::delay_of(each) < Duration::zero(); };
  if (std::ranges::any_of(readings, negative)) return std::nullopt;
  for (const PtpReading& each : readings) learn(ratio * to_seconds(ptp_clock_detail::delay_of(each)));
  double low_s = quantile_s(0) - ptp_clock_detail::quantile_margin_s;
  double high_s = quantile_s(1) + ptp_clock_detail::quantile_margin_s;
  low_s = std::min(low_s, high_s);
  high_s = std::max(high_s, low_s + system_precision_s_);

  const PtpReading& first = readings.front();
  double ptp_s = 0;
  double raw_s = 0;
  double delay_s = 0;
  PtpSample out;
  for (const PtpReading& each : readings) {
    const double raw_delay_s = to_seconds(ptp_clock_detail::delay_of(each));
    if (ratio * raw_delay_s < low_s || ratio * raw_delay_s > high_s) continue;
    ++out.used;
    ptp_s += static_cast<double>(each.ptp_ns - first.ptp_ns) * ptp_clock_detail::second_per_ns;
    raw_s += to_seconds(each.before - first.before) + raw_delay_s / 2;
    delay_s += ratio * raw_delay_s;
  }
  if (out.used == 0) {
    const PtpReading& quickest = *std::ranges::min_element(readings, {}, ptp_clock_detail::delay_of);
    out.ptp_ns = quickest.ptp_ns;
    out.raw = quickest.before + ptp_clock_detail::delay_of(quickest) / 2;
    out.error_s = std::max(ratio * to_seconds(ptp_clock_detail::delay_of(quickest)) / 2, precision_s);
    return out;
  }
  const auto count = static_cast<double>(out.used);
  out.ptp_ns = first.ptp_ns + std::llround(ptp_s / count / ptp_clock_detail::second_per_ns);
  out.raw = first.before + from_seconds(raw_s / count);
  out.error_s = std::max(delay_s / count / 2, precision_s);
  return out;
}

// ---- the line

inline bool PtpClock::wants(const PtpSample& sample, Instant local) const {
  if (sample.used > 0) return true;
  const auto expected = convert(sample.ptp_ns);
  return !expected || to_seconds(local - expected->at) > sample.error_s;
}

inline void PtpClock::forget() {
  x_.clear();
  y_.clear();
  valid_ = false;
}

inline bool PtpClock::add(std::int64_t ptp_ns, Instant local, double error_s) {
  const double ptp_s = static_cast<double>(ptp_ns - ptp_reference_ns_) * ptp_clock_detail::second_per_ns;
  const double local_s = to_seconds(local - local_reference_) / correction_;
  if (!x_.empty() && (ptp_s <= 0 || local_s < limits_.min_separation_s / 2)) forget();
  if (x_.size() >= limits_.max_samples) {
    x_.erase(x_.begin());
    y_.erase(y_.begin());
  }
  for (double& x : x_) x -= local_s;
  for (double& y : y_) y -= ptp_s;
  x_.push_back(0);
  y_.push_back(0);
  ptp_reference_ns_ = ptp_ns;
  local_reference_ = local;
  error_s_ = error_s;
  if (x_.size() < samples_least || fit()) return true;
  forget();
  return false;
}

// False when the newest sample does not lie on the line of the others.
inline bool PtpClock::fit() {
  const auto line = robust_line(x_, y_, ptp_clock_detail::slope_tolerance);
  if (!line) return false;
  offset_s_ = line->intercept;
  frequency_ = line->slope / correction_;
  valid_ = true;
  const std::size_t spare = x_.size() - std::min(limits_.min_samples, x_.size());
  const auto dropped = static_cast<std::ptrdiff_t>(std::min(line->start, spare));
  x_.erase(x_.begin(), x_.begin() + dropped);
  y_.erase(y_.begin(), y_.begin() + dropped);
  return std::abs(offset_s_) <= error_s_ && std::abs(frequency_ - 1) <= ptp_clock_detail::frequency_limit;
}

inline std::optional<PtpClock::Converted> PtpClock::convert(std::int64_t ptp_ns) const {
  if (!valid_) return std::nullopt;
  const double after_s =
      static_cast<double>(ptp_ns - ptp_reference_ns_) * ptp_clock_detail::second_per_ns / frequency_ - offset_s_;
  if (!(std::abs(after_s) < 1e9)) return std::nullopt;
  return Converted{local_reference_ + from_seconds(after_s), error_s_};
}

inline void PtpClock::on_clock_change(const tactus_clock_change& change) {
  if (change.kind == TACTUS_CLOCK_UNKNOWN) return forget();
  if (!x_.empty()) {
    const double ago_s = to_seconds(from_ns<Instant>(change.corrected_ns) - local_reference_);
    local_reference_ += from_seconds(ago_s * change.frequency - change.offset_s);
  }
  correction_ *= 1 - change.frequency;
  frequency_ /= 1 - change.frequency;
}

}  // namespace tactus
