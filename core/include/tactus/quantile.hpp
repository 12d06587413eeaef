// SPDX-License-Identifier: Apache-2.0
// A running estimate of a quantile that keeps no values: it walks towards each new one with a chance that depends on
// the side where that lies. NTP specification section 11.1. Several walkers with chances of their own and the median
// of them give a steadier estimate.
#pragma once

#include <algorithm>

namespace tactus {

class QuantileWalker {
 public:
  // smallest_step > 0: of the values' unit. lowest: how many of it the step may become negative, >= 0; below zero it
  // only says for how long the walker stays with single steps.
  QuantileWalker(double smallest_step, double lowest) noexcept
      : smallest_(smallest_step), lowest_(-lowest * smallest_step), step_(smallest_step) {}

  // Begins there.
  void set(double value) noexcept { estimate_ = value; }
  // probability: of a value below the quantile, 0..1. chance: random, uniform in 0..1, new for each call.
  void add(double value, double probability, double chance) noexcept {
    if (value >= estimate_) {
      if (chance < 1 - probability) return;
      step_ += direction_ > 0 ? smallest_ : -smallest_;
      estimate_ += std::max(step_, smallest_);
      if (estimate_ > value) {
        step_ += value - estimate_;
        estimate_ = value + smallest_ / 4;
      }
      turn(1);
    } else {
      if (chance < probability) return;
      step_ += direction_ < 0 ? smallest_ : -smallest_;
      estimate_ -= std::max(step_, smallest_);
      if (estimate_ < value) {
        step_ += estimate_ - value;
        estimate_ = value - smallest_ / 4;
      }
      turn(-1);
    }
    step_ = std::max(step_, lowest_);
  }
  [[nodiscard]] double value() const noexcept { return estimate_; }

 private:
  void turn(int direction) noexcept {
    if (direction_ != direction && step_ > smallest_) step_ = smallest_;
    direction_ = direction;
  }

  double smallest_;
  double lowest_;
  double step_;
  double estimate_ = 0;
  int direction_ = 1;
};

}  // namespace tactus
