// SPDX-License-Identifier: Apache-2.0
// A straight line that outliers do not move, and that leaves out old points where the course was curved: the slope is
// found by bisection, the runs of the residuals' signs tell of a curve. Reference clock specification, section 7.6;
// discipline specification, section 6.4. Pure functions.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tactus/result.hpp>

namespace tactus {

// So many runs or fewer of `residuals` (0..129) random signs have a probability of at most 5 percent.
inline int critical_runs(int residuals) noexcept {
  constexpr std::array<std::uint8_t, 130> table{
      0,  0,  0,  0,  0,  0,  0,  0,  2,  3,  3,  3,  4,  4,  5,  5,  5,  6,  6,  7,  7,  7,  8,  8,  9,  9,
      9,  10, 10, 11, 11, 11, 12, 12, 13, 13, 14, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 18, 19, 19, 20, 20,
      21, 21, 21, 22, 22, 23, 23, 24, 24, 25, 25, 26, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30, 30, 31, 31, 32,
      32, 33, 33, 34, 34, 35, 35, 35, 36, 36, 37, 37, 38, 38, 39, 39, 40, 40, 40, 41, 41, 42, 42, 43, 43, 44,
      44, 45, 45, 46, 46, 46, 47, 47, 48, 48, 49, 49, 50, 50, 51, 51, 52, 52, 52, 53, 53, 54, 54, 55, 55, 56};
  return table[static_cast<std::size_t>(std::clamp(residuals, 0, static_cast<int>(table.size()) - 1))];
}

struct RobustLine {
  double intercept = 0;  // y at x = 0
  double slope = 0;
  std::size_t start = 0;  // points left out at the old end
};

namespace robust_line_detail {

inline constexpr double largest_step = 100;  // of a slope, when its bracket is looked for
inline constexpr std::size_t fewest_points = 3;

inline double sign(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

inline double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// One attempt.
class Points {
 public:
  Points(std::span<const double> x, std::span<const double> y) : x_(x), y_(y), rest_(x.size()) {}
  [[nodiscard]] std::size_t size() const { return x_.size(); }
  // What is best with that slope.
  double intercept(double slope) {
    for (std::size_t i = 0; i < size(); ++i) rest_[i] = y_[i] - slope * x_[i];
    return median(rest_);
  }
  // Changes its sign where the sum of the absolute deviations is least.
  double score(double slope) {
    const double at_zero = intercept(slope);
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i) sum += x_[i] * sign(y_[i] - at_zero - slope * x_[i]);
    return sum;
  }
  [[nodiscard]] int runs(double at_zero, double slope) const {
    int count = 1;
    const auto side = [&](std::size_t i) { return sign(y_[i] - at_zero - slope * x_[i]); };
    for (std::size_t i = 1; i < size(); ++i) {
      if (side(i - 1) * side(i) <= 0) ++count;
    }
    return count;
  }
  // Slope of least squares and its standard deviation.
  void least_squares(double& slope, double& deviation) const {
    const auto n = static_cast<double>(size());
    double mean_x = 0;
    double mean_y = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      mean_x += x_[i] / n;
      mean_y += y_[i] / n;
    }
    double spread = 0;
    double product = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      spread += (x_[i] - mean_x) * (x_[i] - mean_x);
      product += (x_[i] - mean_x) * (y_[i] - mean_y);
    }
    slope = product / spread;
    double squares = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      const double rest = y_[i] - mean_y - slope * (x_[i] - mean_x);
      squares += rest * rest;
    }
    deviation = std::sqrt(squares / (n - 2) / spread);
  }

 private:
  std::span<const double> x_;
  std::span<const double> y_;
  std::vector<double> rest_;
};

inline std::optional<double> robust_slope(Points& points, double tolerance) {
  double guess = 0;
  double deviation = 0;
  points.least_squares(guess, deviation);
  if (!std::isfinite(guess) || !std::isfinite(deviation)) return std::nullopt;
  double step = std::max(deviation, tolerance);
  double at_low = points.score(guess - step);
  while (at_low * points.score(guess + step) > 0) {
    step *= 2;
    if (step > largest_step) return std::nullopt;
    at_low = points.score(guess - step);
  }
  double low = guess - step;
  double high = guess + step;
  while (high - low > tolerance) {
    const double middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    (at_low * points.score(middle) > 0 ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace robust_line_detail

// The line of least absolute deviation through points of one length, oldest first. tolerance > 0: of the
// slope. Empty: fewer than two points, or none can be found.
inline std::optional<RobustLine> robust_line(std::span<const double> x, std::span<const double> y, double tolerance) {
  using namespace robust_line_detail;
  TACTUS_ASSERT(x.size() == y.size() && tolerance > 0);
  if (x.size() < 2) return std::nullopt;
  if (x.size() == 2) {
    const double slope = (y[1] - y[0]) / (x[1] - x[0]);
    if (!std::isfinite(slope)) return std::nullopt;
    return RobustLine{y[0] - slope * x[0], slope, 0};
  }
  for (std::size_t start = 0;; ++start) {
    Points points(x.subspan(start), y.subspan(start));
    const auto slope = robust_slope(points, tolerance);
    if (!slope) return std::nullopt;
    const double intercept = points.intercept(*slope);
    if (points.size() <= fewest_points ||
        points.runs(intercept, *slope) > critical_runs(static_cast<int>(points.size()))) {
      return RobustLine{intercept, *slope, start};
    }
  }
}

}  // namespace tactus
