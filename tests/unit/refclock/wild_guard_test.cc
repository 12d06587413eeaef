// SPDX-License-Identifier: Apache-2.0
// What the guard lets through to an estimator that is fed directly.
#include <gtest/gtest.h>

#include <vector>

#include "refclock/wild_guard.hpp"

namespace tactus {
namespace {

constexpr Expectation steady{true, 0.0, 1e-6};
constexpr Expectation unknown{};

struct Feed {
  WildGuard guard;
  double time_s = 1000.0;

  std::vector<double> take(double offset_s, const Expectation& expected = steady) {
    Sample sample;
    sample.time = from_ns<Instant>(static_cast<std::int64_t>(time_s * 1e9));
    sample.offset_s = offset_s;
    time_s += 1.0;
    guard.take(sample, expected);
    std::vector<double> out;
    while (const auto passed = guard.next()) out.push_back(passed->offset_s);
    return out;
  }
};

using Offsets = std::vector<double>;

TEST(WildGuard, passes_expected_samples_at_once) {
  Feed feed;
  for (const double offset_s : {1e-6, -3e-6, 5.9e-6}) EXPECT_EQ(feed.take(offset_s), Offsets{offset_s});
  EXPECT_EQ(feed.guard.wild(), 0U);
}

TEST(WildGuard, a_single_wild_sample_never_arrives) {
  Feed feed;
  feed.take(0.0);
  EXPECT_EQ(feed.take(1e-3), Offsets{});
  EXPECT_EQ(feed.take(-1e-3), Offsets{}) << "nor does a second one";
  EXPECT_EQ(feed.take(1e-6), Offsets{1e-6});
  EXPECT_EQ(feed.guard.wild(), 2U);
}

TEST(WildGuard, three_unexpected_ones_in_a_row_are_news_and_arrive_in_order) {
  Feed feed;
  feed.take(0.0);
  feed.take(1e-3);
  feed.take(1.001e-3);
  EXPECT_EQ(feed.take(0.999e-3), (Offsets{1e-3, 1.001e-3, 0.999e-3}));
  EXPECT_EQ(feed.guard.wild(), 0U);
}

TEST(WildGuard, at_the_start_the_middle_of_three_counts) {
  Feed feed;
  EXPECT_EQ(feed.take(2e-6, unknown), Offsets{});
  EXPECT_EQ(feed.take(0.5, unknown), Offsets{});
  EXPECT_EQ(feed.take(1e-6, unknown), Offsets{2e-6});
  EXPECT_EQ(feed.guard.beside(), 2U);
}

TEST(WildGuard, every_sample_is_accounted_for) {
  Feed feed;
  std::uint64_t passed = 0;
  for (int i = 0; i < 1000; ++i) passed += feed.take(i % 7 == 0 ? 1e-3 : 1e-7 * i, i < 20 ? unknown : steady).size();
  EXPECT_EQ(passed + feed.guard.wild() + feed.guard.beside() + static_cast<std::uint64_t>(feed.guard.held()), 1000U);
}

TEST(WildGuard, what_waits_follows_the_clock) {
  Feed feed;
  feed.take(0.0);
  feed.take(1e-3);
  HistoryChange change;
  change.corrected = from_ns<Instant>(2'000'000'000'000);
  change.offset_s = 1e-3;
  feed.guard.adjust(change);
  feed.take(1e-3);
  const auto out = feed.take(1e-3);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_NEAR(out[0], 0.0, 1e-15);
}

}  // namespace
}  // namespace tactus
