// SPDX-License-Identifier: Apache-2.0
// Combining of agreeing sources. Discipline specification, section 9.
#include "discipline/combine.hpp"

#include <algorithm>
#include <cmath>

namespace tactus {
namespace {

constexpr int reach_full = 8;
constexpr int distant_updates = 32;  // 1 until the reach register is full

bool too_far(const Source& source, const Source& selected, double selected_distance_s,
             const DisciplineSettings& settings) {
  const Estimate& mine = source.estimator().estimate();
  const Estimate& reference = selected.estimator().estimate();
  if (source.place().data.distance_s > settings.combine_limit * selected_distance_s) return true;
  return std::abs(reference.frequency - mine.frequency) >
         settings.combine_limit * (reference.skew + mine.skew + settings.max_clock_error_ppm * 1e-6);
}

struct WeightedMean {
  double weights = 0.0;
  double sum = 0.0;
  void add(double weight, double value) {
    weights += weight;
    sum += weight * value;
  }
  [[nodiscard]] double value() const { return sum / weights; }
};

class AdaptiveSums {
 public:
  explicit AdaptiveSums(const Source& selected) : reference_(selected.estimator().estimate()) {}

  void add(const Source& source) {
    const Estimate& estimate = source.estimator().estimate();
    const double elapsed_s = to_seconds(reference_.reference_time - estimate.reference_time);
    const double variance = estimate.offset_sd_s * estimate.offset_sd_s;
    const double weight = adaptive_weight(source);
    offset_.add(weight, estimate.offset_s + elapsed_s * estimate.frequency);
    noise_ += weight * weight * variance;
    frequency_.add(1.0 / (estimate.frequency_sd * estimate.frequency_sd), estimate.frequency);
    ++count_;
  }

  [[nodiscard]] Combined result() const {
    // The errors share the local clock: they do not average out without end.
    const double sd_s = std::max(std::sqrt(noise_) / offset_.weights, 0.5 * reference_.offset_sd_s);
    const double frequency_sd = 1.0 / std::sqrt(frequency_.weights);
    return {reference_.reference_time,          offset_.value(), sd_s, frequency_.value(), frequency_sd,
            adaptive_skew_ratio * frequency_sd, count_};
  }

 private:
  const Estimate& reference_;
  WeightedMean offset_;
  WeightedMean frequency_;
  double noise_ = 0.0;
  int count_ = 0;
};

// Weighted sums of the offsets, moved to the selected source's reference time, and of the frequencies.
class Sums {
 public:
  explicit Sums(const Source& selected) : reference_(selected.estimator().estimate()) {}

  void add(const Source& source) {
    const Estimate& estimate = source.estimator().estimate();
    const double elapsed_s = to_seconds(reference_.reference_time - estimate.reference_time);
    const double offset_s = estimate.offset_s + elapsed_s * estimate.frequency;
    const double offset_sd_s = estimate.offset_sd_s + elapsed_s * estimate.frequency_sd;
    const double offset_weight = 1.0 / source.place().data.distance_s;
    const double apart_s = offset_s - reference_.offset_s;
    offset_.add(offset_weight, offset_s);
    spread_.add(offset_weight, offset_sd_s * offset_sd_s + apart_s * apart_s);
    frequency_.add(1.0 / (estimate.frequency_sd * estimate.frequency_sd), estimate.frequency);
    skew_weights_ += 1.0 / (estimate.skew * estimate.skew);
    ++count_;
  }

  [[nodiscard]] Combined result() const {
    return {reference_.reference_time,
            offset_.value(),
            std::sqrt(spread_.value()),
            frequency_.value(),
            1.0 / std::sqrt(frequency_.weights),
            1.0 / std::sqrt(skew_weights_),
            count_};
  }

 private:
  const Estimate& reference_;
  WeightedMean offset_;
  WeightedMean spread_;
  WeightedMean frequency_;
  double skew_weights_ = 0.0;
  int count_ = 0;
};

// Adds the selected source and those near it to `sums`; returns how many others there are.
template <class Total>
int gather(Total& sums, std::span<Source* const> list, Source& selected, const DisciplineSettings& settings,
           const std::function<void(Source&, SourceState)>& mark) {
  const double distance_s = selected.place().data.distance_s + (selected.is_ntp() ? settings.reselect_distance_s : 0.0);
  int others = 0;
  for (Source* source : list) {
    if (source == &selected) {
      sums.add(*source);
      continue;
    }
    auto& place = source->place();
    if (too_far(*source, selected, distance_s, settings)) {
      place.distant = source->reach_size() >= reach_full ? distant_updates : 1;
    } else if (place.distant > 0) {
      --place.distant;
    }
    if (place.distant > 0) {
      mark(*source, SourceState::distant);
      continue;
    }
    mark(*source, SourceState::combined);
    sums.add(*source);
    ++others;
  }
  return others;
}

}  // namespace

// Section 7 of "beyond chrony".
double adaptive_weight(const Source& source) noexcept {
  constexpr double bias_share = 0.1;
  const double sd_s = source.estimator().estimate().offset_sd_s;
  const double bias_s = bias_share * source.place().data.distance_s;
  return 1.0 / (sd_s * sd_s + bias_s * bias_s);
}

Combined combine(std::span<Source* const> list, Source& selected, const DisciplineSettings& settings,
                 const std::function<void(Source&, SourceState)>& mark) {
  const Estimate& own = selected.estimator().estimate();
  const auto result = [&](auto sums) -> Combined {
    if (gather(sums, list, selected, settings, mark) > 0) return sums.result();
    return {own.reference_time, own.offset_s, own.offset_sd_s, own.frequency, own.frequency_sd, own.skew, 1};
  };
  if (settings.estimator == EstimatorKind::adaptive) return result(AdaptiveSums(selected));
  return result(Sums(selected));
}

}  // namespace tactus
