// SPDX-License-Identifier: Apache-2.0
// Acceptance tests of a measurement that passed the packet tests: delay limits (A, B, C) and synchronisation loop (D).
// NTP specification sections 8.4, 11 and 15; discipline specification section 3.3.
#pragma once

#include <cstdint>

#include <tactus/abi.h>
#include <tactus/host.h>

#include "packet.hpp"

namespace tactus::ntp {

// B and C need a history of at least so many samples.
inline constexpr std::uint32_t delay_test_min_samples = 6;

// The largest ratio; no sample is refused for it.
inline constexpr double max_delay_dev_ratio_off = 1e6;

struct DelayLimits {
  double max_delay_s = 3.0;           // clamped 0..1000
  double max_delay_ratio = 0.0;       // below 1: off; clamped 0..1e6
  double max_delay_dev_ratio = 10.0;  // clamped 0..1e6
  double max_delay_quantile = 0.0;    // above 0 replaces the deviation ratio
  double min_delay_s = 0.0;           // above 0: known smallest delay
  double max_clock_error = 1e-6;      // ratio: how far our own clock may drift beyond its estimate
};

// What B and C look at.
struct DelayInput {
  double delay_s = 0;             // round trip of this measurement
  double offset_s = 0;            // reference minus local
  double predicted_offset_s = 0;  // at its time; positive: local clock fast
  double since_estimate_s = 0;    // time of the measurement minus time of the last estimate
};

bool passes_delay_ratio(const DelayLimits& limits, const DelayInput& input, const tactus_source_stats& stats) noexcept;
bool passes_delay_deviation(const DelayLimits& limits, const DelayInput& input,
                            const tactus_source_stats& stats) noexcept;
// Test D: true when the source does not follow us. local_refid: of our address that the packet came to.
bool passes_loop_test(const Header& header, std::uint32_t local_refid, const tactus_reference& own) noexcept;

}  // namespace tactus::ntp
