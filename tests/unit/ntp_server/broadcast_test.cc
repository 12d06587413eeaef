// SPDX-License-Identifier: Apache-2.0
// Packets of the broadcast server against recorded ones.
#include <algorithm>
#include <array>

#include "broadcast.hpp"
#include "support.hpp"

namespace tactus::ntp::test {
namespace {

TEST(BroadcastPacket, has_the_form_of_recorded_ones) {
  Seeded seeded;
  RandomPool random(&Seeded::fill, &seeded);
  const auto recorded = vectors("broadcast.json");
  for (const auto& vector : recorded["packets"]) {
    const auto bytes = from_hex(vector["hex"]);
    const Header expected = read_header(bytes);
    const Era era = Era::from_build_time(1'795'000'000);
    tactus_reference reference{};
    reference.struct_size = sizeof reference;
    reference.stratum = 5;
    reference.refid = 0x7f7f0101;
    reference.precision_log2_s = expected.precision_log2_s;
    reference.reference_time_ns = to_ns(era.from_ntp(expected.reference));
    Header made = broadcast_header(reference, era.from_ntp(expected.transmit), 2, 1e-8, false, random);
    EXPECT_LT(made.transmit.value - expected.transmit.value + 1000, 2000U) << "but for the random bits";
    EXPECT_LT(made.reference.value - expected.reference.value + 8, 16U) << "nanoseconds are coarser";
    made.transmit = expected.transmit;
    made.reference = expected.reference;
    std::array<std::uint8_t, header_bytes> out{};
    write_header(made, out);
    EXPECT_TRUE(std::ranges::equal(out, bytes));
  }
}

TEST(BroadcastPacket, a_smoothed_time_is_sent_smoothed_and_a_hidden_leap_is_not_told) {
  Seeded seeded;
  RandomPool random(&Seeded::fill, &seeded);
  tactus_reference reference{};
  reference.struct_size = sizeof reference;
  reference.stratum = 2;
  reference.leap = TACTUS_LEAP_INSERT;
  reference.precision_log2_s = -24;
  reference.smoothing_s = 0.5;
  const Instant now = from_ns<Instant>(1'795'000'000'000'000'000);
  const Header made = broadcast_header(reference, now, 64, 1e-7, true, random);
  EXPECT_EQ(made.leap, TACTUS_LEAP_NORMAL);
  EXPECT_NEAR(static_cast<double>(static_cast<std::int64_t>(made.transmit.value - to_ntp(now).value)) * 0x1p-32, 0.5,
              1e-6);
  reference.smoothing_s = 1e-8;
  const Header plain = broadcast_header(reference, now, 64, 1e-7, false, random);
  EXPECT_EQ(plain.leap, TACTUS_LEAP_INSERT);
  EXPECT_NEAR(static_cast<double>(static_cast<std::int64_t>(plain.transmit.value - to_ntp(now).value)) * 0x1p-32, 0.0,
              1e-6);
}

}  // namespace
}  // namespace tactus::ntp::test
