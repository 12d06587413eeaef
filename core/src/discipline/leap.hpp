// SPDX-License-Identifier: Apache-2.0
// Leap seconds: takes over what the sources or a table say, tells the kernel or moves the clock, and says what is
// served around the leap. Discipline specification, section 12.
#pragma once

#include <functional>
#include <optional>

#include <tactus/abi.h>

#include "clock/clock.hpp"
#include "discipline/settings.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

class LeapKeeper {
 public:
  // changed: the served status may have changed. applied: the clock was moved by a leap second, +1 inserted, -1 deleted
  // (modes step and slew). All references outlive it.
  LeapKeeper(Clock& clock, Loop& loop, Logger& logger, const DisciplineSettings& settings, const DisciplineHooks& hooks,
             std::function<void()> changed, std::function<void(int leap)> applied);
  ~LeapKeeper();
  LeapKeeper(const LeapKeeper&) = delete;
  LeapKeeper& operator=(const LeapKeeper&) = delete;

  // The vote of an update: TACTUS_LEAP_*; when it is normal, the table counts. Insert and delete count on 30 June and
  // 31 December UTC only; nothing changes within 5 s of the leap.
  void vote(std::uint32_t leap, Instant now);
  // Synchronisation was lost: no leap second is awaited.
  void clear(Instant now);
  // What a synchronised server says.
  [[nodiscard]] std::uint32_t served() const noexcept;
  // The instant, or the instant as the source sees it (offset_s positive = local clock fast), is within 5 s of the
  // leap.
  [[nodiscard]] bool close(Instant at, double offset_s) const noexcept;
  // What the clock says now of a step is only said, not done.
  [[nodiscard]] bool announcing() const noexcept { return announcing_; }
  // The clock was stepped.
  void on_step();
  // At the end: the kernel forgets.
  void finish();

 private:
  [[nodiscard]] LeapMode mode() const noexcept;
  [[nodiscard]] Duration lead() const noexcept;
  void await(std::uint32_t leap, std::optional<Instant> midnight);
  void arm();
  void on_timer();
  void apply();
  void announce(int leap);
  void on_end();
  void tell_clock(int tai_offset_s, bool it_is_over);

  Clock& clock_;
  Loop& loop_;
  Logger& logger_;
  const DisciplineSettings& settings_;
  const DisciplineHooks& hooks_;
  std::function<void()> changed_;
  std::function<void(int)> applied_;
  std::uint32_t pending_ = TACTUS_LEAP_NORMAL;
  std::uint32_t told_ = TACTUS_LEAP_NORMAL;  // what the kernel was told
  int tai_offset_s_ = 0;                     // TAI - UTC; 0 unknown
  int told_tai_offset_s_ = 0;
  Instant when_{};  // of the leap
  bool in_progress_ = false;
  bool announcing_ = false;
  TimerId timer_ = 0;
};

// 00:00:00 UTC that ends the day of `at`, when that is the last day of June or December; empty otherwise.
std::optional<Instant> leap_instant(Instant at) noexcept;

}  // namespace tactus
