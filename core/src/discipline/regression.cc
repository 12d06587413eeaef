// SPDX-License-Identifier: Apache-2.0
// The regression estimator. Discipline specification, section 6; each step names its part.
#include "discipline/regression.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tactus {
namespace {

constexpr double max_asymmetry = 0.5;
constexpr double asymmetry_threshold = 0.45;
constexpr int asymmetry_run_needed = 10;
constexpr double distance_per_deviation = 0.7;

double median(std::vector<double> values) {
  const std::size_t half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half), values.end());
  const double upper = values[half];
  if (values.size() % 2 != 0) return upper;
  const double lower = *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half));
  return (lower + upper) / 2.0;
}

}  // namespace

RegressionEstimator::RegressionEstimator(const EstimatorSettings& settings)
    : Estimator(settings.limits), asymmetry_setting_(settings.asymmetry), precision_s_(settings.precision_s) {}

void RegressionEstimator::reset() {
  store_.reset();
  estimate_ = {};
  report_ = {};
}

SampleStore::Added RegressionEstimator::accumulate(const Sample& sample) {
  const auto added = store_.accumulate(sample);
  if (added == SampleStore::Added::after_reset) {
    estimate_ = {};
    report_ = {};
  }
  fit();
  return added;
}

void RegressionEstimator::adjust(const HistoryChange& change) {
  if (store_.size() == 0) return;
  store_.adjust(change);
  const double delta_s = history_delta_s(change, estimate_.reference_time);
  estimate_.reference_time += from_seconds(delta_s);
  estimate_.offset_s += delta_s;
  estimate_.frequency = (estimate_.frequency - change.frequency) / (1.0 - change.frequency);
}

void RegressionEstimator::shift(double offset_s) {
  store_.shift(offset_s);
  estimate_.offset_s += offset_s;
}

double RegressionEstimator::predict_s(Instant time) const noexcept {
  if (store_.size() == 0) return 0.0;
  if (store_.size() < min_fit_samples) return store_.newest().sample.offset_s;
  return estimate_.offset_s + to_seconds(time - estimate_.reference_time) * estimate_.frequency;
}

// 6.1
void RegressionEstimator::fill_times() {
  const Instant newest = store_.newest().sample.time;
  const double least_delay_s = store_.min_delay_s();
  x_.clear();
  y_.clear();
  extra_delay_.clear();
  for (int i = -store_.run_size(); i < store_.size(); ++i) {
    const Sample& sample = store_.at(i).sample;
    x_.push_back(to_seconds(sample.time - newest));
    y_.push_back(sample.offset_s);
    extra_delay_.push_back(sample.peer_delay_s - least_delay_s);
  }
}

// 6.2
void RegressionEstimator::weigh() {
  weight_.clear();
  for (int i = 0; i < store_.size(); ++i) {
    const Sample& sample = store_.at(i).sample;
    weight_.push_back(0.5 * sample.peer_delay_s + sample.peer_dispersion_s);
  }
  double least = *std::min_element(weight_.begin(), weight_.end());
  double deviation = (median(weight_) - least) / distance_per_deviation;
  deviation = std::min(std::max(deviation, precision_s_), least);
  if (!(deviation > 0.0)) deviation = precision_s_;  // a perfect sample: every distance beyond it is one deviation
  least += precision_s_;
  for (double& value : weight_) {
    const double factor = 1.0 + std::max(0.0, value - least) / deviation;
    value = factor * factor;
  }
}

// 6.3
void RegressionEstimator::correct_asymmetry() {
  if (asymmetry_setting_ == 0.0) return;
  if (std::abs(asymmetry_setting_) <= max_asymmetry) {
    estimate_.asymmetry = asymmetry_setting_;
  } else {
    const auto slope = second_slope(x_, extra_delay_, y_);
    if (!slope || *slope * estimate_.asymmetry_run < 0.0) {
      estimate_.asymmetry = 0.0;
      estimate_.asymmetry_run = 0;
      return;
    }
    int& run = estimate_.asymmetry_run;
    if (*slope <= -asymmetry_threshold) {
      run = std::max(run - 1, -asymmetry_run_limit);
    } else if (*slope >= asymmetry_threshold) {
      run = std::min(run + 1, asymmetry_run_limit);
    }
    if (std::abs(run) < asymmetry_run_needed) return;
    estimate_.asymmetry = std::clamp(*slope, -max_asymmetry, max_asymmetry);
  }
  for (std::size_t i = 0; i < y_.size(); ++i) y_[i] -= estimate_.asymmetry * extra_delay_[i];
}

void RegressionEstimator::fit() {
  report_ = {};
  report_.samples_before = store_.size();
  report_.residuals_before = store_.run_size();
  const Sample& newest = store_.newest().sample;
  estimate_.reference_time = newest.time;
  std::optional<LineFit> line;
  if (store_.size() >= min_fit_samples) {
    fill_times();
    weigh();
    correct_asymmetry();
    line = fit_line(x_, y_, weight_, store_.run_size(), store_.min_samples());
  }
  estimate_.valid = line.has_value();
  if (line) {
    report_.stress = std::abs(estimate_.frequency - line->slope) / estimate_.skew;
    report_.dropped = line->start;
    report_.degrees = line->degrees;
    estimate_.frequency = line->slope;
    estimate_.offset_s = line->intercept;
    estimate_.offset_sd_s = line->intercept_sd;
    estimate_.frequency_sd = std::clamp(line->slope_sd, min_skew, max_skew);
    estimate_.skew = std::clamp(line->slope_sd * t_coefficient(line->degrees), min_skew, max_skew);
    estimate_.stddev_s = std::max(min_stddev_s, std::sqrt(line->variance));
    estimate_.runs = line->runs;
    store_.drop_oldest(line->start);
  } else {
    estimate_.offset_s = newest.offset_s;
    estimate_.offset_sd_s = unknown_deviation_s;
    estimate_.frequency_sd = worst_frequency;
    estimate_.skew = worst_frequency;
    estimate_.stddev_s = unknown_deviation_s;
    estimate_.runs = 0;
  }
  estimate_.samples = store_.size();
  estimate_.best = best_sample(store_, estimate_.skew);
}

std::vector<std::string> RegressionEstimator::save() const {
  auto lines = store_.save();
  lines.insert(lines.begin(), fmt::format("{} {}", store_.size(), estimate_.asymmetry_run));
  return lines;
}

Result<void> RegressionEstimator::load(std::span<const std::string_view> lines, Instant now) {
  reset();
  const auto head = parse_dump_head(lines);
  if (!head) return head.failure();
  if (auto loaded = store_.load(lines.subspan(1, static_cast<std::size_t>(head->samples)), now); !loaded) {
    return loaded;
  }
  estimate_.asymmetry_run = head->asymmetry_run;
  fit();
  return {};
}

}  // namespace tactus
