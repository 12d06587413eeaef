// SPDX-License-Identifier: Apache-2.0
// How long a correction takes when the adaptive estimator steers. Specification "beyond chrony", section 5.
#pragma once

namespace tactus {

inline constexpr int adaptive_young_updates = 8;  // while there are fewer, corrections are hurried

// The correction rate for the slewing engine by `corrtimeratio`, s^2: what is to be removed times the time that it may
// take. Small remainders (below two deviations) decay over two updates, larger ones proportionally faster. pending_s:
// all that is to be removed now; offset_sd_s: of the estimate; unit_s: time that an update counts with, >= 0.
// updates: how many there were before. The first is corrected as fast as can be and the next ones less and less so:
// they remove what a rough first frequency left, and an offset that is left standing costs more than the noise of
// following.
double adaptive_patience_s2(double pending_s, double offset_sd_s, double unit_s, int updates) noexcept;

}  // namespace tactus
