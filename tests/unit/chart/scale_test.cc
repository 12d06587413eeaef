// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "scale.hpp"

namespace tactus::chart {
namespace {

std::string labels(const std::vector<Tick>& ticks) {
  std::string out;
  for (const Tick& tick : ticks) {
    if (!out.empty()) out += ' ';
    out += tick.label;
    if (!tick.second_line.empty()) out += '/' + tick.second_line;
  }
  return out;
}

Range range(double low, double high) {
  Range out;
  out.add(low);
  out.add(high);
  return out;
}

TEST(Scale, steps_are_one_two_or_five_times_a_power_of_ten) {
  EXPECT_DOUBLE_EQ(round_step(0.3), 0.5);
  EXPECT_DOUBLE_EQ(round_step(1.0), 1.0);
  EXPECT_DOUBLE_EQ(round_step(2.1e-7), 5e-7);
  EXPECT_DOUBLE_EQ(round_step(600), 1000);
}

TEST(Scale, seconds_get_the_prefix_that_fits_them) {
  const YScale micro(range(-3e-6, 4e-6), "s", false, {});
  EXPECT_EQ(micro.unit(), "µs");
  EXPECT_EQ(labels(micro.ticks()), "-2 0 2 4");
  EXPECT_EQ(YScale(range(-2e-10, 9e-10), "s", false, {}).unit(), "ns");
  EXPECT_EQ(YScale(range(0, 0.02), "s", false, {}).unit(), "ms");
  EXPECT_EQ(YScale(range(0, 5), "s", false, {}).unit(), "s");
  EXPECT_EQ(YScale(range(0, 5), "ppm", false, {}).unit(), "ppm");
}

TEST(Scale, ticks_close_together_far_from_zero_keep_the_digits_that_differ) {
  const YScale scale(range(-23.1234, -23.1220), "ppm", false, {});
  EXPECT_EQ(labels(scale.ticks()), "-23.1230 -23.1225 -23.1220");
}

TEST(Scale, one_value_and_no_value_have_an_axis_too) {
  EXPECT_GE(YScale(range(0, 0), "s", false, {}).ticks().size(), 3u);
  EXPECT_GE(YScale(range(7, 7), "", false, {}).ticks().size(), 3u);
  EXPECT_GE(YScale(Range{}, "ppm", false, {}).ticks().size(), 3u);
  EXPECT_GE(YScale(Range{}, "s", true, {}).ticks().size(), 3u);
}

TEST(Scale, a_symmetric_logarithmic_axis_counts_decades_on_both_sides_of_zero) {
  const YScale scale(range(-2e-5, 1.0), "s", true, {1.0, 2e-5, 3e-6, 2e-6, 1.5e-6});
  EXPECT_EQ(labels(scale.ticks()), "-10 µs 0 10 µs 100 µs 1 ms 10 ms 100 ms 1 s");
  EXPECT_EQ(scale.unit(), "") << "each tick has its own";
  EXPECT_LT(scale.place(-1e-5), scale.place(0.0));
  EXPECT_LT(scale.place(1e-5), scale.place(1e-3));
  EXPECT_NEAR(scale.place(1e-3) - scale.place(1e-4), scale.place(1e-2) - scale.place(1e-3), 0.01);
}

TEST(Scale, durations_are_told_in_the_unit_that_fits) {
  const TimeTicks seconds = time_ticks(0, 100, XAxis::seconds, 7);
  EXPECT_EQ(seconds.unit + ": " + labels(seconds.ticks), "s: 0 20 40 60 80 100");
  const TimeTicks minutes = time_ticks(0, 3600, XAxis::seconds, 7);
  EXPECT_EQ(minutes.unit + ": " + labels(minutes.ticks), "min: 0 10 20 30 40 50 60");
  const TimeTicks hours = time_ticks(0, 86400, XAxis::seconds, 7);
  EXPECT_EQ(hours.unit + ": " + labels(hours.ticks), "h: 0 6 12 18 24");
  const TimeTicks days = time_ticks(0, 30 * 86400.0, XAxis::seconds, 7);
  EXPECT_EQ(days.unit + ": " + labels(days.ticks), "d: 0 5 10 15 20 25 30");
}

TEST(Scale, times_of_day_are_round_and_tell_the_date_once_a_day) {
  const double midnight = 1'795'651'200;  // 2026-11-26
  EXPECT_EQ(labels(time_ticks(midnight - 7200, midnight + 7200, XAxis::utc, 7).ticks),
            "22:00/2026-11-25 23:00 00:00/2026-11-26 01:00 02:00");
  EXPECT_EQ(labels(time_ticks(midnight + 5, midnight + 65, XAxis::utc, 7).ticks),
            "00:00:10/2026-11-26 00:00:20 00:00:30 00:00:40 00:00:50 00:01:00");
  EXPECT_EQ(labels(time_ticks(midnight, midnight + 6 * 86400.0, XAxis::utc, 7).ticks),
            "11-26/2026 11-27 11-28 11-29 11-30 12-01 12-02");
  EXPECT_EQ(labels(time_ticks(midnight, midnight + 400 * 86400.0, XAxis::utc, 7).ticks),
            "2027-01-01 2027-03-01 2027-05-01 2027-07-01 2027-09-01 2027-11-01");
}

TEST(Scale, no_span_gives_more_ticks_than_were_wanted) {
  for (const XAxis axis : {XAxis::seconds, XAxis::utc}) {
    for (double span = 1e-3; span < 1e10; span *= 1.37) {
      const auto ticks = time_ticks(1.79e9, 1.79e9 + span, axis, 7).ticks;
      EXPECT_LE(ticks.size(), 9u) << span;
      if (span > 100) {
        EXPECT_GE(ticks.size(), 2u) << span;
      }
    }
  }
}

}  // namespace
}  // namespace tactus::chart
