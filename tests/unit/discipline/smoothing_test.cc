// SPDX-License-Identifier: Apache-2.0
// Smoothing of the served time, long-term frequency averages, and times that are typed in. Discipline specification,
// sections 10.1, 13.3 and 15.1.
#include <gtest/gtest.h>

#include <cmath>

#include <tactus/robust_line.hpp>

#include "discipline/fallback_drift.hpp"
#include "discipline/manual.hpp"
#include "discipline/smoothing.hpp"

namespace tactus {
namespace {

constexpr Instant start = from_ns<Instant>(1'800'000'000'000'000'000);
Instant after(double seconds) { return start + from_seconds(seconds); }

ClockChange change(Instant at, double frequency, double offset_s, ChangeKind kind = ChangeKind::adjust) {
  return {kind, RawTime{at.time_since_epoch()}, at, frequency, offset_s};
}

TEST(Smoothing, an_offset_goes_down_within_the_limits_and_ends_at_zero) {
  Smoothing smoothing({400.0, 0.001, false});
  smoothing.activate(start);
  smoothing.adjust(change(start, 0.0, 1.0), 1.0);
  // A full second takes 2 * sqrt(1 / 1e-9) s and is fastest in the middle, 31.6 ppm.
  const double total_s = 2.0 * std::sqrt(1e9);
  EXPECT_NEAR(smoothing.at(after(0)).remaining_s, total_s, 1.0);
  EXPECT_NEAR(smoothing.offset_s(after(0)), 1.0, 1e-6);
  EXPECT_NEAR(smoothing.offset_s(after(total_s / 2)), 0.5, 1e-3);
  EXPECT_NEAR(smoothing.at(after(total_s / 2)).frequency * 1e6, 31.6, 0.1);
  EXPECT_NEAR(smoothing.offset_s(after(total_s + 10)), 0.0, 1e-6);
  EXPECT_NEAR(smoothing.at(after(total_s + 10)).frequency, 0.0, 1e-12);
  double before = 2.0;
  for (double t = 0; t < total_s; t += 500.0) {
    EXPECT_LT(smoothing.offset_s(after(t)), before) << t;
    before = smoothing.offset_s(after(t));
  }
}

TEST(Smoothing, the_largest_frequency_is_kept_for_large_offsets) {
  Smoothing smoothing({10.0, 1.0, false});
  smoothing.activate(start);
  smoothing.adjust(change(start, 0.0, -0.01), 1.0);
  double most = 0.0;
  for (double t = 0; t < 1100; t += 1.0) most = std::max(most, std::fabs(smoothing.at(after(t)).frequency));
  EXPECT_NEAR(most, 10e-6, 1e-9);
  EXPECT_NEAR(smoothing.offset_s(after(1100)), 0.0, 1e-7);
}

TEST(Smoothing, begins_with_the_first_good_update) {
  Smoothing smoothing({400.0, 0.001, false});
  EXPECT_FALSE(smoothing.adjust(change(start, 0.0, 1.0), 2e-5));
  EXPECT_FALSE(smoothing.active());
  EXPECT_EQ(smoothing.offset_s(after(1)), 0.0);
  EXPECT_TRUE(smoothing.adjust(change(after(10), 0.0, 1e-3), 5e-6));
  EXPECT_EQ(smoothing.offset_s(after(11)), 0.0) << "only what comes after it";
  EXPECT_FALSE(smoothing.adjust(change(after(20), 0.0, 1e-3), 5e-6)) << "only once";
  EXPECT_NEAR(smoothing.offset_s(after(20)), 1e-3, 1e-6);
}

TEST(Smoothing, a_step_resets_it_but_not_one_that_is_only_announced) {
  Smoothing smoothing({400.0, 0.001, false});
  smoothing.activate(start);
  smoothing.adjust(change(start, 0.0, 1.0), 1.0);
  smoothing.step(change(after(1), 0.0, -1.0, ChangeKind::step), false);
  EXPECT_NEAR(smoothing.offset_s(after(2)), 1.0, 1e-6);
  smoothing.step(change(after(2), 0.0, 5.0, ChangeKind::step), true);
  EXPECT_EQ(smoothing.offset_s(after(3)), 0.0);
}

TEST(Smoothing, leap_seconds_only) {
  Smoothing smoothing({400.0, 0.001, true});
  EXPECT_TRUE(smoothing.adjust(change(start, 0.0, 1.0), 1.0)) << "at once";
  EXPECT_EQ(smoothing.offset_s(after(1)), 0.0);
  smoothing.leap(after(2), 1);
  EXPECT_NEAR(smoothing.offset_s(after(2)), 1.0, 1e-9);
  Smoothing whole({400.0, 0.001, false});
  whole.activate(start);
  whole.leap(after(2), 1);
  EXPECT_EQ(whole.offset_s(after(2)), 0.0) << "it came as a correction";
  EXPECT_FALSE(Smoothing({400.0, 0.0, false}).enabled());
}

TEST(FallbackDrift, averages_become_usable_after_their_span) {
  FallbackDrift drift({6, 8});
  EXPECT_FALSE(drift.choose(0));
  drift.update(0.0, 10.0);
  drift.update(16.0, 10.0);  // after nothing: no average
  for (int i = 0; i < 8; ++i) drift.update(16.0, i % 2 == 0 ? 9.0 : 11.0);
  const auto choice = drift.choose(0);
  ASSERT_TRUE(choice) << "8 halves of 16 s";
  EXPECT_EQ(choice->after_s, 64.0);
  EXPECT_NEAR(choice->frequency_ppm, 10.0, 1e-9);
  EXPECT_FALSE(drift.choose(1)) << "128 s were not seen";
  for (int i = 0; i < 100; ++i) drift.update(16.0, 20.0);
  EXPECT_NEAR(drift.choose(0)->frequency_ppm, 20.0, 0.1);
  EXPECT_EQ(drift.choose(1)->after_s, 128.0);
  EXPECT_LT(drift.choose(2)->frequency_ppm, 20.0);
  drift.update(1000.0, 500.0);
  EXPECT_NEAR(drift.choose(0)->frequency_ppm, 20.0, 0.1) << "a gap does not count";
  FallbackDrift off({0, 0});
  for (int i = 0; i < 100; ++i) off.update(16.0, 20.0);
  EXPECT_FALSE(off.choose(0));
}

TEST(RobustLine, one_wild_point_changes_nothing) {
  const std::vector<double> x = {50, 40, 30, 20, 10, 0};
  std::vector<double> y;
  for (const double at : x) y.push_back(1.0 + 1e-4 * at);
  y[2] = 77.0;
  const auto line = robust_line(x, y, 1e-8);
  ASSERT_TRUE(line);
  EXPECT_NEAR(line->slope, 1e-4, 1e-6);
  EXPECT_NEAR(line->intercept, 1.0, 1e-4);
  EXPECT_FALSE(robust_line(std::vector<double>{1}, std::vector<double>{1}, 1e-8));
  EXPECT_FALSE(robust_line(std::vector<double>{1, 1}, std::vector<double>{1, 2}, 1e-8)) << "vertical";
  const auto two = robust_line(std::vector<double>{10, 0}, std::vector<double>{3, 1}, 1e-8);
  ASSERT_TRUE(two);
  EXPECT_DOUBLE_EQ(two->slope, 0.2);
  EXPECT_DOUBLE_EQ(two->intercept, 1.0);
}

TEST(ManualInput, finds_offset_and_frequency) {
  ManualInput manual;
  const auto first = manual.add(start, 0.5);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->offset_s, 0.5);
  EXPECT_EQ(first->frequency, 0.0);
  EXPECT_EQ(manual.add(after(0.9), 0.5).failure().status, TACTUS_E_INVALID);
  manual.adjust({start, 0.0, 0.5});  // the clock is slewed by it
  const auto second = manual.add(after(3599.5), 0.36);
  ASSERT_TRUE(second);
  EXPECT_NEAR(second->frequency, 1e-4, 1e-9) << "0.36 s in an hour";
  EXPECT_EQ(manual.entries()[0].original_offset_s, 0.5);
  EXPECT_EQ(manual.entries()[0].offset_s, 0.0);
  EXPECT_FALSE(manual.remove(2));
  const auto left = manual.remove(1);
  ASSERT_TRUE(left && *left);
  EXPECT_EQ((*left)->offset_s, 0.0);
  const auto none = manual.remove(0);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST(ManualInput, keeps_sixteen) {
  ManualInput manual;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(manual.add(after(10.0 * i), 1.0 + 1e-3 * i));
  EXPECT_EQ(manual.entries().size(), 16U);
  EXPECT_DOUBLE_EQ(manual.entries()[0].original_offset_s, 1.004);
}

}  // namespace
}  // namespace tactus
