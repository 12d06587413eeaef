// SPDX-License-Identifier: Apache-2.0
// The clock facade over a simulated oscillator: frequency, slewing, steps, announcements, steps from outside.
#include <cmath>

#include <gtest/gtest.h>

#include "fake_world.hpp"

namespace tactus::test {
namespace {

constexpr double ppm = 1e-6;

TEST(Clock, starts_with_the_frequency_that_the_kernel_has) {
  World world(25.0);
  world.initial_ppm = 25.0;
  Machine machine(world);
  EXPECT_DOUBLE_EQ(machine.clock.frequency_ppm(), 25.0);
  machine.run(1000);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-8);
  EXPECT_TRUE(world.frequencies.empty());
}

TEST(Clock, a_known_frequency_stops_the_drift) {
  World world(50.0);
  Machine machine(world);
  machine.clock.set_frequency_ppm(50.0);
  machine.run(100000);
  // What the kernel's granularity leaves is kept in corrected time, and slewed out of the raw one.
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-7);
  EXPECT_NEAR(machine.raw_error_s(), 0.0, 1e-6);
  EXPECT_TRUE(machine.changes.empty());
}

TEST(Clock, frequency_beyond_the_allowed_maximum_is_clamped_with_a_warning) {
  World world;
  Machine machine(world);
  machine.clock.set_max_drift_ppm(100.0);
  machine.clock.set_frequency_ppm(-250.04);
  EXPECT_DOUBLE_EQ(machine.clock.frequency_ppm(), -100.0);
  machine.clock.set_frequency_ppm(std::nan(""));
  EXPECT_DOUBLE_EQ(machine.clock.frequency_ppm(), 0.0);
  ASSERT_EQ(machine.messages.size(), 2u);
  EXPECT_EQ(machine.messages[0], "Frequency -250.0 ppm exceeds allowed maximum");
  EXPECT_EQ(machine.messages[1], "Frequency nan ppm exceeds allowed maximum");
}

TEST(Clock, corrected_time_jumps_by_the_offset_while_the_raw_clock_slews) {
  World world;
  Machine machine(world);
  machine.run(10);
  const Instant before = machine.clock.now();
  machine.clock.adjust(0.0, 0.25, 0.0);
  EXPECT_NEAR(to_seconds(machine.clock.now() - before), -0.25, 2e-9);
  EXPECT_NEAR(machine.raw_error_s(), 0.0, 1e-9);
  EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), -0.25, 1e-9);
  for (int i = 0; i < 8; ++i) {
    machine.run(0.7);
    EXPECT_NEAR(machine.error_s(), -0.25, 1e-7) << i;
  }
  EXPECT_NEAR(machine.raw_error_s(), -0.25, 1e-6);
  EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), 0.0, 1e-6);
}

TEST(Clock, the_slew_keeps_to_its_largest_rate) {
  World world;
  Machine machine(world);
  machine.clock.set_max_slew_rate_ppm(1000.0);
  machine.clock.adjust(0.0, -1.0, 0.0);
  ASSERT_FALSE(world.frequencies.empty());
  EXPECT_NEAR(world.frequencies.back(), -1000.0, 0.001);
  machine.run(500);
  // One second takes a thousand seconds, counted on the adjusted clock.
  EXPECT_NEAR(machine.raw_error_s(), 0.5, 0.001);
  machine.run(1000);
  EXPECT_NEAR(machine.raw_error_s(), 1.0, 1e-6);
}

TEST(Clock, the_correction_rate_sets_the_time_of_a_slew) {
  World world;
  Machine machine(world);
  machine.clock.adjust(0.0, 0.01, 0.01 * 64.0);
  machine.run(32);
  EXPECT_NEAR(machine.raw_error_s(), -0.005, 1e-5);
  machine.run(33);
  EXPECT_NEAR(machine.raw_error_s(), -0.01, 1e-6);
}

TEST(Clock, an_adjustment_is_announced_once_with_the_frequency_really_applied) {
  World world;
  Machine machine(world);
  machine.clock.set_frequency_ppm(100.0);
  machine.run(5);
  const Instant at = machine.clock.now();
  machine.clock.adjust(20 * ppm, 1e-4, 1e-3);
  ASSERT_EQ(machine.changes.size(), 1u);
  const ClockChange& change = machine.changes[0];
  EXPECT_EQ(change.kind, ChangeKind::adjust);
  EXPECT_EQ(change.corrected, at);
  EXPECT_NEAR(change.frequency, 20 * ppm, 1e-18);
  EXPECT_DOUBLE_EQ(change.offset_s, 1e-4);
  EXPECT_NEAR(machine.clock.frequency_ppm(), 100.0 + 20 * ppm * (1e6 - 100.0), 1e-9);
}

TEST(Clock, a_clamped_frequency_is_announced_as_clamped) {
  World world;
  Machine machine(world);
  machine.clock.set_max_drift_ppm(50.0);
  machine.clock.adjust(80 * ppm, 0.0, 0.0);
  ASSERT_EQ(machine.changes.size(), 1u);
  EXPECT_NEAR(machine.changes[0].frequency, 50 * ppm, 1e-15);
}

TEST(Clock, stored_times_follow_a_change_as_if_the_clock_had_always_run_so) {
  const Instant now = from_ns<Instant>(World::start_ns);
  const ClockChange change{ChangeKind::adjust, from_ns<RawTime>(World::start_ns), now, 20 * ppm, 0.001};
  const Instant earlier = now - std::chrono::seconds(100);
  EXPECT_NEAR(change_delta_s(change, earlier), 100 * 20 * ppm - 0.001, 1e-12);
  EXPECT_EQ(transformed(change, earlier), earlier + std::chrono::milliseconds(1));
  EXPECT_EQ(transformed(change, now), now - std::chrono::milliseconds(1));
}

TEST(Clock, changes_of_the_slew_are_announced_as_dispersion) {
  World world;
  Machine machine(world);
  machine.clock.adjust(0.0, 0.1, 0.0);
  // 83333 ppm within the 1.1e-5 s that the change of frequency may take.
  EXPECT_NEAR(machine.dispersed_s, 0.0833 * 1.1e-5, 0.1 * 1.1e-5);
  double error_s = -1;
  static_cast<void>(machine.clock.correct(machine.clock.raw(), &error_s));
  EXPECT_GT(error_s, 0.0);
  machine.run(0.001);
  static_cast<void>(machine.clock.correct(machine.clock.raw(), &error_s));
  EXPECT_EQ(error_s, 0.0);
}

TEST(Clock, a_step_moves_raw_and_corrected_time_and_leaves_the_slew) {
  World world;
  Machine machine(world);
  machine.clock.adjust(0.0, 0.2, 0.0);
  machine.run(0.5);
  const double pending_s = machine.clock.correction_s(machine.clock.raw());
  const RawTime raw = machine.clock.raw();
  ASSERT_TRUE(machine.clock.step(-5.5));
  EXPECT_NEAR(to_seconds(machine.clock.raw() - raw), 5.5, 1e-9);
  EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), pending_s, 1e-9);
  ASSERT_EQ(machine.changes.size(), 2u);
  EXPECT_EQ(machine.changes[1].kind, ChangeKind::step);
  EXPECT_DOUBLE_EQ(machine.changes[1].offset_s, -5.5);
  EXPECT_DOUBLE_EQ(machine.changes[1].frequency, 0.0);
  // Our own step is not a stranger's.
  machine.run(20);
  EXPECT_EQ(machine.changes.size(), 2u);
  EXPECT_TRUE(machine.messages.empty());
}

TEST(Clock, a_large_own_step_is_not_taken_for_a_jump) {
  World world;
  Machine machine(world);
  machine.run(3);
  ASSERT_TRUE(machine.clock.step(1e8));
  machine.run(3);
  EXPECT_TRUE(machine.messages.empty());
  EXPECT_EQ(machine.changes.size(), 1u);
}

TEST(Clock, a_refused_step_is_reported_and_not_announced) {
  World world;
  world.refuse_steps = true;
  Machine machine(world);
  EXPECT_FALSE(machine.clock.step(1.0));
  EXPECT_TRUE(machine.changes.empty());
  ASSERT_EQ(machine.messages.size(), 1u);
  EXPECT_EQ(machine.messages[0], "Could not step system clock");
}

TEST(Clock, makestep_turns_the_pending_slew_into_a_step) {
  World world;
  Machine machine(world);
  machine.clock.adjust(0.0, 3.0, 0.0);
  machine.run(6);
  const double error_s = machine.error_s();
  ASSERT_TRUE(machine.clock.make_step());
  EXPECT_NEAR(machine.error_s(), error_s, 1e-8);
  EXPECT_NEAR(machine.raw_error_s(), error_s, 1e-6);
  EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), 0.0, 1e-9);
}

TEST(Clock, makestep_that_is_refused_lets_the_slew_go_on) {
  World world;
  world.refuse_steps = true;
  Machine machine(world);
  machine.clock.adjust(0.0, 0.5, 0.0);
  EXPECT_FALSE(machine.clock.make_step());
  EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), -0.5, 1e-9);
  machine.run(30);
  EXPECT_NEAR(machine.raw_error_s(), -0.5, 1e-6);
}

TEST(Clock, a_step_from_outside_is_detected_and_cancels_the_slew) {
  for (const double forward_s : {15.0, -15.0, 1e8}) {
    World world;
    Machine machine(world);
    machine.run(5);
    machine.clock.adjust(0.0, 0.5, 0.0);
    machine.changes.clear();
    world.stranger_steps(forward_s);
    machine.run(5);
    ASSERT_EQ(machine.changes.size(), 1u);
    EXPECT_EQ(machine.changes[0].kind, ChangeKind::unknown);
    EXPECT_NEAR(machine.changes[0].offset_s, -forward_s, 1e-6);
    EXPECT_NEAR(machine.dispersed_s, std::fabs(forward_s), 1e-3);
    EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), 0.0, 1e-6);
    ASSERT_EQ(machine.messages.size(), 1u);
    EXPECT_EQ(machine.messages[0], forward_s > 0 ? "Forward time jump detected!" : "Backward time jump detected!");
  }
}

TEST(Clock, a_step_from_outside_of_less_than_ten_seconds_is_left_to_the_sources) {
  World world;
  Machine machine(world);
  machine.run(5);
  world.stranger_steps(9.9);
  machine.run(5);
  EXPECT_TRUE(machine.changes.empty());
  EXPECT_TRUE(machine.messages.empty());
}

TEST(Clock, a_clock_that_cannot_be_adjusted_is_right_in_corrected_time) {
  World world(80.0);
  Machine machine(world, false, false);
  machine.run(1000);
  const double learnt_s = machine.error_s();
  EXPECT_GT(learnt_s, 0.07);
  machine.clock.adjust(80 * ppm, learnt_s, 0.0);
  machine.run(100000);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-6);
  EXPECT_NEAR(machine.raw_error_s(), 101000 * 80e-6, 1e-3);
  EXPECT_NEAR(machine.clock.correction_s(machine.clock.raw()), -101000 * 80e-6, 1e-3);
  EXPECT_DOUBLE_EQ(machine.clock.frequency_ppm(), 80.0);
  EXPECT_TRUE(world.frequencies.empty());
  EXPECT_FALSE(machine.clock.can_step());
  EXPECT_FALSE(machine.clock.step(0.1));
}

TEST(Clock, a_clock_with_nothing_to_do_never_wakes_up) {
  World world;
  Machine machine(world);
  machine.clock.set_frequency_ppm(0.0);
  const std::uint64_t before = machine.loop.wakeups();
  machine.run(1e6);
  EXPECT_EQ(machine.loop.wakeups(), before + 1);
}

TEST(Clock, the_kernel_is_told_errors_that_include_the_pending_slew) {
  World world;
  Machine machine(world);
  machine.clock.adjust(0.0, 0.5, 0.0);
  machine.clock.set_status(true, true, 0.001, 0.25);
  machine.clock.set_status(true, false, 0.001, 15.6);
  machine.clock.set_status(false, true, 0.0, 0.0);
  ASSERT_EQ(world.statuses.size(), 3u);
  EXPECT_EQ(world.statuses[0].synchronised, 1u);
  EXPECT_EQ(world.statuses[0].copy_to_rtc, 1u);
  EXPECT_NEAR(world.statuses[0].estimated_error_s, 0.5, 1e-9);
  EXPECT_NEAR(world.statuses[0].maximum_error_s, 0.75, 1e-9);
  EXPECT_EQ(world.statuses[1].synchronised, 0u);
  EXPECT_EQ(world.statuses[1].maximum_error_s, 16.0);
  EXPECT_EQ(world.statuses[2].synchronised, 0u);
  EXPECT_EQ(world.statuses[2].estimated_error_s, 16.0);
}

TEST(Clock, a_slew_never_survives_the_daemon) {
  World world;
  Machine machine(world);
  machine.clock.set_frequency_ppm(12.5);
  machine.clock.adjust(0.0, 0.5, 0.0);
  EXPECT_GT(world.frequencies.back(), 1000.0);
  machine.clock.finish();
  EXPECT_DOUBLE_EQ(world.frequencies.back(), 12.5);
  ASSERT_FALSE(world.leaps.empty());
  EXPECT_EQ(world.leaps.back(), TACTUS_LEAP_NORMAL);
}

TEST(Clock, handlers_run_in_order_and_may_remove_themselves) {
  World world;
  Machine machine(world);
  std::string order;
  std::uint64_t second = 0;
  machine.clock.on_change([&](const ClockChange&) { order += 'a'; });
  second = machine.clock.on_change([&](const ClockChange&) {
    order += 'b';
    machine.clock.remove_handler(second);
  });
  machine.clock.on_change([&](const ClockChange&) { order += 'c'; });
  machine.clock.adjust(0.0, 1e-3, 0.0);
  machine.clock.adjust(0.0, 1e-3, 0.0);
  EXPECT_EQ(order, "abcac");
}

TEST(Clock, precision_is_clamped_and_has_a_rounded_logarithm) {
  World world;
  Loop loop(std::make_unique<WorldWaiter>(world));
  Logger logger([](Level, std::string_view) {});
  EXPECT_EQ(Clock(loop, logger, world.backend(), 1e-12).precision_s(), 1e-9);
  EXPECT_EQ(Clock(loop, logger, world.backend(), 50.0).precision_s(), 1.0);
  EXPECT_EQ(Clock(loop, logger, world.backend(), 1e-7).precision_log2_s(), -23);
  // A clock that stands still between two events tells nothing.
  EXPECT_EQ(Clock(loop, logger, world.backend(), 0.0).precision_s(), 1e-9);
}

}  // namespace
}  // namespace tactus::test
