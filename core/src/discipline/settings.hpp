// SPDX-License-Identifier: Apache-2.0
// Every directive that the discipline obeys, with chrony's default. Configuration specification 4.1 to 4.3, 7.1;
// discipline specification, section 2.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include <tactus/time.hpp>

#include "discipline/adaptive_settings.hpp"
#include "discipline/fallback_drift.hpp"
#include "discipline/leap_table.hpp"
#include "discipline/smoothing.hpp"

namespace tactus {

class Source;

enum class AuthSelectMode : std::uint8_t { ignore, mix, prefer, require };

// `leapsecmode`; `system` is `step` when the clock cannot do it.
enum class LeapMode : std::uint8_t { system, step, slew, ignore };

// `local` (configuration specification 7.1).
struct LocalSettings {
  bool enabled = false;
  int stratum = 10;  // 1..15
  bool orphan = false;
  double distance_s = 1.0;
  double activate_s = 0.0;  // 0: no condition
  double wait_synced_s = 0.0;
  double wait_unsynced_s = -1.0;  // negative: 300 with orphan, else 0
};

struct MakestepSettings {
  double threshold_s = 0.0;
  int limit = 0;  // updates that may step; 0 off, negative no limit
};

struct MaxchangeSettings {
  double offset_s = 0.0;
  int start = -1;  // updates that are free; negative: off
  int ignore = 0;  // how many refusals before the daemon ends; negative: for ever
};

struct DisciplineSettings {
  // selection
  AuthSelectMode auth_select_mode = AuthSelectMode::mix;
  int min_sources = 1;
  double max_distance_s = 3.0;
  double max_jitter_s = 1.0;
  double reselect_distance_s = 1e-4;
  double stratum_weight_s = 1e-3;
  double combine_limit = 3.0;
  // samples
  EstimatorKind estimator = EstimatorKind::regression;
  AdaptiveSettings adaptive;
  int min_samples = 6;
  int max_samples = 0;  // 0: as many as the store has
  int max_unreach = 100000;
  // clock
  MakestepSettings makestep;
  MaxchangeSettings maxchange;
  double max_update_skew_ppm = 1000.0;
  double corr_time_ratio = 3.0;
  double max_slew_rate_ppm = 1e6 / 12.0;
  double max_drift_ppm = 500000.0;
  double max_clock_error_ppm = 1.0;
  bool rtc_sync = false;
  LeapMode leap_mode = LeapMode::system;
  FallbackSettings fallback;
  double initial_step_s = 0.0;  // `initstepslew`: offsets from this on are stepped
  bool manual = false;          // times may be typed in
  // served time
  LocalSettings local;
  SmoothingSettings smoothing;
  // state and messages
  double drift_interval_s = 3600.0;  // between writes of the drift file; <= 0: at every update
  double log_change_s = 1.0;
  double mail_change_s = 0.0;  // 0: no mail
};

// What the discipline needs from above. All may be empty.
struct DisciplineHooks {
  // One line of a statistic log, without newline; banners are in discipline/log_lines.hpp. Empty: the log is off.
  std::function<void(std::string_view line)> statistics_log;
  std::function<void(std::string_view line)> tracking_log;
  std::function<void(std::string_view line)> selection_log;
  // Uniform in [0, 1). Empty: 0 always.
  std::function<double()> random;
  // Writes the drift file: absolute frequency and skew, ppm. Empty: none is configured.
  std::function<void(double frequency_ppm, double skew_ppm)> write_drift;
  // `mailonchange`: an update's offset, s (positive: the clock is fast), is beyond mail_change_s.
  std::function<void(double offset_s)> mail;
  // The daemon has to end with status 1 (`maxchange`). Called once; nothing is adjusted any more.
  std::function<void()> fatal;
  // What a table of leap seconds says of a time. Empty, or nothing: there is none.
  std::function<std::optional<LeapInfo>(Instant at)> leap_table;
  // A source got an address, or another one; its samples are gone in the second case.
  std::function<void(Source& source)> addressed;
  // After each change of the published reference (update, loss of synchronisation, leap status).
  std::function<void()> reference_changed;
};

}  // namespace tactus
