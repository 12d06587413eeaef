// SPDX-License-Identifier: Apache-2.0
// Following the clock of a network card.
#include "nic_clock.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tactus::udp {
namespace {

constexpr double ns = 1e-9;
constexpr double slope_tolerance = 2.0 / 3.0;  // farther from 1 it is no clock
constexpr std::size_t quickest = 5;            // one of so many readings is used
constexpr double runs_quantile = 1.645;        // 5 % on one side
constexpr std::size_t points_straight = 3;     // fewer are a line in any case

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

std::optional<NicSample> combine(std::span<const NicReading> readings, double precision_s) {
  std::vector<NicReading> sorted(readings.begin(), readings.end());
  const auto delay = [](const NicReading& reading) { return reading.after - reading.before; };
  if (sorted.empty() || std::ranges::any_of(sorted, [&](const auto& each) { return delay(each) < Duration::zero(); })) {
    return std::nullopt;
  }
  const std::size_t used = (sorted.size() + quickest - 1) / quickest;
  std::ranges::sort(sorted, {}, delay);
  const NicReading& first = sorted.front();
  double nic_s = 0;
  double raw_s = 0;
  double delay_s = 0;
  for (std::size_t i = 0; i < used; ++i) {
    const NicReading& reading = sorted[i];
    nic_s += static_cast<double>(reading.nic_ns - first.nic_ns) * ns;
    raw_s += to_seconds(reading.before - first.before) + to_seconds(delay(reading)) / 2;
    delay_s += to_seconds(delay(reading));
  }
  const auto count = static_cast<double>(used);
  NicSample out;
  out.nic_ns = first.nic_ns + std::llround(nic_s / count / ns);
  out.raw = first.before + from_seconds(raw_s / count);
  out.error_s = std::max(delay_s / count / 2, precision_s);
  return out;
}

void NicClock::restart(const Point& point) {
  points_.assign(1, point);
  valid_ = false;
}

void NicClock::add(std::int64_t nic_ns, Instant local, double error_s) {
  const Point point{nic_ns, to_ns(local)};
  error_s_ = error_s;
  if (points_.empty() || nic_ns <= points_.back().nic_ns ||
      static_cast<double>(point.local_ns - points_.back().local_ns) * ns < limits_.min_separation_s / 2) {
    restart(point);
    return;
  }
  if (points_.size() >= limits_.max_samples) points_.erase(points_.begin());
  points_.push_back(point);
  valid_ = fit();
  if (!valid_) restart(point);
}

// False when the newest point does not lie on the line of the others.
bool NicClock::fit() {
  for (;;) {
    line_ = line_through_all();
    if (points_.size() <= std::max(points_straight, limits_.min_samples) || straight(line_)) break;
    points_.erase(points_.begin());
  }
  return std::abs(line_.slope - 1) <= slope_tolerance && std::abs(line_.intercept_s) <= error_s_;
}

// Median of the slopes between all pairs (Theil, Sen), and of what is left over.
NicClock::Line NicClock::line_through_all() const {
  const Point& newest = points_.back();
  std::vector<double> values;
  values.reserve(points_.size() * (points_.size() - 1) / 2);
  for (std::size_t i = 0; i < points_.size(); ++i) {
    for (std::size_t j = i + 1; j < points_.size(); ++j) {
      values.push_back(static_cast<double>(points_[j].local_ns - points_[i].local_ns) /
                       static_cast<double>(points_[j].nic_ns - points_[i].nic_ns));
    }
  }
  Line line;
  line.slope = median(values);
  values.clear();
  for (const Point& point : points_) {
    values.push_back(static_cast<double>(point.local_ns - newest.local_ns) * ns -
                     line.slope * static_cast<double>(point.nic_ns - newest.nic_ns) * ns);
  }
  line.intercept_s = median(values);
  return line;
}

// Runs test (Wald, Wolfowitz) of the signs of the residuals: few runs tell of a curve.
bool NicClock::straight(const Line& line) const {
  const Point& newest = points_.back();
  std::size_t runs = 0;
  bool last_above = false;
  for (const Point& point : points_) {
    const double residual_s = static_cast<double>(point.local_ns - newest.local_ns) * ns -
                              line.slope * static_cast<double>(point.nic_ns - newest.nic_ns) * ns - line.intercept_s;
    const bool above = residual_s > 0;
    if (runs == 0 || above != last_above) ++runs;
    last_above = above;
  }
  const auto count = static_cast<double>(points_.size());
  return static_cast<double>(runs) > count / 2 + 1 - runs_quantile * std::sqrt(count - 1) / 2;
}

std::optional<NicClock::Converted> NicClock::convert(std::int64_t nic_ns) const {
  if (!valid_) return std::nullopt;
  const Point& newest = points_.back();
  const double after_s = line_.intercept_s + line_.slope * static_cast<double>(nic_ns - newest.nic_ns) * ns;
  if (!(std::abs(after_s) < 1e9)) return std::nullopt;
  return Converted{from_ns<Instant>(newest.local_ns) + from_seconds(after_s), error_s_};
}

void NicClock::on_clock_change(const tactus_clock_change& change) {
  if (change.kind == TACTUS_CLOCK_UNKNOWN) {
    points_.clear();
    valid_ = false;
    return;
  }
  for (Point& point : points_) {
    const double ago_s = static_cast<double>(change.corrected_ns - point.local_ns) * ns;
    point.local_ns += std::llround((ago_s * change.frequency - change.offset_s) / ns);
  }
  if (valid_) line_ = line_through_all();
}

}  // namespace tactus::udp
