// SPDX-License-Identifier: Apache-2.0
// Running quantile of the delay. NTP specification section 11.1.
#include "quantile.hpp"

#include <algorithm>
#include <cmath>

namespace tactus::ntp {
namespace {

constexpr double lowest_steps = 100;

}  // namespace

DelayQuantile::DelayQuantile(double probability, double min_step_s) noexcept
    : probability_(std::round(100 * std::clamp(probability, 0.05, 0.95)) / 100),
      min_step_s_(min_step_s),
      walkers_(filled()) {}

std::array<QuantileWalker, DelayQuantile::walkers> DelayQuantile::filled() const noexcept {
  const QuantileWalker one(min_step_s_, lowest_steps);
  return {one, one, one, one, one, one, one};
}

void DelayQuantile::reset() noexcept {
  started_ = false;
  walkers_ = filled();
}

void DelayQuantile::add(double delay_s, RandomPool& random) noexcept {
  if (!started_) {
    for (QuantileWalker& walker : walkers_) walker.set(delay_s);
    started_ = true;
    return;
  }
  for (QuantileWalker& walker : walkers_) walker.add(delay_s, probability_, random.uniform());
}

double DelayQuantile::value_s() const noexcept {
  std::array<double, walkers> estimates{};
  std::transform(walkers_.begin(), walkers_.end(), estimates.begin(),
                 [](const QuantileWalker& w) { return w.value(); });
  std::nth_element(estimates.begin(), estimates.begin() + walkers / 2, estimates.end());
  return estimates[walkers / 2];
}

}  // namespace tactus::ntp
