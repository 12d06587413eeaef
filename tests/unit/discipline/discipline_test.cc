// SPDX-License-Identifier: Apache-2.0
// The facade: what becomes of samples, how histories follow the clock, reports, filters, counters, dump files.
#include <gtest/gtest.h>

#include "world.hpp"

namespace tactus {
namespace {

using testing::Machine;
using testing::noise;

TEST(Discipline, bad_values_are_refused_and_counted) {
  Machine machine;
  Source& source = machine.add(1);
  const auto give = [&](double offset_s, double delay_s, std::int64_t at_ns) {
    tactus_sample sample{};
    sample.struct_size = sizeof sample;
    sample.corrected_ns = at_ns;
    sample.offset_s = offset_s;
    sample.peer_delay_s = delay_s;
    return machine.discipline.sample(source, sample, nullptr);
  };
  const std::int64_t now = to_ns(machine.clock.now());
  EXPECT_EQ(give(NAN, 0.1, now), TACTUS_E_INVALID);
  EXPECT_EQ(give(INFINITY, 0.1, now), TACTUS_E_INVALID);
  EXPECT_EQ(give(0.0, -0.1, now), TACTUS_E_INVALID);
  EXPECT_EQ(give(0.0, 0.1, 0), TACTUS_E_INVALID);
  EXPECT_EQ(machine.discipline.drops().count(Drop::sample_bad_value), 4U);
  EXPECT_EQ(machine.discipline.samples_in(), 4U);
  EXPECT_EQ(source.estimator().store().size(), 0);
}

TEST(Discipline, every_counter_has_a_stage_and_a_reason) {
  Drops drops;
  for (std::size_t i = 0; i < Drops::size(); ++i) {
    EXPECT_FALSE(drops.row(i).stage.empty()) << i;
    EXPECT_FALSE(drops.row(i).reason.empty()) << i;
  }
  drops.add(Drop::update_invalid);
  EXPECT_EQ(drops.row(Drops::size() - 1).count, 1U);
  EXPECT_EQ(drops.row(Drops::size() - 1).reason, "invalid");
}

TEST(Discipline, negates_the_offset_once) {
  Machine machine({}, 0.0, 0.2);  // the clock is fast
  Source& source = machine.add(1);
  machine.run(1.0);
  const auto result = machine.measure(source);
  EXPECT_EQ(result.accumulated, 1U);
  EXPECT_EQ(result.samples, 1U);
  EXPECT_NEAR(source.estimator().store().newest().sample.offset_s, 0.2, 1e-9);
  tactus_source_row row{};
  row.struct_size = sizeof row;
  ASSERT_TRUE(machine.discipline.source_row(0, row));
  EXPECT_NEAR(row.offset_s, 0.2, 1e-9);
  EXPECT_EQ(row.reach, 1U);
  EXPECT_EQ(row.stratum, 1U);
  EXPECT_EQ(row.state, static_cast<std::uint32_t>('M'));
  EXPECT_STREQ(row.name, "192.0.2.1");
  EXPECT_NEAR(row.offset_error_s, 0.5e-3 + 1e-6, 1e-12);
  EXPECT_FALSE(machine.discipline.source_row(1, row));
}

TEST(Discipline, histories_follow_slews_so_that_old_samples_stay_right) {
  Machine machine({}, 50.0, 0.01);
  Source& source = machine.add(1);
  for (int i = 0; i < 12; ++i) {
    machine.run(16.0);
    machine.measure(source);
  }
  // Without noise every stored offset is what the clock would have been off then, as it runs now.
  tactus_sourcestats_row row{};
  row.struct_size = sizeof row;
  ASSERT_TRUE(machine.discipline.sourcestats_row(0, row));
  EXPECT_NEAR(row.offset_s, 0.0, 1e-6);
  EXPECT_LT(std::abs(row.residual_frequency_ppm), 0.01);
  EXPECT_EQ(row.samples, static_cast<std::uint32_t>(source.estimator().store().size()));
  EXPECT_EQ(row.span_s, 16U * (row.samples - 1));
  const auto& oldest = source.estimator().store().at(0);
  EXPECT_NE(oldest.original_offset_s, oldest.sample.offset_s);
}

TEST(Discipline, a_step_by_a_stranger_drops_all_samples_and_ends_the_synchronisation) {
  Machine machine;
  Source& source = machine.add(1);
  for (int i = 0; i < 6; ++i) {
    machine.run(16.0);
    machine.measure(source);
  }
  ASSERT_TRUE(machine.discipline.synchronised());
  machine.world.stepped_s += 100.0;
  machine.run(1.0);
  EXPECT_FALSE(machine.discipline.synchronised());
  EXPECT_EQ(source.estimator().store().size(), 0);
  EXPECT_EQ(source.reach(), 077U);
  EXPECT_EQ(machine.states(), "M");
}

TEST(Discipline, a_sample_that_is_not_later_starts_the_history_anew) {
  Machine machine;
  Source& source = machine.add(1);
  machine.run(16.0);
  machine.measure(source);
  machine.measure(source);
  EXPECT_EQ(source.estimator().store().size(), 1);
  EXPECT_EQ(machine.discipline.drops().count(Drop::store_not_later), 1U);
}

TEST(Discipline, a_median_filter_makes_one_sample_of_several_and_counts_misses) {
  Machine machine;
  machine.filter_length = 5;
  Source& source = machine.add(1);
  int accumulated = 0;
  for (int i = 0; i < 8; ++i) {
    machine.run(1.0);
    accumulated += static_cast<int>(machine.measure(source, 0.0, i == 2 ? 0.5 : 1e-5 * noise(i)).accumulated);
  }
  tactus_sample_result result{};
  result.struct_size = sizeof result;
  machine.discipline.missed(source, &result);
  EXPECT_EQ(result.accumulated, 0U);
  machine.discipline.missed(source, &result);
  EXPECT_EQ(result.accumulated, 1U) << "five polls: three samples, two misses";
  EXPECT_EQ(accumulated, 1);
  EXPECT_EQ(source.estimator().store().size(), 2);
  EXPECT_LT(std::abs(source.estimator().store().at(0).sample.offset_s), 1e-4) << "the wild one is not the median";
  const Drops& drops = machine.discipline.drops();
  EXPECT_EQ(machine.discipline.samples_in(), 8U);
  EXPECT_EQ(drops.count(Drop::sample_filter_outlier), 4U + 2U);
}

TEST(Discipline, removing_the_selected_source_is_said_and_another_is_taken) {
  Machine machine;
  Source& first = machine.add(1);
  Source& second = machine.add(2);
  for (int i = 0; i < 5; ++i) {
    machine.run(16.0);
    machine.measure(first, 0.0, 1e-5 * noise(i));
    machine.measure(second, 0.0, 1e-5 * noise(i + 30));
  }
  Source* selected = machine.discipline.selected();
  Source& other = selected == &first ? second : first;
  machine.discipline.free_source(selected);
  EXPECT_EQ(machine.discipline.source_count(), 1U);
  machine.run(16.0);
  machine.measure(other);
  EXPECT_EQ(machine.discipline.selected(), &other);
  machine.discipline.free_source(&other);
  EXPECT_EQ(machine.messages.back(), "Can't synchronise: no sources");
}

TEST(Discipline, log_lines_have_chronyds_columns) {
  Machine machine;
  Source& source = machine.add(1);
  for (int i = 0; i < 3; ++i) {
    machine.run(16.0);
    machine.measure(source, 0.0, 1e-5 * noise(i));
  }
  ASSERT_EQ(machine.statistics.size(), 1U);
  EXPECT_EQ(machine.statistics[0].substr(0, 36), "2027-01-15 08:00:48 192.0.2.1       ");
  EXPECT_EQ(machine.statistics[0].size(), std::string_view("2010-01-01 00:00:32 192.168.123.1    5.294e-05 -8.443e-05 "
                                                           " 3.664e-05 -5.394e-06  1.424e-03 2.7e-03   3   0   3  0.00")
                                              .size());
  EXPECT_EQ(machine.tracking.back().size() + 1, machine.tracking.front().size()) << "1000000.000 is one wider";
  EXPECT_EQ(machine.selection.back().substr(19, 40), " 192.0.2.1       * -----    7  1.00  0.0");
}

TEST(Discipline, dump_files_come_back_into_a_source_of_the_same_name) {
  Machine machine;
  Source& source = machine.add(1);
  for (int i = 0; i < 10; ++i) {
    machine.run(16.0);
    machine.measure(source, 0.0, 1e-5 * noise(i));
  }
  const std::string text = source.dump();
  EXPECT_EQ(text.substr(0, 31), "SRC0\n192.0.2.1\n0 377 8 1 0\n10 0");
  Machine other;
  Source& same = other.add(1);
  EXPECT_FALSE(same.load_dump(text, machine.clock.now() - std::chrono::hours(1)).ok()) << "from the future";
  ASSERT_TRUE(same.load_dump(text, machine.clock.now()).ok());
  EXPECT_EQ(same.reach(), 0377U);
  EXPECT_EQ(same.stratum(), 1);
  EXPECT_NEAR(same.estimator().estimate().offset_s, source.estimator().estimate().offset_s, 1e-9);
  EXPECT_FALSE(other.add(2).load_dump(text, machine.clock.now()).ok()) << "another name";
  EXPECT_FALSE(other.add(1, 0, true).load_dump(text, machine.clock.now()).ok()) << "not authenticated";
  for (std::size_t cut = 0; cut + 1 < text.size(); cut += 7) {
    static_cast<void>(same.load_dump(std::string_view(text).substr(0, cut), machine.clock.now()));
  }
}

TEST(Discipline, labels_of_addresses) {
  tactus_address address{};
  EXPECT_EQ(address_text(address), "");
  address.family = TACTUS_FAMILY_ID;
  address.bytes[3] = 7;
  EXPECT_EQ(address_text(address), "ID#0000000007");
  address.family = TACTUS_FAMILY_IPV6;
  address.bytes[0] = 0x20;
  address.bytes[1] = 0x01;
  address.bytes[3] = 0;
  address.bytes[15] = 7;
  EXPECT_EQ(address_text(address), "2001::7");
  EXPECT_EQ(refid_text(0x47505300), "GPS");
}

TEST(Discipline, source_statistics_serve_the_protocols_tests) {
  Machine machine;
  Source& source = machine.add(1);
  tactus_source_stats stats{};
  stats.struct_size = sizeof stats;
  machine.discipline.stats(source, stats);
  EXPECT_TRUE(std::isinf(stats.min_delay_s));
  EXPECT_TRUE(std::isinf(stats.last_filter_delay_s));
  EXPECT_EQ(stats.estimate_ns, 0);
  EXPECT_EQ(stats.skew, 2000e-6);
  for (int i = 0; i < 4; ++i) {
    machine.run(16.0);
    machine.measure(source);
  }
  machine.discipline.stats(source, stats);
  EXPECT_EQ(stats.samples, 4U);
  EXPECT_EQ(stats.selected, 1U);
  EXPECT_EQ(stats.min_delay_s, 1e-3);
  EXPECT_EQ(stats.state, static_cast<std::uint32_t>('*'));
  machine.discipline.shift(source, 0.25);
  EXPECT_NEAR(machine.discipline.predict_s(source, machine.clock.now()), 0.25, 1e-6);
}

TEST(Discipline, commands_change_settings_and_say_so) {
  Machine machine;
  machine.discipline.set_makestep(0.5, 3);
  machine.discipline.set_max_update_skew_ppm(50.0);
  machine.discipline.set_reselect_distance_s(0.001);
  LocalSettings local;
  local.enabled = true;
  machine.discipline.set_local(local);
  EXPECT_TRUE(machine.said("New makestep 0.500000 3"));
  EXPECT_TRUE(machine.said("New maxupdateskew 50.000000 ppm"));
  EXPECT_TRUE(machine.said("New reselect distance 0.001000"));
  EXPECT_TRUE(machine.said("Enabled local reference mode"));
  EXPECT_EQ(machine.report().stratum, 10U);
}

}  // namespace
}  // namespace tactus
