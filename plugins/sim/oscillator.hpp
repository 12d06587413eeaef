// SPDX-License-Identifier: Apache-2.0
// A clock that is not right: an oscillator with its errors, and the adjustments that an adjtimex-like interface makes.
// True time is int64 ns on a continuous scale that equals UTC at the start of the simulation and has no leap seconds.
#pragma once

#include <cstdint>

#include "random.hpp"

namespace tactus::sim {

struct OscillatorModel {
  double offset_s = 0.0;     // local minus true at the start, s; positive = fast
  double frequency = 0.0;    // constant frequency error, ratio; positive = runs fast
  double wander = 0.0;       // random walk: standard deviation of the frequency's change in one second, ratio
  double white = 0.0;        // white frequency noise: standard deviation of each second's mean frequency, ratio
  double temperature = 0.0;  // amplitude of a sinusoid of frequency, ratio
  double temperature_period_s = 86400.0;
  double temperature_phase = 0.0;  // of the period, 0..1
  // The clock's limits (adjtimex-like).
  double max_frequency_ppm = 1e5;                // largest adjustment
  double frequency_step_ppm = 1.52587890625e-5;  // granularity of adjustments, ppm (2^-16); 0: none
  double reading_s = 25e-9;                      // how long one reading takes
  double resolution_s = 1e-9;                    // granularity of a reading
  bool can_step = true;
  bool can_leap = true;
};

class Oscillator {
 public:
  Oscillator(const OscillatorModel& model, std::int64_t start_ns, Random random);

  // Everything until now_ns (never earlier than the last call) has happened.
  void advance(std::int64_t now_ns);
  // Local realtime and monotonic readings at the time of the last advance(), ns.
  [[nodiscard]] std::int64_t real_ns() const noexcept;
  [[nodiscard]] std::int64_t monotonic_ns() const noexcept;
  // Local minus true, s, with the fraction of a nanosecond that readings lose. utc_ns: what would be right now.
  [[nodiscard]] double error_s(std::int64_t utc_ns) const noexcept;
  // Rate of the adjusted clock minus 1: the true frequency error in effect.
  [[nodiscard]] double frequency_error() const noexcept { return rate_; }
  // True time at which the monotonic clock will read so, when nothing changes; rounded up.
  [[nodiscard]] std::int64_t when_monotonic(std::int64_t monotonic_ns) const noexcept;

  // ---- what the daemon does. ppm as in tactus_clock_ops: positive = the uncompensated clock is fast.
  double set_frequency_ppm(double ppm);  // returns what is in effect
  [[nodiscard]] double frequency_ppm() const noexcept { return set_ppm_; }
  void step(double offset_s);  // positive = forward

  // ---- what the world does
  void change_frequency(double delta) noexcept;              // ratio, added to the constant error
  void change_model(const OscillatorModel& model) noexcept;  // noise from now on; offset and frequency are not used
  void step_ns(std::int64_t offset_ns) noexcept { real_offset_ns_ += offset_ns; }
  // The machine sleeps: realtime goes on (a real-time clock keeps it), monotonic stands still. now_ns is its end.
  void suspend(std::int64_t until_ns);

  [[nodiscard]] const OscillatorModel& model() const noexcept { return model_; }

 private:
  void run(std::int64_t until_ns) noexcept;  // at constant rate
  void update_rate() noexcept;

  OscillatorModel model_;
  Random random_;
  std::int64_t now_ns_;  // true time of the state
  std::int64_t start_ns_;
  std::int64_t next_grid_ns_;  // next whole second at which noise changes
  std::int64_t mono_ns_;       // whole ns of the monotonic clock
  double mono_fraction_ns_ = 0.0;
  std::int64_t real_offset_ns_ = 0;  // realtime minus monotonic
  double real_fraction_ns_ = 0.0;    // of steps
  double natural_ = 0.0;             // constant and wandering frequency error
  double noise_ = 0.0;               // white part of this second
  double warmth_ = 0.0;              // temperature part of this second
  double set_ppm_ = 0.0;
  double rate_ = 0.0;
  bool noisy_ = false;
};

}  // namespace tactus::sim
