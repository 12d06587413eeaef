// SPDX-License-Identifier: Apache-2.0
// See smoothing.hpp.
#include "discipline/smoothing.hpp"

#include <algorithm>
#include <cmath>

namespace tactus {
namespace {

constexpr double ppm = 1e-6;
constexpr double unlock_ratio_s = 10000.0;  // skew over wander at which corrections begin to be smoothed

}  // namespace

Smoothing::Smoothing(const SmoothingSettings& settings)
    : enabled_(settings.enabled()),
      leap_only_(settings.leap_only),
      max_frequency_(settings.max_frequency_ppm * ppm),
      max_wander_(settings.max_wander_ppm_s * ppm) {}

void Smoothing::activate(Instant now) noexcept {
  if (!enabled_ || active_) return;
  active_ = true;
  reset(now);
}

void Smoothing::reset(Instant now) noexcept {
  offset_s_ = 0.0;
  frequency_ = 0.0;
  stages_ = {};
  last_ = now;
}

bool Smoothing::adjust(const ClockChange& change, double skew) noexcept {
  if (!enabled_) return false;
  if (active_) {
    if (!leap_only_) update(change.corrected, change.offset_s, change.frequency);
    last_ = transformed(change, last_);
    return false;
  }
  if (!leap_only_ && !(skew / max_wander_ < unlock_ratio_s)) return false;
  // The correction that makes the clock good enough is not held back from anybody.
  activate(change.corrected);
  last_ = transformed(change, last_);
  return true;
}

void Smoothing::step(const ClockChange& change, bool really) noexcept {
  if (!active_) return;
  if (really) reset(change.corrected);
  last_ = transformed(change, last_);
}

void Smoothing::leap(Instant now, int leap) noexcept {
  if (active_ && leap_only_) update(now, leap, 0.0);
}

Smoothing::State Smoothing::at(Instant at) const noexcept {
  State out;
  if (!active_) return out;
  out.age_s = std::max(to_seconds(at - last_), 0.0);
  out.offset_s = offset_s_;
  out.frequency = frequency_;
  double rest_s = out.age_s;
  for (const Stage& stage : stages_) {
    if (rest_s <= 0.0) {
      out.remaining_s += stage.length_s;
      continue;
    }
    const double length_s = std::min(stage.length_s, rest_s);
    out.offset_s -= length_s * (2.0 * out.frequency + stage.wander * length_s) / 2.0;
    out.frequency += stage.wander * length_s;
    rest_s -= length_s;
    if (rest_s <= 0.0) {
      out.wander = stage.wander;
      out.remaining_s = stage.length_s - length_s;
    }
  }
  if (rest_s > 0.0) out.offset_s -= out.frequency * rest_s;
  return out;
}

double Smoothing::offset_s(Instant when) const noexcept { return at(when).offset_s; }

void Smoothing::update(Instant now, double offset_s, double frequency) noexcept {
  const State state = at(now);
  offset_s_ = state.offset_s + offset_s;
  frequency_ = (state.frequency - frequency) / (1.0 - frequency);
  last_ = now;
  plan();
}

// Accelerates, may keep the largest frequency, and slows down, so that offset and frequency become zero together.
void Smoothing::plan() noexcept {
  const double s1 = offset_s_ / max_wander_;
  const double s2 = frequency_ * frequency_ / (2.0 * max_wander_ * max_wander_);
  struct Way {
    double first_s = 0.0;
    double last_s = 0.0;
    double error = 0.0;
  };
  const auto way = [&](double direction) {
    Way out;
    double square = direction * s1 + s2;
    if (square < 0.0) {
      out.error -= square;
      square = 0.0;
    }
    out.last_s = std::sqrt(square);
    out.first_s = out.last_s - direction * frequency_ / max_wander_;
    if (out.first_s < 0.0) {
      out.error += out.first_s * out.first_s;
      out.first_s = 0.0;
    }
    return out;
  };
  const Way down = way(-1.0);
  const Way up = way(1.0);
  const double direction = down.error < up.error ? -1.0 : 1.0;
  Way best = down.error < up.error ? down : up;
  double middle_s = 0.0;
  const double excess = direction * frequency_ + best.first_s * max_wander_ - max_frequency_;
  if (excess > 0.0) {
    double cut_s = excess / max_wander_;
    double top = max_frequency_;
    if (cut_s > best.first_s) {
      cut_s = best.first_s;
      top = direction * frequency_;
    }
    middle_s = cut_s * (2.0 + excess / top);
    best.first_s -= cut_s;
    best.last_s -= cut_s;
  }
  stages_ = {Stage{direction * max_wander_, best.first_s}, Stage{0.0, middle_s},
             Stage{-direction * max_wander_, best.last_s}};
}

}  // namespace tactus
