// SPDX-License-Identifier: Apache-2.0
// See wild_guard.hpp.
#include "refclock/wild_guard.hpp"

#include <algorithm>
#include <cmath>

#include <tactus/result.hpp>

namespace tactus {

void WildGuard::take(const Sample& sample, const Expectation& expected) noexcept {
  TACTUS_ASSERT(ready_ == 0);
  if (starting_ != !expected.known) {
    // What waited was judged by the other rule.
    drop();
    starting_ = !expected.known;
  }
  const auto keep = [this](const Sample& one) { samples_[static_cast<std::size_t>(held_++)] = one; };
  if (starting_) {
    keep(sample);
    if (held_ == waiting) pass_middle();
    return;
  }
  if (std::abs(sample.offset_s - expected.offset_s) <= gate_deviations * expected.deviation_s) {
    drop();
    keep(sample);
    pass_all();
    return;
  }
  keep(sample);
  // The clock, the reference or the noise has changed: the estimator has to know all of it.
  if (held_ == waiting) pass_all();
}

void WildGuard::pass_middle() noexcept {
  auto order = samples_;
  std::sort(order.begin(), order.end(), [](const Sample& a, const Sample& b) { return a.offset_s < b.offset_s; });
  samples_[0] = order[waiting / 2];
  beside_ += waiting - 1;
  held_ = 1;
  pass_all();
}

std::optional<Sample> WildGuard::next() noexcept {
  if (given_ < ready_) return samples_[static_cast<std::size_t>(given_++)];
  if (ready_ > 0) held_ = ready_ = given_ = 0;
  return std::nullopt;
}

void WildGuard::adjust(const HistoryChange& change) noexcept {
  for (int i = 0; i < held_; ++i) {
    Sample& sample = samples_[static_cast<std::size_t>(i)];
    const double delta_s = history_delta_s(change, sample.time);
    sample.time += from_seconds(delta_s);
    sample.offset_s += delta_s;
  }
}

void WildGuard::disperse(double dispersion_s) noexcept {
  for (int i = 0; i < held_; ++i) {
    samples_[static_cast<std::size_t>(i)].peer_dispersion_s += dispersion_s;
    samples_[static_cast<std::size_t>(i)].root_dispersion_s += dispersion_s;
  }
}

void WildGuard::drop() noexcept {
  (starting_ ? beside_ : wild_) += static_cast<std::uint64_t>(held_ - ready_);
  held_ = ready_ = given_ = 0;
}

}  // namespace tactus
