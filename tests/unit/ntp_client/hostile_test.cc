// SPDX-License-Identifier: Apache-2.0
// What anyone on the path or off it can send to a client: malformed, spoofed, replayed. Each datagram is counted under
// one reason and changes nothing.
#include <sstream>

#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

// All that a bad datagram must leave as it was.
std::string fingerprint(Rig& rig) {
  tactus_ntpdata_row row{};
  rig.association.fill_report(row, 0);
  std::ostringstream text;
  text << row.refid << ' ' << row.offset_s << ' ' << row.peer_delay_s << ' ' << row.tests << ' ' << row.total_valid
       << ' ' << row.total_good << ' ' << row.stratum << ' ' << row.reference_time << ' '
       << rig.association.poll_log2_s() << ' ' << rig.association.poll_score() << ' ' << rig.samples.size() << ' '
       << rig.missed << ' ' << rig.closed << ' ' << rig.core.stats_value.reach << ' ' << rig.messages.size() << ' '
       << rig.sent.size() << ' ' << to_ns(rig.association.deadline().value_or(MonoTime{}));
  return text.str();
}

std::uint64_t drops(const Association& association) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < drop_count; ++i) sum += association.dropped(static_cast<Drop>(i));
  return sum;
}

struct Waiting : Rig {  // a request was sent, its answer is awaited
  explicit Waiting(std::uint64_t seed = 1, bool interleaved = false) : Rig(settings_for(interleaved), seed) {
    start();
    next_request();
    first_answer = answer(*this);
    next_request();
    mono += std::chrono::microseconds(1500);
  }
  static AssociationSettings settings_for(bool interleaved) {
    AssociationSettings settings;
    settings.min_poll_log2_s = 4;
    settings.max_poll_log2_s = 4;
    settings.interleaved = interleaved;
    settings.monotonic_root = interleaved;
    return settings;
  }
  [[nodiscard]] Header good_answer() const {
    return answer_to(sent.back().header, sent.back().now + std::chrono::microseconds(700),
                     sent.back().now + std::chrono::microseconds(710));
  }
  std::vector<std::uint8_t> first_answer;
};

TEST(Hostile, every_length_of_datagram_is_counted_and_changes_nothing) {
  Waiting rig;
  const std::string before = fingerprint(rig);
  for (std::size_t length = 0; length <= 2048; ++length) {
    const std::uint64_t dropped = drops(rig.association);
    std::vector<std::uint8_t> bytes(length);
    Seeded::fill(&rig.seeded, bytes.data(), static_cast<std::uint32_t>(length));
    rig.receive(bytes);  // random
    if (!bytes.empty()) bytes[0] = 0x24;
    rig.receive(bytes);                    // random, but an answer of version 4
    if (length == header_bytes) continue;  // that is judged by its origin below
    std::vector<std::uint8_t> good = bytes_of(rig.good_answer());
    good.resize(length, 0);  // a good answer cut off, or with zeros behind it
    rig.receive(good);
    EXPECT_EQ(drops(rig.association), dropped + 3) << length;
  }
  EXPECT_EQ(fingerprint(rig), before);
  EXPECT_GE(rig.association.dropped(Drop::too_short), 96U);
  EXPECT_GE(rig.association.dropped(Drop::too_long), 908U * 3);
  EXPECT_GT(rig.association.dropped(Drop::bad_length), 1000U);
  EXPECT_GT(rig.association.dropped(Drop::bad_fields), 100U);
  rig.receive(bytes_of(rig.good_answer()));
  EXPECT_EQ(rig.association.used(), 2U) << "the real answer is still taken";
}

TEST(Hostile, spoofed_answers_without_the_request_are_bogus) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Waiting rig(seed, seed == 2);
    const std::string before = fingerprint(rig);
    for (int i = 0; i < 1000; ++i) {
      Header spoofed = rig.good_answer();
      spoofed.origin = Ntp64{i == 0 ? 0 : rig.seeded.next()};
      spoofed.transmit.value += 4096;
      if (i % 3 == 0) make_kiss(spoofed, kiss_rate);
      rig.receive(bytes_of(spoofed));
    }
    EXPECT_EQ(rig.association.dropped(Drop::bogus), 1000U) << "seed " << seed;
    EXPECT_EQ(fingerprint(rig), before) << "seed " << seed;
  }
}

TEST(Hostile, replays_are_duplicates_or_bogus_and_late_ones_are_not_awaited) {
  Waiting rig;
  const std::string before = fingerprint(rig);
  rig.receive(rig.first_answer);
  EXPECT_EQ(rig.association.dropped(Drop::duplicate), 1U);
  Header replay = read_header(rig.first_answer);
  replay.origin = rig.sent.back().header.transmit;  // with the new request's origin
  rig.receive(bytes_of(replay));
  EXPECT_EQ(rig.association.dropped(Drop::duplicate), 2U);
  EXPECT_EQ(fingerprint(rig), before);
  const auto answered = bytes_of(rig.good_answer());
  rig.receive(answered);
  EXPECT_EQ(rig.association.used(), 2U);
  const std::string after = fingerprint(rig);
  rig.receive(answered);
  EXPECT_EQ(rig.association.dropped(Drop::not_awaited), 1U);
  EXPECT_EQ(fingerprint(rig), after);
}

TEST(Hostile, wrong_modes_and_zero_timestamps_are_refused) {
  Waiting rig;
  const std::string before = fingerprint(rig);
  for (unsigned mode = 0; mode < 8; ++mode) {
    if (mode == 4) continue;
    Header header = rig.good_answer();
    header.mode = static_cast<Mode>(mode);
    rig.receive(bytes_of(header));
  }
  EXPECT_EQ(rig.association.dropped(Drop::wrong_mode), 7U);
  Header zero = rig.good_answer();
  zero.receive = {};
  rig.receive(bytes_of(zero));
  zero = rig.good_answer();
  zero.transmit = {};
  rig.receive(bytes_of(zero));
  EXPECT_EQ(rig.association.dropped(Drop::zero_timestamp), 2U);
  EXPECT_EQ(fingerprint(rig), before);
}

TEST(Hostile, extreme_values_of_a_real_server_do_no_harm) {
  AssociationSettings settings = Waiting::settings_for(true);
  Rig rig(settings, 77);
  rig.start();
  for (int i = 0; i < 3000; ++i) {
    rig.next_request();
    answer(rig, 0.0005, 1e-5, [&rig](Header& header) {
      const std::uint64_t kind = rig.seeded.next();
      if ((kind & 1) != 0) header.receive.value = rig.seeded.next();
      if ((kind & 2) != 0) header.transmit.value = rig.seeded.next();
      if ((kind & 4) != 0) header.precision_log2_s = static_cast<std::int8_t>(rig.seeded.next());
      if ((kind & 8) != 0) header.poll_log2_s = static_cast<std::int8_t>(rig.seeded.next());
      if ((kind & 16) != 0) header.root_delay_16_16 = static_cast<std::uint32_t>(rig.seeded.next());
      if ((kind & 32) != 0) header.leap = static_cast<std::uint8_t>(rig.seeded.next() & 3);
      if ((kind & 64) != 0) header.stratum = static_cast<std::uint8_t>(rig.seeded.next());
      if ((kind & 128) != 0) header.origin = rig.sent.back().header.receive;  // as interleaved
    });
  }
  for (const tactus_sample& sample : rig.samples) {
    EXPECT_TRUE(std::isfinite(sample.offset_s));
    EXPECT_GE(sample.peer_delay_s, 0);
    EXPECT_LE(sample.peer_delay_s - sample.peer_dispersion_s, 3.0);
  }
  EXPECT_EQ(rig.association.used() + drops(rig.association), rig.association.datagrams());
  EXPECT_EQ(rig.samples.size(), rig.association.used());
  EXPECT_EQ(rig.association.poll_log2_s(), 4);
}

// A key: the digest is the sum of the octets, so that changes are seen.
class SumKey final : public Authenticator {
 public:
  [[nodiscard]] AuthMode mode() const override { return AuthMode::symmetric; }
  [[nodiscard]] std::uint8_t default_version() const override { return 4; }
  Readiness prepare() override { return readiness; }
  bool sign(MutableBytes buffer, std::size_t& length, const Packet&) override {
    if (readiness == Readiness::no_key) return false;
    const std::uint64_t sum = digest(Bytes(buffer).first(length));
    store_be<std::uint32_t>(buffer, length, 7);
    store_be<std::uint64_t>(buffer, length + 4, sum);
    store_be<std::uint64_t>(buffer, length + 12, ~sum);
    length += 20;
    return true;
  }
  bool check(Bytes datagram, const Packet& packet) override {
    if (packet.mac_bytes != 20 || packet.key_id != 7) return false;
    const std::uint64_t sum = digest(datagram.first(packet.auth_offset));
    return load_be<std::uint64_t>(datagram, packet.auth_offset + 4) == sum &&
           load_be<std::uint64_t>(datagram, packet.auth_offset + 12) == ~sum;
  }
  static std::uint64_t digest(Bytes bytes) {
    std::uint64_t sum = 0x5eed;
    for (const std::uint8_t octet : bytes) sum = sum * 1099511628211U + octet;
    return sum;
  }
  Readiness readiness = Readiness::ready;
};

TEST(Hostile, only_the_configured_authentication_is_good_enough) {
  SumKey key;
  AssociationSettings settings = Waiting::settings_for(false);
  Rig rig(settings, 4, &key);
  rig.start();
  const auto signed_answer = [&key](Rig& from) {
    std::vector<std::uint8_t> bytes =
        bytes_of(answer_to(from.sent.back().header, from.sent.back().now, from.sent.back().now));
    bytes.resize(128);
    std::size_t length = header_bytes;
    key.sign(bytes, length, Packet{});
    bytes.resize(length);
    return bytes;
  };
  rig.next_request();
  EXPECT_EQ(rig.sent.back().bytes.size(), 68U);
  const std::string before = fingerprint(rig);
  const auto good = signed_answer(rig);
  for (std::size_t octet = 1; octet < good.size(); ++octet) {  // octet 0 would change the mode
    auto changed = good;
    changed[octet] ^= 1;
    rig.receive(changed);
  }
  auto unsigned_answer = good;
  unsigned_answer.resize(header_bytes);
  rig.receive(unsigned_answer);
  auto nak = unsigned_answer;
  nak.resize(52, 0);
  rig.receive(nak);
  EXPECT_GE(rig.association.dropped(Drop::failed_auth), 40U);
  EXPECT_EQ(fingerprint(rig), before);
  rig.receive(good);
  EXPECT_EQ(rig.association.used(), 1U);

  key.readiness = Readiness::no_key;  // counts as a failure to send
  const std::size_t sent = rig.sent.size();
  rig.run_until(rig.mono + std::chrono::minutes(2));
  EXPECT_EQ(rig.sent.size(), sent);
  EXPECT_GT(rig.missed, 3);
  key.readiness = Readiness::not_yet;
  rig.run_until(rig.mono + std::chrono::minutes(2));
  EXPECT_EQ(rig.sent.size(), sent);
  EXPECT_EQ(rig.association.poll_log2_s(), 4);
  EXPECT_EQ(rig.core.stats_value.reach, 0U);
}

}  // namespace
}  // namespace tactus::ntp::testing
