// SPDX-License-Identifier: Apache-2.0
// The controller's law. Specification "beyond chrony", section 5.
#include "discipline/adaptive_control.hpp"

#include <algorithm>
#include <cmath>

namespace tactus {
namespace {

constexpr double poll_share = 0.9;
constexpr double ratio_of_kappa = 2.0 / 3.0;
constexpr double small_deviations = 2.0;

}  // namespace

double adaptive_rate(double pending_s, double offset_sd_s, double interval_s, double poll_interval_s,
                     double corr_time_ratio) noexcept {
  const double unit_s = std::max(interval_s, poll_share * poll_interval_s);
  // pending * kappa * unit * min(1, 2 sd / pending), without the division.
  return ratio_of_kappa * corr_time_ratio * unit_s * std::min(std::abs(pending_s), small_deviations * offset_sd_s);
}

}  // namespace tactus
