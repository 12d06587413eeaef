// SPDX-License-Identifier: Apache-2.0
// Symmetric keys against recorded digests and key files (tests/data/symkey), and packets that must not verify.
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "scheme.hpp"

namespace tactus::symkey {
namespace {

using nlohmann::json;

json load(const std::string& name) {
  std::ifstream in{std::string{TACTUS_TEST_DATA} + "/symkey/" + name};
  return json::parse(in);
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

std::string to_hex(Bytes bytes) {
  std::string out;
  for (const auto byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

KeyRing ring(const std::string& text) {
  std::vector<Message> messages;
  return KeyRing::parse(text, "k", messages);
}

struct Buffer {
  std::vector<std::uint8_t> bytes;
  tactus_packet packet{};
  Buffer(std::vector<std::uint8_t> message, unsigned version) : bytes(std::move(message)) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    bytes.resize(bytes.size() + 128);
    packet = {
        sizeof(tactus_packet), length, bytes.data(), static_cast<std::uint32_t>(bytes.size()), length, version, 3};
  }
};

TEST(Mac, agrees_with_recorded_packets_of_every_algorithm) {
  const json data = load("mac.json");
  int seen = 0;
  for (const auto& vector : data["vectors"]) {
    const auto key = from_hex(vector["key_hex"]);
    const auto id = vector["key_id"].get<std::uint32_t>();
    const auto keys = ring(fmt::format("{} {} HEX:{}\n", id, vector["type"].get<std::string>(), to_hex(key)));
    for (const unsigned version : {3U, 4U}) {
      Buffer buffer{from_hex(vector["message_hex"]), version};
      const auto start = buffer.packet.length;
      ASSERT_EQ(sign(keys, id, buffer.packet), TACTUS_OK) << vector["type"];
      EXPECT_EQ(to_hex(Bytes{buffer.bytes.data() + start, buffer.packet.length - start}),
                vector[version == 3 ? "mac_v3_hex" : "mac_v4_hex"]);
      EXPECT_EQ(check(keys, id, buffer.packet), TACTUS_OK);
      ++seen;
    }
  }
  EXPECT_EQ(seen, 180);
}

TEST(Mac, cmac_gives_the_published_answers) {
  const json data = load("mac.json");
  ASSERT_FALSE(data["aes_cmac_known_answers"].empty());
  for (const auto& answer : data["aes_cmac_known_answers"]) {
    std::array<std::uint8_t, max_digest_size> out{};
    ASSERT_TRUE(digest(Algorithm::aes128, from_hex(answer["key_hex"]), from_hex(answer["message_hex"]), out));
    EXPECT_EQ(to_hex(Bytes{out.data(), 16}), answer["tag_hex"]);
  }
}

TEST(Mac, of_no_octets_is_computed_and_not_fatal) {
  std::array<std::uint8_t, max_digest_size> out{};
  EXPECT_TRUE(digest(Algorithm::md5, {}, {}, out));
  EXPECT_EQ(to_hex(Bytes{out.data(), 16}), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_FALSE(digest(Algorithm::aes128, {}, {}, out)) << "a cipher needs a key";
}

TEST(Scheme, refuses_every_packet_that_differs_in_one_bit) {
  const auto keys = ring("5 SHA1 HEX:00112233445566778899aabbccddeeff00112233\n6 MD5 other\n");
  Buffer buffer{std::vector<std::uint8_t>(48, 0x23), 4};
  ASSERT_EQ(sign(keys, 5, buffer.packet), TACTUS_OK);
  ASSERT_EQ(check(keys, 5, buffer.packet), TACTUS_OK);
  EXPECT_EQ(check(keys, 6, buffer.packet), TACTUS_E_DENIED) << "another key must not do";
  for (std::uint32_t bit = 0; bit < buffer.packet.length * 8; ++bit) {
    buffer.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_EQ(check(keys, 5, buffer.packet), TACTUS_E_DENIED) << "bit " << bit;
    buffer.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
}

TEST(Scheme, wants_exactly_the_length_of_the_digest) {
  const auto keys = ring("5 SHA256 HEX:00112233445566778899aabbccddeeff00112233\n");
  Buffer buffer{std::vector<std::uint8_t>(48, 0x1b), 3};
  ASSERT_EQ(sign(keys, 5, buffer.packet), TACTUS_OK);
  const auto whole = buffer.packet.length;
  ASSERT_EQ(check(keys, 5, buffer.packet), TACTUS_OK);
  for (std::uint32_t length = 0; length < buffer.packet.capacity; ++length) {
    if (length == whole) continue;
    buffer.packet.length = length;
    EXPECT_EQ(check(keys, 5, buffer.packet), TACTUS_E_DENIED) << length;
  }
  buffer.packet.length = whole;
  buffer.packet.version = 4;
  EXPECT_EQ(check(keys, 5, buffer.packet), TACTUS_E_DENIED) << "NTPv4 has the cut digest only";
}

TEST(Scheme, signs_nothing_without_key_or_room) {
  const auto keys = ring("5 MD5 secretsecret\n");
  Buffer buffer{std::vector<std::uint8_t>(48, 0), 4};
  EXPECT_EQ(sign(keys, 9, buffer.packet), TACTUS_E_NOT_FOUND);
  buffer.packet.capacity = 48 + 19;
  EXPECT_EQ(sign(keys, 5, buffer.packet), TACTUS_E_LIMIT);
  EXPECT_EQ(buffer.packet.length, 48U);
}

TEST(Scheme, uses_ntp_version_3_for_digests_that_version_4_would_cut) {
  const auto keys = ring("1 MD5 a\n2 SHA1 b\n3 SHA256 c\n4 AES128 0123456789abcdef\n");
  EXPECT_EQ(request_version(keys, 1), 4U);
  EXPECT_EQ(request_version(keys, 2), 4U);
  EXPECT_EQ(request_version(keys, 3), 3U);
  EXPECT_EQ(request_version(keys, 4), 4U);
  EXPECT_EQ(request_version(keys, 77), 4U);
}

// Ids that chrony takes although nobody meant them; here they are refused on purpose.
bool refused_on_purpose(const std::string& line) {
  return line.starts_with("0 ") || line.starts_with("-1 ") || line.starts_with("1x ") || line.starts_with("16x ");
}

TEST(KeyFile, gives_the_recorded_messages) {
  int compared = 0;
  for (const auto& vector : load("files.json")) {
    const auto text = vector["file"].get<std::string>();
    // The two types whose support depends on chrony's library exist here.
    if (refused_on_purpose(text) || text.find("TIGER") != std::string::npos ||
        text.find("WHIRLPOOL") != std::string::npos) {
      continue;
    }
    std::vector<Message> messages;
    const auto keys = KeyRing::parse(text, "{DIR}/k", messages);
    std::vector<std::string> got;
    for (const auto& message : messages) got.push_back((message.warning ? "W " : "I ") + message.text);
    std::vector<std::string> expected;
    for (const auto& message : vector["messages"]) {
      // Permissions are the rim's matter.
      if (message.get<std::string>().find("permissions") == std::string::npos) expected.push_back(message);
    }
    EXPECT_EQ(got, expected) << vector["id"];
    ++compared;
  }
  EXPECT_GE(compared, 45);
}

TEST(KeyFile, gives_the_recorded_secrets) {
  const json data = load("key_file.json");
  ASSERT_FALSE(data["lines"].empty());
  for (const auto& vector : data["lines"]) {
    const auto line = vector["line"].get<std::string>();
    const auto result = vector["result"].get<std::string>();
    std::vector<Message> messages;
    const auto keys = KeyRing::parse(line, "k", messages);
    if (!result.starts_with("id ") || refused_on_purpose(line)) {
      EXPECT_EQ(keys.size(), 0U) << line;
      continue;
    }
    EXPECT_EQ(keys.size(), 1U) << line;
    const auto key_at = result.find(" key ");
    const auto* key = keys.find(static_cast<std::uint32_t>(std::stoul(result.substr(3))));
    ASSERT_NE(key, nullptr) << line;
    const auto expected = result.substr(key_at + 5);
    if (expected.find_first_not_of("0123456789abcdef") == std::string::npos) {
      EXPECT_EQ(to_hex(key->secret), expected) << line;
    }
  }
}

TEST(KeyFile, survives_any_bytes) {
  using namespace std::string_view_literals;
  constexpr auto alphabet = "0123456789 \t\nMD5SHA1HEX:\0\xff#"sv;
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 64; ++i) {
      state = state * 1664525U + 1013904223U;
      text += alphabet[(state >> 16) % alphabet.size()];
    }
    std::vector<Message> messages;
    const auto keys = KeyRing::parse(text, "k", messages);
    EXPECT_LE(keys.size(), text.size()) << "seed " << round;
  }
}

TEST(KeyFile, refuses_a_line_beyond_the_limit) {
  std::vector<Message> messages;
  const auto keys = KeyRing::parse("1 MD5 " + std::string(3000, 'a') + "\n2 MD5 b\n", "k", messages);
  EXPECT_EQ(keys.find(1), nullptr);
  EXPECT_NE(keys.find(2), nullptr);
}

}  // namespace
}  // namespace tactus::symkey
