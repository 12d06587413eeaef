// SPDX-License-Identifier: Apache-2.0
// Leap seconds by the kernel. Discipline specification, section 12.
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
constexpr Duration longest_wait = std::chrono::hours(1);  // the clock may be slewed while we wait
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

LeapKeeper::LeapKeeper(Clock& clock, Loop& loop, Logger& logger, std::function<void()> changed)
    : clock_(clock), loop_(loop), logger_(logger), changed_(std::move(changed)) {}

LeapKeeper::~LeapKeeper() { loop_.stop_timer(timer_); }

void LeapKeeper::vote(std::uint32_t leap, Instant now) {
  if (in_progress_ || close(now, 0.0)) return;
  const auto instant = leap_instant(now);
  if (leap == TACTUS_LEAP_UNSYNCHRONISED || !instant) leap = TACTUS_LEAP_NORMAL;
  if (leap == pending_) return;
  pending_ = leap;
  loop_.stop_timer(std::exchange(timer_, 0));
  if (leap != TACTUS_LEAP_NORMAL) {
    when_ = leap == TACTUS_LEAP_DELETE ? *instant - seconds(1) : *instant;
    arm();
  }
  tell_clock(leap);
}

std::uint32_t LeapKeeper::served() const noexcept { return in_progress_ ? TACTUS_LEAP_UNSYNCHRONISED : pending_; }

bool LeapKeeper::close(Instant at, double offset_s) const noexcept {
  if (when_ == Instant{}) return false;
  const auto near = [this](Instant time) { return std::chrono::abs(time - when_) < close_window; };
  return near(at) || near(at - from_seconds(offset_s));
}

void LeapKeeper::arm() {
  const Duration left = when_ - kernel_lead - clock_.event_now();
  timer_ = loop_.start_timer_after(std::clamp(left, Duration{0}, longest_wait), [this] { on_timer(); });
}

void LeapKeeper::on_timer() {
  timer_ = 0;
  if (clock_.event_now() < when_ - kernel_lead) {
    arm();
    return;
  }
  in_progress_ = true;
  timer_ = loop_.start_timer_after(after_leap, [this] { on_end(); });
  changed_();
}

void LeapKeeper::on_end() {
  timer_ = 0;
  in_progress_ = false;
  pending_ = TACTUS_LEAP_NORMAL;
  tell_clock(pending_);
  changed_();
}

// The kernel does the leap; it is told in advance.
void LeapKeeper::tell_clock(std::uint32_t leap) {
  if (!clock_.can_leap() || leap == told_) return;
  clock_.set_leap(leap, 0);
  if (leap != TACTUS_LEAP_NORMAL) {
    logger_.info("System clock status set to {} leap second", leap == TACTUS_LEAP_INSERT ? "insert" : "delete");
  } else if (clock_.event_now() >= when_ - kernel_lead) {
    logger_.info("System clock status reset after leap second");
  } else {
    logger_.info("System clock status set to not insert/delete leap second");
  }
  told_ = leap;
}

void LeapKeeper::on_step() {
  if (timer_ == 0 || in_progress_) return;
  loop_.stop_timer(std::exchange(timer_, 0));
  arm();
}

void LeapKeeper::finish() {
  loop_.stop_timer(std::exchange(timer_, 0));
  if (told_ != TACTUS_LEAP_NORMAL && clock_.can_leap()) clock_.set_leap(TACTUS_LEAP_NORMAL, 0);
  told_ = TACTUS_LEAP_NORMAL;
}

}  // namespace tactus
