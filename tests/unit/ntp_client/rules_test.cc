// SPDX-License-Identifier: Apache-2.0
// Rules of the specification that no captured exchange shows: intervals of interleaved peers, leap announcements,
// bursts that meet a kiss or a network that is not there yet.
#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

AssociationSettings peer_settings() {
  AssociationSettings settings;
  settings.peer = true;
  settings.interleaved = true;
  settings.min_poll_log2_s = 4;
  settings.max_poll_log2_s = 4;
  settings.delay.max_delay_s = 1000;
  return settings;
}

// The tests that the second packet of an interleaved peer passes: it received our packet `received_s` after it had sent
// its first one, and says that it sent that one `sent_late_s` later than the packet itself told.
std::uint32_t interleaved_tests(double received_s, double sent_late_s) {
  Rig rig(peer_settings());
  rig.start();
  const Rig::Sent first = rig.next_request();
  rig.mono += std::chrono::milliseconds(1);
  Header basic = answer_to(first.header, rig.now(), rig.now());
  basic.mode = Mode::active;
  rig.receive(bytes_of(basic));
  EXPECT_EQ(rig.samples.size(), 1U);
  const Rig::Sent second = rig.next_request();
  EXPECT_EQ(second.header.origin, basic.receive) << "interleaved";
  rig.mono += std::chrono::milliseconds(1);
  const Instant sent = rig.clock_era().from_ntp(basic.transmit) + from_seconds(sent_late_s);
  Header next = answer_to(second.header, sent + from_seconds(received_s), sent);
  next.mode = Mode::active;
  next.origin = second.header.receive;
  rig.receive(bytes_of(next));
  EXPECT_TRUE(rig.log.back().interleaved);
  return rig.log.back().tests;
}

// Section 8.4, rule 7 of test A. Both ask every 16 s; ours leaves 16 s after theirs, give or take some milliseconds.
TEST(Rules, an_interleaved_peer_is_measured_within_half_an_interval) {
  EXPECT_NE(interleaved_tests(16.2, 0) & test_a, 0U);
  EXPECT_NE(interleaved_tests(16 + 7, 0) & test_a, 0U);
  EXPECT_EQ(interleaved_tests(16 + 9, 0) & test_a, 0U) << "a delay of more than half an interval";
  EXPECT_EQ(interleaved_tests(-1, 0) & test_a, 0U) << "it cannot have received before it sent";
  EXPECT_NE(interleaved_tests(16.2, 23) & test_a, 0U);
  EXPECT_EQ(interleaved_tests(16.2, 25) & test_a, 0U) << "another packet was between";
}

TEST(Rules, a_source_s_leap_announcement_is_taken_from_synchronised_packets_only) {
  AssociationSettings settings;
  settings.min_poll_log2_s = settings.max_poll_log2_s = 4;
  Rig rig(settings);
  rig.start();
  const auto told = [&rig](std::uint8_t leap) {
    rig.next_request();
    answer(rig, 0.001, 1e-5, [leap](Header& header) { header.leap = leap; });
    return rig.leap;
  };
  EXPECT_EQ(told(TACTUS_LEAP_NORMAL), TACTUS_LEAP_NORMAL);
  EXPECT_EQ(told(TACTUS_LEAP_INSERT), TACTUS_LEAP_INSERT);
  EXPECT_EQ(told(TACTUS_LEAP_UNSYNCHRONISED), TACTUS_LEAP_INSERT) << "nothing is learnt from it";
  EXPECT_EQ(rig.association.dropped(Drop::unsynchronised), 1U);
  EXPECT_EQ(told(TACTUS_LEAP_DELETE), TACTUS_LEAP_DELETE);
}

// Section 10.8.
TEST(Rules, a_kiss_ends_a_burst_with_the_next_good_sample) {
  AssociationSettings settings;
  settings.iburst = true;
  Rig rig(settings);
  rig.start();
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::burst_was_online);
  rig.next_request();
  answer(rig, 0.001, 1e-5, [](Header& header) {
    header.leap = TACTUS_LEAP_UNSYNCHRONISED;
    header.stratum = 0;
    header.refid = kiss_rate;
  });
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::burst_was_online);
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::online);
}

// Section 10.6: what could not be sent is no request of a burst at the start.
TEST(Rules, a_burst_waits_for_the_network) {
  AssociationSettings settings;
  settings.iburst = true;
  Rig rig(settings);
  rig.network_down = true;
  rig.start();
  rig.run_until(rig.mono + std::chrono::minutes(2));
  EXPECT_TRUE(rig.sent.empty());
  rig.network_down = false;
  for (int i = 0; i < 4; ++i) {
    const MonoTime before = rig.mono;
    rig.next_request();
    EXPECT_LT(Rig::seconds(rig.mono) - Rig::seconds(before), 2.1) << i;
    answer(rig);
  }
  EXPECT_EQ(rig.samples.size(), 4U);
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::online);
}

}  // namespace
}  // namespace tactus::ntp::testing
