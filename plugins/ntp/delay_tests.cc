// SPDX-License-Identifier: Apache-2.0
// Tests B, C and D. NTP specification sections 11 and 15.
#include "delay_tests.hpp"

#include <cmath>

namespace tactus::ntp {

namespace {

double min_delay_s(const DelayLimits& limits, const tactus_source_stats& stats) noexcept {
  return limits.min_delay_s > 0 ? limits.min_delay_s : stats.min_delay_s;
}

// How far our clock may have moved against the source since the estimate.
double wander_s(const DelayLimits& limits, const DelayInput& input, const tactus_source_stats& stats) noexcept {
  return input.since_estimate_s * (stats.skew + limits.max_clock_error);
}

}  // namespace

bool passes_delay_ratio(const DelayLimits& limits, const DelayInput& input, const tactus_source_stats& stats) noexcept {
  if (limits.max_delay_ratio < 1 || stats.samples < delay_test_min_samples) return true;
  return input.delay_s <= min_delay_s(limits, stats) * limits.max_delay_ratio + wander_s(limits, input, stats);
}

bool passes_delay_deviation(const DelayLimits& limits, const DelayInput& input,
                            const tactus_source_stats& stats) noexcept {
  if (stats.samples < delay_test_min_samples) return true;
  const double excess = (input.delay_s - min_delay_s(limits, stats)) / 2;
  const double allowed = stats.stddev_s * limits.max_delay_dev_ratio + wander_s(limits, input, stats);
  if (excess <= allowed) return true;
  // An offset that differs from the prediction by more than the delay can explain is news of the clock.
  return std::abs(input.offset_s + input.predicted_offset_s) - excess > allowed;
}

bool passes_loop_test(const Header& header, std::uint32_t local_refid, const tactus_reference& own) noexcept {
  if (header.stratum > 1 && header.refid == local_refid) return false;
  const bool same = header.stratum == own.stratum && header.refid == own.refid &&
                    header.root_delay_16_16 == seconds_to_16_16(own.root_delay_s) && !header.reference.zero() &&
                    header.reference == to_ntp(from_ns<Instant>(own.reference_time_ns));
  return !same;
}

}  // namespace tactus::ntp
