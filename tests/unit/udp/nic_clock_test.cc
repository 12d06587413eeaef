// SPDX-License-Identifier: Apache-2.0
// The clock of a network card: readings put together, and its timestamps as times of ours.
#include <tactus/ptp_clock.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "sent.hpp"

namespace tactus::udp {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'790'000'000 * second;

PtpReading reading(std::int64_t before, std::int64_t nic, std::int64_t after) {
  return {from_ns<RawTime>(before), nic, from_ns<RawTime>(after)};
}

// Numbers that are the same in each run.
std::function<double()> chances(unsigned seed) {
  return [random = std::mt19937_64(seed)]() mutable { return std::uniform_real_distribution<double>()(random); };
}

// Ten readings, 10 us apart. Five take 1000 to 1100 ns with the card in the middle, the others wait for 2000 ns more on
// one side.
std::vector<PtpReading> ten_readings(std::int64_t from, std::mt19937_64& random) {
  std::uniform_int_distribution<std::int64_t> extra(0, 50);
  std::vector<PtpReading> readings;
  for (int i = 0; i < 10; ++i) {
    const std::int64_t at = from + i * 10'000;
    const std::int64_t half = 500 + extra(random);
    const std::int64_t wait = i % 2 == 0 ? 0 : 2000;
    readings.push_back(reading(at, at + 77 * second + half + wait, at + 2 * half + wait));
  }
  return readings;
}

TEST(PtpReadings, those_count_that_were_as_quick_as_the_quickest_have_been) {
  std::mt19937_64 random(2);
  PtpReadings knowledge(1e-9, chances(1));
  for (int i = 0; i < 100; ++i) knowledge.combine(ten_readings(start + i * second, random), 1.0, 1e-9);
  int none = 0;
  for (int i = 100; i < 200; ++i) {
    const auto sample = knowledge.combine(ten_readings(start + i * second, random), 1.0, 1e-9);
    ASSERT_TRUE(sample);
    EXPECT_NEAR(static_cast<double>(sample->ptp_ns - to_ns(sample->raw)), 77e9, 1);
    if (sample->used == 0) ++none;
    if (sample->used == 0) continue;
    EXPECT_GE(sample->error_s, 499e-9);
    EXPECT_LE(sample->error_s, 551e-9) << "no reading that waited is among them";
  }
  EXPECT_LT(none, 50);
  const auto sample = knowledge.combine(ten_readings(start, random), 1.0, 1e-6);
  EXPECT_NEAR(sample->error_s, 1e-6, 1e-12) << "not below the precision";
}

TEST(PtpReadings, the_quickest_is_given_when_all_are_slower_than_usual) {
  std::mt19937_64 random(2);
  PtpReadings knowledge(1e-9, chances(1));
  for (int i = 0; i < 100; ++i) knowledge.combine(ten_readings(start + i * second, random), 1.0, 1e-9);
  const std::vector<PtpReading> slow{reading(start, 10, start + 9000), reading(start + 20'000, 20'020, start + 25'000)};
  const auto sample = knowledge.combine(slow, 1.0, 1e-9);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->used, 0U);
  EXPECT_EQ(sample->ptp_ns, 20'020);
  EXPECT_EQ(to_ns(sample->raw), start + 22'500);
  EXPECT_NEAR(sample->error_s, 2500e-9, 1e-12);
  EXPECT_NEAR(knowledge.combine(slow, 1.002, 1e-9)->error_s, 2505e-9, 1e-12) << "an error is corrected time";
}

TEST(PtpReadings, readings_at_one_instant_need_no_experience) {
  PtpReadings knowledge(1e-9, chances(1));
  const std::vector<PtpReading> crossed{reading(start, 5, start)};
  for (int i = 0; i < 5; ++i) {
    const auto sample = knowledge.combine(crossed, 1.0, 1e-9);
    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->used, 1U);
    EXPECT_EQ(sample->ptp_ns, 5);
  }
}

TEST(PtpReadings, a_clock_that_went_back_makes_all_useless) {
  PtpReadings knowledge(1e-9, chances(1));
  EXPECT_FALSE(knowledge.combine({}, 1.0, 1e-9));
  const std::vector<PtpReading> back{reading(start, 5, start + 10), reading(start + 20, 6, start + 19)};
  EXPECT_FALSE(knowledge.combine(back, 1.0, 1e-9));
}

// A card that runs fast by some ppm and began at 123 s.
struct Card {
  double ppm = 20;
  std::int64_t at(std::int64_t local) const {
    return 123 * second + local - start + std::llround(static_cast<double>(local - start) * ppm * 1e-6);
  }
};

TEST(PtpClock, converts_as_soon_as_two_samples_agree) {
  const Card card;
  PtpClock clock({});
  EXPECT_FALSE(clock.convert(card.at(start)));
  clock.add(card.at(start), from_ns<Instant>(start), 1e-7);
  EXPECT_FALSE(clock.convert(card.at(start)));
  clock.add(card.at(start + second), from_ns<Instant>(start + second), 1e-7);
  const auto converted = clock.convert(card.at(start + second + 600'000'000));
  ASSERT_TRUE(converted);
  EXPECT_NEAR(static_cast<double>(to_ns(converted->at) - start), 1.6e9, 3);
  EXPECT_EQ(converted->error_s, 1e-7);
}

TEST(PtpClock, noise_of_the_readings_is_averaged) {
  const Card card;
  PtpClock clock({});
  std::mt19937_64 random(1);
  std::normal_distribution<double> noise(0, 100);
  double worst = 0;
  for (int i = 0; i < 200; ++i) {
    const std::int64_t local = start + i * second;
    clock.add(card.at(local) + std::llround(noise(random)), from_ns<Instant>(local), 1e-6);
    if (i < 16) continue;
    const auto converted = clock.convert(card.at(local + second / 2));
    ASSERT_TRUE(converted) << i;
    worst = std::max(worst, std::abs(static_cast<double>(to_ns(converted->at) - local - second / 2)));
  }
  EXPECT_LT(worst, 250);
  EXPECT_LE(clock.samples(), 16U);
}

TEST(PtpClock, our_own_slews_and_steps_are_followed) {
  const Card card;
  PtpClock clock({});
  for (int i = 0; i < 10; ++i) clock.add(card.at(start + i * second), from_ns<Instant>(start + i * second), 1e-7);
  const std::int64_t nic = card.at(start + 9 * second);
  tactus_clock_change change{};
  change.struct_size = sizeof change;
  change.kind = TACTUS_CLOCK_STEP;
  change.corrected_ns = start + 9 * second;
  change.offset_s = -0.5;
  clock.on_clock_change(change);
  ASSERT_TRUE(clock.convert(nic));
  EXPECT_NEAR(static_cast<double>(to_ns(clock.convert(nic)->at) - start), 9.5e9, 3) << "moved forward";
  change.kind = TACTUS_CLOCK_ADJUST;
  change.corrected_ns = start + 9 * second + second / 2;
  change.offset_s = 0;
  change.frequency = 1e-4;
  clock.on_clock_change(change);
  ASSERT_TRUE(clock.convert(nic + second));
  EXPECT_NEAR(static_cast<double>(to_ns(clock.convert(nic + second)->at) - start), 10.5e9 - 20e3 - 100e3, 20);
  change.kind = TACTUS_CLOCK_UNKNOWN;
  clock.on_clock_change(change);
  EXPECT_FALSE(clock.convert(nic));
}

TEST(PtpClock, a_jump_of_the_card_begins_anew) {
  const Card card;
  PtpClock clock({});
  for (int i = 0; i < 10; ++i) clock.add(card.at(start + i * second), from_ns<Instant>(start + i * second), 1e-7);
  EXPECT_FALSE(clock.add(card.at(start + 10 * second) + 5000, from_ns<Instant>(start + 10 * second), 1e-7));
  EXPECT_FALSE(clock.valid());
  EXPECT_EQ(clock.samples(), 0U) << "nor is the one that did not agree";
  EXPECT_TRUE(clock.add(card.at(start + 11 * second) + 5000, from_ns<Instant>(start + 11 * second), 1e-7));
  EXPECT_FALSE(clock.valid());
  EXPECT_TRUE(clock.add(card.at(start + 12 * second) + 5000, from_ns<Instant>(start + 12 * second), 1e-7));
  EXPECT_TRUE(clock.valid());
  clock.add(1, from_ns<Instant>(start + 13 * second), 1e-7);
  EXPECT_FALSE(clock.valid()) << "it went back";
  clock.add(2 * second, from_ns<Instant>(start + 13 * second + 100), 1e-7);
  EXPECT_FALSE(clock.valid()) << "too soon after the last sample";
}

TEST(PtpClock, a_card_that_stands_still_or_runs_at_another_speed_is_no_clock) {
  for (const std::int64_t speed : {second / 10, 2 * second}) {
    PtpClock clock({});
    for (int i = 0; i < 8; ++i) {
      clock.add(second + i * speed, from_ns<Instant>(start + i * second), 1e-7);
      EXPECT_FALSE(clock.convert(second + i * speed)) << speed << " " << i;
    }
  }
}

TEST(PtpClock, a_slow_reading_is_wanted_only_when_it_tells_something_new) {
  const Card card;
  PtpClock clock({});
  PtpSample slow;
  slow.ptp_ns = card.at(start);
  slow.error_s = 1e-6;
  EXPECT_TRUE(clock.wants(slow, from_ns<Instant>(start))) << "nothing better is known";
  for (int i = 0; i < 4; ++i) clock.add(card.at(start + i * second), from_ns<Instant>(start + i * second), 1e-7);
  slow.ptp_ns = card.at(start + 4 * second);
  EXPECT_FALSE(clock.wants(slow, from_ns<Instant>(start + 4 * second)));
  EXPECT_TRUE(clock.wants(slow, from_ns<Instant>(start + 4 * second + 1100))) << "it is later than any delay explains";
  slow.used = 1;
  EXPECT_TRUE(clock.wants(slow, from_ns<Instant>(start + 4 * second)));
}

// Old readings that lie on one side are no mistake of measurement: the frequency has changed.
TEST(PtpClock, as_many_samples_are_kept_as_are_asked_for) {
  for (const std::size_t least : {2U, 12U}) {
    PtpClock clock({.min_samples = least, .max_samples = 20, .min_separation_s = 1});
    std::int64_t nic = 5 * second;
    for (int i = 0; i < 40; ++i) {
      clock.add(nic, from_ns<Instant>(start + i * second), 1.0);
      nic += second + i * i * 1000;
    }
    EXPECT_GE(clock.samples(), least);
    EXPECT_LT(clock.samples(), 20U) << "a curve is cut";
  }
}

TEST(PtpClock, a_card_that_changes_its_frequency_is_found_again) {
  PtpClock clock({});
  std::int64_t nic = 5 * second;
  std::int64_t local = start;
  for (int i = 0; i < 60; ++i) {
    clock.add(nic, from_ns<Instant>(local), 1e-5);
    local += second;
    nic += second + (i < 30 ? 0 : 1000);
  }
  ASSERT_TRUE(clock.valid());
  EXPECT_NEAR(static_cast<double>(to_ns(clock.convert(nic)->at) - local), 0, 20);
}

TEST(SentPackets, may_be_found_without_being_taken) {
  SentPackets sent(4);
  const std::vector<std::uint8_t> content(48, 7);
  sent.add(content, 5, from_ns<RawTime>(1));
  EXPECT_EQ(sent.find(content)->send_id, 5U);
  EXPECT_EQ(sent.find(content)->length, 48U);
  EXPECT_EQ(sent.take(content)->send_id, 5U);
  EXPECT_FALSE(sent.find(content));
}

}  // namespace
}  // namespace tactus::udp
