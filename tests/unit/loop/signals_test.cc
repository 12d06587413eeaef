// SPDX-License-Identifier: Apache-2.0
// Signals run in the loop, none is lost, and none costs a wake-up when idle.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "loop/loop.hpp"
#include "virtual_waiter.hpp"

namespace tactus {
namespace {

using namespace std::chrono_literals;

TEST(Signals, that_came_before_the_wait_end_it_at_once) {
  Loop loop(make_poll_waiter());
  bool handled = false;
  ASSERT_TRUE(loop.on_signal(SIGUSR1, [&] { handled = true; }));
  ::raise(SIGUSR1);
  EXPECT_FALSE(handled) << "never in signal context";
  loop.run_once(-1ns);
  EXPECT_TRUE(handled);
  EXPECT_EQ(loop.wakeups(), 1u);
}

// The signal comes after the loop's last look at its flags and before the kernel sees the descriptors: the moment that
// a plain flag would lose.
class RaisesAtTheLastMoment final : public Waiter {
 public:
  int wait(std::span<pollfd> descriptors, Duration timeout) override {
    ::raise(SIGUSR1);
    return real_->wait(descriptors, timeout);
  }
  MonoTime monotonic() override { return real_->monotonic(); }

 private:
  std::unique_ptr<Waiter> real_ = make_poll_waiter();
};

TEST(Signals, that_come_between_the_last_look_and_the_wait_are_not_lost) {
  ::alarm(20);  // a lost one would wait for ever
  Loop loop(std::make_unique<RaisesAtTheLastMoment>());
  int handled = 0;
  ASSERT_TRUE(loop.on_signal(SIGUSR1, [&] { ++handled; }));
  loop.run_once(-1ns);
  EXPECT_EQ(handled, 1);

  // The same with a descriptor in the first entry: it is not reported as bad, and is still watched afterwards.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::string story;
  loop.watch(ends[0], Events::read, [&](Events events) { story += has(events, Events::error) ? 'e' : 'r'; });
  loop.run_once(-1ns);
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(story, "");
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  ASSERT_TRUE(loop.on_signal(SIGUSR1, {}));
  loop.run_once(-1ns);
  EXPECT_EQ(story, "r");
  EXPECT_EQ(handled, 2);
  ::close(ends[0]);
  ::close(ends[1]);
  ::alarm(0);
}

TEST(Signals, of_another_thread_interrupt_the_wait_however_often_they_come) {
  ::alarm(60);
  Loop loop(make_poll_waiter());
  std::atomic<int> handled{0};
  std::atomic<bool> end{false};
  ASSERT_TRUE(loop.on_signal(SIGUSR1, [&] { ++handled; }));
  std::thread sender([&] {
    // Each one is sent when the one before was handled: a single loss would stop the exchange.
    for (int i = 0; i < 20000; ++i) {
      ::kill(::getpid(), SIGUSR1);
      while (handled.load() <= i) {
      }
    }
    end = true;
    ::kill(::getpid(), SIGUSR1);
  });
  while (!end) loop.run_once(-1ns);
  sender.join();
  EXPECT_GE(handled.load(), 20000);
  ::alarm(0);
}

TEST(Signals, run_lowest_number_first_and_once_however_often_they_came) {
  Loop loop(make_poll_waiter());
  std::string story;
  ASSERT_TRUE(loop.on_signal(SIGTERM, [&] { story += "term "; }));
  ASSERT_TRUE(loop.on_signal(SIGHUP, [&] { story += "hup "; }));
  ::raise(SIGTERM);
  ::raise(SIGHUP);
  ::raise(SIGTERM);
  loop.run_once(0s);
  loop.run_once(0s);
  EXPECT_EQ(story, "hup term ");
}

TEST(Signals, belong_to_one_loop_and_are_given_back) {
  {
    Loop loop(make_poll_waiter());
    ASSERT_TRUE(loop.on_signal(SIGUSR2, [] {}));
    Loop other(make_poll_waiter());
    const auto refused = other.on_signal(SIGUSR2, [] {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().status, TACTUS_E_EXISTS);
    EXPECT_FALSE(loop.on_signal(0, [] {}));
    EXPECT_FALSE(loop.on_signal(SIGKILL, [] {}));
  }
  struct sigaction now {};
  ASSERT_EQ(::sigaction(SIGUSR2, nullptr, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
  Loop loop(make_poll_waiter());
  EXPECT_TRUE(loop.on_signal(SIGUSR2, [] {}));
}

TEST(Signals, cost_nothing_while_none_comes) {
  VirtualWorld world;
  Loop loop(std::make_unique<VirtualWaiter>(world));
  ASSERT_TRUE(loop.on_signal(SIGTERM, [] {}));
  loop.start_timer_after(24h, [&] { loop.stop(0); });
  loop.run();
  EXPECT_EQ(loop.wakeups(), 1u);
  EXPECT_EQ(world.asked, (std::vector<Duration>{24h}));
}

}  // namespace
}  // namespace tactus
