// SPDX-License-Identifier: Apache-2.0
// Running estimate of a quantile of the round-trip delay, for `maxdelayquant`: the median of seven random walkers.
// NTP specification section 11.1.
#pragma once

#include <array>

#include <tactus/quantile.hpp>

#include "random_pool.hpp"

namespace tactus::ntp {

class DelayQuantile {
 public:
  static constexpr int walkers = 7;

  // probability is clamped to 0.05..0.95; min_step_s > 0 is half the clock's precision.
  DelayQuantile(double probability, double min_step_s) noexcept;

  void add(double delay_s, RandomPool& random) noexcept;
  void reset() noexcept;
  // Estimate in s; 0 before the first value.
  [[nodiscard]] double value_s() const noexcept;
  [[nodiscard]] double min_step_s() const noexcept { return min_step_s_; }

 private:
  [[nodiscard]] std::array<QuantileWalker, walkers> filled() const noexcept;

  double probability_;
  double min_step_s_;
  bool started_ = false;
  std::array<QuantileWalker, walkers> walkers_;
};

}  // namespace tactus::ntp
