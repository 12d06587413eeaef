// SPDX-License-Identifier: Apache-2.0
// The slewing engine's arithmetic: how fast a pending offset is removed, and how far corrected time is from raw time
// meanwhile. Discipline specification, section 11.2 and 11.3. No clock is read here: elapsed time is an argument.
#pragma once

namespace tactus {

class Slew {
 public:
  struct Limits {
    double max_slew_ppm;       // of the slew alone, > 0
    double max_frequency_ppm;  // of the backend, base and slew together, >= 0; 0: the clock cannot be adjusted
  };

  // Adds to what is still to be removed (positive: the clock is fast). rate: offset times the time that its removal may
  // take, s^2; 0 means as fast as the limit allows.
  void accrue(double offset_s, double rate) noexcept {
    register_s_ += offset_s;
    rate_ = rate;
  }
  // Forgets the pending offset.
  void cancel() noexcept { register_s_ = 0.0; }

  // Takes `elapsed_s` since the last commit() into account and returns the frequency to be set, ppm.
  double plan(double elapsed_s, double base_ppm, const Limits& limits) noexcept;
  // `set_ppm` is what the backend made of it. The caller remembers the raw time as the slew's start.
  void commit(double base_ppm, double set_ppm) noexcept;

  // Corrected minus raw time, `elapsed_s` after the last commit(); may be negative.
  [[nodiscard]] double correction_s(double elapsed_s) const noexcept { return slew_ * elapsed_s - register_s_; }
  // Until the next plan() is due; +inf: never, because nothing is pending and nothing accumulates.
  [[nodiscard]] double timeout_s() const noexcept;

  [[nodiscard]] double register_s() const noexcept { return register_s_; }
  [[nodiscard]] double rate() const noexcept { return rate_; }
  [[nodiscard]] double slew() const noexcept { return slew_; }  // ratio; positive: the offset in the register decreases
  // Time that the last plan() allowed for the register, and the time until the update that the last commit() expects.
  [[nodiscard]] double duration_s() const noexcept { return duration_s_; }
  [[nodiscard]] double planned_s() const noexcept { return planned_s_; }
  [[nodiscard]] double excess_s() const noexcept { return excess_s_; }
  // The change of the slew at the last commit(), ratio >= 0.
  [[nodiscard]] double last_change() const noexcept { return last_change_; }

 private:
  static constexpr double longest_s = 1e4;  // discipline specification, section 2

  [[nodiscard]] double due_s() const noexcept;

  double register_s_ = 0.0;
  double rate_ = 0.0;
  double slew_ = 0.0;
  double last_change_ = 0.0;
  double duration_s_ = longest_s;
  double planned_s_ = longest_s;
  double excess_s_ = 0.0;  // how much later than planned the updates come, for short slews
};

}  // namespace tactus
