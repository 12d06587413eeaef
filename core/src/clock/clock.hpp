// SPDX-License-Identifier: Apache-2.0
// The clock facade: raw and corrected time, slewing at a limited rate, steps, and the announcement of both. It drives a
// clock backend (a CLOCK provider). Discipline specification, sections 1, 7 and 11.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <tactus/plugin.h>
#include <tactus/result.hpp>
#include <tactus/time.hpp>

#include "clock/slew.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

enum class ChangeKind : std::uint8_t { adjust, step, unknown };

// See struct tactus_clock_change (host.h) for the transform that holders of local times apply.
struct ClockChange {
  ChangeKind kind;
  RawTime raw;
  Instant corrected;  // just before the change
  double frequency;   // df, ratio
  double offset_s;    // doff, s; positive: the clock is moved back
};

// How far a stored time moves: (corrected - time)*df - doff, s.
double change_delta_s(const ClockChange& change, Instant time) noexcept;
Instant transformed(const ClockChange& change, Instant time) noexcept;

// A backend whose limits give a largest frequency of 0 cannot adjust anything (provider "null"): the whole correction
// then stays between raw and corrected time.
struct Backend {
  const tactus_clock_ops* ops;
  void* instance;
};

class Clock {
 public:
  // precision_s: 0 measures it (100 increments). Neither loop nor logger is owned.
  Clock(Loop& loop, Logger& logger, Backend backend, double precision_s);
  ~Clock();
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  // ---- reading
  [[nodiscard]] RawTime raw() const;  // reads the clock
  [[nodiscard]] Instant now() const { return correct(raw()); }
  [[nodiscard]] Instant correct(RawTime raw, double* error_s = nullptr) const noexcept;
  [[nodiscard]] RawTime event_raw() const noexcept { return event_raw_; }  // of the last wake-up
  [[nodiscard]] Instant event_now() const noexcept { return event_corrected_; }
  [[nodiscard]] double correction_s(
      RawTime raw) const noexcept;  // what is still to be slewed; positive: the clock is slow
  [[nodiscard]] double precision_s() const noexcept { return precision_s_; }
  [[nodiscard]] int precision_log2_s() const noexcept { return precision_log2_s_; }

  // ---- changing (frequencies: ppm, positive = the uncompensated clock is fast; offsets: s, positive = the clock is
  // fast)
  // Without the compensation of temperature.
  [[nodiscard]] double frequency_ppm() const noexcept;
  // Compensates for the temperature, without announcing it (discipline specification 11.6). ppm: positive makes the
  // clock faster. Returns what is in effect.
  double set_temperature_compensation_ppm(double ppm);
  // Sets the absolute frequency without announcing it (drift file, start).
  void set_frequency_ppm(double ppm);
  // Changes the absolute frequency to F + f*(1e6 - F) and takes `offset_s` into the slew, corrected at `rate` (s^2);
  // one announcement. Discipline specification 10 step 6.
  void adjust(double frequency, double offset_s, double rate);
  // Moves the clock by -offset_s at once. The pending slew is untouched. When the backend refuses, nothing is announced
  // and the error `Could not step system clock` is logged here.
  Result<void> step(double offset_s);
  // Announces a step that is not made: the histories then look as if measured on a clock that was offset_s less fast
  // (leap seconds, discipline specification 12).
  void announce_step(double offset_s);
  // Cancels the pending slew and steps by it (makestep). When the backend refuses, the slew goes on.
  Result<void> make_step();
  // Grows all stored dispersions.
  void disperse(double dispersion_s);

  // ---- kernel state; ignored by backends that cannot do it
  // leap: TACTUS_LEAP_NORMAL, _INSERT or _DELETE; tai_offset_s: TAI - UTC, 0 leaves it alone. False: refused.
  bool set_leap(std::uint32_t leap, int tai_offset_s);
  // Errors of the estimate, s, >= 0, without what is still to be slewed: that is added here (discipline
  // specification 11.5), and a maximum of 16 s or more counts as not synchronised.
  void set_status(bool synchronised, bool copy_to_rtc, double estimated_error_s, double maximum_error_s);
  [[nodiscard]] bool can_step() const noexcept { return (limits_.flags & TACTUS_CLOCK_CAN_STEP) != 0; }
  [[nodiscard]] bool can_leap() const noexcept { return (limits_.flags & TACTUS_CLOCK_CAN_LEAP) != 0; }

  // ---- settings
  void set_max_slew_rate_ppm(double ppm) { max_slew_ppm_ = ppm; }
  void set_max_drift_ppm(double ppm) { max_drift_ppm_ = ppm; }

  // ---- news. Handlers run in the order of registration; the returned id removes one.
  std::uint64_t on_change(std::function<void(const ClockChange&)> handler);
  std::uint64_t on_disperse(std::function<void(double)> handler);
  void remove_handler(std::uint64_t id);

  // Called from the loop's wake hook: takes the event time; announces a step from outside, which is a difference of
  // more than 10 s between what the raw and the monotonic clock counted since the last wake-up.
  void on_wake();
  // Sets the plain base frequency and leap NORMAL; the pending slew is lost. Called once at the end.
  void finish();

 private:
  struct Handler {
    std::uint64_t id;
    std::function<void(const ClockChange&)> change;
    std::function<void(double)> disperse;
  };
  void announce(const ClockChange& change);
  void dispatch(const std::function<void(const Handler&)>& call);
  void update_slew();
  void arm_slew_timer();
  double limited_ppm(double ppm);
  void on_external_step(RawTime expected, RawTime observed);
  void set_precision(double precision_s);

  Loop& loop_;
  Logger& logger_;
  Backend backend_;
  tactus_clock_limits limits_{};
  double precision_s_ = 0.0;
  int precision_log2_s_ = 0;
  double max_slew_ppm_ = 1e6 / 12.0;
  double max_drift_ppm_ = 500000.0;
  double base_ppm_ = 0.0;
  double temperature_ppm_ = 0.0;  // compensation that base_ppm_ contains
  // slewing
  Slew slew_;
  RawTime slew_start_{};
  double set_ppm_ = 0.0;            // what the backend has
  double slew_error_s_ = 0.0;       // of corrected time while a change of frequency takes effect
  double frequency_delay_s_ = 0.0;  // how long that may be
  TimerId slew_timer_ = 0;
  // event time and step detection
  RawTime event_raw_{};
  Instant event_corrected_{};
  MonoTime event_mono_{};
  std::vector<Handler> handlers_;
  std::uint64_t next_handler_ = 1;
};

}  // namespace tactus
