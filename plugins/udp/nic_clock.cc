// SPDX-License-Identifier: Apache-2.0
// Following the clock of a network card.
#include "nic_clock.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <tactus/robust_line.hpp>

namespace tactus::udp {
namespace {

constexpr double ns = 1e-9;
constexpr double quantile_step_s = 1e-9;
constexpr double quantile_lowest_steps = 1000;
constexpr double quantile_unit = 0.1;  // the first is that of 1/10, the second that of 2/10
constexpr double quantile_margin_s = 0.5e-9;
constexpr double slope_tolerance = 1e-10;
constexpr double frequency_limit = 2.0 / 3.0;  // farther from 1 it is no clock

template <std::size_t... I>
auto seven(const QuantileWalker& one, std::index_sequence<I...>) {
  return std::array<QuantileWalker, sizeof...(I)>{((void)I, one)...};
}

Duration delay_of(const NicReading& reading) { return reading.after - reading.before; }

}  // namespace

// ---- readings

NicReadings::NicReadings(double system_precision_s, std::function<double()> chance)
    : system_precision_s_(system_precision_s),
      chance_(std::move(chance)),
      walkers_{seven(QuantileWalker(quantile_step_s, quantile_lowest_steps), std::make_index_sequence<repeats>{}),
               seven(QuantileWalker(quantile_step_s, quantile_lowest_steps), std::make_index_sequence<repeats>{})} {}

void NicReadings::learn(double delay_s) {
  if (known_ < quantiles) {
    first_[known_++] = delay_s;
    std::sort(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(known_));
    for (std::size_t i = 0; i < quantiles; ++i) {
      for (QuantileWalker& walker : walkers_[i]) walker.set(first_[std::min(i, known_ - 1)]);
    }
    return;
  }
  for (std::size_t i = 0; i < quantiles; ++i) {
    const double probability = quantile_unit * static_cast<double>(i + 1);
    for (QuantileWalker& walker : walkers_[i]) walker.add(delay_s, probability, chance_());
  }
}

double NicReadings::quantile_s(std::size_t which) const {
  std::array<double, repeats> values{};
  std::ranges::transform(walkers_[which], values.begin(), &QuantileWalker::value);
  std::nth_element(values.begin(), values.begin() + repeats / 2, values.end());
  return values[repeats / 2];
}

std::optional<NicSample> NicReadings::combine(std::span<const NicReading> readings, double ratio, double precision_s) {
  if (readings.empty()) return std::nullopt;
  const auto negative = [](const NicReading& each) { return delay_of(each) < Duration::zero(); };
  if (std::ranges::any_of(readings, negative)) return std::nullopt;
  for (const NicReading& each : readings) learn(ratio * to_seconds(delay_of(each)));
  double low_s = quantile_s(0) - quantile_margin_s;
  double high_s = quantile_s(1) + quantile_margin_s;
  low_s = std::min(low_s, high_s);
  high_s = std::max(high_s, low_s + system_precision_s_);

  const NicReading& first = readings.front();
  double nic_s = 0;
  double raw_s = 0;
  double delay_s = 0;
  NicSample out;
  for (const NicReading& each : readings) {
    const double raw_delay_s = to_seconds(delay_of(each));
    if (ratio * raw_delay_s < low_s || ratio * raw_delay_s > high_s) continue;
    ++out.used;
    nic_s += static_cast<double>(each.nic_ns - first.nic_ns) * ns;
    raw_s += to_seconds(each.before - first.before) + raw_delay_s / 2;
    delay_s += ratio * raw_delay_s;
  }
  if (out.used == 0) {
    const NicReading& quickest = *std::ranges::min_element(readings, {}, delay_of);
    out.nic_ns = quickest.nic_ns;
    out.raw = quickest.before + delay_of(quickest) / 2;
    out.error_s = std::max(ratio * to_seconds(delay_of(quickest)) / 2, precision_s);
    return out;
  }
  const auto count = static_cast<double>(out.used);
  out.nic_ns = first.nic_ns + std::llround(nic_s / count / ns);
  out.raw = first.before + from_seconds(raw_s / count);
  out.error_s = std::max(delay_s / count / 2, precision_s);
  return out;
}

// ---- the line

bool NicClock::wants(const NicSample& sample, Instant local) const {
  if (sample.used > 0) return true;
  const auto expected = convert(sample.nic_ns);
  return !expected || to_seconds(local - expected->at) > sample.error_s;
}

void NicClock::forget() {
  x_.clear();
  y_.clear();
  valid_ = false;
}

bool NicClock::add(std::int64_t nic_ns, Instant local, double error_s) {
  const double nic_s = static_cast<double>(nic_ns - nic_reference_ns_) * ns;
  const double local_s = to_seconds(local - local_reference_) / correction_;
  if (!x_.empty() && (nic_s <= 0 || local_s < limits_.min_separation_s / 2)) forget();
  if (x_.size() >= limits_.max_samples) {
    x_.erase(x_.begin());
    y_.erase(y_.begin());
  }
  for (double& x : x_) x -= local_s;
  for (double& y : y_) y -= nic_s;
  x_.push_back(0);
  y_.push_back(0);
  nic_reference_ns_ = nic_ns;
  local_reference_ = local;
  error_s_ = error_s;
  if (x_.size() < samples_least || fit()) return true;
  forget();
  return false;
}

// False when the newest sample does not lie on the line of the others.
bool NicClock::fit() {
  const auto line = robust_line(x_, y_, slope_tolerance);
  if (!line) return false;
  offset_s_ = line->intercept;
  frequency_ = line->slope / correction_;
  valid_ = true;
  const std::size_t spare = x_.size() - std::min(limits_.min_samples, x_.size());
  const auto dropped = static_cast<std::ptrdiff_t>(std::min(line->start, spare));
  x_.erase(x_.begin(), x_.begin() + dropped);
  y_.erase(y_.begin(), y_.begin() + dropped);
  return std::abs(offset_s_) <= error_s_ && std::abs(frequency_ - 1) <= frequency_limit;
}

std::optional<NicClock::Converted> NicClock::convert(std::int64_t nic_ns) const {
  if (!valid_) return std::nullopt;
  const double after_s = static_cast<double>(nic_ns - nic_reference_ns_) * ns / frequency_ - offset_s_;
  if (!(std::abs(after_s) < 1e9)) return std::nullopt;
  return Converted{local_reference_ + from_seconds(after_s), error_s_};
}

void NicClock::on_clock_change(const tactus_clock_change& change) {
  if (change.kind == TACTUS_CLOCK_UNKNOWN) return forget();
  if (!x_.empty()) {
    const double ago_s = to_seconds(from_ns<Instant>(change.corrected_ns) - local_reference_);
    local_reference_ += from_seconds(ago_s * change.frequency - change.offset_s);
  }
  correction_ *= 1 - change.frequency;
  frequency_ /= 1 - change.frequency;
}

}  // namespace tactus::udp
