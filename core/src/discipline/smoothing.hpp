// SPDX-License-Identifier: Apache-2.0
// Smoothing of the served time (`smoothtime`): what the clock is corrected by reaches the clients slowly. Pure.
// Discipline specification, section 13.3; NTP specification 18.2.
#pragma once

#include <array>

#include "clock/clock.hpp"

namespace tactus {

struct SmoothingSettings {
  double max_frequency_ppm = 0.0;  // of the served time against the clock
  double max_wander_ppm_s = 0.0;   // largest change of that frequency, ppm/s
  bool leap_only = false;          // only leap seconds are smoothed
  [[nodiscard]] bool enabled() const noexcept { return max_frequency_ppm > 0.0 && max_wander_ppm_s > 0.0; }
};

class Smoothing {
 public:
  explicit Smoothing(const SmoothingSettings& settings);

  [[nodiscard]] bool enabled() const noexcept { return enabled_; }
  [[nodiscard]] bool leap_only() const noexcept { return leap_only_; }
  // Whether corrections enter: from the first good update on, or by command.
  [[nodiscard]] bool active() const noexcept { return active_; }
  void activate(Instant now) noexcept;
  // No offset is left.
  void reset(Instant now) noexcept;

  // The clock was adjusted (kind adjust); skew of the reference, ratio. True: it activated the smoothing, for what
  // comes after it.
  bool adjust(const ClockChange& change, double skew) noexcept;
  // The clock was stepped; really: not only announced.
  void step(const ClockChange& change, bool really) noexcept;
  // The clock was moved by a leap second, +1 inserted, -1 deleted. Counts with `leaponly`, else it came as a
  // correction.
  void leap(Instant now, int leap) noexcept;

  // What is added to corrected time before it is served, s.
  [[nodiscard]] double offset_s(Instant at) const noexcept;
  struct State {
    double offset_s = 0.0;
    double frequency = 0.0;  // ratio; positive: the served time runs slow, so that a positive offset goes down
    double wander = 0.0;     // change of the frequency, 1/s
    double age_s = 0.0;      // since the last update
    double remaining_s = 0.0;
  };
  [[nodiscard]] State at(Instant at) const noexcept;

 private:
  struct Stage {
    double wander;    // 1/s
    double length_s;  // >= 0
  };
  void update(Instant now, double offset_s, double frequency) noexcept;
  void plan() noexcept;

  bool enabled_;
  bool leap_only_;
  bool active_ = false;
  double max_frequency_;
  double max_wander_;
  Instant last_{};
  double offset_s_ = 0.0;
  double frequency_ = 0.0;
  std::array<Stage, 3> stages_{};
};

}  // namespace tactus
