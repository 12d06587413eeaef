// SPDX-License-Identifier: Apache-2.0
// The store of interleaved timestamps.
#include "timestamp_store.hpp"

#include <tactus/abi.h>
#include <tactus/time.hpp>

#include "ntp_time.hpp"
#include "support.hpp"

namespace tactus::ntp::test {
namespace {

constexpr std::int64_t base_ns = 1'800'000'000'000'000'000;

std::uint64_t ntp_of(std::int64_t ns) { return to_ntp(from_ns<Instant>(ns)).value | 1U; }

TEST(TimestampStore, gives_each_transmit_time_once) {
  TimestampStore store(4);
  store.save(ntp_of(base_ns), {base_ns + 20'000, TACTUS_STAMP_DAEMON});
  const auto first = store.take(ntp_of(base_ns));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->ntp, to_ntp(from_ns<Instant>(base_ns + 20'000)).value);
  EXPECT_FALSE(store.take(ntp_of(base_ns)));
  EXPECT_FALSE(store.take(ntp_of(base_ns + 1000)));
}

TEST(TimestampStore, takes_a_better_time_up_to_a_second_later) {
  TimestampStore store(4);
  store.save(ntp_of(base_ns), {base_ns + 20'000, TACTUS_STAMP_DAEMON});
  store.improve(ntp_of(base_ns), {base_ns + 10'000, TACTUS_STAMP_KERNEL});
  store.improve(ntp_of(base_ns), {base_ns + 1'100'000'000, TACTUS_STAMP_KERNEL});
  store.improve(ntp_of(base_ns), {base_ns + 25'000, TACTUS_STAMP_KERNEL});
  const auto got = store.take(ntp_of(base_ns));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->origin, TACTUS_STAMP_KERNEL);
  EXPECT_EQ(got->ntp, to_ntp(from_ns<Instant>(base_ns + 25'000)).value);
}

TEST(TimestampStore, takes_one_correction_back_but_not_two) {
  TimestampStore store(4);
  store.save(ntp_of(base_ns), {base_ns + 20'000, TACTUS_STAMP_DAEMON});
  store.on_correction(0.5);
  store.improve(ntp_of(base_ns), {base_ns + 30'000 - 500'000'000, TACTUS_STAMP_KERNEL});
  EXPECT_EQ(store.take(ntp_of(base_ns))->ntp, to_ntp(from_ns<Instant>(base_ns + 30'000)).value);

  store.save(ntp_of(base_ns + 7000), {base_ns + 27'000, TACTUS_STAMP_DAEMON});
  store.on_correction(0.25);
  store.on_correction(0.25);
  store.improve(ntp_of(base_ns + 7000), {base_ns + 37'000 - 500'000'000, TACTUS_STAMP_KERNEL});
  EXPECT_EQ(store.take(ntp_of(base_ns + 7000))->origin, TACTUS_STAMP_DAEMON);
}

TEST(TimestampStore, forgets_what_is_ambiguous_or_implausible) {
  TimestampStore store(4);
  store.save(ntp_of(base_ns), {base_ns + 20'000, TACTUS_STAMP_DAEMON});
  store.save(ntp_of(base_ns), {base_ns + 30'000, TACTUS_STAMP_DAEMON});
  EXPECT_FALSE(store.take(ntp_of(base_ns)));
  store.save(ntp_of(base_ns + 1000), {base_ns + 2'100'000'000, TACTUS_STAMP_DAEMON});
  const auto got = store.take(ntp_of(base_ns + 1000));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->ntp, 0U);
}

TEST(TimestampStore, overwrites_the_oldest_and_stays_in_order) {
  TimestampStore store(8);
  for (std::int64_t i = 0; i < 20; ++i) {
    store.save(ntp_of(base_ns + i * 1'000'000'000), {base_ns + i * 1'000'000'000 + 5000, TACTUS_STAMP_DAEMON});
  }
  EXPECT_EQ(store.size(), 8U);
  EXPECT_EQ(store.span_s(), 7U);
  EXPECT_FALSE(store.take(ntp_of(base_ns + 11'000'000'000)));
  EXPECT_TRUE(store.take(ntp_of(base_ns + 12'000'000'000)));
  // Received a little earlier than the newest, answered later.
  store.save(ntp_of(base_ns + 18'500'000'000), {base_ns + 19'100'000'000, TACTUS_STAMP_DAEMON});
  EXPECT_TRUE(store.take(ntp_of(base_ns + 18'500'000'000)));
  EXPECT_TRUE(store.take(ntp_of(base_ns + 18'000'000'000)));
  EXPECT_TRUE(store.take(ntp_of(base_ns + 19'000'000'000)));
}

TEST(TimestampStore, cuts_entries_from_before_a_step_back) {
  TimestampStore store(16);
  for (std::int64_t i = 0; i < 10; ++i) {
    store.save(ntp_of(base_ns + i * 1'000'000'000), {base_ns + i * 1'000'000'000 + 5000, TACTUS_STAMP_DAEMON});
  }
  store.save(ntp_of(base_ns + 3'500'000'000), {base_ns + 3'500'005'000, TACTUS_STAMP_DAEMON});
  EXPECT_EQ(store.size(), 6U) << "0, 1, 2, 3, 3.5 and 4 s are left";
  EXPECT_EQ(store.span_s(), 4U);
}

TEST(TimestampStore, holds_over_the_end_of_the_era) {
  TimestampStore store(4);
  const std::int64_t end_ns = 2'085'978'496'000'000'000;  // 2036-02-07 06:28:16
  store.save(ntp_of(end_ns - 1000), {end_ns + 9000, TACTUS_STAMP_DAEMON});
  store.save(ntp_of(end_ns + 5000), {end_ns + 15'000, TACTUS_STAMP_DAEMON});
  EXPECT_EQ(store.size(), 2U);
  EXPECT_EQ(store.take(ntp_of(end_ns - 1000))->ntp, to_ntp(from_ns<Instant>(end_ns + 9000)).value);
  EXPECT_TRUE(store.take(ntp_of(end_ns + 5000)));
}

TEST(TimestampStore, survives_a_long_random_history) {
  Seeded seed;
  TimestampStore store(64);
  std::int64_t now = base_ns;
  std::uint64_t hits = 0;
  for (int i = 0; i < 20000; ++i) {
    const auto jump = static_cast<std::int64_t>(seed.next() % 2'000'000'000);
    now += seed.next() % 16 == 0 ? -jump : jump / 8;
    store.save(ntp_of(now), {now + 1000, TACTUS_STAMP_DAEMON});
    if (store.take(ntp_of(now))) ++hits;
    ASSERT_LE(store.size(), 64U);
  }
  EXPECT_GT(hits, 19000U);
}

}  // namespace
}  // namespace tactus::ntp::test
