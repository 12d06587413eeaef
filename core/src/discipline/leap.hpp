// SPDX-License-Identifier: Apache-2.0
// Leap seconds: takes over the vote of the sources, tells the kernel, and says what is served around the leap.
// Discipline specification, section 12 (mode `system`).
#pragma once

#include <functional>

#include <tactus/abi.h>

#include "clock/clock.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

class LeapKeeper {
 public:
  // changed: the served status may have changed.
  LeapKeeper(Clock& clock, Loop& loop, Logger& logger, std::function<void()> changed);
  ~LeapKeeper();
  LeapKeeper(const LeapKeeper&) = delete;
  LeapKeeper& operator=(const LeapKeeper&) = delete;

  // The vote of an update: TACTUS_LEAP_*. Insert and delete count on 30 June and 31 December UTC only; nothing changes
  // within 5 s of the leap.
  void vote(std::uint32_t leap, Instant now);
  // Synchronisation was lost: no leap second is awaited.
  void clear(Instant now) { vote(TACTUS_LEAP_NORMAL, now); }
  // What a synchronised server says.
  [[nodiscard]] std::uint32_t served() const noexcept;
  // The instant, or the instant as the source sees it (offset_s positive = local clock fast), is within 5 s of the
  // leap.
  [[nodiscard]] bool close(Instant at, double offset_s) const noexcept;
  // The clock was stepped.
  void on_step();
  // At the end: the kernel forgets.
  void finish();

 private:
  void arm();
  void on_timer();
  void on_end();
  void tell_clock(std::uint32_t leap);

  Clock& clock_;
  Loop& loop_;
  Logger& logger_;
  std::function<void()> changed_;
  std::uint32_t pending_ = TACTUS_LEAP_NORMAL;
  std::uint32_t told_ = TACTUS_LEAP_NORMAL;  // what the kernel was told
  Instant when_{};                           // of the leap
  bool in_progress_ = false;
  TimerId timer_ = 0;
};

// 00:00:00 UTC that ends the day of `at`, when that is the last day of June or December; empty otherwise.
std::optional<Instant> leap_instant(Instant at) noexcept;

}  // namespace tactus
