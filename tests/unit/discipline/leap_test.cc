// SPDX-License-Identifier: Apache-2.0
// What a leap second does in each mode of `leapsecmode`, what a table adds, and what of it is served smoothly.
// Discipline specification, sections 12 and 13.3. After an inserted second UTC is one second behind the world's even
// count.
#include <gtest/gtest.h>

#include "world.hpp"

namespace tactus {
namespace {

using testing::Machine;
using testing::noise;

constexpr std::int64_t leap_s = 1814400000;  // 2027-07-01 00:00:00 UTC

// Two minutes before the leap, then measured until 15 s before it.
Source& approach(Machine& machine, std::uint32_t leap = TACTUS_LEAP_INSERT) {
  machine.world.true_s = machine.world.local_s =
      static_cast<double>(leap_s - 120 - testing::World::start_ns / 1000000000);
  machine.run(1.0);
  Source& source = machine.add(1);
  for (int i = 0; i < 10; ++i) {
    machine.run(10.0);
    machine.measure(source, 0.0, 1e-5 * noise(i), 1e-3, 1, leap);
  }
  machine.run(4.0);
  return source;
}

double predicted_s(Machine& machine, const Source& source) {
  return machine.discipline.predict_s(source, machine.clock.now());
}

TEST(Leap, step_moves_the_clock_and_no_history) {
  DisciplineSettings settings;
  settings.leap_mode = LeapMode::step;
  Machine machine(settings);
  const Source& source = approach(machine);
  EXPECT_EQ(machine.world.leaps, std::vector<std::uint32_t>{}) << "the kernel has nothing to do";
  machine.run(14.0);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-3);
  machine.run(1.5);
  EXPECT_NEAR(machine.error_s(), -1.0, 1e-3);
  EXPECT_TRUE(machine.said("System clock was stepped for leap second"));
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_UNSYNCHRONISED);
  EXPECT_NEAR(predicted_s(machine, source), 0.0, 1e-3);
  machine.run(2.5);
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_NORMAL);
}

TEST(Leap, slew_takes_twelve_seconds) {
  DisciplineSettings settings;
  settings.leap_mode = LeapMode::slew;
  Machine machine(settings);
  const Source& source = approach(machine);
  machine.run(15.0 + 6.0);
  EXPECT_NEAR(machine.error_s(), -0.5, 0.05);
  EXPECT_NEAR(predicted_s(machine, source), 0.0, 1e-3) << "corrected time is UTC at once";
  machine.run(8.0);
  EXPECT_NEAR(machine.error_s(), -1.0, 1e-3);
  EXPECT_TRUE(machine.said("Adjusting system clock for leap second"));
}

TEST(Leap, a_deleted_second_moves_forward_before_midnight) {
  DisciplineSettings settings;
  settings.leap_mode = LeapMode::step;
  Machine machine(settings);
  approach(machine, TACTUS_LEAP_DELETE);
  machine.run(13.0);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-3);
  machine.run(1.5);
  EXPECT_NEAR(machine.error_s(), 1.0, 1e-3);
}

TEST(Leap, ignore_does_nothing) {
  DisciplineSettings settings;
  settings.leap_mode = LeapMode::ignore;
  Machine machine(settings);
  approach(machine);
  machine.run(20.0);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-3);
  EXPECT_TRUE(machine.said("Ignoring leap second"));
}

TEST(Leap, the_kernel_that_cannot_is_helped_by_a_step_that_may_fail) {
  Machine machine({}, 0.0, 0.0, false);
  const Source& source = approach(machine);
  machine.run(20.0);
  EXPECT_NEAR(predicted_s(machine, source), 0.0, 1e-3);
  EXPECT_NEAR(to_seconds(machine.clock.now() - machine.world.truth()), -1.0, 1e-3);
}

TEST(Leap, a_table_counts_when_the_sources_say_nothing_and_tells_tai) {
  Machine machine;
  const LeapTable table({{leap_s - 86400 * 365, 37}, {leap_s, 38}}, std::nullopt);
  machine.leap_table = [&table](Instant at) { return std::optional(table.at(to_ns(at) / 1000000000)); };
  approach(machine, TACTUS_LEAP_NORMAL);
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_INSERT);
  EXPECT_EQ(machine.world.leaps.back(), TACTUS_LEAP_INSERT);
  EXPECT_EQ(machine.world.tai_offset_s, 37);
  EXPECT_EQ(machine.count("System clock TAI offset set to 37 seconds"), 1);
  EXPECT_EQ(machine.discipline.tai_offset_s(from_ns<Instant>((leap_s + 36) * 1000000000)), 37) << "UTC is before it";
  EXPECT_EQ(machine.discipline.tai_offset_s(from_ns<Instant>((leap_s + 39) * 1000000000)), 38);
  machine.run(20.0);
  EXPECT_EQ(machine.count("System clock TAI offset set to"), 1) << "the kernel counts on by itself";
  EXPECT_EQ(machine.world.leaps.back(), TACTUS_LEAP_NORMAL);
}

TEST(Leap, smoothed_time_goes_on_over_a_slewed_leap_second) {
  for (const bool leap_only : {false, true}) {
    DisciplineSettings settings;
    settings.leap_mode = LeapMode::slew;
    settings.smoothing = {400.0, 0.001, leap_only};
    Machine machine(settings);
    approach(machine);
    machine.discipline.activate_smoothing();
    machine.run(15.5);
    const Instant now = machine.clock.now();
    const double served_s = machine.discipline.reference(now).smoothing_s;
    EXPECT_NEAR(served_s, 1.0, 1e-3) << leap_only;
    EXPECT_NEAR(to_seconds(now + from_seconds(served_s) - machine.world.truth()), 0.0, 1e-3);
    tactus_smoothing row{};
    row.struct_size = sizeof row;
    ASSERT_EQ(machine.discipline.smoothing(row), TACTUS_OK);
    EXPECT_EQ(row.active, 1U);
    EXPECT_EQ(row.leap_only, leap_only ? 1U : 0U);
    EXPECT_NEAR(row.remaining_time_s, 63246.0, 200.0);
  }
}

TEST(Manual, a_typed_time_slews_and_its_line_sets_the_frequency) {
  DisciplineSettings settings;
  settings.manual = true;
  Machine machine(settings, 100.0, 0.5);
  machine.run(10.0);
  const auto type = [&machine] { return machine.discipline.set_time(to_ns(machine.world.truth())); };
  const auto first = type();
  ASSERT_TRUE(first);
  EXPECT_NEAR(first->offset_s, 0.501, 1e-6);
  EXPECT_EQ(type().failure().status, TACTUS_E_INVALID) << "within a second";
  machine.run(3600.0);
  const auto second = type();
  ASSERT_TRUE(second);
  EXPECT_NEAR(second->frequency_change_ppm, 100.0, 0.1);
  EXPECT_NEAR(second->frequency_ppm, 100.0, 0.1);
  machine.run(600.0);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-4);
  EXPECT_FALSE(machine.discipline.synchronised());
  EXPECT_EQ(machine.discipline.manual_entries().size(), 2U);
  machine.discipline.enable_manual(false);
  EXPECT_EQ(type().failure().status, TACTUS_E_DISABLED);
}

TEST(FallbackDrift, the_clock_falls_back_when_updates_stop) {
  DisciplineSettings settings;
  settings.fallback = {6, 7};
  Machine machine(settings, 50.0);
  Source& source = machine.add(1);
  for (int i = 0; i < 60; ++i) {
    machine.run(16.0);
    machine.measure(source, 0.0, 1e-5 * noise(i));
  }
  EXPECT_TRUE(machine.discipline.synchronised());
  machine.clock.adjust(5e-6, 0.0, 0.0);  // as if the last estimate was bad
  machine.run(60.0);
  EXPECT_TRUE(machine.discipline.synchronised());
  EXPECT_NEAR(machine.clock.frequency_ppm(), 55.0, 1.0);
  machine.run(6.0);
  EXPECT_FALSE(machine.discipline.synchronised());
  EXPECT_NEAR(machine.clock.frequency_ppm(), 50.0, 1.0);
}

}  // namespace
}  // namespace tactus
