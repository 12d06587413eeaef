// SPDX-License-Identifier: Apache-2.0
// Timers of one class (clients, peers, broadcasts) kept apart from each other, so that packets do not leave in bursts.
// NTP specification section 10.1. One object per class.
#pragma once

#include <cstdint>
#include <map>

#include <tactus/time.hpp>

#include "random_pool.hpp"

namespace tactus::ntp {

class Separation {
 public:
  using TimerId = std::uint32_t;

  explicit Separation(RandomPool& random) noexcept : random_(random) {}

  // A number for one timer of the class; each has at most one pending time.
  TimerId new_timer() noexcept { return ++last_id_; }

  // Sets a timer to `delay_s` (>= 0) from now: both delay and separation times a random factor 1.00..1.02, then moved
  // later so that it keeps `separation_s` from the timer that was dispatched last and from every pending one. Returns
  // the time that it got. Replaces the timer's pending time.
  MonoTime arm(TimerId timer, MonoTime now, double delay_s, double separation_s);
  void cancel(TimerId timer);
  // The timer's time has come: forgets it and remembers when it was.
  void dispatched(TimerId timer, MonoTime now);

  // clamp(0.002, 2^(poll-3), 0.2) s.
  static double separation_for(int poll_log2_s) noexcept;

 private:
  RandomPool& random_;
  TimerId last_id_ = 0;
  std::multimap<MonoTime, TimerId> pending_;
  std::map<TimerId, MonoTime> times_;
  MonoTime last_dispatched_{};
  bool any_dispatched_ = false;
};

}  // namespace tactus::ntp
