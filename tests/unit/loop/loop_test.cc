// SPDX-License-Identifier: Apache-2.0
// Timers, watches and stopping, in virtual time and over real descriptors.
#include "loop/loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "virtual_waiter.hpp"

namespace tactus {
namespace {

using namespace std::chrono_literals;

struct Virtual {
  VirtualWorld world;
  Loop loop{std::make_unique<VirtualWaiter>(world)};
  std::string story;
};

TEST(Timers, run_in_the_order_of_their_times_and_of_their_start_when_equal) {
  Virtual v;
  const MonoTime start = v.loop.now();
  v.loop.start_timer(start + 2s, [&] { v.story += 'c'; });
  v.loop.start_timer(start + 1s, [&] { v.story += 'a'; });
  v.loop.start_timer(start + 1s, [&] { v.story += 'b'; });
  v.loop.start_timer(start + 3s, [&] { v.loop.stop(7); });
  EXPECT_EQ(v.loop.run(), 7);
  EXPECT_EQ(v.story, "abc");
  EXPECT_EQ(v.loop.now(), start + 3s);
  EXPECT_EQ(v.world.asked, (std::vector<Duration>{1s, 1s, 1s}));
}

TEST(Timers, can_be_stopped_by_an_earlier_one_of_the_same_instant) {
  Virtual v;
  TimerId second = 0;
  v.loop.start_timer_after(1s, [&] { v.loop.stop_timer(second); });
  second = v.loop.start_timer_after(1s, [&] { v.story += 'x'; });
  v.loop.stop_timer(0);
  v.loop.stop_timer(12345);
  v.loop.run_once(10s);
  v.loop.run_once(10s);
  EXPECT_EQ(v.story, "");
  EXPECT_EQ(v.world.asked, (std::vector<Duration>{1s, 10s}));
}

TEST(Timers, started_by_a_callback_wait_for_the_next_turn) {
  Virtual v;
  std::function<void()> again = [&] {
    v.story += 't';
    v.loop.start_timer(v.loop.now() - 1s, again);
  };
  v.loop.start_timer_after(0s, again);
  v.loop.run_once(1s);
  EXPECT_EQ(v.story, "t");
  v.loop.run_once(1s);
  EXPECT_EQ(v.story, "tt");
}

TEST(Timers, do_not_run_after_stop) {
  Virtual v;
  v.loop.start_timer_after(1s, [&] { v.loop.stop(3); });
  v.loop.start_timer_after(1s, [&] { v.story += 'x'; });
  EXPECT_EQ(v.loop.run(), 3);
  EXPECT_EQ(v.story, "");
}

TEST(Timers, of_the_real_clock_are_never_early) {
  Loop loop(make_poll_waiter());
  for (int i = 0; i < 20; ++i) {
    const MonoTime when = loop.read_monotonic() + 1500us;
    bool ran = false;
    loop.start_timer(when, [&] { ran = true; });
    while (!ran) loop.run_once(-1ns);
    EXPECT_GE(loop.now(), when);
  }
  EXPECT_EQ(loop.wakeups(), 20u) << "one wake-up for each";
}

TEST(Loop, asks_for_no_limit_when_there_is_nothing_to_do) {
  Virtual v;
  v.world.on_wait = [&](std::span<pollfd>) {
    v.loop.stop(0);
    return 0;
  };
  v.loop.run();
  EXPECT_EQ(v.world.asked, (std::vector<Duration>{-1ns}));
}

TEST(Loop, tells_the_wake_hook_what_it_asked_for_before_anything_runs) {
  Virtual v;
  v.loop.set_wake_hook([&](Duration asked) { v.story += asked == 5s ? "hook " : "? "; });
  v.loop.start_timer_after(5s, [&] { v.story += "timer"; });
  v.loop.run_once(-1ns);
  EXPECT_EQ(v.story, "hook timer");
}

TEST(Loop, ends_with_the_error_when_waiting_fails) {
  Virtual v;
  v.world.on_wait = [](std::span<pollfd>) {
    errno = EINVAL;
    return -1;
  };
  EXPECT_EQ(v.loop.run(), 1);
  EXPECT_EQ(v.loop.wait_error(), EINVAL);
}

struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
  ~Pair() {
    for (const int fd : ends) {
      if (fd >= 0) ::close(fd);
    }
  }
  void feed() { EXPECT_EQ(::write(ends[1], "x", 1), 1); }
  void drain() {
    char c;
    EXPECT_EQ(::read(ends[0], &c, 1), 1);
  }
  int ends[2] = {-1, -1};
};

TEST(Watches, report_what_is_ready_until_it_is_taken) {
  Loop loop(make_poll_waiter());
  Pair pair;
  int reads = 0;
  int writes = 0;
  const WatchId id = loop.watch(pair.ends[0], Events::read, [&](Events events) {
    reads += has(events, Events::read) ? 1 : 0;
    writes += has(events, Events::write) ? 1 : 0;
  });
  loop.run_once(0s);
  EXPECT_EQ(reads, 0);
  pair.feed();
  loop.run_once(0s);
  loop.run_once(0s);
  EXPECT_EQ(reads, 2);
  pair.drain();
  loop.run_once(0s);
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(writes, 0);
  loop.set_events(id, Events::write);
  pair.feed();
  loop.run_once(0s);
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(writes, 1);
  loop.unwatch(id);
  loop.run_once(0s);
  EXPECT_EQ(writes, 1);
}

TEST(Watches, removed_by_another_callback_of_the_turn_are_not_called) {
  Loop loop(make_poll_waiter());
  Pair a;
  Pair b;
  a.feed();
  b.feed();
  int calls = 0;
  WatchId ids[2] = {0, 0};
  ids[0] = loop.watch(a.ends[0], Events::read, [&](Events) {
    ++calls;
    loop.unwatch(ids[1]);
    loop.unwatch(ids[0]);
  });
  ids[1] = loop.watch(b.ends[0], Events::read, [&](Events) {
    ++calls;
    loop.unwatch(ids[0]);
    loop.unwatch(ids[1]);
  });
  loop.run_once(0s);
  loop.run_once(0s);
  EXPECT_EQ(calls, 1);
}

TEST(Watches, of_a_reused_descriptor_number_get_no_event_of_the_old_one) {
  Loop loop(make_poll_waiter());
  Pair a;
  Pair b;
  a.feed();
  b.feed();
  int stale = 0;
  WatchId old = 0;
  loop.watch(a.ends[0], Events::read, [&](Events) {
    loop.unwatch(old);
    const int number = b.ends[0];
    ::close(number);
    int fresh[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fresh), 0);
    ::dup2(fresh[0], number);
    loop.watch(number, Events::read, [&](Events) { ++stale; });
    ::close(fresh[0]);
    loop.stop(0);
    ::close(fresh[1] == number ? -1 : fresh[1]);
  });
  old = loop.watch(b.ends[0], Events::read, [&](Events) { ++stale; });
  loop.run_once(0s);
  EXPECT_EQ(stale, 0);
}

TEST(Watches, report_the_end_of_a_stream_to_readers_and_as_error) {
  Loop loop(make_poll_waiter());
  Pair pair;
  Events seen = Events::none;
  loop.watch(pair.ends[0], Events::none, [&](Events events) { seen = events; });
  ::close(pair.ends[1]);
  pair.ends[1] = -1;
  loop.run_once(0s);
  EXPECT_TRUE(has(seen, Events::error));
  EXPECT_FALSE(has(seen, Events::read));
}

TEST(Watches, of_a_closed_descriptor_are_reported_once_and_dropped) {
  Loop loop(make_poll_waiter());
  int errors = 0;
  {
    Pair pair;
    loop.watch(pair.ends[0], Events::read, [&](Events events) { errors += has(events, Events::error) ? 1 : 0; });
  }
  loop.run_once(0s);
  loop.run_once(0s);
  EXPECT_EQ(errors, 1);
}

}  // namespace
}  // namespace tactus
