// SPDX-License-Identifier: Apache-2.0
// The clock facade: drives a backend with the slewing engine and announces every change. Discipline specification,
// sections 7 and 11.
#include "clock/clock.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tactus {
namespace {

constexpr double least_dispersion_s = 1e-9;                   // section 18, point 9
constexpr double unsynchronised_error_s = 16.0;               // 11.5
constexpr Duration external_step = std::chrono::seconds(10);  // section 1

// Precision quantum: section 3.1.
constexpr int precision_increments = 100;
constexpr int precision_patience = 1'000'000;  // readings without an increment: a clock that stands still by design
constexpr double finest_precision_s = 1e-9;
constexpr double coarsest_precision_s = 1.0;

double measured_precision_s(const Clock& clock) {
  Duration best = std::chrono::seconds(1);
  RawTime last = clock.raw();
  int patience = precision_patience;
  for (int increments = 0; increments < precision_increments && patience > 0;) {
    const RawTime now = clock.raw();
    if (now > last) {
      best = std::min(best, now - last);
      ++increments;
      patience = precision_patience;
    } else {
      --patience;
    }
    last = now;
  }
  return patience > 0 ? to_seconds(best) : finest_precision_s;
}

}  // namespace

double change_delta_s(const ClockChange& change, Instant time) noexcept {
  return to_seconds(change.corrected - time) * change.frequency - change.offset_s;
}

Instant transformed(const ClockChange& change, Instant time) noexcept {
  return time + from_seconds(change_delta_s(change, time));
}

Clock::Clock(Loop& loop, Logger& logger, Backend backend, double precision_s)
    : loop_(loop), logger_(logger), backend_(backend) {
  TACTUS_ASSERT(backend_.ops != nullptr);
  limits_.struct_size = sizeof limits_;
  backend_.ops->limits(backend_.instance, &limits_);
  frequency_delay_s_ = limits_.max_frequency_delay_s * (1.0 + limits_.max_frequency_ppm * 1e-6);
  if (backend_.ops->get_frequency(backend_.instance, &set_ppm_) != TACTUS_OK) set_ppm_ = 0.0;
  base_ppm_ = set_ppm_;
  set_precision(precision_s);
  event_raw_ = raw();
  event_corrected_ = Instant{event_raw_.time_since_epoch()};
  event_mono_ = loop_.read_monotonic();
  slew_start_ = event_raw_;
}

Clock::~Clock() { loop_.stop_timer(slew_timer_); }

void Clock::set_precision(double precision_s) {
  if (!(precision_s > 0.0)) precision_s = measured_precision_s(*this);
  precision_s_ = std::clamp(precision_s, finest_precision_s, coarsest_precision_s);
  precision_log2_s_ = static_cast<int>(std::lround(std::log2(precision_s_)));
}

// ---- reading

RawTime Clock::raw() const { return from_ns<RawTime>(backend_.ops->read(backend_.instance)); }

double Clock::correction_s(RawTime raw) const noexcept { return slew_.correction_s(to_seconds(raw - slew_start_)); }

Instant Clock::correct(RawTime raw, double* error_s) const noexcept {
  const double elapsed_s = to_seconds(raw - slew_start_);
  if (error_s != nullptr) *error_s = std::fabs(elapsed_s) <= frequency_delay_s_ ? slew_error_s_ : 0.0;
  return Instant{raw.time_since_epoch() + from_seconds(slew_.correction_s(elapsed_s))};
}

// ---- changing

double Clock::limited_ppm(double ppm) {
  if (std::fabs(ppm) <= max_drift_ppm_) return ppm;
  logger_.warning("Frequency {:.1f} ppm exceeds allowed maximum", ppm);
  return std::isnan(ppm) ? 0.0 : std::clamp(ppm, -max_drift_ppm_, max_drift_ppm_);
}

double Clock::frequency_ppm() const noexcept {
  return (base_ppm_ + temperature_ppm_) / (1.0 - temperature_ppm_ * 1e-6);
}

// Discipline specification 11.6.
double Clock::set_temperature_compensation_ppm(double ppm) {
  if (ppm == temperature_ppm_) return ppm;
  const double plain_ppm = frequency_ppm();
  temperature_ppm_ = ppm;
  base_ppm_ = limited_ppm(plain_ppm * (1.0 - ppm * 1e-6) - ppm);
  update_slew();
  event_corrected_ = correct(event_raw_);
  return ppm;
}

void Clock::set_frequency_ppm(double ppm) {
  base_ppm_ = limited_ppm(ppm * (1.0 - temperature_ppm_ * 1e-6) - temperature_ppm_);
  update_slew();
  event_corrected_ = correct(event_raw_);
}

void Clock::adjust(double frequency, double offset_s, double rate) {
  TACTUS_ASSERT(std::isfinite(offset_s) && rate >= 0.0);
  const RawTime at = raw();
  const Instant corrected = correct(at);
  const double old_ppm = base_ppm_;
  base_ppm_ = limited_ppm(old_ppm + frequency * (1e6 - old_ppm));
  update_slew();
  slew_.accrue(offset_s, rate);
  update_slew();
  announce({ChangeKind::adjust, at, corrected, (base_ppm_ - old_ppm) / (1e6 - old_ppm), offset_s});
}

Result<void> Clock::step(double offset_s) {
  TACTUS_ASSERT(std::isfinite(offset_s));
  const RawTime at = raw();
  const Instant corrected = correct(at);
  tactus_error failure{};
  failure.struct_size = sizeof failure;
  const tactus_status status =
      can_step() ? backend_.ops->step(backend_.instance, -offset_s, &failure) : TACTUS_E_UNSUPPORTED;
  if (status != TACTUS_OK) {
    logger_.error("Could not step system clock");
    return Error{failure.text[0] != '\0' ? failure.text : "the clock cannot be stepped", status};
  }
  const Duration moved = from_seconds(offset_s);
  slew_start_ -= moved;
  event_raw_ -= moved;
  announce({ChangeKind::step, at, corrected, 0.0, offset_s});
  return {};
}

void Clock::announce_step(double offset_s) {
  const RawTime at = raw();
  announce({ChangeKind::step, at, correct(at), 0.0, offset_s});
}

Result<void> Clock::make_step() {
  const double pending_s = correction_s(raw());
  const double rate = slew_.rate();
  adjust(0.0, pending_s, 0.0);
  Result<void> stepped = step(-pending_s);
  if (!stepped) adjust(0.0, -pending_s, rate);
  return stepped;
}

void Clock::disperse(double dispersion_s) {
  if (!(dispersion_s >= least_dispersion_s)) return;
  dispatch([dispersion_s](const Handler& handler) {
    if (handler.disperse) handler.disperse(dispersion_s);
  });
}

void Clock::update_slew() {
  const RawTime now = raw();
  const Slew::Limits limits{max_slew_ppm_, limits_.max_frequency_ppm};
  const double total_ppm = slew_.plan(to_seconds(now - slew_start_), base_ppm_, limits);
  if (limits_.max_frequency_ppm > 0.0) {
    double set_ppm = total_ppm;
    // A refusal was logged by the backend; then the clock goes on as before.
    if (backend_.ops->set_frequency(backend_.instance, total_ppm, &set_ppm) == TACTUS_OK) set_ppm_ = set_ppm;
  } else {
    set_ppm_ = 0.0;
  }
  slew_.commit(base_ppm_, set_ppm_);
  slew_start_ = now;
  slew_error_s_ = slew_.last_change() * frequency_delay_s_;
  disperse(slew_error_s_);
  arm_slew_timer();
}

void Clock::arm_slew_timer() {
  loop_.stop_timer(std::exchange(slew_timer_, 0));
  const double timeout_s = slew_.timeout_s();
  // A clock that cannot be adjusted gains nothing from an update: its correction is linear.
  if (std::isinf(timeout_s) || !(limits_.max_frequency_ppm > 0.0)) return;
  slew_timer_ = loop_.start_timer(loop_.read_monotonic() + from_seconds(timeout_s), [this] {
    slew_timer_ = 0;
    update_slew();
    event_corrected_ = correct(event_raw_);
  });
}

// ---- kernel state

bool Clock::set_leap(std::uint32_t leap, int tai_offset_s) {
  if (!can_leap() || backend_.ops->set_leap == nullptr) return false;
  return backend_.ops->set_leap(backend_.instance, leap, tai_offset_s) == TACTUS_OK;
}

void Clock::set_status(bool synchronised, bool copy_to_rtc, double estimated_error_s, double maximum_error_s) {
  if (backend_.ops->set_status == nullptr) return;
  const double pending_s = std::fabs(correction_s(raw()));
  double estimated_s = std::max(estimated_error_s, pending_s);
  double maximum_s = maximum_error_s + pending_s;
  if (!synchronised || !(maximum_s < unsynchronised_error_s)) {
    synchronised = false;
    estimated_s = maximum_s = unsynchronised_error_s;
  }
  tactus_clock_status status{};
  status.struct_size = sizeof status;
  status.synchronised = synchronised ? 1 : 0;
  status.copy_to_rtc = copy_to_rtc ? 1 : 0;
  status.estimated_error_s = std::min(estimated_s, unsynchronised_error_s);
  status.maximum_error_s = maximum_s;
  static_cast<void>(backend_.ops->set_status(backend_.instance, &status));
}

// ---- news

std::uint64_t Clock::on_change(std::function<void(const ClockChange&)> handler) {
  handlers_.push_back({next_handler_, std::move(handler), nullptr});
  return next_handler_++;
}

std::uint64_t Clock::on_disperse(std::function<void(double)> handler) {
  handlers_.push_back({next_handler_, nullptr, std::move(handler)});
  return next_handler_++;
}

void Clock::remove_handler(std::uint64_t id) {
  std::erase_if(handlers_, [id](const Handler& handler) { return handler.id == id; });
}

void Clock::dispatch(const std::function<void(const Handler&)>& call) {
  // A handler may add or remove handlers: ids ascend, so the next one is found again after each call.
  std::uint64_t done = 0;
  for (;;) {
    const auto next =
        std::find_if(handlers_.begin(), handlers_.end(), [done](const Handler& h) { return h.id > done; });
    if (next == handlers_.end()) return;
    done = next->id;
    const Handler handler = *next;
    call(handler);
  }
}

void Clock::announce(const ClockChange& change) {
  event_corrected_ = correct(event_raw_);
  dispatch([&change](const Handler& handler) {
    if (handler.change) handler.change(change);
  });
}

void Clock::on_wake() {
  const RawTime observed = raw();
  const MonoTime mono = loop_.now();
  const RawTime expected = event_raw_ + (mono - event_mono_);
  event_raw_ = observed;
  event_mono_ = mono;
  const Duration forward = observed - expected;
  if (forward > external_step || forward < -external_step) {
    on_external_step(expected, observed);
  } else {
    event_corrected_ = correct(observed);
  }
}

void Clock::on_external_step(RawTime expected, RawTime observed) {
  logger_.warning("{} time jump detected!", observed > expected ? "Forward" : "Backward");
  const double offset_s = to_seconds(expected - observed);
  const Instant corrected = correct(expected);
  slew_.cancel();
  slew_start_ = observed;
  update_slew();
  announce({ChangeKind::unknown, observed, corrected, 0.0, offset_s});
  disperse(std::fabs(offset_s));
}

void Clock::finish() {
  loop_.stop_timer(std::exchange(slew_timer_, 0));
  if (limits_.max_frequency_ppm > 0.0) {
    slew_.cancel();
    double set_ppm = base_ppm_;
    if (backend_.ops->set_frequency(backend_.instance, base_ppm_, &set_ppm) == TACTUS_OK) set_ppm_ = set_ppm;
    slew_.commit(base_ppm_, set_ppm_);
    slew_start_ = raw();
  }
  static_cast<void>(set_leap(TACTUS_LEAP_NORMAL, 0));
}

}  // namespace tactus
