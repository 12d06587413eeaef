// SPDX-License-Identifier: Apache-2.0
// The sample ring: limits, run samples, transforms, dump lines (discipline specification, sections 5 and 7).
#include <cmath>

#include <gtest/gtest.h>

#include "samples/sample_store.hpp"

namespace tactus {
namespace {

Instant at(double seconds) { return from_ns<Instant>(0) + from_seconds(seconds); }
Sample sample(double time_s, double offset_s = 0.0, double delay_s = 0.01) {
  return {at(time_s), offset_s, delay_s, 1e-6, delay_s, 1e-6};
}

TEST(SampleStore, keeps_64_samples_and_one_less_of_the_older_ones) {
  SampleStore store({});
  for (int i = 1; i <= 300; ++i) store.accumulate(sample(i, i));
  EXPECT_EQ(store.size(), 64);
  EXPECT_EQ(store.run_size(), 63);  // limited to the samples left when the oldest was dropped
  EXPECT_EQ(store.newest().sample.offset_s, 300.0);
  EXPECT_EQ(store.at(0).sample.offset_s, 237.0);
  EXPECT_EQ(store.at(-63).sample.offset_s, 174.0);
}

TEST(SampleStore, dropped_samples_become_run_samples_but_never_more_than_are_held) {
  SampleStore store({});
  for (int i = 1; i <= 10; ++i) store.accumulate(sample(i, i));
  store.drop_oldest(3);
  EXPECT_EQ(store.size(), 7);
  EXPECT_EQ(store.run_size(), 3);
  store.drop_oldest(4);
  EXPECT_EQ(store.size(), 3);
  EXPECT_EQ(store.run_size(), 3);
  EXPECT_EQ(store.at(-3).sample.offset_s, 5.0);
}

TEST(SampleStore, a_sample_that_is_not_later_drops_everything_before_it) {
  SampleStore store({});
  store.accumulate(sample(5));
  EXPECT_EQ(store.accumulate(sample(6)), SampleStore::Added::appended);
  EXPECT_EQ(store.accumulate(sample(6)), SampleStore::Added::after_reset);
  EXPECT_EQ(store.size(), 1);
}

TEST(SampleStore, limits_are_clamped) {
  EXPECT_EQ(SampleStore({6, 200, 0}).max_samples(), 64);
  EXPECT_EQ(SampleStore({6, 2, 0}).min_samples(), 2);
  EXPECT_EQ(SampleStore({0, 0, 0}).min_samples(), 1);
}

TEST(SampleStore, a_delay_below_the_configured_minimum_is_mirrored) {
  SampleStore store({6, 0, 0.02});
  store.accumulate(sample(1, 0, 0.015));
  EXPECT_DOUBLE_EQ(store.newest().sample.peer_delay_s, 0.025);
  EXPECT_DOUBLE_EQ(store.min_delay_s(), 0.02);
}

TEST(SampleStore, the_minimum_delay_sees_run_samples_too) {
  SampleStore store({});
  store.accumulate(sample(1, 0, 0.001));
  for (int i = 2; i <= 8; ++i) store.accumulate(sample(i));
  store.drop_oldest(1);
  EXPECT_DOUBLE_EQ(store.min_delay_s(), 0.001);
  store.reset();
  EXPECT_TRUE(std::isinf(store.min_delay_s()));
}

TEST(SampleStore, follows_frequency_and_offset_changes_of_the_clock) {
  SampleStore store({});
  store.accumulate(sample(100, 0.3));
  store.adjust({at(200), 1e-3, 0.5});
  EXPECT_EQ(store.newest().sample.time, at(99.6));  // 100 + 100*1e-3 - 0.5
  EXPECT_NEAR(store.newest().sample.offset_s, -0.1, 1e-12);
  EXPECT_DOUBLE_EQ(store.newest().original_offset_s, 0.3);
}

TEST(SampleStore, dump_lines_come_back_and_nonsense_does_not) {
  SampleStore store({});
  store.accumulate(sample(1000.123456789, 1.5e-3));
  store.accumulate(sample(1016.5, -2.5e-3));
  const auto lines = store.save();
  EXPECT_EQ(lines[0], "1000.123456789 1.500000e-03 1.500000e-03 1.000000e-02 1.000000e-06 1.000000e-02 1.000000e-06");
  SampleStore other({});
  std::vector<std::string_view> views(lines.begin(), lines.end());
  ASSERT_TRUE(other.load(views, at(2000)).ok());
  EXPECT_EQ(other.at(0).sample.time, store.at(0).sample.time);
  EXPECT_FALSE(other.load(views, at(1010)).ok());
  for (const char* bad : {"", "1", "x 0 0 0 0 0 0", "1.5 0 0 -1 0 0 0", "1.5 0 0 1e7 0 0 0", "1.5 nan 0 0 0 0 0",
                          "1.5 0 0 0 0 0", "-1 0 0 0 0 0 0", "99999999999999999999 0 0 0 0 0 0"}) {
    const std::string_view line = bad;
    EXPECT_FALSE(other.load(std::span(&line, 1), at(2000)).ok()) << bad;
    EXPECT_EQ(other.size(), 0);
  }
}

}  // namespace
}  // namespace tactus
