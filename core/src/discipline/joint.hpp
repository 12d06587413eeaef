// SPDX-License-Identifier: Apache-2.0
// One bank of filters that is fed by all sources which are combined. Several equal sources share the local clock: each
// one's own filter follows its wander as slowly as one source's noise demands, and averaging them does not make that
// faster. Here every sample of every source counts at once. What a source differs from the others by (its path's
// asymmetry) is measured slowly and taken off, so that the joint offset is at the level which the combination of
// estimates has. Beyond the specification "beyond chrony", section 7 (its section 12 item 7).
#pragma once

#include <map>
#include <optional>
#include <span>

#include "discipline/adaptive_bank.hpp"
#include "samples/sample.hpp"

namespace tactus {

class AdaptiveEstimator;

class JointEstimator {
 public:
  // A source whose estimate is combined, as it is at the time of a sample.
  struct Member {
    const void* source;  // its identity
    const AdaptiveEstimator* estimator;
    double weight;  // of its offset in the combination, > 0
  };
  struct Result {
    Instant time{};
    double offset_s = 0.0;  // positive: local clock fast
    double offset_sd_s = 0.0;
    double frequency = 0.0;
    double frequency_sd = 0.0;
  };

  // The newest sample of members[newest]. Another bank begins with members[selected] when there is none yet.
  void take(std::span<const Member> members, std::size_t newest, std::size_t selected);
  // Nothing while it is too young, or has just found that it was wrong.
  [[nodiscard]] std::optional<Result> result() const;

  void reset() noexcept;
  void forget(const void* source) { biases_.erase(source); }
  void adjust(const HistoryChange& change) noexcept;
  void disperse(double dispersion_s) noexcept;

 private:
  struct Bias {
    double mean_s = 0.0;  // of the source's offset against the combination
    int count = 0;
  };
  void start(const AdaptiveEstimator& from);
  double bias_s(std::span<const Member> members, std::size_t newest, Instant time);

  std::optional<AdaptiveBank> bank_;
  std::map<const void*, Bias> biases_;
  Instant time_{};      // of the bank
  double scale_ = 1.0;  // of the noise of the source that it began with
  int taken_ = 0;       // samples since then; saturates
  int needed_ = 0;      // as many make it worth something
  int surprises_ = 0;   // in a row
};

}  // namespace tactus
