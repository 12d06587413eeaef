// SPDX-License-Identifier: Apache-2.0
// The median and mean filter. NTP specification 12, discipline specification 14.2.
#include "samples/sample_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <tactus/result.hpp>

namespace tactus {
namespace {

constexpr double dispersion_ratio = 1.5;  // of the smallest one, for taking part
constexpr std::size_t choosy_above = 4;   // samples
constexpr double variance_floor = 1e-20;  // s^2
constexpr int average_samples = 50;       // memory of the running variance

// 90 % quantile of the chi-square distribution, by degrees of freedom 1..64.
constexpr std::array<double, 64> chi_square_90 = {
    2.706,  4.605,  6.251,  7.779,  9.236,  10.645, 12.017, 13.362, 14.684, 15.987, 17.275, 18.549, 19.812,
    21.064, 22.307, 23.542, 24.769, 25.989, 27.204, 28.412, 29.615, 30.813, 32.007, 33.196, 34.382, 35.563,
    36.741, 37.916, 39.087, 40.256, 41.422, 42.585, 43.745, 44.903, 46.059, 47.212, 48.363, 49.513, 50.660,
    51.805, 52.949, 54.090, 55.230, 56.369, 57.505, 58.641, 59.774, 60.907, 62.038, 63.167, 64.295, 65.422,
    66.548, 67.673, 68.796, 69.919, 71.040, 72.160, 73.279, 74.397, 75.514, 76.630, 77.745, 78.860};

double chi_square(int degrees) noexcept {
  if (degrees <= static_cast<int>(chi_square_90.size())) return chi_square_90[static_cast<std::size_t>(degrees - 1)];
  return 1.2 * degrees;
}

struct Spread {
  double variance;
  double deviation;  // of the mean or of the intercept
  int degrees;
};

// Line through offsets against time from their mean; weights 1/dispersion. (NTP specification 12.3 step 4.)
Spread line_spread(const std::vector<const Sample*>& chosen, const std::vector<double>& x) {
  double weights = 0.0;
  double weighted_x = 0.0;
  double weighted_y = 0.0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const double weight = 1.0 / chosen[i]->peer_dispersion_s;
    weights += weight;
    weighted_x += x[i] * weight;
    weighted_y += chosen[i]->offset_s * weight;
  }
  const double u = weighted_x / weights;
  double square = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const double distance = x[i] - u;
    square += distance * distance / chosen[i]->peer_dispersion_s;
    product += chosen[i]->offset_s * distance / chosen[i]->peer_dispersion_s;
  }
  const double slope = product / square;
  const double intercept = weighted_y / weights - slope * u;
  double residues = 0.0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const double rest = chosen[i]->offset_s - intercept - slope * x[i];
    residues += rest * rest / chosen[i]->peer_dispersion_s;
  }
  const int count = static_cast<int>(chosen.size());
  const double residual_variance = residues / (count - 2);
  const double slope_sd = std::sqrt(residual_variance / square);
  const double intercept_sd = std::sqrt(residual_variance / weights + (u * slope_sd) * (u * slope_sd));
  return {residual_variance * count / weights, intercept_sd, count - 2};
}

}  // namespace

SampleFilter::SampleFilter(const FilterSettings& settings)
    : settings_(settings), average_variance_(settings.precision_s * settings.precision_s) {
  settings_.maximum = std::clamp(settings.maximum, 1, 256);
  settings_.minimum = std::clamp(settings.minimum, 1, settings_.maximum);
}

SampleFilter::Refusal SampleFilter::accumulate(const Sample& sample) {
  if (!samples_.empty() && sample.time <= samples_.back().time) return Refusal::not_later;
  if (size() == settings_.maximum) samples_.erase(samples_.begin());
  samples_.push_back(sample);
  last_ = sample;
  return Refusal::none;
}

std::vector<const Sample*> SampleFilter::select() const {
  std::vector<const Sample*> chosen;
  if (samples_.size() > choosy_above) {
    double least = samples_.front().peer_dispersion_s;
    for (const Sample& sample : samples_) least = std::min(least, sample.peer_dispersion_s);
    for (const Sample& sample : samples_) {
      if (sample.peer_dispersion_s <= dispersion_ratio * least) chosen.push_back(&sample);
    }
  }
  if (chosen.size() < choosy_above) {
    chosen.clear();
    for (const Sample& sample : samples_) chosen.push_back(&sample);
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Sample* a, const Sample* b) { return a->offset_s < b->offset_s; });
  const int count = static_cast<int>(chosen.size());
  int from = 0;
  if (count > 2) from = std::clamp(static_cast<int>(count * (1.0 - settings_.keep_ratio) / 2.0), 1, (count - 1) / 2);
  chosen.assign(chosen.begin() + from, chosen.end() - from);
  std::sort(chosen.begin(), chosen.end(), [](const Sample* a, const Sample* b) { return a->time < b->time; });
  return chosen;
}

// Takes a variance into the running average; returns by what the deviation is to be scaled. (12.3 steps 6, 7.)
double SampleFilter::running_scale(double variance, int degrees) noexcept {
  double previous = average_variance_;
  if (average_count_ > average_samples) {
    average_variance_ += static_cast<double>(degrees) / (degrees + average_samples) * (variance - average_variance_);
  } else {
    average_variance_ =
        (average_variance_ * average_count_ + variance * degrees) / static_cast<double>(average_count_ + degrees);
    if (average_count_ == 0) previous = average_variance_;
    average_count_ += degrees;
  }
  if (variance * degrees / chi_square(degrees) < previous) return std::sqrt(average_variance_) / std::sqrt(variance);
  return 1.0;
}

bool SampleFilter::combine(const std::vector<const Sample*>& chosen, Sample& result) {
  const auto count = static_cast<double>(chosen.size());
  const Instant newest = chosen.back()->time;
  std::vector<double> x(chosen.size());
  double mean_x = 0.0;
  Sample mean;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    x[i] = to_seconds(chosen[i]->time - newest);
    mean_x += x[i];
    mean.offset_s += chosen[i]->offset_s;
    mean.peer_delay_s += chosen[i]->peer_delay_s;
    mean.peer_dispersion_s += chosen[i]->peer_dispersion_s;
    mean.root_delay_s += chosen[i]->root_delay_s;
    mean.root_dispersion_s += chosen[i]->root_dispersion_s;
  }
  mean_x /= count;
  mean.offset_s /= count;
  for (double& value : x) value -= mean_x;

  Spread spread{average_variance_, std::sqrt(average_variance_), 1};
  if (chosen.size() >= 4) {
    spread = line_spread(chosen, x);
  } else if (chosen.size() >= 2) {
    spread.variance = 0.0;
    for (const Sample* sample : chosen) {
      spread.variance += (sample->offset_s - mean.offset_s) * (sample->offset_s - mean.offset_s);
    }
    spread.degrees = static_cast<int>(chosen.size()) - 1;
    spread.variance /= spread.degrees;
    spread.deviation = std::sqrt(spread.variance);
  }
  if (!(spread.variance >= variance_floor)) {
    spread.variance = variance_floor;
    spread.deviation = std::sqrt(variance_floor);
  }
  if (settings_.max_deviation_s > 0.0 && spread.variance > settings_.max_deviation_s * settings_.max_deviation_s) {
    return false;
  }
  spread.deviation *= running_scale(spread.variance, spread.degrees);

  result.time = newest + from_seconds(mean_x);
  result.offset_s = mean.offset_s;
  result.peer_delay_s = mean.peer_delay_s / count;
  result.root_delay_s = mean.root_delay_s / count;
  result.peer_dispersion_s = std::max(spread.deviation, mean.peer_dispersion_s / count);
  result.root_dispersion_s = std::max(spread.deviation, mean.root_dispersion_s / count);
  return true;
}

std::optional<Sample> SampleFilter::output() {
  if (size() < settings_.minimum) {
    withheld_ = Withheld::too_few;
    return std::nullopt;
  }
  const auto chosen = select();
  Sample result;
  if (!combine(chosen, result)) {
    withheld_ = Withheld::deviation;
    return std::nullopt;
  }
  withheld_ = Withheld::none;
  used_ = static_cast<int>(chosen.size());
  samples_.clear();
  return result;
}

double SampleFilter::average_deviation_s() const noexcept { return std::sqrt(average_variance_); }

void SampleFilter::drop() noexcept {
  samples_.clear();
  last_.reset();
}

void SampleFilter::adjust(const HistoryChange& change) noexcept {
  const auto move = [&change](Sample& sample) {
    const double delta_s = history_delta_s(change, sample.time);
    sample.time += from_seconds(delta_s);
    sample.offset_s += delta_s;
  };
  for (Sample& sample : samples_) move(sample);
  if (last_) move(*last_);
}

void SampleFilter::shift(double offset_s) noexcept {
  for (Sample& sample : samples_) sample.offset_s += offset_s;
  if (last_) last_->offset_s += offset_s;
}

void SampleFilter::disperse(double dispersion_s) noexcept {
  const auto grow = [dispersion_s](Sample& sample) {
    sample.peer_dispersion_s += dispersion_s;
    sample.root_dispersion_s += dispersion_s;
  };
  for (Sample& sample : samples_) grow(sample);
  if (last_) grow(*last_);
}

}  // namespace tactus
