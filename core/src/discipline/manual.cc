// SPDX-License-Identifier: Apache-2.0
// See manual.hpp.
#include "discipline/manual.hpp"

#include <algorithm>
#include <cmath>

#include <tactus/abi.h>

#include "discipline/regression.hpp"

namespace tactus {
namespace {

constexpr std::size_t max_entries = 16;
constexpr Duration least_distance = std::chrono::seconds(1);
constexpr double slope_tolerance = 1e-8;
constexpr double largest_step = 100.0;  // of a slope, when its bracket is looked for
constexpr std::size_t least_points = 3;

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 != 0) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

double sign(double value) { return value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : 0.0; }

// The points of one attempt.
struct Points {
  std::span<const double> x;
  std::span<const double> y;

  [[nodiscard]] double intercept(double slope) const {
    std::vector<double> rest(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) rest[i] = y[i] - slope * x[i];
    return median(rest);
  }
  // Changes its sign where the sum of absolute deviations is smallest.
  [[nodiscard]] double score(double slope) const {
    const double at_zero = intercept(slope);
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * sign(y[i] - at_zero - slope * x[i]);
    return sum;
  }
  [[nodiscard]] int runs(double at_zero, double slope) const {
    int count = 1;
    for (std::size_t i = 1; i < x.size(); ++i) {
      const double before = sign(y[i - 1] - at_zero - slope * x[i - 1]);
      if (before * sign(y[i] - at_zero - slope * x[i]) <= 0.0) ++count;
    }
    return count;
  }
};

struct Slope {
  double value;
  double sd;
};

Slope least_squares(const Points& points) {
  const auto n = static_cast<double>(points.x.size());
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    mean_x += points.x[i] / n;
    mean_y += points.y[i] / n;
  }
  double spread = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    spread += (points.x[i] - mean_x) * (points.x[i] - mean_x);
    product += (points.x[i] - mean_x) * points.y[i];
  }
  const double slope = product / spread;
  double squares = 0.0;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    const double rest = points.y[i] - mean_y - slope * (points.x[i] - mean_x);
    squares += rest * rest;
  }
  return {slope, std::sqrt(squares / (n - 2.0) / spread)};
}

// The slope of least absolute deviation.
std::optional<double> robust_slope(const Points& points, double tolerance) {
  const Slope guess = least_squares(points);
  if (!std::isfinite(guess.value) || !std::isfinite(guess.sd)) return std::nullopt;
  double step = std::max(guess.sd, tolerance);
  double low = guess.value - step;
  double high = guess.value + step;
  while (points.score(low) * points.score(high) > 0.0) {
    step *= 2.0;
    if (step > largest_step) return std::nullopt;
    low = guess.value - step;
    high = guess.value + step;
  }
  const double at_low = points.score(low);
  while (high - low > tolerance) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    (at_low * points.score(middle) > 0.0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

std::optional<RobustLine> fit_robust_line(std::span<const double> x, std::span<const double> y, double tolerance) {
  TACTUS_ASSERT(x.size() == y.size() && tolerance > 0.0);
  if (x.size() < 2) return std::nullopt;
  if (x.size() == 2) {
    if (x[0] == x[1]) return std::nullopt;
    const double slope = (y[1] - y[0]) / (x[1] - x[0]);
    return RobustLine{y[0] - slope * x[0], slope, 0};
  }
  for (std::size_t start = 0;; ++start) {
    const Points points{x.subspan(start), y.subspan(start)};
    const auto slope = robust_slope(points, tolerance);
    if (!slope) return std::nullopt;
    const double intercept = points.intercept(*slope);
    const std::size_t left = points.x.size();
    if (left <= least_points || points.runs(intercept, *slope) > critical_runs(static_cast<int>(left))) {
      return RobustLine{intercept, *slope, start};
    }
  }
}

Result<ManualInput::Estimate> ManualInput::add(Instant now, double offset_s) {
  if (!entries_.empty() && now - entries_.back().when < least_distance) {
    return error_status(TACTUS_E_INVALID, "less than a second after the last time");
  }
  if (entries_.size() == max_entries) entries_.erase(entries_.begin());
  entries_.push_back({now, offset_s, offset_s, 0.0});
  return estimate(true);
}

Result<std::optional<ManualInput::Estimate>> ManualInput::remove(std::size_t index) {
  if (index >= entries_.size()) return error_status(TACTUS_E_NOT_FOUND, "there is no such entry");
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  if (entries_.empty()) return std::optional<Estimate>{};
  return std::optional<Estimate>{estimate(false)};
}

ManualInput::Estimate ManualInput::estimate(bool of_newest) {
  const Entry& newest = entries_.back();
  std::vector<double> x;
  std::vector<double> y;
  for (const Entry& entry : entries_) {
    x.push_back(to_seconds(newest.when - entry.when));
    y.push_back(entry.offset_s);
  }
  const auto line = fit_robust_line(x, y, slope_tolerance);
  Estimate out;
  out.offset_s = newest.offset_s;
  if (!line) return out;
  // The axis counts backwards.
  out.frequency = -line->slope;
  if (!of_newest) out.offset_s = line->intercept;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    entries_[i].residual_s = i < line->start ? 0.0 : y[i] - line->intercept - line->slope * x[i];
  }
  return out;
}

void ManualInput::adjust(const HistoryChange& change) noexcept {
  for (Entry& entry : entries_) {
    const double delta_s = to_seconds(change.corrected - entry.when) * change.frequency - change.offset_s;
    entry.when += from_seconds(delta_s);
    entry.offset_s += delta_s;
  }
}

}  // namespace tactus
