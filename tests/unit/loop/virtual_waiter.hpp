// SPDX-License-Identifier: Apache-2.0
// A waiter whose time moves only when the loop waits. Descriptors are never ready, unless a test says so.
#pragma once

#include <poll.h>

#include <functional>
#include <vector>

#include "loop/loop.hpp"

namespace tactus {

struct VirtualWorld {
  MonoTime now{std::chrono::seconds(100)};
  std::vector<Duration> asked;
  std::function<int(std::span<pollfd>)> on_wait;
};

class VirtualWaiter final : public Waiter {
 public:
  explicit VirtualWaiter(VirtualWorld& world) : world_(world) {}
  int wait(std::span<pollfd> descriptors, Duration timeout) override {
    world_.asked.push_back(timeout);
    if (world_.on_wait) {
      if (const int ready = world_.on_wait(descriptors); ready != 0) return ready;
    }
    if (timeout > Duration::zero()) world_.now += timeout;
    return 0;
  }
  MonoTime monotonic() override { return world_.now; }

 private:
  VirtualWorld& world_;
};

}  // namespace tactus
