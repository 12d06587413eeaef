// SPDX-License-Identifier: Apache-2.0
// The controller's law. Specification "beyond chrony", section 5.
#include "discipline/adaptive_control.hpp"

#include <algorithm>
#include <cmath>

namespace tactus {
namespace {

constexpr double ratio_of_kappa = 2.0 / 3.0;
constexpr double small_deviations = 2.0;

}  // namespace

double adaptive_patience_s2(double pending_s, double offset_sd_s, double unit_s, int updates) noexcept {
  const double patience = std::min(1.0, static_cast<double>(updates) / adaptive_young_updates);
  // pending * kappa * unit * min(1, 2 sd / pending), without the division.
  return patience * ratio_of_kappa * unit_s * std::min(std::abs(pending_s), small_deviations * offset_sd_s);
}

}  // namespace tactus
