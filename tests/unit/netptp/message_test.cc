// SPDX-License-Identifier: Apache-2.0
// PTP messages with NTP packets in them: recorded ones, and each kind that is refused.
#include <functional>

#include "support.hpp"

namespace tactus::netptp::test {
namespace {

constexpr std::uint8_t domain = 123;

TEST(Message, recorded_messages_are_taken_apart_and_made_again) {
  std::size_t seen = 0;
  for (const auto& hex : recorded()) {
    const auto bytes = from_hex(hex);
    const Unwrapped got = unwrap(bytes, domain);
    ASSERT_EQ(got.refusal, Refusal::none) << hex;
    EXPECT_EQ(got.packet.size(), bytes.size() - prefix_bytes);
    EXPECT_EQ(got.correction_s, 0.0);
    std::vector<std::uint8_t> made(bytes);
    std::fill_n(made.begin(), prefix_bytes, std::uint8_t{0xff});
    write_prefix(made, got.packet.size(), domain, load_be<std::uint16_t>(bytes, 30));
    EXPECT_EQ(made, bytes);
    ++seen;
  }
  EXPECT_GE(seen, 10U);
}

TEST(Message, what_is_not_exactly_such_a_message_is_refused) {
  const auto good = from_hex(recorded().front());
  using Change = std::function<void(std::vector<std::uint8_t>&)>;
  const auto set = [](std::size_t at, std::uint8_t value) { return [=](auto& bytes) { bytes[at] = value; }; };
  const std::vector<std::pair<Change, Refusal>> cases{
      {[](auto&) {}, Refusal::none},
      {set(0, 0x00), Refusal::none},
      {set(0, 0x02), Refusal::bad_type},
      {set(0, 0x11), Refusal::bad_type},
      {set(1, 0x01), Refusal::bad_version},
      {set(1, 0x22), Refusal::bad_version},
      {set(1, 0x12), Refusal::none},
      {[](auto& bytes) { bytes[1] = 0x12, bytes[5] = 1; }, Refusal::bad_version},
      {set(5, 7), Refusal::none},
      {set(3, 0x61), Refusal::bad_length},
      {set(2, 0x01), Refusal::bad_length},
      {set(4, 122), Refusal::bad_domain},
      {set(6, 0x06), Refusal::bad_flags},
      {set(7, 0x01), Refusal::bad_flags},
      {set(44, 0x00), Refusal::bad_tlv},
      {set(45, 0x24), Refusal::bad_tlv},
      {set(47, 0x2f), Refusal::bad_tlv},
      {set(20, 0xff), Refusal::none},
      {set(32, 1), Refusal::none},
      {[](auto& bytes) { bytes.pop_back(); }, Refusal::bad_length},
      {[](auto& bytes) { bytes.resize(prefix_bytes), bytes[3] = 48, bytes[47] = 0; }, Refusal::bad_length},
      {[](auto& bytes) { bytes.resize(1); }, Refusal::bad_length},
      {[](auto& bytes) { bytes.clear(); }, Refusal::bad_length},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto bytes = good;
    cases[i].first(bytes);
    EXPECT_EQ(unwrap(bytes, domain).refusal, cases[i].second) << i;
  }
  EXPECT_EQ(unwrap(good, 0).refusal, Refusal::bad_domain);
}

TEST(Message, the_correction_field_is_signed_and_counts_65536ths_of_nanoseconds) {
  auto bytes = from_hex(recorded().front());
  store_be<std::uint64_t>(bytes, 8, 5'000ULL << 16);
  EXPECT_DOUBLE_EQ(unwrap(bytes, domain).correction_s, 5e-6);
  store_be<std::uint64_t>(bytes, 8, ~std::uint64_t{0} << 15);
  EXPECT_DOUBLE_EQ(unwrap(bytes, domain).correction_s, -0.5e-9);
}

}  // namespace
}  // namespace tactus::netptp::test
