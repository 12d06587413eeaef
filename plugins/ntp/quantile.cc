// SPDX-License-Identifier: Apache-2.0
// Running quantile of the delay. NTP specification section 11.1.
#include "quantile.hpp"

#include <algorithm>
#include <cmath>

namespace tactus::ntp {

DelayQuantile::DelayQuantile(double probability, double min_step_s) noexcept
    : probability_(std::round(100 * std::clamp(probability, 0.05, 0.95)) / 100), min_step_s_(min_step_s) {
  reset();
}

void DelayQuantile::reset() noexcept {
  started_ = false;
  walkers_.fill(Walker{.estimate = 0, .step = min_step_s_, .sign = 1});
}

void DelayQuantile::add(double delay_s, RandomPool& random) noexcept {
  if (!started_) {
    for (Walker& walker : walkers_) walker.estimate = delay_s;
    started_ = true;
    return;
  }
  for (Walker& walker : walkers_) move(walker, delay_s, random.uniform());
}

void DelayQuantile::move(Walker& walker, double delay_s, double chance) const noexcept {
  const double smallest = min_step_s_;
  if (delay_s >= walker.estimate) {
    if (chance < 1 - probability_) return;
    walker.step += walker.sign > 0 ? smallest : -smallest;
    walker.estimate += std::max(walker.step, smallest);
    if (walker.estimate > delay_s) {
      walker.step += delay_s - walker.estimate;
      walker.estimate = delay_s + smallest / 4;
    }
    if (walker.sign < 0 && walker.step > smallest) walker.step = smallest;
    walker.sign = 1;
  } else {
    if (chance < probability_) return;
    walker.step += walker.sign < 0 ? smallest : -smallest;
    walker.estimate -= std::max(walker.step, smallest);
    if (walker.estimate < delay_s) {
      walker.step += walker.estimate - delay_s;
      walker.estimate = delay_s - smallest / 4;
    }
    if (walker.sign > 0 && walker.step > smallest) walker.step = smallest;
    walker.sign = -1;
  }
  walker.step = std::max(walker.step, -100 * smallest);
}

double DelayQuantile::value_s() const noexcept {
  std::array<double, walkers> estimates{};
  std::transform(walkers_.begin(), walkers_.end(), estimates.begin(), [](const Walker& w) { return w.estimate; });
  std::nth_element(estimates.begin(), estimates.begin() + walkers / 2, estimates.end());
  return estimates[walkers / 2];
}

}  // namespace tactus::ntp
