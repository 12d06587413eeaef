// SPDX-License-Identifier: Apache-2.0
// The clock of a network card: readings put together, and its timestamps as times of ours.
#include "nic_clock.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "sent.hpp"

namespace tactus::udp {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'790'000'000 * second;

NicReading reading(std::int64_t before, std::int64_t nic, std::int64_t after) {
  return {from_ns<RawTime>(before), nic, from_ns<RawTime>(after)};
}

TEST(NicReadings, the_quickest_count) {
  std::vector<NicReading> readings;
  for (int i = 0; i < 10; ++i) {
    // Two take 1000 ns with the card in the middle; the others wait on one side.
    const std::int64_t at = start + i * 10'000;
    const std::int64_t wait = i == 3 || i == 7 ? 0 : 2000;
    readings.push_back(reading(at, at + 77 * second + 500 + wait, at + 1000 + wait));
  }
  const auto sample = combine(readings, 1e-9);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->nic_ns - to_ns(sample->raw), 77 * second);
  EXPECT_NEAR(sample->error_s, 500e-9, 1e-12);
  EXPECT_NEAR(combine(readings, 1e-6)->error_s, 1e-6, 1e-12) << "not below the precision";
}

TEST(NicReadings, a_clock_that_went_back_makes_all_useless) {
  EXPECT_FALSE(combine({}, 1e-9));
  const std::vector<NicReading> back{reading(start, 5, start + 10), reading(start + 20, 6, start + 19)};
  EXPECT_FALSE(combine(back, 1e-9));
  const std::vector<NicReading> crossed{reading(start, 5, start)};
  EXPECT_EQ(combine(crossed, 1e-9)->nic_ns, 5);
}

// A card that runs fast by some ppm and began at 123 s.
struct Card {
  double ppm = 20;
  std::int64_t at(std::int64_t local) const {
    return 123 * second + local - start + std::llround(static_cast<double>(local - start) * ppm * 1e-6);
  }
};

TEST(NicClock, converts_as_soon_as_two_samples_agree) {
  const Card card;
  NicClock clock({});
  EXPECT_FALSE(clock.convert(card.at(start)));
  clock.add(card.at(start), from_ns<Instant>(start), 1e-7);
  EXPECT_FALSE(clock.convert(card.at(start)));
  clock.add(card.at(start + second), from_ns<Instant>(start + second), 1e-7);
  const auto converted = clock.convert(card.at(start + second + 600'000'000));
  ASSERT_TRUE(converted);
  EXPECT_NEAR(static_cast<double>(to_ns(converted->at) - start), 1.6e9, 3);
  EXPECT_EQ(converted->error_s, 1e-7);
}

TEST(NicClock, noise_of_the_readings_is_averaged) {
  const Card card;
  NicClock clock({});
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

TEST(NicClock, our_own_slews_and_steps_are_followed) {
  const Card card;
  NicClock clock({});
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

TEST(NicClock, a_jump_of_the_card_begins_anew) {
  const Card card;
  NicClock clock({});
  for (int i = 0; i < 10; ++i) clock.add(card.at(start + i * second), from_ns<Instant>(start + i * second), 1e-7);
  clock.add(card.at(start + 10 * second) + 5000, from_ns<Instant>(start + 10 * second), 1e-7);
  EXPECT_FALSE(clock.valid());
  clock.add(card.at(start + 11 * second) + 5000, from_ns<Instant>(start + 11 * second), 1e-7);
  EXPECT_TRUE(clock.valid());
  clock.add(1, from_ns<Instant>(start + 12 * second), 1e-7);
  EXPECT_FALSE(clock.valid()) << "it went back";
  clock.add(2 * second, from_ns<Instant>(start + 12 * second + 100), 1e-7);
  EXPECT_FALSE(clock.valid()) << "too soon after the last sample";
}

TEST(NicClock, a_card_that_changes_its_frequency_is_found_again) {
  Card card;
  NicClock clock({});
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
