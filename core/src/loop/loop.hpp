// SPDX-License-Identifier: Apache-2.0
// The event loop: descriptors, timers on the monotonic scale, signals. Waiting and the reading of clocks are behind
// Waiter, so that a simulator can replace them; nothing else in the core reads a clock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tactus/result.hpp>
#include <tactus/time.hpp>

struct pollfd;

namespace tactus {

using TimerId = std::uint64_t;  // 0 is never a timer
using WatchId = std::uint64_t;  // 0 is never a watch

// The world's side of the loop.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual ~Waiter() = default;
  // Sleeps until a descriptor is ready or `timeout` has passed (negative: no limit), never shorter than that without a
  // reason. Returns the number of ready ones, 0 on timeout or interruption, -1 on failure (errno). Entries with a
  // negative descriptor are ignored. The span goes to the kernel as it is: a signal handler may still change it.
  virtual int wait(std::span<pollfd> descriptors, Duration timeout) = 0;
  [[nodiscard]] virtual MonoTime monotonic() = 0;
};

// poll(2) and CLOCK_MONOTONIC.
std::unique_ptr<Waiter> make_poll_waiter();

enum class Events : std::uint32_t { none = 0, read = 1, write = 2, error = 4 };
constexpr Events operator|(Events a, Events b) { return Events(std::uint32_t(a) | std::uint32_t(b)); }
constexpr bool has(Events set, Events one) { return (std::uint32_t(set) & std::uint32_t(one)) != 0; }

class Loop {
 public:
  explicit Loop(std::unique_ptr<Waiter> waiter);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Calls once, not before `when`. Timers of one instant run in the order in which they were started.
  TimerId start_timer(MonoTime when, std::function<void()> call);
  TimerId start_timer_after(Duration delay, std::function<void()> call) {
    return start_timer(now() + delay, std::move(call));
  }
  void stop_timer(TimerId id);  // unknown and 0 are ignored; allowed inside any callback

  // Level-triggered. The descriptor stays the caller's; unwatch before closing it. error (failure, hang-up, error
  // queue) is always reported; asked for, it also stands for priority data (sockets with SO_SELECT_ERR_QUEUE, PPS-like
  // devices). A descriptor that turns out to be closed is reported once as error and no longer watched.
  WatchId watch(int fd, Events events, std::function<void(Events)> call);
  void set_events(WatchId id, Events events);
  void unwatch(WatchId id);  // allowed inside any callback

  // Handlers run in the loop, never in signal context. One loop of a process may own signals; threads other than the
  // loop's should block them. An empty call: the signal is ignored. Error: another loop owns signals, or sigaction
  // failed.
  Result<void> on_signal(int number, std::function<void()> call);

  // Called after each wait, before anything is dispatched, with the waiting time that was asked for (negative: none):
  // the clock takes its event time there and looks for steps from outside.
  void set_wake_hook(std::function<void(Duration asked)> hook);

  // Time of the last wake-up: cheap, constant during a dispatch.
  [[nodiscard]] MonoTime now() const noexcept { return now_; }
  // Reads the clock.
  [[nodiscard]] MonoTime read_monotonic() { return waiter_->monotonic(); }

  // Until stop(). Returns what stop was given, or 1 when waiting itself failed, see wait_error().
  int run();
  // One wait and its dispatches; for tests and simulators. limit: longest wait (negative: none). Not inside a callback.
  void run_once(Duration limit);
  // When the earliest timer is due; none when there is no timer.
  [[nodiscard]] std::optional<MonoTime> next_timer() const {
    return timers_.empty() ? std::nullopt : std::optional(timers_.begin()->first.first);
  }
  // Nothing more is dispatched in this turn.
  void stop(int status);
  // errno of the wait that failed, 0 when none did.
  [[nodiscard]] int wait_error() const noexcept { return wait_error_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  // Wake-ups so far, for tests of idleness.
  [[nodiscard]] std::uint64_t wakeups() const noexcept { return wakeups_; }

 private:
  struct Watch;
  struct Signals;
  void collect_watches();
  int wait(Duration limit);
  void dispatch_timers();
  void dispatch_watches(int ready);

  std::unique_ptr<Waiter> waiter_;
  MonoTime now_{};
  std::map<std::pair<MonoTime, TimerId>, std::function<void()>> timers_;
  std::unordered_map<TimerId, MonoTime> timer_times_;
  std::vector<TimerId> due_;
  std::map<WatchId, std::shared_ptr<Watch>> watches_;
  // What is handed to the waiter, entry by entry; made anew when watches changed. Never empty once made: signals need
  // one.
  std::vector<pollfd> polled_;
  std::vector<std::shared_ptr<Watch>> polled_watches_;
  bool watches_changed_ = true;
  std::unique_ptr<Signals> signals_;
  std::function<void(Duration)> wake_hook_;
  std::uint64_t next_id_ = 1;
  std::uint64_t wakeups_ = 0;
  int status_ = 0;
  int wait_error_ = 0;
  bool stopping_ = false;
  bool dispatching_ = false;
};

}  // namespace tactus
