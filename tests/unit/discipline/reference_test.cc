// SPDX-License-Identifier: Apache-2.0
// What an update does to the clock and what is served: makestep, maxchange, local, one-shot modes, drift file, leap
// (discipline specification, sections 10, 12, 13).
#include <gtest/gtest.h>

#include "discipline/log_lines.hpp"
#include "world.hpp"

namespace tactus {
namespace {

using testing::Machine;
using testing::noise;

void follow(Machine& machine, Source& source, int count, double interval_s = 16.0, double server_s = 0.0) {
  for (int i = 0; i < count; ++i) {
    machine.run(interval_s);
    machine.measure(source, server_s, 2e-5 * noise(i));
  }
}

TEST(Reference, removes_an_initial_error_and_learns_the_frequency) {
  Machine machine({}, 100.0, 10e-3);
  Source& source = machine.add(1);
  follow(machine, source, 40);
  EXPECT_LT(std::abs(machine.error_s()), 5e-5);
  EXPECT_NEAR(machine.clock.frequency_ppm(), 100.0, 0.5);
  const auto row = machine.report();
  EXPECT_EQ(row.stratum, 2U);
  EXPECT_EQ(row.refid, 0xc0000201U);
  EXPECT_EQ(row.leap, TACTUS_LEAP_NORMAL);
  EXPECT_NEAR(row.update_interval_s, 16.0, 1e-6);
  EXPECT_NEAR(row.root_delay_s, 1e-3, 1e-9);
  EXPECT_GT(row.skew_ppm, 0.0);
  EXPECT_LT(row.skew_ppm, 1.0);
  EXPECT_EQ(row.address.bytes[3], 1);
}

TEST(Reference, the_first_tracking_line_is_chronyds) {
  Machine machine;
  ASSERT_EQ(machine.tracking.size(), 1U);
  const std::string rest = machine.tracking[0].substr(20);
  EXPECT_TRUE(rest ==
                  "0.0.0.0          0      0.000 1000000.000  0.000e+00 ?  0  0.000e+00  0.000e+00  1.000e+00  "
                  "1.000e+00  1.500e+00" ||
              rest ==
                  "0.0.0.0          0      0.000 1000000.000  0.000e+00 ?  0  0.000e+00 -0.000e+00  1.000e+00  "
                  "1.000e+00  1.500e+00")
      << rest;
}

TEST(Reference, makestep_steps_within_its_limit_and_every_update_counts) {
  DisciplineSettings settings;
  settings.makestep = {1.0, 2};
  Machine machine(settings, 0.0, 5.0);
  Source& source = machine.add(1);
  follow(machine, source, 3);
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-3);
  EXPECT_EQ(machine.count("System clock was stepped by -5.0000"), 1);
  EXPECT_EQ(machine.count("System clock wrong by -5.0000"), 1);
  follow(machine, source, 1);  // the second update uses the limit up
  for (int i = 0; i < 3; ++i) follow(machine, source, 1, 16.0, 5.0);
  EXPECT_EQ(machine.count("System clock was stepped"), 1);
}

TEST(Reference, a_refused_step_is_slewed) {
  DisciplineSettings settings;
  settings.makestep = {0.1, -1};
  Machine machine(settings, 0.0, 0.5, false);
  Source& source = machine.add(1);
  follow(machine, source, 4);
  EXPECT_TRUE(machine.said("Could not step system clock"));
  EXPECT_LT(std::abs(machine.error_s()), 1e-3);
}

TEST(Reference, maxchange_ignores_and_then_ends_the_daemon) {
  DisciplineSettings settings;
  settings.maxchange = {0.5, 1, 1};
  Machine machine(settings);
  Source& source = machine.add(1);
  follow(machine, source, 6);
  const double before_ppm = machine.clock.frequency_ppm();
  machine.discipline.reset(source);
  follow(machine, source, 3, 16.0, 3.0);
  EXPECT_TRUE(machine.said("Adjustment of 3.000 seconds exceeds the allowed maximum of 0.500 seconds (ignored) "));
  EXPECT_EQ(machine.fatals, 0);
  follow(machine, source, 1, 16.0, 3.0);
  EXPECT_TRUE(machine.said("seconds exceeds the allowed maximum of 0.500 seconds (exiting) "));
  follow(machine, source, 2, 16.0, 3.0);
  EXPECT_EQ(machine.fatals, 1);
  EXPECT_EQ(machine.clock.frequency_ppm(), before_ppm);
  EXPECT_EQ(machine.discipline.drops().count(Drop::update_maxchange), 2U);
}

TEST(Reference, a_wide_frequency_estimate_changes_no_frequency) {
  const auto gain = frequency_gain(5e-6, 2000e-6, 1e-6, 1000e-6);
  EXPECT_EQ(gain.gain, 0.0);
  EXPECT_EQ(gain.applied, 0.0);
  EXPECT_EQ(gain.residual, 5e-6);
  EXPECT_DOUBLE_EQ(gain.skew, 1e-6);
}

TEST(Reference, drift_file_is_written_after_its_interval_and_at_the_end) {
  DisciplineSettings settings;
  settings.drift_interval_s = 100.0;
  Machine machine(settings, 20.0);
  machine.discipline.set_initial_skew_ppm(0.5);
  Source& source = machine.add(1);
  follow(machine, source, 3);  // the first update has no interval
  EXPECT_EQ(machine.drifts.size(), 0U);
  follow(machine, source, 7);
  EXPECT_EQ(machine.drifts.size(), 1U);
  machine.discipline.finish();
  ASSERT_EQ(machine.drifts.size(), 2U);
  EXPECT_EQ(machine.drifts.back().first, machine.clock.frequency_ppm());
}

TEST(Reference, without_local_nothing_is_served_before_the_first_update) {
  Machine machine;
  const auto reference = machine.discipline.reference(machine.clock.now());
  EXPECT_EQ(reference.leap, TACTUS_LEAP_UNSYNCHRONISED);
  EXPECT_EQ(reference.stratum, 16U);
  EXPECT_EQ(reference.root_delay_s, 1.0);
  EXPECT_EQ(reference.root_dispersion_s, 1.0);
  EXPECT_EQ(machine.report().stratum, 0U);
}

// group `local` of the configuration vectors: 1.3 s after the start
TEST(Reference, local_is_active_as_recorded) {
  const auto stratum = [](const LocalSettings& local, double wait_s = 1.3) {
    DisciplineSettings settings;
    settings.local = local;
    Machine machine(settings);
    machine.run(wait_s);
    return machine.report().stratum;
  };
  LocalSettings local;
  local.enabled = true;
  EXPECT_EQ(stratum(local), 10U);
  EXPECT_EQ(stratum({true, 5, false, 1.0, 0.0, 0.0, -1.0}), 5U);
  EXPECT_EQ(stratum({true, 10, true, 1.0, 0.0, 0.0, -1.0}), 0U);
  EXPECT_EQ(stratum({true, 10, true, 1.0, 0.0, 0.0, -1.0}, 301.0), 10U);
  EXPECT_EQ(stratum({true, 3, false, 1.0, 0.0, 0.0, 0.1}), 3U);
  EXPECT_EQ(stratum({true, 10, true, 1.0, 0.0, 0.0, 0.0}), 10U);
  EXPECT_EQ(stratum({true, 10, false, 1.0, 0.5, 0.0, -1.0}), 0U);
  EXPECT_EQ(stratum({true, 10, false, 1.0, 0.0, 0.0, 100.0}), 0U);
  EXPECT_EQ(stratum({true, 10, false, 0.0, 0.0, 0.0, -1.0}), 10U);
  EXPECT_EQ(stratum({true, 10, true, 1.0, 0.0, 0.0, -5.0}), 0U);
}

TEST(Reference, local_takes_over_when_the_distance_grows_and_its_time_is_recent) {
  DisciplineSettings settings;
  settings.local.enabled = true;
  settings.local.distance_s = 0.01;
  settings.local.activate_s = 0.005;
  Machine machine(settings);
  EXPECT_EQ(machine.report().stratum, 0U) << "not activated yet";
  Source& source = machine.add(1);
  follow(machine, source, 20);
  EXPECT_EQ(machine.report().stratum, 2U);
  machine.run(20000.0);
  const auto reference = machine.discipline.reference(machine.clock.now());
  EXPECT_EQ(reference.stratum, 10U);
  EXPECT_EQ(reference.refid, 0x7f7f0101U);
  EXPECT_EQ(reference.flags, TACTUS_REFERENCE_LOCAL);
  const double age_s = 1e-9 * static_cast<double>(to_ns(machine.clock.now()) - reference.reference_time_ns);
  EXPECT_GE(age_s, 1.0);
  EXPECT_LE(age_s, 64.0);
  machine.run(30.0);
  EXPECT_EQ(machine.discipline.reference(machine.clock.now()).reference_time_ns, reference.reference_time_ns);
  machine.run(40.0);
  EXPECT_GT(machine.discipline.reference(machine.clock.now()).reference_time_ns, reference.reference_time_ns);
}

TEST(Reference, update_once_steps_and_ends) {
  Machine machine({}, 0.0, 0.25);
  std::vector<bool> ends;
  machine.discipline.set_one_shot(OneShot::update_once, [&ends](bool ok) { ends.push_back(ok); });
  Source& source = machine.add(1);
  machine.discipline.check_one_shot();
  follow(machine, source, 5, 2.0);
  EXPECT_EQ(ends, std::vector<bool>{true});
  EXPECT_NEAR(machine.error_s(), 0.0, 1e-4);
  EXPECT_EQ(machine.count("System clock wrong by -0.2500"), 1);
  EXPECT_TRUE(machine.said(" seconds (step)"));
  EXPECT_FALSE(machine.said("Selected source"));
}

TEST(Reference, print_once_touches_nothing) {
  Machine machine({}, 0.0, 0.25);
  int ends = 0;
  machine.discipline.set_one_shot(OneShot::print_once, [&ends](bool ok) { ends += ok ? 1 : 100; });
  Source& source = machine.add(1);
  follow(machine, source, 5, 2.0);
  EXPECT_EQ(ends, 1);
  EXPECT_NEAR(machine.error_s(), 0.25, 1e-9);
  EXPECT_TRUE(machine.said(" seconds (ignored)"));
}

TEST(Reference, one_shot_modes_fail_when_no_source_can_come_to_three_samples) {
  std::vector<bool> ends;
  const auto done = [&ends](bool ok) { ends.push_back(ok); };
  {
    Machine machine;
    machine.discipline.set_one_shot(OneShot::print_once, done);
    machine.discipline.check_one_shot();
    EXPECT_EQ(ends, std::vector<bool>{false}) << "no source at all";
    EXPECT_EQ(machine.messages.back(), "No suitable source for synchronisation");
  }
  ends.clear();
  Machine machine;
  machine.discipline.set_one_shot(OneShot::print_once, done);
  Source& dead = machine.add(1);
  Source& slow = machine.add(2);
  machine.discipline.check_one_shot();
  for (int i = 1; i <= 7; ++i) {
    machine.discipline.reach(dead, false);
    machine.discipline.reach(slow, false);
    EXPECT_EQ(ends.size(), i < 5 ? 0U : 1U) << "after five failures two polls are left";
  }
  EXPECT_FALSE(ends.at(0));
}

TEST(Reference, a_leap_second_is_voted_for_told_to_the_kernel_and_hidden_while_it_happens) {
  Machine machine;
  // 2027-01-15 is where the world begins; go to 2027-06-30 23:58:00.
  const std::int64_t leap_s = 1814400000;  // 2027-07-01 00:00:00 UTC
  machine.world.true_s = machine.world.local_s =
      static_cast<double>(leap_s - 120 - testing::World::start_ns / 1000000000);
  machine.run(1.0);
  Source& source = machine.add(1);
  for (int i = 0; i < 10; ++i) {
    machine.run(10.0);
    machine.measure(source, 0.0, 1e-5 * noise(i), 1e-3, 1, TACTUS_LEAP_INSERT);
  }
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_INSERT);
  ASSERT_FALSE(machine.world.leaps.empty());
  EXPECT_EQ(machine.world.leaps.back(), TACTUS_LEAP_INSERT);
  EXPECT_TRUE(machine.said("System clock status set to insert leap second"));
  machine.run(16.0);  // 23:59:57
  machine.measure(source, 0.0, 0.0, 1e-3, 1, TACTUS_LEAP_INSERT);
  EXPECT_EQ(machine.last_status, TACTUS_E_DENIED);
  EXPECT_EQ(machine.count("Dropping sample around leap second"), 1);
  machine.run(2.6);
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_UNSYNCHRONISED);
  machine.run(2.5);
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_NORMAL);
  EXPECT_EQ(machine.world.leaps.back(), TACTUS_LEAP_NORMAL);
  EXPECT_TRUE(machine.said("System clock status reset after leap second"));
}

TEST(Reference, leap_seconds_come_only_at_the_end_of_june_and_december) {
  const auto day = [](std::int64_t seconds) { return leap_instant(from_ns<Instant>(seconds * 1'000'000'000)); };
  EXPECT_EQ(day(1814400000 - 1), from_ns<Instant>(1814400000LL * 1'000'000'000));
  EXPECT_FALSE(day(1814400000).has_value());
  EXPECT_TRUE(day(1483228800 - 86400).has_value());  // 2016-12-31
  EXPECT_FALSE(day(1483228800 - 86401).has_value());
}

TEST(Reference, kernel_is_told_synchronised_only_with_rtcsync_flag_passed_on) {
  DisciplineSettings settings;
  settings.rtc_sync = true;
  Machine machine(settings);
  EXPECT_EQ(machine.world.status.synchronised, 0U);
  Source& source = machine.add(1);
  follow(machine, source, 5);
  EXPECT_EQ(machine.world.status.synchronised, 1U);
  EXPECT_EQ(machine.world.status.copy_to_rtc, 1U);
  EXPECT_GT(machine.world.status.maximum_error_s, machine.world.status.estimated_error_s);
}

}  // namespace
}  // namespace tactus
