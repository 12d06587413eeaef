// SPDX-License-Identifier: Apache-2.0
// The numerical part of the regression: weighted line with run test, second regressor, tables. Discipline
// specification, 6.3 to 6.5.
#include <algorithm>
#include <array>
#include <cmath>

#include <tactus/robust_line.hpp>

#include "discipline/regression.hpp"

namespace tactus {
namespace {

constexpr std::array<float, 40> t_table = {
    636.6F, 31.6F,  12.92F, 8.61F,  6.869F, 5.959F, 5.408F, 5.041F, 4.781F, 4.587F, 4.437F, 4.318F, 4.221F, 4.140F,
    4.073F, 4.015F, 3.965F, 3.922F, 3.883F, 3.850F, 3.819F, 3.792F, 3.768F, 3.745F, 3.725F, 3.707F, 3.690F, 3.674F,
    3.659F, 3.646F, 3.633F, 3.622F, 3.611F, 3.601F, 3.591F, 3.582F, 3.574F, 3.566F, 3.558F, 3.551F};
constexpr double t_beyond = 3.5;

// Neighbours that are not strictly of the same sign start a new run.
int count_runs(std::span<const double> residuals) noexcept {
  int runs = 1;
  for (std::size_t i = 1; i < residuals.size(); ++i) {
    const bool same = (residuals[i - 1] < 0.0 && residuals[i] < 0.0) || (residuals[i - 1] > 0.0 && residuals[i] > 0.0);
    if (!same) ++runs;
  }
  return runs;
}

struct Line {
  double weights;  // W
  double u;        // weighted mean of x
  double spread;   // V
  double slope;
  double intercept;
};

// 6.4 step 1 over all entries of the spans.
Line weighted_line(std::span<const double> x, std::span<const double> y, std::span<const double> weight) noexcept {
  double weights = 0.0;
  double sum_x = 0.0;
  double sum_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    weights += 1.0 / weight[i];
    sum_x += x[i] / weight[i];
    sum_y += y[i] / weight[i];
  }
  const double u = sum_x / weights;
  double spread = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    spread += (x[i] - u) * (x[i] - u) / weight[i];
    product += y[i] * (x[i] - u) / weight[i];
  }
  const double slope = product / spread;
  return {weights, u, spread, slope, sum_y / weights - slope * u};
}

}  // namespace

double t_coefficient(int degrees) noexcept {
  if (degrees > static_cast<int>(t_table.size())) return t_beyond;
  return static_cast<double>(t_table[static_cast<std::size_t>(std::max(degrees, 1) - 1)]);
}

std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y, std::span<const double> weight,
                                int run, int min_samples) {
  const int samples = static_cast<int>(weight.size());
  if (samples < min_fit_samples) return std::nullopt;
  std::array<double, 2 * max_store_samples + 2> residuals{};
  TACTUS_ASSERT(x.size() == weight.size() + static_cast<std::size_t>(run) && x.size() <= residuals.size());

  int start = 0;
  Line line{};
  for (;; ++start) {
    const auto first = static_cast<std::size_t>(run + start);
    line = weighted_line(x.subspan(first), y.subspan(first), weight.subspan(static_cast<std::size_t>(start)));
    // The fitted samples and as many older ones again.
    const int from = std::max(samples - 2 * (samples - start), -run);
    int count = 0;
    for (int i = from; i < samples; ++i) {
      const auto at = static_cast<std::size_t>(run + i);
      residuals[static_cast<std::size_t>(count++)] = y[at] - line.intercept - line.slope * x[at];
    }
    const int runs = count_runs(std::span(residuals.data(), static_cast<std::size_t>(count)));
    if (runs > critical_runs(count) || samples - start <= min_fit_samples || samples - start <= min_samples) break;
  }

  LineFit fit;
  fit.start = start;
  fit.intercept = line.intercept;
  fit.slope = line.slope;
  fit.degrees = samples - start - 2;
  double squares = 0.0;
  for (int i = start; i < samples; ++i) {
    const auto at = static_cast<std::size_t>(run + i);
    const double rest = y[at] - line.intercept - line.slope * x[at];
    residuals[static_cast<std::size_t>(i - start)] = rest;
    squares += rest * rest / weight[static_cast<std::size_t>(i)];
  }
  fit.runs = count_runs(std::span(residuals.data(), static_cast<std::size_t>(samples - start)));
  const double residual = squares / fit.degrees;
  fit.variance = residual * (samples - start) / line.weights;
  fit.slope_sd = std::sqrt(residual / line.spread);
  const double mean_error = line.u * fit.slope_sd;
  fit.intercept_sd = std::sqrt(residual / line.weights + mean_error * mean_error);
  if (!std::isfinite(fit.slope_sd) || !std::isfinite(fit.intercept_sd)) return std::nullopt;
  return fit;
}

std::optional<double> second_slope(std::span<const double> x, std::span<const double> g, std::span<const double> y) {
  if (x.size() < 4) return std::nullopt;
  double s1 = 0.0;
  double s2 = 0.0;
  double s11 = 0.0;
  double s12 = 0.0;
  double s22 = 0.0;
  double s1y = 0.0;
  double s2y = 0.0;
  double sy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    s1 += x[i];
    s2 += g[i];
    s11 += x[i] * x[i];
    s12 += x[i] * g[i];
    s22 += g[i] * g[i];
    s1y += x[i] * y[i];
    s2y += g[i] * y[i];
    sy += y[i];
  }
  const auto n = static_cast<double>(x.size());
  const double u = n * (s12 * s1y - s11 * s2y) + s1 * s1 * s2y - s1 * s2 * s1y + sy * (s2 * s11 - s1 * s12);
  const double v1 = n * (s12 * s12 - s11 * s22);
  const double v2 = s1 * s1 * s22 + s2 * s2 * s11;
  const double v3 = -2.0 * s1 * s2 * s12;
  const double v = v1 + v2 + v3;
  if (std::abs(v) * 1e10 <= -v1 + v2 + std::abs(v3)) return std::nullopt;
  return u / v;
}

}  // namespace tactus
