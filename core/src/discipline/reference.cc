// SPDX-License-Identifier: Apache-2.0
// Updates of the reference and of the clock. Discipline specification, section 10; comments name its steps.
#include "discipline/reference.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "discipline/adaptive_control.hpp"
#include "discipline/log_lines.hpp"

namespace tactus {
namespace {

constexpr double ppm = 1e-6;
constexpr double average_gain = 0.1;  // of the RMS offset

}  // namespace

FrequencyGain frequency_gain(double frequency, double skew, double old_skew, double max_update_skew) noexcept {
  const double old_square = 3.0 * old_skew * old_skew;
  const double gain = skew > max_update_skew ? 0.0 : old_square / (old_square + skew * skew);
  const double applied = gain * frequency;
  const double residual = frequency - applied;
  return {
      gain, applied, residual,
      old_skew + gain * (skew - old_skew) + std::sqrt(applied * applied * (1.0 - gain) + residual * residual * gain)};
}

FrequencyGain full_gain(double frequency, double skew, double max_update_skew) noexcept {
  if (skew > max_update_skew) return {0.0, 0.0, frequency, skew};
  return {1.0, frequency, 0.0, skew};
}

Reference::Reference(Clock& clock, Loop& loop, Logger& logger, const DisciplineSettings& settings,
                     const DisciplineHooks& hooks, Drops& drops)
    : clock_(clock),
      loop_(loop),
      logger_(logger),
      settings_(settings),
      hooks_(hooks),
      drops_(drops),
      leap_(
          clock, loop, logger, settings, hooks, [this] { leap_changed(); }, [this](int leap) { leap_applied(leap); }),
      smoothing_(settings.smoothing),
      fallback_(settings.fallback),
      unsynchronised_since_(loop.now()),
      maxchange_ignore_(settings.maxchange.ignore),
      step_limit_(settings.makestep.limit) {
  handler_ = clock_.on_change([this](const ClockChange& change) { on_change(change); });
}

Reference::~Reference() {
  loop_.stop_timer(fallback_timer_);
  clock_.remove_handler(handler_);
}

void Reference::set_initial_skew_ppm(double skew_ppm) noexcept { skew_ = std::max(skew_ppm * ppm, min_skew); }

void Reference::start() {
  unsynchronised_since_ = loop_.now();
  unsynchronise();
}

bool Reference::update(const ReferenceUpdate& update) {
  if (ended_) return false;
  const Combined& combined = update.combined;
  const Instant now = clock_.now();
  const double offset_s = combined.offset_s + to_seconds(now - combined.reference_time) * combined.frequency;  // step 1
  if (one_shot_ != OneShot::off) {
    run_one_shot(offset_s);
    return false;
  }
  if (leap_.close(now, 0.0)) {
    drops_.add(Drop::update_leap_close);
    return false;
  }
  if (refuse_invalid(now, offset_s) || refuse_change(offset_s)) return false;
  const double uncorrected_s = clock_.correction_s(clock_.raw());
  interval_s_ = updated_ ? to_seconds(loop_.now() - *updated_) : 0.0;
  updated_ = loop_.now();
  const bool adaptive = settings_.estimator == EstimatorKind::adaptive;
  const double update_skew = settings_.max_update_skew_ppm * ppm;
  const auto gain = update.manual ? FrequencyGain{1.0, combined.frequency, 0.0, combined.skew}
                    : adaptive    ? full_gain(combined.frequency, combined.skew, update_skew)
                                  : frequency_gain(combined.frequency, combined.skew, skew_, update_skew);
  const double maximum_error_s = root_distance_s(now) + std::abs(last_offset_s_ - last_uncorrected_s_);
  take_over(update, gain);
  last_offset_s_ = offset_s;
  last_uncorrected_s_ = uncorrected_s;

  last_rate_ =
      adaptive ? settings_.corr_time_ratio * adaptive_patience_s2(offset_s - uncorrected_s, combined.offset_sd_s,
                                                                  std::max(interval_s_, update.least_unit_s), young_)
               : settings_.corr_time_ratio * 0.5 * combined.offset_sd_s * interval_s_;
  young_ = std::min(young_ + 1, adaptive_young_updates);
  apply(offset_s, uncorrected_s, gain.applied, last_rate_);
  leap_.vote(update.leap, clock_.now());
  const Instant after = clock_.now();
  tell_kernel(after);
  *time_ -= from_seconds(random());  // step 9: after it was used
  write_line(after, {update.label, combined.sources, offset_s, combined.offset_sd_s, uncorrected_s, update.root_delay_s,
                     root_dispersion_s(after), maximum_error_s});
  account_drift(interval_s_);
  fallback_.update(interval_s_, clock_.frequency_ppm());
  if (synchronised_) arm_fallback(0);
  average(offset_s);
  if (hooks_.reference_changed) hooks_.reference_changed();
  return true;
}

// Step 4.
void Reference::take_over(const ReferenceUpdate& update, const FrequencyGain& gain) {
  synchronised_ = !update.manual;
  stratum_ = update.stratum + 1;
  refid_ = update.refid;
  address_ = update.address;
  time_ = update.combined.reference_time;
  skew_ = gain.skew;
  residual_ = gain.residual;
  root_delay_s_ = update.root_delay_s;
  root_dispersion_s_ = update.root_dispersion_s;
  offset_sd_s_ = update.combined.offset_sd_s;
  frequency_sd_ = update.combined.frequency_sd;
}

bool Reference::refuse_invalid(Instant now, double offset_s) {
  // The corrected time must stay after 1970 and within what int64 nanoseconds hold.
  const double result_s = to_seconds(now.time_since_epoch()) - offset_s;
  if (result_s > 0.0 && result_s < 9.2e9) return false;
  logger_.warning("Adjustment of {:.1f} seconds is invalid", -offset_s);
  drops_.add(Drop::update_invalid);
  return true;
}

// Step 3.
bool Reference::refuse_change(double offset_s) {
  const MaxchangeSettings& limit = settings_.maxchange;
  if (limit.start < 0) return false;
  if (updates_ < limit.start) {
    ++updates_;
    return false;
  }
  if (!(std::abs(offset_s) > limit.offset_s)) return false;
  const bool exits = maxchange_ignore_ == 0;
  logger_.warning("Adjustment of {:.3f} seconds exceeds the allowed maximum of {:.3f} seconds ({}) ", -offset_s,
                  limit.offset_s, exits ? "exiting" : "ignored");
  drops_.add(Drop::update_maxchange);
  if (exits) {
    ended_ = true;
    if (hooks_.fatal) hooks_.fatal();
  } else if (maxchange_ignore_ > 0) {
    --maxchange_ignore_;
  }
  return true;
}

// Step 5. Counts an update against the limit.
bool Reference::may_step(double beyond_s) {
  if (step_limit_ == 0) return false;
  if (step_limit_ > 0) --step_limit_;
  return std::abs(beyond_s) > settings_.makestep.threshold_s;
}

// Steps 5 to 7.
void Reference::apply(double offset_s, double uncorrected_s, double frequency, double rate) {
  const double beyond_s = offset_s - uncorrected_s;
  const bool step = may_step(beyond_s);
  if (std::abs(offset_s) > settings_.log_change_s) {
    logger_.warning("System clock wrong by {:.6f} seconds", -offset_s);
  }
  if (settings_.mail_change_s > 0.0 && std::abs(offset_s) > settings_.mail_change_s && hooks_.mail) {
    hooks_.mail(offset_s);
  }
  clock_.adjust(frequency, step ? uncorrected_s : offset_s, rate);
  if (!step) return;
  if (clock_.step(beyond_s)) {
    logger_.warning("System clock was stepped by {:.6f} seconds", -beyond_s);
  } else {
    clock_.adjust(0.0, beyond_s, 0.0);
  }
}

Result<void> Reference::make_step() {
  const double correction_s = clock_.correction_s(clock_.raw());
  auto result = clock_.make_step();
  if (result) logger_.warning("System clock was stepped by {:.6f} seconds", correction_s);
  return result;
}

void Reference::unsynchronise() {
  if (ended_) return;
  const Instant now = clock_.now();
  const double uncorrected_s = clock_.correction_s(clock_.raw());
  if (synchronised_) unsynchronised_since_ = loop_.now();
  synchronised_ = false;
  young_ = 0;
  stratum_ = 0;
  refid_ = 0;
  address_ = {};
  leap_.clear(now);
  tell_kernel(now);
  write_line(now, {"0.0.0.0", 0, 0.0, 0.0, uncorrected_s, root_delay_s_, root_dispersion_s(now),
                   root_distance_s(now) + std::abs(last_offset_s_ - last_uncorrected_s_)});
  if (hooks_.reference_changed) hooks_.reference_changed();
}

double Reference::root_dispersion_s(Instant at) const noexcept {
  if (!time_) return 1.0;
  return root_dispersion_s_ +
         std::abs(to_seconds(at - *time_)) * (skew_ + std::abs(residual_) + settings_.max_clock_error_ppm * ppm);
}

double Reference::root_distance_s(Instant at) const noexcept { return 0.5 * root_delay_s_ + root_dispersion_s(at); }

void Reference::on_change(const ClockChange& change) {
  if (change.kind == ChangeKind::adjust) {
    if (smoothing_.adjust(change, skew_)) say_smoothing_active();
  } else {
    smoothing_.step(change, !leap_.announcing());
  }
  if (change.kind == ChangeKind::unknown) return;
  if (time_) *time_ = transformed(change, *time_);
  if (change.kind == ChangeKind::step) leap_.on_step();
}

void Reference::leap_changed() {
  tell_kernel(clock_.now());
  if (hooks_.reference_changed) hooks_.reference_changed();
}

void Reference::tell_kernel(Instant now) {
  const double age_s = time_ ? std::abs(to_seconds(now - *time_)) : 0.0;
  clock_.set_status(synchronised_, settings_.rtc_sync, offset_sd_s_ + age_s * frequency_sd_, root_distance_s(now));
}

// Step 10.
void Reference::account_drift(double interval_s) {
  drift_age_s_ += interval_s;
  if (drift_age_s_ < settings_.drift_interval_s) return;
  drift_age_s_ = 0.0;
  write_drift();
}

void Reference::write_drift() {
  if (hooks_.write_drift) hooks_.write_drift(clock_.frequency_ppm(), skew_ * 1e6);
}

// Step 12.
void Reference::average(double offset_s) noexcept {
  const double square = offset_s * offset_s;
  if (moving_) {
    average_square_ += average_gain * (square - average_square_);
    return;
  }
  if (average_square_ > 0.0 && average_square_ < square) moving_ = true;
  average_square_ = square;
}

void Reference::write_line(Instant now, const Line& line) {
  if (!hooks_.tracking_log) return;
  const char leap = synchronised_ ? leap_letter(leap_.served()) : leap_letter(TACTUS_LEAP_UNSYNCHRONISED);
  hooks_.tracking_log(fmt::format(
      "{} {:<15} {:2d} {:10.3f} {:10.3f} {:10.3e} {} {:2d} {:10.3e} {:10.3e} {:10.3e} {:10.3e} {:10.3e}", log_time(now),
      line.label, synchronised_ ? stratum_ : 0, clock_.frequency_ppm(), skew_ * 1e6, line.offset_s, leap, line.sources,
      line.offset_sd_s, line.uncorrected_s, line.root_delay_s, line.root_dispersion_s, line.maximum_error_s));
}

// ---- one-shot modes (10.2)

void Reference::set_one_shot(OneShot mode, std::function<void(bool ok)> done) {
  one_shot_ = mode;
  one_shot_done_ = std::move(done);
}

void Reference::run_one_shot(double offset_s) {
  ended_ = true;
  if (one_shot_ == OneShot::initial) return run_initial(offset_s);
  const bool step = one_shot_ == OneShot::update_once;
  logger_.info("System clock wrong by {:.6f} seconds ({})", -offset_s, step ? "step" : "ignored");
  // A refusal is logged by the clock and is no failure of the mode.
  if (step) static_cast<void>(clock_.step(offset_s));
  if (one_shot_done_) one_shot_done_(true);
}

void Reference::run_initial(double offset_s) {
  const bool step = std::abs(offset_s) >= settings_.initial_step_s;
  logger_.info("System's initial offset : {:.6f} seconds {} of true ({})", std::abs(offset_s),
               offset_s >= 0.0 ? "fast" : "slow", step ? "step" : "slew");
  // A refusal is logged by the clock.
  if (!step || !clock_.step(offset_s)) clock_.adjust(0.0, offset_s, 0.0);
  if (one_shot_done_) one_shot_done_(true);
}

void Reference::end_one_shot() {
  TACTUS_ASSERT(one_shot_ == OneShot::initial || one_shot_ == OneShot::off);
  one_shot_ = OneShot::off;
  one_shot_done_ = {};
  ended_ = false;
}

void Reference::fail_one_shot() {
  if (one_shot_ == OneShot::off || ended_) return;
  ended_ = true;
  logger_.warning("No suitable source for {}", one_shot_ == OneShot::initial ? "initstepslew" : "synchronisation");
  if (one_shot_done_) one_shot_done_(false);
}

void Reference::finish() {
  loop_.stop_timer(std::exchange(fallback_timer_, 0));
  leap_.finish();
  write_drift();
}

}  // namespace tactus
