// SPDX-License-Identifier: Apache-2.0
// chrony's estimator: weighted linear regression over as many samples as a run test allows, with correction of the
// asymmetry of jitter. Discipline specification, section 6.
#pragma once

#include <optional>
#include <span>

#include "discipline/estimator.hpp"

namespace tactus {

// Weighted straight line with a run test (6.4). x: times, s, relative to the newest sample (<= 0); run: how many of the
// leading entries are run samples; weight: of the entries after those, larger = less trusted.
struct LineFit {
  double intercept = 0.0;  // at x = 0
  double slope = 0.0;
  double variance = 0.0;  // of the fitted values
  double slope_sd = 0.0;
  double intercept_sd = 0.0;
  int start = 0;  // samples left out at the old end
  int runs = 0;
  int degrees = 0;
};
std::optional<LineFit> fit_line(std::span<const double> x, std::span<const double> y, std::span<const double> weight,
                                int run, int min_samples);

// Slope of y against the second regressor in y = c0 + c1*x + a*g, unweighted (6.3). Nothing: no solution.
std::optional<double> second_slope(std::span<const double> x, std::span<const double> g, std::span<const double> y);

// 99.95 % one-sided quantile of Student's t.
double t_coefficient(int degrees) noexcept;

class RegressionEstimator final : public Estimator {
 public:
  explicit RegressionEstimator(const EstimatorSettings& settings);

  void reset() override;
  SampleStore::Added accumulate(const Sample& sample) override;
  void adjust(const HistoryChange& change) override;
  void shift(double offset_s) override;
  void disperse(double dispersion_s) override { store_.disperse(dispersion_s); }
  [[nodiscard]] const Estimate& estimate() const noexcept override { return estimate_; }
  [[nodiscard]] const FitReport& report() const noexcept override { return report_; }
  [[nodiscard]] double predict_s(Instant time) const noexcept override;
  [[nodiscard]] double effective_samples() const noexcept override { return store_.size(); }
  [[nodiscard]] std::vector<std::string> save() const override;
  Result<void> load(std::span<const std::string_view> lines, Instant now) override;

 private:
  void fit();
  void fill_times();
  void weigh();
  void correct_asymmetry();

  double asymmetry_setting_;
  double precision_s_;
  Estimate estimate_;
  FitReport report_;
  // scratch of a fit, oldest entry first, run samples included
  std::vector<double> x_;
  std::vector<double> y_;
  std::vector<double> extra_delay_;
  std::vector<double> weight_;
};

}  // namespace tactus
