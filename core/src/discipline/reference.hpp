// SPDX-License-Identifier: Apache-2.0
// The reference: how an update of offset and frequency is applied to the clock, and what is published to others, local
// reference included. Discipline specification, sections 10 and 13; NTP specification 17.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <tactus/host.h>
#include <tactus/reports.h>

#include "clock/clock.hpp"
#include "discipline/combine.hpp"
#include "discipline/drops.hpp"
#include "discipline/fallback_drift.hpp"
#include "discipline/leap.hpp"
#include "discipline/settings.hpp"
#include "discipline/smoothing.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

// How much of a frequency estimate is applied (section 10 step 2).
struct FrequencyGain {
  double gain;      // 0..1
  double applied;   // f', ratio
  double residual;  // rho = f - f', ratio
  double skew;      // of the reference afterwards, ratio
};
// All of it, or nothing when the skew is too large: what the adaptive estimator's frequency is worth.
FrequencyGain full_gain(double frequency, double skew, double max_update_skew) noexcept;
FrequencyGain frequency_gain(double frequency, double skew, double old_skew, double max_update_skew) noexcept;

struct ReferenceUpdate {
  Combined combined;
  std::uint32_t leap = TACTUS_LEAP_NORMAL;
  int stratum = 0;  // of the source
  std::uint32_t refid = 0;
  tactus_address address{};   // family NONE for reference clocks
  double least_unit_s = 0.0;  // Source::least_update_unit_s()
  std::string label;          // for tracking.log
  double root_delay_s = 0.0;
  double root_dispersion_s = 0.0;  // at combined.reference_time
  bool manual = false;             // typed in: the frequency counts in full, and nobody is synchronised by it
};

// initial: `initstepslew`, after which normal operation begins.
enum class OneShot : std::uint8_t { off, update_once, print_once, initial };

class Reference {
 public:
  Reference(Clock& clock, Loop& loop, Logger& logger, const DisciplineSettings& settings, const DisciplineHooks& hooks,
            Drops& drops);
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  // The skew that the drift file had, ppm: how little the first updates are trusted (k0). Default 1e6.
  void set_initial_skew_ppm(double skew_ppm) noexcept;
  // First line of tracking.log, kernel status. Once, before the loop runs.
  void start();
  // Applies an update. False: refused (maxchange), or a one-shot mode ended with it.
  bool update(const ReferenceUpdate& update);
  void unsynchronise();
  [[nodiscard]] bool synchronised() const noexcept { return synchronised_; }

  // What is served at a corrected time.
  [[nodiscard]] tactus_reference at(Instant at);
  // The "tracking" report; struct_size is the caller's.
  void fill(tactus_tracking& row);
  // Bound of our error: root delay / 2 + root dispersion, s.
  [[nodiscard]] double root_distance_s(Instant at) const noexcept;
  [[nodiscard]] double skew() const noexcept { return skew_; }
  [[nodiscard]] double corr_rate() const noexcept { return last_rate_; }  // of the last update, s^2
  // TAI - UTC at a time that counts in TAI, as the table of leap seconds has it; nothing without one.
  [[nodiscard]] std::optional<int> tai_offset_s(Instant tai) const;
  [[nodiscard]] bool leap_close(Instant at, double offset_s) const noexcept { return leap_.close(at, offset_s); }

  // Steps by the correction that is still to be slewed.
  Result<void> make_step();
  // The makestep settings were changed by a command: the limit counts anew.
  void restart_makestep() noexcept { step_limit_ = settings_.makestep.limit; }
  // `smoothtime`: the report; TACTUS_E_DISABLED when it is not configured. struct_size is the caller's.
  tactus_status fill(tactus_smoothing& row) const;
  void activate_smoothing();
  void reset_smoothing();
  void set_one_shot(OneShot mode, std::function<void(bool ok)> done);
  [[nodiscard]] OneShot one_shot() const noexcept { return one_shot_; }
  // Ends a one-shot mode without success.
  void fail_one_shot();
  // After `initial`: updates count again.
  void end_one_shot();
  // At the end: leap state, drift file.
  void finish();

 private:
  // What a line of tracking.log has beyond the reference's own state.
  struct Line {
    std::string label;
    int sources;
    double offset_s;
    double offset_sd_s;
    double uncorrected_s;
    double root_delay_s;
    double root_dispersion_s;
    double maximum_error_s;
  };
  bool refuse_invalid(Instant now, double offset_s);
  bool refuse_change(double offset_s);
  bool may_step(double beyond_s);
  void take_over(const ReferenceUpdate& update, const FrequencyGain& gain);
  void apply(double offset_s, double uncorrected_s, double frequency, double rate);
  void run_one_shot(double offset_s);
  void run_initial(double offset_s);
  void on_change(const ClockChange& change);
  void leap_changed();
  void leap_applied(int leap);
  void say_smoothing_active();
  void arm_fallback(std::size_t from);
  void on_fallback(const FallbackDrift::Choice& choice);
  void account_drift(double interval_s);
  void write_drift();
  void average(double offset_s) noexcept;
  void tell_kernel(Instant now);
  void write_line(Instant now, const Line& line);
  [[nodiscard]] double root_dispersion_s(Instant at) const noexcept;
  [[nodiscard]] bool local_active(Instant at);
  [[nodiscard]] double random() const { return hooks_.random ? hooks_.random() : 0.0; }

  Clock& clock_;
  Loop& loop_;
  Logger& logger_;
  const DisciplineSettings& settings_;
  const DisciplineHooks& hooks_;
  Drops& drops_;
  LeapKeeper leap_;
  Smoothing smoothing_;
  FallbackDrift fallback_;
  TimerId fallback_timer_ = 0;
  std::uint64_t handler_ = 0;

  bool synchronised_ = false;
  int stratum_ = 0;
  std::uint32_t refid_ = 0;
  tactus_address address_{};
  std::optional<Instant> time_;  // of the last update; empty: never
  double skew_ = 1.0;            // k', ratio
  double residual_ = 0.0;        // rho
  double root_delay_s_ = 1.0;
  double root_dispersion_s_ = 1.0;
  double offset_sd_s_ = 0.0;
  double frequency_sd_ = 0.0;
  std::optional<MonoTime> updated_;  // last update
  MonoTime unsynchronised_since_{};
  double interval_s_ = 0.0;
  double last_offset_s_ = 0.0;
  double last_uncorrected_s_ = 0.0;
  double last_rate_ = 0.0;
  int young_ = 0;  // updates since the start or the last loss of synchronisation; saturates
  double average_square_ = 0.0;
  bool moving_ = false;
  int updates_ = 0;  // for maxchange
  int maxchange_ignore_;
  int step_limit_;  // what is left of makestep
  double drift_age_s_ = 0.0;
  bool ended_ = false;
  // local reference
  bool local_activated_ = false;
  std::optional<Instant> local_time_;
  // one-shot
  OneShot one_shot_ = OneShot::off;
  std::function<void(bool)> one_shot_done_;
};

}  // namespace tactus
