// SPDX-License-Identifier: Apache-2.0
// Somebody who is not on the path, but guesses all that can be guessed: addresses, ports, times, what the server would
// say. Without the random part of the request nothing that he sends changes anything, now or later.
#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

AssociationSettings settings_for(bool interleaved) {
  AssociationSettings settings;
  settings.min_poll_log2_s = 3;
  settings.max_poll_log2_s = 7;
  settings.interleaved = interleaved;
  settings.monotonic_root = interleaved;
  settings.delay.max_delay_quantile = interleaved ? 0.5 : 0;
  return settings;
}

// Answers that are right but for their origin.
class Spoofer {
 public:
  explicit Spoofer(std::uint64_t seed) : seeded_{seed} {}
  // request: the one under way; only its time and its plain fields are used.
  std::vector<std::uint8_t> next(const Rig::Sent& request) {
    const std::uint64_t kind = seeded_.next();
    const Duration shift = std::chrono::milliseconds(static_cast<int>(kind >> 32 & 0xffff) - 0x8000);
    Header header = answer_to(request.header, request.now + shift, request.now + shift);
    switch (kind % 4) {
      case 0:
        header.origin = {};
        break;
      case 1:
        header.origin = to_ntp(request.now);
        break;
      default:
        header.origin = Ntp64{seeded_.next()};
        break;
    }
    if ((kind & 0x10) != 0) {
      header.leap = TACTUS_LEAP_UNSYNCHRONISED;
      header.stratum = 0;
      header.refid = (kind & 0x20) != 0 ? kiss_rate : 0x44454e59;  // DENY
    }
    if ((kind & 0x40) != 0) header.poll_log2_s = 17;
    auto bytes = bytes_of(header);
    if ((kind & 0x300) == 0) bytes.resize(52, 0);  // crypto-NAK
    return bytes;
  }

 private:
  Seeded seeded_;
};

void compare(const Rig& attacked, const Rig& calm) {
  ASSERT_EQ(attacked.sent.size(), calm.sent.size());
  EXPECT_EQ(attacked.sent.back().bytes, calm.sent.back().bytes);
  EXPECT_EQ(attacked.sent.back().at, calm.sent.back().at);
  ASSERT_EQ(attacked.samples.size(), calm.samples.size());
  EXPECT_EQ(attacked.association.poll_log2_s(), calm.association.poll_log2_s());
  EXPECT_EQ(attacked.association.poll_score(), calm.association.poll_score());
  EXPECT_EQ(attacked.association.deadline(), calm.association.deadline());
  EXPECT_EQ(attacked.core.stats_value.reach, calm.core.stats_value.reach);
  EXPECT_EQ(attacked.missed, calm.missed);
  EXPECT_EQ(attacked.messages, calm.messages);
  if (calm.samples.empty()) return;
  const tactus_sample& one = attacked.samples.back();
  const tactus_sample& other = calm.samples.back();
  EXPECT_EQ(one.corrected_ns, other.corrected_ns);
  EXPECT_EQ(one.offset_s, other.offset_s);
  EXPECT_EQ(one.peer_delay_s, other.peer_delay_s);
  EXPECT_EQ(one.peer_dispersion_s, other.peer_dispersion_s);
  EXPECT_EQ(one.root_dispersion_s, other.root_dispersion_s);
}

// Two clients with the same random numbers, one of them attacked before and after each answer: they stay the same.
TEST(Spoofer, who_guesses_everything_but_the_random_part_changes_nothing_that_follows) {
  for (const bool interleaved : {false, true}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      SCOPED_TRACE(::testing::Message() << "interleaved " << interleaved << " seed " << seed);
      Rig attacked(settings_for(interleaved), seed);
      Rig calm(settings_for(interleaved), seed);
      Spoofer spoofer(seed + 100);
      attacked.start();
      calm.start();
      for (int round = 0; round < 40; ++round) {
        attacked.next_request();
        calm.next_request();
        ASSERT_NO_FATAL_FAILURE(compare(attacked, calm));
        for (int i = 0; i < 25; ++i) attacked.receive(spoofer.next(attacked.sent.back()));
        const bool lost = round % 7 == 3;
        if (!lost) {
          answer(attacked);
          answer(calm);
        }
        ASSERT_NO_FATAL_FAILURE(compare(attacked, calm));
        for (int i = 0; i < 25; ++i) attacked.receive(spoofer.next(attacked.sent.back()));
        ASSERT_NO_FATAL_FAILURE(compare(attacked, calm));
      }
      EXPECT_GT(calm.samples.size(), 20U);
      EXPECT_EQ(attacked.association.datagrams() - attacked.association.used(),
                calm.association.datagrams() - calm.association.used() + 40U * 50U)
          << "each of them is counted as refused";
    }
  }
}

}  // namespace
}  // namespace tactus::ntp::testing
