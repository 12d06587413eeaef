// SPDX-License-Identifier: Apache-2.0
// Responses that were fed to a chrony 4.8 client, with the verdicts that it gave, and the captures of its requests.
#include <algorithm>

#include "measurement_log.hpp"
#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

std::string test_bits(std::uint32_t tests) {
  std::string text;
  for (int bit = 9; bit >= 0; --bit) {
    text += (tests >> bit & 1U) != 0 ? '1' : '0';
    if (bit == 7 || bit == 4) text += ' ';
  }
  return text;
}

// The 64 bits at an octet of a datagram.
Ntp64 at(const std::vector<std::uint8_t>& bytes, std::size_t offset) {
  return bytes.size() >= offset + 8 ? Ntp64{load_be<std::uint64_t>(bytes, offset)} : Ntp64{};
}

// Fills `bytes` of a capture with our own request's transmit field where the capture had its request's one.
void answer_ours(std::vector<std::uint8_t>& bytes, Ntp64 captured, Ntp64 ours) {
  if (bytes.size() >= 32 && at(bytes, 24) == captured) store_be<std::uint64_t>(bytes, 24, ours.value);
}

// client_verdicts.json: one association lives through all responses.
TEST(ClientVerdicts, are_those_of_chrony) {
  AssociationSettings settings;
  settings.min_poll_log2_s = 0;
  settings.max_poll_log2_s = 0;
  Rig rig(settings);
  rig.core.count_samples = false;  // keeps test C out of it: it depends on the history
  rig.start();
  const Era era(218598736);
  for (const auto& vector : load_vectors("client_verdicts.json", "vectors")) {
    const std::string name = vector["name"];
    const auto request = from_hex(vector["request_hex"]);
    const double expected_delay_s = rig.messages.empty() ? 1.03 : 5.2;
    const MonoTime before = rig.mono;
    rig.messages.clear();
    const Rig::Sent sent = rig.next_request();
    EXPECT_LT(to_seconds(sent.at - before), expected_delay_s) << name;
    if (expected_delay_s > 5) {
      EXPECT_GT(to_seconds(sent.at - before), 4.9) << "KoD RATE delays the next request";
    }
    const std::size_t logged = rig.log.size();
    const std::uint64_t datagrams = rig.association.datagrams();
    for (const auto& text : vector["responses_hex"]) {
      auto bytes = from_hex(text);
      answer_ours(bytes, at(request, 40), sent.header.transmit);
      // Our clock agrees with the server's, unless the timestamps are what is being tested.
      const Instant served = era.from_ntp(at(bytes, 32));
      if (name != "offset +1 day" && to_ns(served) != 0 && bytes.size() >= 48) {
        rig.clock_offset_s += to_seconds(served - sent.now) - 2e-4;
      }
      // The request's own stamp follows the clock that was just moved.
      tactus_clock_change change{};
      change.struct_size = sizeof change;
      change.corrected_ns = to_ns(sent.now);
      change.offset_s = -to_seconds(rig.now() - sent.now);
      rig.association.on_clock_change(change, rig.context());
      rig.mono = sent.at + std::chrono::microseconds(500);
      rig.receive(bytes);
    }
    const auto& observed = vector["observed_tests_123_567_ABCD"];
    ASSERT_EQ(rig.log.size() - logged, observed.size()) << name;
    for (std::size_t i = 0; i < observed.size(); ++i) {
      std::string expected = observed[i];
      std::string found = test_bits(rig.log[logged + i].tests);
      if (vector["note"].get<std::string>().find("C depends") != std::string::npos) expected[10] = '1';
      if (expected.substr(0, 11) == "111 111 011" || expected.substr(0, 11) == "111 111 010") {
        expected[10] = found[10];  // C of what A refuses depends on the history as well
      }
      EXPECT_EQ(found, expected) << name;
    }
    EXPECT_EQ(rig.association.datagrams() - datagrams, vector["responses_hex"].size()) << name;
  }
  std::uint64_t sum = rig.association.used();
  for (std::size_t i = 0; i < drop_count; ++i) sum += rig.association.dropped(static_cast<Drop>(i));
  EXPECT_EQ(sum, rig.association.datagrams());
  EXPECT_EQ(rig.association.dropped(Drop::wrong_mode), 5U);
  EXPECT_EQ(rig.association.dropped(Drop::bad_version), 2U);
  EXPECT_EQ(rig.association.dropped(Drop::too_short), 1U);
  EXPECT_EQ(rig.association.dropped(Drop::bad_length), 1U);
  EXPECT_EQ(rig.association.dropped(Drop::kod_rate), 1U);
}

// A key of which only the form matters here.
class FormOnly final : public Authenticator {
 public:
  FormOnly(std::uint32_t key_id, std::size_t digest, std::size_t digest_v4)
      : key_id_(key_id), digest_(digest), digest_v4_(digest_v4) {}
  [[nodiscard]] AuthMode mode() const override { return AuthMode::symmetric; }
  [[nodiscard]] std::uint8_t default_version() const override { return digest_ > 20 ? 3 : 4; }
  Readiness prepare() override { return Readiness::ready; }
  bool sign(MutableBytes buffer, std::size_t& length, const Packet& packet) override {
    EXPECT_EQ(packet.auth_offset, length);
    const std::size_t digest = packet.header.version == 4 ? digest_v4_ : digest_;
    store_be<std::uint32_t>(buffer, length, key_id_);
    length += 4 + digest;
    return true;
  }
  bool check(Bytes, const Packet& packet) override { return packet.key_id == key_id_; }

 private:
  std::uint32_t key_id_;
  std::size_t digest_;
  std::size_t digest_v4_;
};

// client_captures.json: our requests have the form of chrony's, and its server's answers are accepted.
TEST(ClientCaptures, requests_have_the_same_form) {
  for (const auto& capture : load_vectors("client_captures.json", "captures")) {
    const std::string options = capture["options"];
    const auto has = [&options](const char* word) { return options.find(word) != std::string::npos; };
    AssociationSettings settings;
    settings.min_poll_log2_s = 0;
    settings.max_poll_log2_s = 0;
    settings.iburst = has("iburst");
    settings.interleaved = has("xleave");
    settings.monotonic_root = has("F323");
    if (has("version 3")) settings.version = 3;
    if (has("version 4")) settings.version = 4;
    FormOnly sha1(2, 20, 20), sha256(3, 32, 20), aes(30, 16, 16);
    Authenticator* auth = nullptr;
    if (has("key 2 ")) auth = &sha1;
    if (has("key 3 ")) auth = &sha256;
    if (has("key 30 ")) auth = &aes;
    Rig rig(settings, 5, auth);
    rig.start();
    Ntp64 captured_transmit{};
    Ntp64 captured_receive{};
    for (const auto& row : capture["packets"]) {
      auto bytes = from_hex(row["hex"]);
      if ((bytes[0] & 7) == 3) {
        captured_transmit = at(bytes, 40);
        captured_receive = at(bytes, 32);
        const Rig::Sent& ours = rig.next_request();
        ASSERT_EQ(ours.bytes.size(), bytes.size()) << options;
        // All but random fields and digests: up to the receive field, and the extension fields with the key id.
        EXPECT_TRUE(std::equal(bytes.begin(), bytes.begin() + 32, ours.bytes.begin())) << options;
        EXPECT_EQ(at(bytes, 32).zero(), ours.header.receive.zero()) << options;
        EXPECT_NE(ours.header.transmit, ours.header.receive);
        const std::size_t fixed = bytes.size() - (auth == nullptr ? 0 : (auth == &aes ? 16 : bytes.size() - 52));
        EXPECT_TRUE(
            std::equal(bytes.begin() + 48, bytes.begin() + static_cast<std::ptrdiff_t>(fixed), ours.bytes.begin() + 48))
            << options;
        continue;
      }
      const Rig::Sent ours = rig.sent.back();
      answer_ours(bytes, captured_transmit, ours.header.transmit);
      answer_ours(bytes, captured_receive, ours.header.receive);
      const std::uint64_t valid = rig.log.size();
      rig.mono += std::chrono::microseconds(200);
      rig.receive(bytes);
      ASSERT_EQ(rig.log.size(), valid + 1) << options;
      EXPECT_EQ(rig.log.back().tests & (test_1 | test_2 | test_3 | test_5 | test_6 | test_7), 0x3f0U) << options;
    }
  }
}

TEST(MeasurementLog, a_line_has_the_columns_of_the_specification) {
  Measured measured;
  measured.header = answer_to(Header{}, from_ns<Instant>(test_start_s * 1'000'000'000), Instant{});
  measured.header.poll_log2_s = 6;
  measured.tests = 0x3fd;
  measured.interleaved = true;
  measured.measurement.time = from_ns<Instant>(test_start_s * 1'000'000'000 - 1);
  measured.measurement.offset_s = -1.5e-3;
  measured.measurement.peer_delay_s = 2e-3;
  measured.measurement.peer_dispersion_s = 1e-6;
  measured.root_delay_s = 0.25;
  measured.root_dispersion_s = 0.125;
  measured.transmit_origin = TACTUS_STAMP_KERNEL;
  measured.receive_origin = TACTUS_STAMP_HARDWARE;
  measured.local_poll_log2_s = -1;
  measured.score = 0.5;
  EXPECT_EQ(format_measurement(measured, "192.0.2.1"),
            "2026-11-23 02:13:19 192.0.2.1       N  1 111 111 1101  -1  6 0.50 -1.500e-03  2.000e-03  1.000e-06  "
            "2.500e-01  1.250e-01 47505300 4I K H");
  EXPECT_EQ(format_utc(from_ns<Instant>(-1)), "1969-12-31 23:59:59");
  EXPECT_EQ(format_utc(from_ns<Instant>(951'782'400LL * 1'000'000'000)), "2000-02-29 00:00:00");
}

}  // namespace
}  // namespace tactus::ntp::testing
