// SPDX-License-Identifier: Apache-2.0
// The slewing engine's arithmetic. Discipline specification, section 11.2; the numbered steps are those of its list.
#include "clock/slew.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tactus {
namespace {

// Discipline specification, section 2.
constexpr double least_offset_s = 1e-9;
constexpr double least_duration_s = 1.0;
// 11.2 step 2: memory of late updates, and the delay that is rather a suspended machine than a late timer.
constexpr double excess_decay = 0.9;
constexpr double least_excess_s = 1e-9;
constexpr double longest_excess_s = 100.0;
constexpr double excess_factor = 5.0;

}  // namespace

double Slew::plan(double elapsed_s, double base_ppm, const Limits& limits) noexcept {
  register_s_ -= slew_ * elapsed_s;  // 1

  excess_s_ = excess_decay * (excess_s_ + least_excess_s);  // 2
  const double late_s = elapsed_s - planned_s_;
  if (late_s > excess_s_ && late_s <= longest_excess_s) excess_s_ = late_s;

  const double size_s = std::fabs(register_s_);  // 3
  duration_s_ =
      size_s < least_offset_s ? longest_s : std::max({rate_ / size_s, least_duration_s, excess_factor * excess_s_});

  const double most = limits.max_slew_ppm * 1e-6;  // 4
  const double wanted = std::clamp(register_s_ / duration_s_, -most, most);
  return std::clamp(base_ppm + wanted * (1e6 - base_ppm), -limits.max_frequency_ppm, limits.max_frequency_ppm);  // 5
}

void Slew::commit(double base_ppm, double set_ppm) noexcept {
  const double slew = (set_ppm - base_ppm) / (1e6 - set_ppm);  // 6
  last_change_ = std::fabs(slew_ - slew);
  slew_ = slew;
  planned_s_ = due_s();
}

double Slew::due_s() const noexcept {  // 8
  if (std::fabs(register_s_) < least_offset_s || register_s_ * slew_ <= 0.0) return longest_s;
  return std::clamp(register_s_ / slew_, least_duration_s, longest_s);
}

double Slew::timeout_s() const noexcept {
  const bool idle = std::fabs(register_s_) < least_offset_s && slew_ == 0.0;
  return idle ? std::numeric_limits<double>::infinity() : due_s();
}

}  // namespace tactus
