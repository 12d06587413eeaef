// SPDX-License-Identifier: Apache-2.0
// See fallback_drift.hpp.
#include "discipline/fallback_drift.hpp"

#include <algorithm>
#include <cmath>

namespace tactus {
namespace {

constexpr int longest_log2_s = 40;
constexpr double shortest_interval_s = 1.0;
constexpr double largest_growth = 4.0;  // of an interval over the one before: there was a gap

}  // namespace

FallbackDrift::FallbackDrift(const FallbackSettings& settings) {
  if (settings.min_log2_s <= 0) return;
  for (int i = settings.min_log2_s; i <= std::min(settings.max_log2_s, longest_log2_s); ++i) {
    averages_.push_back({std::ldexp(1.0, i)});
  }
}

void FallbackDrift::update(double interval_s, double frequency_ppm) {
  const bool regular = interval_s >= shortest_interval_s && interval_s <= largest_growth * last_interval_s_;
  last_interval_s_ = interval_s;
  if (!regular) return;
  for (Average& average : averages_) {
    if (average.seen_s < average.span_s) {
      const double half_s = interval_s / 2.0;
      average.frequency_ppm =
          (average.frequency_ppm * average.seen_s + frequency_ppm * half_s) / (average.seen_s + half_s);
      average.seen_s += half_s;
    } else {
      average.frequency_ppm += (1.0 - std::exp(-interval_s / average.span_s)) * (frequency_ppm - average.frequency_ppm);
    }
  }
}

std::optional<FallbackDrift::Choice> FallbackDrift::choose(std::size_t from) const {
  for (std::size_t i = from; i < averages_.size(); ++i) {
    const Average& average = averages_[i];
    if (average.seen_s >= average.span_s) return Choice{i, average.span_s, average.frequency_ppm};
  }
  return std::nullopt;
}

}  // namespace tactus
