// SPDX-License-Identifier: Apache-2.0
// One source: status, reachability, filter and store. Discipline specification, sections 5 to 8.1.
#include "discipline/source.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tactus {
namespace {

constexpr int reach_bits = 8;

std::optional<SampleFilter> make_filter(const SourceParams& params) {
  if (params.filter_length < 1) return std::nullopt;
  return SampleFilter(FilterSettings::ntp(params.filter_length, params.estimator.precision_s));
}

}  // namespace

Source::Source(SourceParams params, const tactus_source_callbacks* callbacks, void* user,
               const EstimatorFactory& factory)
    : params_(std::move(params)), user_(user), estimator_(factory(params_.estimator)), filter_(make_filter(params_)) {
  if (callbacks != nullptr) {
    std::memcpy(&callbacks_, callbacks, std::min<std::size_t>(callbacks->struct_size, sizeof callbacks_));
  }
  place_.effective_options = params_.select_options;
}

void Source::set_address(const tactus_address& address, std::uint32_t refid) {
  params_.address = address;
  params_.refid = refid;
}

void Source::set_status(int stratum, std::uint32_t leap) noexcept {
  stratum_ = stratum;
  leap_ = leap;
}

void Source::shift_reach(bool bit) noexcept {
  reach_ = ((reach_ << 1) | (bit ? 1U : 0U)) & ((1U << reach_bits) - 1);
  reach_size_ = std::min(reach_size_ + 1, reach_bits);
  unreachable_run_ = reach_ == 0 ? unreachable_run_ + 1 : 0;
}

void Source::reset_reach() noexcept {
  reach_ = 0;
  reach_size_ = 0;
  unreachable_run_ = 0;
}

Source::Taken Source::store(const Sample& sample, Drops& drops) {
  Taken taken;
  taken.accumulated = true;
  taken.sample = sample;
  taken.prediction_error_s = std::abs(sample.offset_s - estimator_->predict_s(sample.time));
  const int held = estimator_->store().size();
  if (estimator_->accumulate(sample) == SampleStore::Added::after_reset) {
    taken.after_reset = true;
    drops.add(Drop::store_not_later, static_cast<std::uint64_t>(held));
  }
  ++place_.updates;
  return taken;
}

Source::Taken Source::filter_due(Drops& drops) {
  ++filter_polls_;
  if (filter_polls_ < params_.filter_length) return {};
  const int held = filter_->size();
  const auto sample = filter_->output();
  if (!sample) {
    Taken taken;
    taken.filter_failed = true;
    return taken;
  }
  filter_polls_ = 0;
  drops.add(Drop::sample_filter_outlier, static_cast<std::uint64_t>(held - filter_->used()));
  return store(*sample, drops);
}

Source::Taken Source::take(const Sample& sample, Drops& drops) {
  if (!filter_) return store(sample, drops);
  if (filter_->size() == std::clamp(params_.filter_length, 1, 256)) drops.add(Drop::sample_filter_overflow);
  if (filter_->accumulate(sample) == SampleFilter::Refusal::not_later) drops.add(Drop::sample_filter_order);
  return filter_due(drops);
}

Source::Taken Source::miss(Drops& drops) { return filter_ ? filter_due(drops) : Taken{}; }

void Source::reset_samples(Drops& drops) {
  estimator_->reset();
  place_.updates = 0;
  if (!filter_) return;
  drops.add(Drop::sample_filter_reset, static_cast<std::uint64_t>(filter_->size()));
  filter_->drop();
  filter_polls_ = 0;
}

void Source::reset(Drops& drops) {
  reset_samples(drops);
  reset_reach();
  set_status(0, TACTUS_LEAP_UNSYNCHRONISED);
  const std::uint32_t options = place_.effective_options;
  place_ = {};
  place_.effective_options = options;
}

void Source::adjust(const HistoryChange& change) {
  estimator_->adjust(change);
  if (filter_) filter_->adjust(change);
}

void Source::shift(double offset_s) {
  estimator_->shift(offset_s);
  if (filter_) filter_->shift(offset_s);
}

void Source::disperse(double dispersion_s) {
  estimator_->disperse(dispersion_s);
  if (filter_) filter_->disperse(dispersion_s);
}

// 6.7
SelectionData Source::selection_data(Instant now) const {
  SelectionData data;
  const SampleStore& store = estimator_->store();
  if (store.size() == 0) return data;
  const Estimate& estimate = estimator_->estimate();
  const Sample& best = store.at(estimate.best).sample;
  const double age_s = std::abs(to_seconds(now - best.time));
  const double offset_s = best.offset_s + age_s * estimate.frequency;
  data.valid = estimate.valid;
  data.distance_s = 0.5 * best.root_delay_s + best.root_dispersion_s + age_s * estimate.skew;
  data.low_s = offset_s - data.distance_s;
  data.high_s = offset_s + data.distance_s;
  data.stddev_s = estimate.stddev_s;
  data.first_sample_ago_s = to_seconds(now - store.at(0).sample.time);
  data.last_sample_ago_s = to_seconds(now - store.newest().sample.time);
  return data;
}

double Source::reference_root_delay_s() const {
  return estimator_->store().at(estimator_->estimate().best).sample.root_delay_s;
}

double Source::reference_root_dispersion_s() const {
  const Estimate& estimate = estimator_->estimate();
  const Sample& best = estimator_->store().at(estimate.best).sample;
  return best.root_dispersion_s + estimate.skew * to_seconds(estimate.reference_time - best.time) +
         estimate.offset_sd_s;
}

int Source::poll_log2_s() const {
  std::int32_t poll = 0;
  std::uint32_t mode = 0;
  if (callbacks_.describe != nullptr) callbacks_.describe(user_, &poll, &mode);
  return poll;
}

double Source::least_update_unit_s() const {
  constexpr double ntp_share = 0.9;
  constexpr double direct_share = 0.5;
  const double share = is_ntp() ? ntp_share : direct_ ? direct_share : 0.0;
  return share > 0.0 ? share * std::exp2(poll_log2_s()) : 0.0;
}

void Source::ask_replacement() const {
  if (callbacks_.replace != nullptr) callbacks_.replace(user_);
}

}  // namespace tactus
