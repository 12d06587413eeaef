// SPDX-License-Identifier: Apache-2.0
// The time, sent to everybody on a network at an interval (directive `broadcast`). RFC 5905 mode 5; NTP specification
// section 22. The packet is made by a function without I/O; timers and sockets are the host's.
#pragma once

#include <array>
#include <cstdint>
#include <list>

#include <tactus/sdk.hpp>

#include "environment.hpp"
#include "packet.hpp"

namespace tactus::ntp {

// The header of a broadcast packet that leaves at the corrected time `now`. interval_s: 1..2^24, gives the poll field.
// precision_s: of the local clock; smoothing below it does not count (section 18.2). hide_leap: leap 1 and 2 become 0.
Header broadcast_header(const tactus_reference& reference, Instant now, double interval_s, double precision_s,
                        bool hide_leap, RandomPool& random);

class Broadcasts {
 public:
  explicit Broadcasts(Environment& environment);
  ~Broadcasts();
  Broadcasts(const Broadcasts&) = delete;
  Broadcasts& operator=(const Broadcasts&) = delete;

  // What the configuration lists; opens the server sockets that are needed.
  void add(const BroadcastTarget& target);
  // Packets leave from now on, the first ones after one interval.
  void start();

 private:
  struct Target {
    BroadcastTarget settings{};
    Separation::TimerId id = 0;
    Timer timer;
  };

  void arm(Target& target);
  void on_timer(Target& target);
  void send(const Target& target);

  Environment& environment_;
  Separation timers_;
  std::list<Target> targets_;  // timers know their addresses
  std::uint64_t* send_failed_;
};

}  // namespace tactus::ntp
