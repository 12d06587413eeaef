// SPDX-License-Identifier: Apache-2.0
// How long a correction takes when the adaptive estimator steers. Specification "beyond chrony", section 5.
#pragma once

namespace tactus {

// The correction rate for the slewing engine, s^2: what is to be removed times the time that it may take. Small
// remainders (below two deviations) decay over two updates, larger ones proportionally faster. pending_s: all that is
// to be removed now; offset_sd_s: of the estimate; interval_s: since the last update, 0 at the first; poll_interval_s:
// of the selected source, 0 when it does not count.
double adaptive_rate(double pending_s, double offset_sd_s, double interval_s, double poll_interval_s,
                     double corr_time_ratio) noexcept;

}  // namespace tactus
