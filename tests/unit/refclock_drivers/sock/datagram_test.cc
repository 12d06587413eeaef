// SPDX-License-Identifier: Apache-2.0
// The SOCK decoder against recorded datagrams (tests/data/refclock) and against every wrong length.
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "datagram.hpp"

namespace tactus::sock {
namespace {

std::vector<std::uint8_t> recorded(const std::string& name) {
  std::ifstream in{std::string{TACTUS_TEST_DATA} + "/refclock/refclock_messages.json"};
  const auto data = nlohmann::json::parse(in);
  for (const auto& entry : data["sock"]) {
    if (entry["name"] != name) continue;
    const auto text = entry["datagram_hex"].get<std::string>();
    std::vector<std::uint8_t> out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
      out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    }
    return out;
  }
  ADD_FAILURE() << "no vector " << name;
  return {};
}

TEST(Datagram, carries_time_offset_and_leap) {
  const auto sample = decode(recorded("sample +0.5 s"));
  ASSERT_TRUE(std::holds_alternative<TimeMessage>(sample));
  EXPECT_DOUBLE_EQ(std::get<TimeMessage>(sample).offset_s, 0.5);
  EXPECT_EQ(to_ns(std::get<TimeMessage>(sample).when), 0x6b03a140LL * 1'000'000'000 + 250'000'000);
  EXPECT_DOUBLE_EQ(std::get<TimeMessage>(decode(recorded("sample -0.25 s"))).offset_s, -0.25);
  EXPECT_EQ(std::get<TimeMessage>(decode(recorded("leap insert"))).leap, 1U);
}

TEST(Datagram, of_a_pulse_keeps_the_field_as_distance_after_the_second) {
  const auto pulse = decode(recorded("pulse, offset field -0.0123"));
  ASSERT_TRUE(std::holds_alternative<PulseMessage>(pulse));
  EXPECT_DOUBLE_EQ(std::get<PulseMessage>(pulse).second_s, -0.0123);
  EXPECT_TRUE(std::holds_alternative<PulseMessage>(decode(recorded("pulse, leap field 3")))) << "its leap is unused";
}

TEST(Datagram, is_refused_with_a_reason) {
  EXPECT_EQ(std::get<Refusal>(decode(recorded("bad magic"))), Refusal::bad_magic);
  EXPECT_EQ(std::get<Refusal>(decode(recorded("36 octets"))), Refusal::bad_length);
  auto bytes = recorded("sample +0.5 s");
  const double bad[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -1e300, 5e9};
  for (const double offset : bad) {
    std::memcpy(bytes.data() + 16, &offset, sizeof(offset));
    EXPECT_EQ(std::get<Refusal>(decode(bytes)), Refusal::bad_time) << offset;
  }
}

TEST(Datagram, of_every_other_length_is_refused) {
  for (std::size_t length = 0; length <= 2048; ++length) {
    if (length == datagram_size) continue;
    const std::vector<std::uint8_t> bytes(length, 0x4b);
    EXPECT_EQ(std::get<Refusal>(decode(bytes)), Refusal::bad_length);
  }
}

}  // namespace
}  // namespace tactus::sock
