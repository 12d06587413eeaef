// SPDX-License-Identifier: Apache-2.0
// See joint.hpp.
#include "discipline/joint.hpp"

#include <algorithm>
#include <cmath>

#include "discipline/adaptive.hpp"

namespace tactus {
namespace {

constexpr int bias_memory = 64;    // samples of a source
constexpr int least_history = 16;  // samples of the source that a bank begins with
constexpr int needed_rounds = 2;   // samples of each member before the bank counts
constexpr double surprise_limit = 5.0;
constexpr int surprises_in_a_row = 3;  // as many mean that the bank is wrong, fewer that a sample is
constexpr int enough = 1 << 20;

double offset_at(const AdaptiveEstimator& estimator, Instant time) {
  const Estimate& estimate = estimator.estimate();
  return estimate.offset_s + to_seconds(time - estimate.reference_time) * estimate.frequency;
}

}  // namespace

void JointEstimator::reset() noexcept {
  bank_.reset();
  biases_.clear();
  surprises_ = 0;
}

void JointEstimator::start(const AdaptiveEstimator& from) {
  if (from.branch_open() || from.store().size() < least_history) return;
  bank_.emplace(from.symmetric_bank());
  time_ = from.estimate().reference_time;
  scale_ = from.mixture().scale;
  taken_ = 0;
  surprises_ = 0;
}

double JointEstimator::bias_s(std::span<const Member> members, std::size_t newest, Instant time) {
  double weights = 0.0;
  double mean_s = 0.0;
  for (const Member& member : members) {
    weights += member.weight;
    mean_s += member.weight * offset_at(*member.estimator, time);
  }
  mean_s /= weights;
  Bias& own = biases_[members[newest].source];
  own.count = std::min(own.count + 1, bias_memory);
  own.mean_s += (offset_at(*members[newest].estimator, time) - mean_s - own.mean_s) / own.count;
  // The biases say nothing about the common level.
  double level_s = 0.0;
  for (const Member& member : members) {
    if (const auto found = biases_.find(member.source); found != biases_.end()) {
      level_s += member.weight * found->second.mean_s;
    }
  }
  return own.mean_s - level_s / weights;
}

void JointEstimator::take(std::span<const Member> members, std::size_t newest, std::size_t selected) {
  const AdaptiveEstimator& own = *members[newest].estimator;
  const Instant time = own.estimate().reference_time;
  const double bias = bias_s(members, newest, time);
  needed_ = needed_rounds * static_cast<int>(members.size());
  if (!bank_) {
    start(*members[selected].estimator);
    return;
  }
  // As long in time as a source's own: what tells the wander is time, not the number of samples.
  bank_->lengthen_memory(static_cast<double>(members.size()));
  AdaptiveMeasurement measurement = own.newest_measurement();
  const double noise = std::sqrt(own.mixture().scale / scale_);
  measurement.offset_s -= bias;
  measurement.excess_s *= noise;
  measurement.scale_s *= noise;
  const double elapsed_s = to_seconds(time - time_);
  if (elapsed_s > 0.0) {
    bank_->predict(elapsed_s, elapsed_s);
    time_ = time;
  } else {
    // Samples of different sources may come in another order than they were measured.
    measurement.offset_s -= elapsed_s * own.estimate().frequency;
  }
  const AdaptivePrediction expected = bank_->expect(measurement);
  if (std::abs(measurement.offset_s - expected.mean_s) > surprise_limit * std::sqrt(expected.variance)) {
    if (++surprises_ >= surprises_in_a_row) bank_.reset();
    return;
  }
  surprises_ = 0;
  bank_->update(measurement, true);
  bank_->rate();
  taken_ = std::min(taken_ + 1, enough);
}

std::optional<JointEstimator::Result> JointEstimator::result() const {
  if (!bank_ || taken_ < needed_) return std::nullopt;
  const AdaptiveMixture mixture = bank_->mixture();
  return Result{time_, mixture.offset_s, std::sqrt(mixture.offset_variance), mixture.frequency,
                std::sqrt(mixture.frequency_variance)};
}

void JointEstimator::adjust(const HistoryChange& change) noexcept {
  if (!bank_) return;
  const double delta_s = history_delta_s(change, time_);
  bank_->adjust(delta_s, change.frequency);
  time_ += from_seconds(delta_s);
}

void JointEstimator::disperse(double dispersion_s) noexcept {
  if (bank_) bank_->spread(dispersion_s * dispersion_s);
}

}  // namespace tactus
