// SPDX-License-Identifier: Apache-2.0
// Signals of the loop without a pipe and without a lost wake-up. Private to this folder.
//
// A handler only sets flags. What remains is the moment between the last look at the flags and the kernel's wait: a
// signal in it would be noticed only at the next wake-up, which may never come. So the handler also makes the array
// that is about to be waited on end the wait: it replaces the first entry's descriptor by one that cannot exist, for
// which poll(2) returns at once (POLLNVAL). Either the handler runs before the kernel reads the array, and the wait
// returns at once; or it runs after, and then the wait is interrupted (EINTR). No descriptor, no timer and no idle
// wake-up is needed.
#pragma once

#include <csignal>
#include <functional>
#include <map>

#include <poll.h>

#include "loop/loop.hpp"

namespace tactus {

struct Loop::Signals {
  Signals() = default;
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();  // restores what was before

  Result<void> add(int number, std::function<void()> call);
  // From here to disarm() a signal spoils `first`. Returns true when one has come already: do not wait then.
  static bool arm(pollfd* first) noexcept;
  static void disarm() noexcept;
  // Runs the handlers of the signals that came, lowest number first, each once however often it came.
  void dispatch(const bool& stopping);

  struct Entry {
    std::function<void()> call;
    struct sigaction previous;
  };
  std::map<int, Entry> entries;
  bool owner = false;
};

}  // namespace tactus
