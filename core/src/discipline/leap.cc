// SPDX-License-Identifier: Apache-2.0
// Leap seconds, see leap.hpp. Discipline specification, section 12.
#include "discipline/leap.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace tactus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration close_window = seconds(5);
constexpr Duration kernel_lead = milliseconds(500);  // the status changes before the kernel acts
constexpr Duration after_leap = seconds(2);
constexpr Duration longest_wait = std::chrono::hours(1);  // the clock may be slewed while we wait,
constexpr Duration last_wait = std::chrono::minutes(1);   // so the way is halved until it is short
constexpr std::int64_t day_s = 86400;

}  // namespace

std::optional<Instant> leap_instant(Instant at) noexcept {
  const auto whole = static_cast<std::time_t>(to_ns(at) / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  const bool last_day = (parts.tm_mon == 5 && parts.tm_mday == 30) || (parts.tm_mon == 11 && parts.tm_mday == 31);
  if (!last_day) return std::nullopt;
  return from_ns<Instant>((whole / day_s + 1) * day_s * 1'000'000'000);
}

LeapKeeper::LeapKeeper(Clock& clock, Loop& loop, Logger& logger, const DisciplineSettings& settings,
                       const DisciplineHooks& hooks, std::function<void()> changed, std::function<void(int)> applied)
    : clock_(clock),
      loop_(loop),
      logger_(logger),
      settings_(settings),
      hooks_(hooks),
      changed_(std::move(changed)),
      applied_(std::move(applied)) {}

LeapKeeper::~LeapKeeper() { loop_.stop_timer(timer_); }

LeapMode LeapKeeper::mode() const noexcept {
  return settings_.leap_mode == LeapMode::system && !clock_.can_leap() ? LeapMode::step : settings_.leap_mode;
}

Duration LeapKeeper::lead() const noexcept { return mode() == LeapMode::system ? kernel_lead : Duration{0}; }

void LeapKeeper::vote(std::uint32_t leap, Instant now) {
  if (in_progress_ || close(now, 0.0)) return;
  const auto midnight = leap_instant(now);
  const auto known = hooks_.leap_table ? hooks_.leap_table(now) : std::nullopt;
  if (leap == TACTUS_LEAP_UNSYNCHRONISED) leap = TACTUS_LEAP_NORMAL;
  if (leap == TACTUS_LEAP_NORMAL && known) leap = known->leap;
  if (known) tai_offset_s_ = known->tai_offset_s;
  await(leap, midnight);
  tell_clock(tai_offset_s_, false);
}

void LeapKeeper::clear(Instant now) {
  if (in_progress_ || close(now, 0.0)) return;
  await(TACTUS_LEAP_NORMAL, std::nullopt);
  tell_clock(0, false);
}

void LeapKeeper::await(std::uint32_t leap, std::optional<Instant> midnight) {
  if (!midnight) leap = TACTUS_LEAP_NORMAL;
  if (leap == pending_) return;
  pending_ = leap;
  loop_.stop_timer(std::exchange(timer_, 0));
  when_ = {};
  if (leap == TACTUS_LEAP_NORMAL) return;
  when_ = leap == TACTUS_LEAP_DELETE ? *midnight - seconds(1) : *midnight;
  arm();
}

std::uint32_t LeapKeeper::served() const noexcept { return in_progress_ ? TACTUS_LEAP_UNSYNCHRONISED : pending_; }

bool LeapKeeper::close(Instant at, double offset_s) const noexcept {
  if (when_ == Instant{}) return false;
  const auto near = [this](Instant time) { return std::chrono::abs(time - when_) < close_window; };
  return near(at) || near(at - from_seconds(offset_s));
}

void LeapKeeper::arm() {
  Duration left = when_ - lead() - clock_.event_now();
  if (left > last_wait) left = std::min<Duration>(left / 2, longest_wait);
  timer_ = loop_.start_timer_after(std::max(left, Duration{0}), [this] { on_timer(); });
}

void LeapKeeper::on_timer() {
  timer_ = 0;
  if (clock_.event_now() < when_ - lead()) {
    arm();
    return;
  }
  in_progress_ = true;
  timer_ = loop_.start_timer_after(after_leap, [this] { on_end(); });
  apply();
  changed_();
}

// What the kernel does not do itself. The histories are told first that the new UTC was always meant, so that with the
// change of the clock nothing remains of the second.
void LeapKeeper::apply() {
  const int leap = pending_ == TACTUS_LEAP_INSERT ? 1 : -1;
  switch (mode()) {
    case LeapMode::system:
      return;
    case LeapMode::step:
      announce(leap);
      if (clock_.step(leap)) {
        logger_.warning("System clock was stepped for leap second");
      } else {
        clock_.adjust(0.0, leap, 0.0);
      }
      break;
    case LeapMode::slew:
      announce(leap);
      clock_.adjust(0.0, leap, 0.0);
      logger_.warning("Adjusting system clock for leap second");
      break;
    case LeapMode::ignore:
      logger_.warning("Ignoring leap second");
      return;
  }
  applied_(leap);
}

void LeapKeeper::announce(int leap) {
  announcing_ = true;
  clock_.announce_step(-leap);
  announcing_ = false;
}

void LeapKeeper::on_end() {
  timer_ = 0;
  in_progress_ = false;
  if (tai_offset_s_ != 0) tai_offset_s_ += pending_ == TACTUS_LEAP_INSERT ? 1 : -1;
  // A kernel that did the leap counts TAI on by itself.
  if (mode() == LeapMode::system) told_tai_offset_s_ = tai_offset_s_;
  pending_ = TACTUS_LEAP_NORMAL;
  tell_clock(tai_offset_s_, true);
  changed_();
}

// The kernel's leap status (it is told in advance) and TAI - UTC.
void LeapKeeper::tell_clock(int tai_offset_s, bool it_is_over) {
  if (!clock_.can_leap()) return;
  const std::uint32_t leap = mode() == LeapMode::system ? pending_ : TACTUS_LEAP_NORMAL;
  const bool new_tai = tai_offset_s != 0 && tai_offset_s != told_tai_offset_s_;
  if (leap == told_ && !new_tai) return;
  if (!clock_.set_leap(leap, new_tai ? tai_offset_s : 0)) return;
  if (leap != told_) {
    logger_.info("System clock status {}", leap == TACTUS_LEAP_INSERT   ? "set to insert leap second"
                                           : leap == TACTUS_LEAP_DELETE ? "set to delete leap second"
                                           : it_is_over                 ? "reset after leap second"
                                                                        : "set to not insert/delete leap second");
  }
  told_ = leap;
  if (!new_tai) return;
  logger_.info("System clock TAI offset set to {} seconds", tai_offset_s);
  told_tai_offset_s_ = tai_offset_s;
}

void LeapKeeper::on_step() {
  if (timer_ == 0 || in_progress_) return;
  loop_.stop_timer(std::exchange(timer_, 0));
  arm();
}

void LeapKeeper::finish() {
  loop_.stop_timer(std::exchange(timer_, 0));
  if (told_ != TACTUS_LEAP_NORMAL && clock_.can_leap()) static_cast<void>(clock_.set_leap(TACTUS_LEAP_NORMAL, 0));
  told_ = TACTUS_LEAP_NORMAL;
}

}  // namespace tactus
