// SPDX-License-Identifier: Apache-2.0
// Arithmetic of the kernel clock: tick and freq, steps, and the notice of strangers.
#include <cmath>

#include <gtest/gtest.h>

#include "kernel_clock.hpp"

namespace tactus::timex {
namespace {

TEST(FrequencyScale, splits_a_frequency_into_ticks_and_rest) {
  FrequencyScale scale(100);
  EXPECT_EQ(scale.nominal_tick(), 10000);
  EXPECT_DOUBLE_EQ(scale.max_ppm(), 100000.0);
  const Setting slow_down = scale.to_setting(1234.5);
  EXPECT_EQ(slow_down.tick, 9988);
  EXPECT_EQ(slow_down.freq, -static_cast<long>(34.5 * 65536));
  EXPECT_DOUBLE_EQ(scale.to_ppm(slow_down), 1234.5);
  const Setting speed_up = scale.to_setting(-100000.0);
  EXPECT_EQ(speed_up.tick, 11000);
  EXPECT_EQ(speed_up.freq, 0);
}

TEST(FrequencyScale, keeps_its_ticks_while_one_more_or_less_would_do) {
  FrequencyScale scale(100);
  EXPECT_EQ(scale.to_setting(49.0).tick, 10000);
  // 51 ppm would round to one tick; the 500 ppm of freq still hold it.
  EXPECT_EQ(scale.to_setting(51.0).tick, 10000);
  EXPECT_EQ(scale.to_setting(149.0).tick, 10000);
  EXPECT_EQ(scale.to_setting(151.0).tick, 9998);
  EXPECT_EQ(scale.to_setting(149.0).tick, 9998);
  EXPECT_EQ(scale.to_setting(251.0).tick, 9998);
  EXPECT_EQ(scale.to_setting(0.0).tick, 10000);
}

TEST(FrequencyScale, takes_the_nearest_tick_where_ticks_are_large) {
  FrequencyScale scale(1000);
  EXPECT_EQ(scale.nominal_tick(), 1000);
  EXPECT_EQ(scale.to_setting(600.0).tick, 999);
  EXPECT_EQ(scale.to_setting(400.0).tick, 1000);
}

TEST(FrequencyScale, rounds_towards_zero_by_less_than_its_granularity) {
  FrequencyScale scale(100);
  for (double ppm = -1000.0; ppm < 1000.0; ppm += 0.7310001) {
    const Setting setting = scale.to_setting(ppm);
    EXPECT_NEAR(scale.to_ppm(setting), ppm, 1.0 / 65536.0);
    EXPECT_LE(std::labs(setting.freq), 500 * 65536);
  }
  EXPECT_EQ(scale.to_setting(20.5978400).freq, -static_cast<long>(20.5978400 * 65536));
}

TEST(Step, is_whole_seconds_and_never_negative_nanoseconds) {
  EXPECT_EQ(to_step_parts(1.25).seconds, 1);
  EXPECT_EQ(to_step_parts(1.25).nanoseconds, 250'000'000);
  EXPECT_EQ(to_step_parts(-1.25).seconds, -2);
  EXPECT_EQ(to_step_parts(-1.25).nanoseconds, 750'000'000);
  EXPECT_EQ(to_step_parts(-1e-9).seconds, -1);
  EXPECT_EQ(to_step_parts(-1e-9).nanoseconds, 999'999'999);
  EXPECT_EQ(to_step_parts(0.0).seconds, 0);
  EXPECT_EQ(to_step_parts(-3.0).seconds, -3);
  EXPECT_EQ(to_step_parts(-3.0).nanoseconds, 0);
  EXPECT_EQ(to_step_parts(1e8).seconds, 100'000'000);
}

TEST(FrequencyDelay, depends_on_the_kernel) {
  EXPECT_DOUBLE_EQ(frequency_delay_s("4.19.0-6-amd64"), 1e-5);
  EXPECT_DOUBLE_EQ(frequency_delay_s("6.1.0"), 1e-5);
  EXPECT_DOUBLE_EQ(frequency_delay_s("4.18.20"), 1e-2);
  EXPECT_DOUBLE_EQ(frequency_delay_s("3.10.0"), 1e-2);
  EXPECT_DOUBLE_EQ(frequency_delay_s(""), 1e-2);
  EXPECT_DOUBLE_EQ(frequency_delay_s("linux"), 1e-2);
  EXPECT_DOUBLE_EQ(frequency_delay_s("6"), 1e-2);
}

TEST(Interference, is_a_change_that_no_call_of_ours_made) {
  InterferenceWatch watch;
  EXPECT_FALSE(watch.observe({true, 7, 100}, {false, false, false})) << "the first look learns";
  EXPECT_FALSE(watch.observe({true, 7, 100}, {false, false, false}));
  EXPECT_FALSE(watch.observe({true, 7, 200}, {false, false, true}));
  EXPECT_TRUE(watch.observe({true, 7, 300}, {false, false, false}));
  EXPECT_FALSE(watch.observe({true, 7, 300}, {false, false, false})) << "told once";
  EXPECT_TRUE(watch.observe({false, 7, 300}, {false, false, true}));
  EXPECT_TRUE(watch.observe({false, 2, 300}, {true, false, true}));
  EXPECT_FALSE(watch.observe({true, 3, 301}, {true, true, true}));
}

}  // namespace
}  // namespace tactus::timex
