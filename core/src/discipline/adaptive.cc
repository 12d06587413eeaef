// SPDX-License-Identifier: Apache-2.0
// The adaptive estimator. Specification "beyond chrony", 4.1 and 4.4 to 4.7; comments name the part.
#include "discipline/adaptive.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace tactus {
namespace {

constexpr double fixed_asymmetry_limit = 0.5;
constexpr int first_samples = 8;  // whose scale has a lower limit
constexpr double first_scale = 0.1;
constexpr double no_path_delay_s = 1e-8;  // peer delays up to it are a reference clock's
constexpr double interval_gain = 0.1;
constexpr int least_for_scores = 3;
constexpr int least_for_branch = 7;
constexpr double surprise_limit = 5.0;  // deviations
constexpr double early_limit = 30.0;    // deviations, before there can be a branch
constexpr int most_early_steps = 2;     // a source that contradicts itself more often is jittery
constexpr double branch_widening = 10.0;
constexpr int branch_samples = 2;
constexpr double step_evidence = 4.0;  // difference of log densities
constexpr double jump_evidence = 2.0;
constexpr double branch_share = 0.8;  // of the reported state
constexpr double full_variance_samples = 7.0;

int store_limit(int max_samples) { return max_samples > 0 && max_samples < min_fit_samples ? max_samples : 0; }

}  // namespace

AdaptiveEstimator::AdaptiveEstimator(const EstimatorSettings& settings, std::shared_ptr<const AdaptiveGrid> grid)
    // As large as it can be: minsamples and maxsamples have no say (4.7).
    : Estimator({1, store_limit(settings.limits.max_samples), settings.limits.min_delay_s}),
      grid_(std::move(grid)),
      configured_min_delay_s_(settings.limits.min_delay_s),
      precision_s_(settings.precision_s) {
  if (std::abs(settings.asymmetry) <= fixed_asymmetry_limit) fixed_asymmetry_ = settings.asymmetry;
}

void AdaptiveEstimator::restart() {
  main_.reset();
  branch_.reset();
  taken_ = 0;
  reprocessing_ = true;
  mean_interval_s_ = 0.0;
  delays_ = {};
  mixture_ = {};
  estimate_ = {};
  report_ = {};
}

void AdaptiveEstimator::reset() {
  early_steps_ = 0;
  store_.reset();
  restart();
}

SampleStore::Added AdaptiveEstimator::accumulate(const Sample& sample) {
  if (const auto step_s = early_step_s(sample)) {
    // The clock was stepped by somebody: a start that is done again and again with both halves takes hours to forget.
    shift(*step_s);
    ++early_steps_;
  }
  const auto added = store_.accumulate(sample);
  if (added == SampleStore::Added::after_reset) restart();
  process();
  return added;
}

// 4.1
void AdaptiveEstimator::measure_delays() {
  std::array<double, max_store_samples> window;
  const auto size = static_cast<std::size_t>(store_.size());
  double least_dispersion_s = INFINITY;
  for (std::size_t i = 0; i < size; ++i) {
    const Sample& sample = store_.at(static_cast<int>(i)).sample;
    window[i] = 0.5 * sample.peer_delay_s + sample.peer_dispersion_s;
    least_dispersion_s = std::min(least_dispersion_s, sample.peer_dispersion_s);
  }
  const Sample& newest = store_.newest().sample;
  const double newest_s = window[size - 1];
  std::sort(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(size));
  const auto quarter = static_cast<std::size_t>(std::floor(0.25 * static_cast<double>(size - 1) + 0.5));
  delays_.floor_s = configured_min_delay_s_ > 0.0 ? 0.5 * configured_min_delay_s_ + least_dispersion_s : window[0];
  delays_.scale_s = std::max(1.75 * (window[quarter] - delays_.floor_s), 0.5 * precision_s_);
  if (taken_ < first_samples && newest.peer_delay_s > no_path_delay_s) {
    const double part = static_cast<double>(first_samples - taken_) / first_samples;
    delays_.scale_s = std::max(delays_.scale_s, part * first_scale * newest_s);
  }
}

AdaptiveMeasurement AdaptiveEstimator::measurement(const Sample& sample) const noexcept {
  const double excess_s = std::max(0.0, 0.5 * sample.peer_delay_s + sample.peer_dispersion_s - delays_.floor_s);
  const double path_s = fixed_asymmetry_ ? *fixed_asymmetry_ * 2.0 * excess_s : 0.0;
  return {sample.offset_s - path_s, excess_s, delays_.scale_s};
}

AdaptiveMeasurement AdaptiveEstimator::newest_measurement() const noexcept {
  AdaptiveMeasurement out = measurement(store_.newest().sample);
  out.offset_s -= 2.0 * out.excess_s * mixture_.asymmetry;
  return out;
}

// By how much a sample contradicts the few before it, when it cannot belong to them.
std::optional<double> AdaptiveEstimator::early_step_s(const Sample& sample) const {
  if (taken_ + 1 < least_for_scores || taken_ + 1 >= least_for_branch || branch_) return std::nullopt;
  if (early_steps_ == most_early_steps || sample.time <= time_) return std::nullopt;
  // Samples that make a frequency which no clock has are not to be trusted against another.
  if (std::abs(mixture_.frequency) > worst_frequency) return std::nullopt;
  AdaptiveBank bank = *main_;
  bank.predict(to_seconds(sample.time - time_), mean_interval_s_);
  const AdaptiveMeasurement taken = measurement(sample);
  const AdaptivePrediction expected = bank.expect(taken);
  const double step_s = taken.offset_s - expected.mean_s;
  const double spread_s = std::sqrt(expected.variance + mixture_.offset_variance);
  return std::abs(step_s) > early_limit * spread_s ? std::optional{step_s} : std::nullopt;
}

void AdaptiveEstimator::process() {
  const Sample& newest = store_.newest().sample;
  const double old_floor_s = delays_.floor_s;
  const bool alone = !branch_;
  measure_delays();
  if (taken_ == 0) {
    main_.emplace(grid_, !fixed_asymmetry_);
    main_->start(measurement(newest));
    main_->rate();
  } else {
    const double elapsed_s = to_seconds(newest.time - time_);
    mean_interval_s_ = taken_ == 1 ? elapsed_s : mean_interval_s_ + interval_gain * (elapsed_s - mean_interval_s_);
    for (AdaptiveBank* bank : {&*main_, branch_ ? &branch_->bank : nullptr}) {
      if (bank == nullptr) continue;
      bank->move_floor(delays_.floor_s - old_floor_s);
      bank->predict(elapsed_s, mean_interval_s_);
    }
    judge(measurement(newest));
  }
  time_ = newest.time;
  taken_ = std::min(taken_ + 1, max_store_samples + 1);
  if (alone && !branch_ && reprocessing_ && taken_ > 1 && taken_ <= max_store_samples) reprocess();
  publish();
}

// 4.5
void AdaptiveEstimator::reprocess() {
  main_->start(measurement(store_.at(0).sample));
  for (int i = 1; i < store_.size(); ++i) {
    const Sample& sample = store_.at(i).sample;
    main_->predict(to_seconds(sample.time - store_.at(i - 1).sample.time), mean_interval_s_);
    main_->update(measurement(sample), i + 1 >= least_for_scores);
  }
  main_->rate();
}

void AdaptiveEstimator::take(AdaptiveBank& bank, const AdaptiveMeasurement& measurement) const noexcept {
  bank.update(measurement, taken_ + 1 >= least_for_scores);
  bank.rate();
}

// 4.6: processes the newest sample in one or two banks.
void AdaptiveEstimator::judge(const AdaptiveMeasurement& measurement) {
  if (!branch_) {
    if (taken_ + 1 >= least_for_branch) {
      const AdaptivePrediction expected = main_->expect(measurement);
      const double surprise_s = measurement.offset_s - expected.mean_s;
      if (std::abs(surprise_s) > surprise_limit * std::sqrt(expected.variance)) {
        open_branch(measurement, measurement.offset_s - predict_s(store_.newest().sample.time));
      }
    }
    take(*main_, measurement);
    return;
  }
  branch_->own_log += branch_->bank.expect(measurement).log_density;
  branch_->main_log += main_->expect(measurement).log_density;
  ++branch_->judged;
  if (branch_->own_log > branch_->main_log + step_evidence) {
    main_ = std::move(branch_->bank);
    branch_.reset();
    reprocessing_ = false;
    take(*main_, measurement);
    return;
  }
  take(branch_->bank, measurement);
  take(*main_, measurement);
  if (branch_->judged < branch_samples) return;
  if (branch_->main_log > branch_->own_log + jump_evidence) {
    main_->accept_jump();
    reprocessing_ = false;
  }
  branch_.reset();
}

void AdaptiveEstimator::open_branch(const AdaptiveMeasurement& measurement, double surprise_s) {
  branch_.emplace(Branch{*main_});
  const double deviation_s = branch_widening * surprise_s;
  branch_->bank.spread(deviation_s * deviation_s);
  branch_->bank.update(measurement, false);
}

void AdaptiveEstimator::publish() {
  mixture_ = main_->mixture();
  if (branch_) {
    const AdaptiveMixture other = branch_->bank.mixture();
    mixture_.offset_s += branch_share * (other.offset_s - mixture_.offset_s);
    mixture_.frequency += branch_share * (other.frequency - mixture_.frequency);
  }
  report_ = {};
  report_.samples_before = store_.size();
  estimate_.reference_time = time_;
  estimate_.samples = store_.size();
  estimate_.valid = store_.size() >= min_fit_samples;
  if (estimate_.valid) {
    report_.degrees = store_.size() - 2;
    report_.stress = std::abs(estimate_.frequency - mixture_.frequency) / estimate_.skew;
    estimate_.offset_s = mixture_.offset_s;
    estimate_.frequency = mixture_.frequency;
    estimate_.offset_sd_s = std::sqrt(mixture_.offset_variance);
    const double frequency_sd = std::sqrt(mixture_.frequency_variance);
    estimate_.frequency_sd = std::clamp(frequency_sd, min_skew, max_skew);
    estimate_.skew = std::clamp(adaptive_skew_ratio * frequency_sd, min_skew, max_skew);
    estimate_.stddev_s = std::max(min_stddev_s, delays_.scale_s * std::sqrt(mixture_.scale));
    estimate_.runs = main_->deciding();
  } else {
    estimate_.offset_s = store_.newest().sample.offset_s;
  }
  estimate_.best = best_sample(store_, estimate_.skew);
}

// 4.7
void AdaptiveEstimator::adjust(const HistoryChange& change) {
  if (store_.size() == 0) return;
  store_.adjust(change);
  const double delta_s = history_delta_s(change, time_);
  main_->adjust(delta_s, change.frequency);
  if (branch_) branch_->bank.adjust(delta_s, change.frequency);
  time_ += from_seconds(delta_s);
  mixture_.offset_s += delta_s;
  mixture_.frequency = (mixture_.frequency - change.frequency) / (1.0 - change.frequency);
  estimate_.reference_time = time_;
  estimate_.offset_s += delta_s;
  estimate_.frequency = (estimate_.frequency - change.frequency) / (1.0 - change.frequency);
}

void AdaptiveEstimator::shift(double offset_s) {
  store_.shift(offset_s);
  if (main_) main_->shift(offset_s);
  if (branch_) branch_->bank.shift(offset_s);
  mixture_.offset_s += offset_s;
  estimate_.offset_s += offset_s;
}

void AdaptiveEstimator::disperse(double dispersion_s) {
  store_.disperse(dispersion_s);
  if (main_) main_->spread(dispersion_s * dispersion_s);
  if (branch_) branch_->bank.spread(dispersion_s * dispersion_s);
}

double AdaptiveEstimator::predict_s(Instant time) const noexcept {
  if (store_.size() == 0) return 0.0;
  if (store_.size() < min_fit_samples) return store_.newest().sample.offset_s;
  return estimate_.offset_s + to_seconds(time - estimate_.reference_time) * estimate_.frequency;
}

// Section 6.
double AdaptiveEstimator::effective_samples() const noexcept {
  const double held = store_.size();
  if (held < min_fit_samples) return held;
  return std::clamp(full_variance_samples / main_->relative_variance(delays_.scale_s), double{min_fit_samples}, held);
}

std::vector<std::string> AdaptiveEstimator::save() const {
  auto lines = store_.save();
  lines.insert(lines.begin(), fmt::format("{} 0", store_.size()));
  return lines;
}

Result<void> AdaptiveEstimator::load(std::span<const std::string_view> lines, Instant now) {
  reset();
  const auto head = parse_dump_head(lines);
  if (!head) return head.failure();
  if (auto loaded = store_.load(lines.subspan(1, static_cast<std::size_t>(head->samples)), now); !loaded) {
    return loaded;
  }
  time_ = store_.newest().sample.time;
  for (int i = 1; i < store_.size(); ++i) {
    const double elapsed_s = to_seconds(store_.at(i).sample.time - store_.at(i - 1).sample.time);
    mean_interval_s_ = i == 1 ? elapsed_s : mean_interval_s_ + interval_gain * (elapsed_s - mean_interval_s_);
  }
  taken_ = store_.size() - 1;
  measure_delays();
  taken_ = store_.size();
  main_.emplace(grid_, !fixed_asymmetry_);
  reprocess();
  publish();
  return {};
}

EstimatorFactory adaptive_factory(const AdaptiveSettings& settings) {
  auto grid = std::make_shared<const AdaptiveGrid>(settings);
  return [grid = std::move(grid)](const EstimatorSettings& from) {
    return std::make_unique<AdaptiveEstimator>(from, grid);
  };
}

}  // namespace tactus
