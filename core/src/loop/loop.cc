// SPDX-License-Identifier: Apache-2.0
// Turns of the loop: wait, take the time, then signals, timers, descriptors.
#include "loop/loop.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <utility>

#include <poll.h>

#include "loop/signals.hpp"

namespace tactus {
namespace {

class PollWaiter final : public Waiter {
 public:
  int wait(std::span<pollfd> descriptors, Duration timeout) override {
    int timeout_ms = -1;
    if (timeout >= Duration::zero()) {
      // Up, so that no timer is early. A longer wait is divided; the loop just waits again.
      const auto whole = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
      timeout_ms = static_cast<int>(std::min<std::int64_t>(whole, INT_MAX));
    }
    const int ready = ::poll(descriptors.data(), descriptors.size(), timeout_ms);
    return ready < 0 && errno == EINTR ? 0 : ready;
  }
  MonoTime monotonic() override {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return MonoTime{std::chrono::seconds(now.tv_sec) + Duration(now.tv_nsec)};
  }
};

short to_poll_events(Events events) {
  int out = 0;
  if (has(events, Events::read)) out |= POLLIN;
  if (has(events, Events::write)) out |= POLLOUT;
  if (has(events, Events::error)) out |= POLLPRI;
  return static_cast<short>(out);
}

Events from_poll_events(short ready, Events asked) {
  Events out = Events::none;
  if ((ready & POLLIN) != 0) out = out | Events::read;
  if ((ready & POLLOUT) != 0) out = out | Events::write;
  if ((ready & (POLLERR | POLLNVAL | POLLPRI)) != 0) out = out | Events::error;
  // The end of a stream is something to read for those who read.
  if ((ready & POLLHUP) != 0) out = out | (has(asked, Events::read) ? Events::read : Events::none) | Events::error;
  return out;
}

}  // namespace

struct Loop::Watch {
  int fd;
  Events events;
  std::function<void(Events)> call;
  bool active = true;
};

std::unique_ptr<Waiter> make_poll_waiter() { return std::make_unique<PollWaiter>(); }

Loop::Loop(std::unique_ptr<Waiter> waiter) : waiter_(std::move(waiter)) { now_ = waiter_->monotonic(); }
Loop::~Loop() = default;

TimerId Loop::start_timer(MonoTime when, std::function<void()> call) {
  const TimerId id = next_id_++;
  timers_.emplace(std::pair(when, id), std::move(call));
  timer_times_.emplace(id, when);
  return id;
}

void Loop::stop_timer(TimerId id) {
  const auto found = timer_times_.find(id);
  if (found == timer_times_.end()) return;
  timers_.erase({found->second, id});
  timer_times_.erase(found);
}

WatchId Loop::watch(int fd, Events events, std::function<void(Events)> call) {
  TACTUS_ASSERT(fd >= 0);
  const WatchId id = next_id_++;
  watches_.emplace(id, std::make_shared<Watch>(Watch{fd, events, std::move(call)}));
  watches_changed_ = true;
  return id;
}

void Loop::set_events(WatchId id, Events events) {
  const auto found = watches_.find(id);
  if (found == watches_.end() || found->second->events == events) return;
  found->second->events = events;
  watches_changed_ = true;
}

void Loop::unwatch(WatchId id) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  found->second->active = false;
  watches_.erase(found);
  watches_changed_ = true;
}

Result<void> Loop::on_signal(int number, std::function<void()> call) {
  if (!signals_) signals_ = std::make_unique<Signals>();
  return signals_->add(number, std::move(call));
}

void Loop::set_wake_hook(std::function<void(Duration asked)> hook) { wake_hook_ = std::move(hook); }

void Loop::stop(int status) {
  status_ = status;
  stopping_ = true;
}

int Loop::run() {
  while (!stopping_) run_once(Duration{-1});
  return status_;
}

void Loop::collect_watches() {
  if (watches_changed_) {
    polled_.clear();
    polled_watches_.clear();
    for (const auto& [id, watch] : watches_) {
      polled_.push_back({watch->fd, to_poll_events(watch->events), 0});
      polled_watches_.push_back(watch);
    }
    if (polled_.empty()) polled_.push_back({-1, 0, 0});
    watches_changed_ = false;
  }
}

// Returns what the waiter returned.
int Loop::wait(Duration limit) {
  Duration asked = limit;
  if (!timers_.empty()) {
    const Duration until = std::max(timers_.begin()->first.first - waiter_->monotonic(), Duration::zero());
    if (asked < Duration::zero() || until < asked) asked = until;
  }
  collect_watches();
  const int first = polled_.front().fd;
  const bool signalled = signals_ && Signals::arm(polled_.data());
  const int ready = waiter_->wait(polled_, signalled ? Duration::zero() : asked);
  const int failure = ready < 0 ? errno : 0;
  if (signals_) {
    Signals::disarm();
    if (polled_.front().fd != first)
      polled_.front() = {first, polled_.front().events, 0};  // asked again in the next turn
  }
  now_ = waiter_->monotonic();
  ++wakeups_;
  if (wake_hook_) wake_hook_(asked);
  if (ready < 0) {
    wait_error_ = failure;
    stop(1);
  }
  return ready;
}

void Loop::run_once(Duration limit) {
  TACTUS_ASSERT(!dispatching_);
  const int ready = wait(limit);
  dispatching_ = true;
  if (signals_ && !stopping_) signals_->dispatch(stopping_);
  if (!stopping_) dispatch_timers();
  if (!stopping_ && ready > 0) dispatch_watches(ready);
  dispatching_ = false;
}

// Those that are due now. One that a callback starts waits for the next turn, however early it is: descriptors must not
// starve.
void Loop::dispatch_timers() {
  due_.clear();
  for (const auto& [key, call] : timers_) {
    if (key.first > now_) break;
    due_.push_back(key.second);
  }
  for (const TimerId id : due_) {
    const auto found = timer_times_.find(id);
    if (found == timer_times_.end()) continue;  // stopped by an earlier one
    auto node = timers_.extract({found->second, id});
    timer_times_.erase(found);
    node.mapped()();
    if (stopping_) return;
  }
}

void Loop::dispatch_watches(int ready) {
  // Indices: the two vectors are made anew only in the next turn.
  for (std::size_t i = 0; i < polled_watches_.size() && ready > 0; ++i) {
    const short got = std::exchange(polled_[i].revents, short{0});
    if (got == 0) continue;
    --ready;
    Watch& watch = *polled_watches_[i];
    if (!watch.active) continue;
    const Events events = from_poll_events(got, watch.events);
    const Events wanted = Events(std::uint32_t(events) & (std::uint32_t(watch.events) | std::uint32_t(Events::error)));
    if ((got & POLLNVAL) != 0) {
      watch.active = false;
      std::erase_if(watches_, [&](const auto& entry) { return entry.second.get() == &watch; });
      watches_changed_ = true;
    }
    if (wanted == Events::none) continue;
    watch.call(wanted);
    if (stopping_) return;
  }
}

}  // namespace tactus
