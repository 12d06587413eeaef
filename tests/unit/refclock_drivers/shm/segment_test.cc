// SPDX-License-Identifier: Apache-2.0
// The shared memory decoder against recorded segments (tests/data/refclock) and against garbage.
#include <array>
#include <cstring>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "segment.hpp"

namespace tactus::shm {
namespace {

using Segment = std::array<std::uint8_t, segment_size>;

Segment from_hex(const std::string& text) {
  Segment out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
  }
  return out;
}

Segment recorded(const std::string& name) {
  std::ifstream in{std::string{TACTUS_TEST_DATA} + "/refclock/refclock_messages.json"};
  const auto data = nlohmann::json::parse(in);
  for (const auto& entry : data["shm"]) {
    if (entry["name"] == name) return from_hex(entry["segment_hex"]);
  }
  ADD_FAILURE() << "no vector " << name;
  return {};
}

template <class Number>
void put(Segment& segment, std::size_t offset, Number value) {
  std::memcpy(segment.data() + offset, &value, sizeof(value));
}

constexpr std::int64_t second = 0x6b03a140;

TEST(Segment, uses_nanoseconds_that_agree_with_the_microseconds) {
  const auto out = decode(recorded("mode 0, nanoseconds consistent"), 0);
  ASSERT_EQ(out.verdict, Verdict::good);
  EXPECT_EQ(to_ns(out.receive), second * 1'000'000'000 + 250'000'456);
  EXPECT_DOUBLE_EQ(out.offset_s, 0.249999667);
}

TEST(Segment, falls_back_to_microseconds) {
  const auto out = decode(recorded("mode 0, nanoseconds inconsistent"), 0);
  ASSERT_EQ(out.verdict, Verdict::good);
  EXPECT_EQ(to_ns(out.receive), second * 1'000'000'000 + 250'000'000);
  EXPECT_DOUBLE_EQ(out.offset_s, 0.25);
}

TEST(Segment, of_mode_1_needs_an_unchanged_count) {
  const auto segment = recorded("mode 1");
  EXPECT_EQ(decode(segment, 5).verdict, Verdict::good);
  EXPECT_EQ(decode(segment, 6).verdict, Verdict::torn);
}

TEST(Segment, refuses_unknown_modes_and_waits_for_valid) {
  EXPECT_EQ(decode(recorded("mode 2"), 0).verdict, Verdict::bad_mode);
  EXPECT_EQ(decode(recorded("valid 0"), 0).verdict, Verdict::not_ready);
}

TEST(Segment, hands_the_leap_field_on) {
  const auto out = decode(recorded("leap 3"), 0);
  EXPECT_EQ(out.verdict, Verdict::good);
  EXPECT_EQ(out.leap, 3U);
}

TEST(Segment, refuses_times_that_no_clock_has) {
  auto segment = recorded("mode 0, nanoseconds consistent");
  put<std::int32_t>(segment, 16, 1'000'000);
  EXPECT_EQ(decode(segment, 0).verdict, Verdict::out_of_range);
  segment = recorded("mode 0, nanoseconds consistent");
  put<std::int64_t>(segment, 8, -5);
  EXPECT_EQ(decode(segment, 0).verdict, Verdict::out_of_range);
  segment = recorded("mode 0, nanoseconds consistent");
  put<std::int64_t>(segment, 24, std::int64_t{1} << 62);
  EXPECT_EQ(decode(segment, 0).verdict, Verdict::out_of_range);
}

TEST(Segment, survives_garbage) {
  std::uint32_t state = 7;
  int good = 0;
  for (int round = 0; round < 20000; ++round) {
    Segment segment{};
    for (auto& byte : segment) {
      state = state * 1664525U + 1013904223U;
      byte = static_cast<std::uint8_t>(state >> 24);
    }
    put<std::int32_t>(segment, 0, round % 3);
    if (decode(segment, round).verdict == Verdict::good) ++good;
  }
  EXPECT_LT(good, 3);
}

}  // namespace
}  // namespace tactus::shm
