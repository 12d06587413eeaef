// SPDX-License-Identifier: Apache-2.0
// Number formats, reference ids, header and parser of NTP packets against vectors.
#include <cmath>
#include <limits>

#include <tactus/md5.hpp>

#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

std::uint32_t word(const nlohmann::json& value) {
  return static_cast<std::uint32_t>(std::stoul(value.get<std::string>(), nullptr, 16));
}

TEST(NtpTime, fixed_point_rounds_up_and_saturates) {  // conversions.json
  for (const auto& row : load_vectors("conversions.json", "fixed_point")) {
    const double seconds = row["seconds"];
    EXPECT_EQ(seconds_to_16_16(seconds), word(row["ntp32_16_16"])) << seconds;
    EXPECT_EQ(seconds_to_4_28(seconds), word(row["ntp32_4_28"])) << seconds;
  }
  EXPECT_EQ(seconds_to_16_16(std::numeric_limits<double>::quiet_NaN()), 0U);
  EXPECT_DOUBLE_EQ(seconds_from_16_16(0xffff0000U), 65535.0);
  EXPECT_DOUBLE_EQ(seconds_from_4_28(0xffffffffU), seconds_from_16_16(0xffffffffU));
  EXPECT_DOUBLE_EQ(seconds_from_4_28(0x10000000U), 1.0);
}

TEST(NtpTime, the_era_split_tells_which_136_years_are_meant) {  // conversions.json
  for (const auto& row : load_vectors("conversions.json", "era")) {
    const Era era(row["era_split"].get<std::int64_t>());
    const std::int64_t unix_s = row["unix_seconds"];
    const Ntp64 stamp{(std::uint64_t{word(row["ntp_seconds"])} << 32) | 0x80000000U};
    EXPECT_EQ(to_ns(era.from_ntp(stamp)) / 1'000'000'000, unix_s);
    EXPECT_EQ(to_ntp(from_ns<Instant>(unix_s * 1'000'000'000 + 1)).high(), word(row["ntp_seconds"]));
  }
}

TEST(NtpTime, fractions_are_truncated_both_ways) {  // conversions.json
  const Era era(0);
  for (const auto& row : load_vectors("conversions.json", "fraction")) {
    const std::int64_t nsec = row["nsec"];
    const Ntp64 stamp = to_ntp(from_ns<Instant>(1'000'000'000 + nsec));
    EXPECT_EQ(stamp.low(), word(row["ntp_fraction"]));
    EXPECT_EQ(to_ns(era.from_ntp(stamp)) - 1'000'000'000, row["back_nsec"].get<std::int64_t>());
  }
}

TEST(NtpTime, zero_stands_for_none_and_differences_work_over_eras) {
  EXPECT_TRUE(to_ntp(Instant{}).zero());
  EXPECT_EQ(to_ns(Era(218598736).from_ntp(Ntp64{})), 0);
  const Ntp64 before{0xffffffff80000000U};
  const Ntp64 after{0x0000000080000000U};
  EXPECT_DOUBLE_EQ(difference_s(after, before), 1.0);
  EXPECT_TRUE(later(after, before));
  EXPECT_FALSE(later(before, after));
  EXPECT_FALSE(later(before, before));
  EXPECT_DOUBLE_EQ(seconds_from_32_32(seconds_to_32_32(-1.5)), -1.5);
}

TEST(NtpTime, sanity_of_an_offset_is_bounded_by_the_era) {
  const Era era(218598736);
  const Instant now = from_ns<Instant>(test_start_s * 1'000'000'000);
  EXPECT_TRUE(era.sane(now, 0));
  EXPECT_TRUE(era.sane(now, 1e9));
  EXPECT_FALSE(era.sane(now, 4e9));
  EXPECT_FALSE(era.sane(now, -1.6e9));
  EXPECT_FALSE(era.sane(now, std::numeric_limits<double>::quiet_NaN()));
}

TEST(NtpTime, fuzz_touches_only_the_bits_below_the_precision) {
  Seeded seeded{3};
  RandomPool pool(&Seeded::fill, &seeded);
  const Ntp64 stamp{0x123456789abcdef0U};
  std::uint64_t seen = 0;
  for (int i = 0; i < 200; ++i) {
    const Ntp64 drawn = fuzzed(stamp, -20, pool);
    EXPECT_EQ(drawn.value >> 12, stamp.value >> 12);
    seen |= drawn.value ^ stamp.value;
  }
  EXPECT_EQ(seen, 0xfffU);
}

TEST(Refid, ipv6_uses_md5_and_ipv4_itself) {  // refid.json
  for (const auto& row : load_vectors("refid.json", "vectors")) {
    tactus_address address{};
    if (row.contains("address_hex")) {
      address.family = TACTUS_FAMILY_IPV6;
      const auto bytes = from_hex(row["address_hex"]);
      std::copy(bytes.begin(), bytes.end(), address.bytes);
    } else {
      unsigned a = 0, b = 0, c = 0, d = 0;
      ASSERT_EQ(std::sscanf(row["address"].get<std::string>().c_str(), "%u.%u.%u.%u", &a, &b, &c, &d), 4);
      address = ipv4(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b), static_cast<std::uint8_t>(c),
                     static_cast<std::uint8_t>(d));
    }
    EXPECT_EQ(refid_of(address), word(row["refid_hex"])) << row["address"];
  }
  EXPECT_EQ(refid_of(tactus_address{}), 0U);
}

TEST(Md5, gives_the_digests_of_rfc_1321_appendix_a5) {
  const auto hex = [](const std::string& text) {
    std::string out;
    for (const std::uint8_t octet : md5(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()))) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", octet);
      out += digits;
    }
    return out;
  };
  EXPECT_EQ(hex(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), "d174ab98d277d9f5a5611c2c9f419d9f");
  EXPECT_EQ(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Packet, headers_read_back_as_written) {  // plain.json
  for (const auto& row : load_vectors("plain.json", "vectors")) {
    const auto bytes = from_hex(row["response_hex"]);
    Packet packet;
    ASSERT_EQ(parse(bytes, packet), ParseError::none);
    const auto& expected = row["response"];
    const Header& header = packet.header;
    EXPECT_EQ(header.leap, expected["leap"].get<int>());
    EXPECT_EQ(header.version, expected["version"].get<int>());
    EXPECT_EQ(static_cast<int>(header.mode), expected["mode"].get<int>());
    EXPECT_EQ(header.stratum, expected["stratum"].get<int>());
    EXPECT_EQ(header.poll_log2_s, expected["poll"].get<int>());
    EXPECT_EQ(header.precision_log2_s, expected["precision"].get<int>());
    EXPECT_EQ(header.refid, word(expected["reference_id"]));
    EXPECT_EQ(header.transmit.value, std::stoull(expected["transmit_ts"].get<std::string>(), nullptr, 16));
    EXPECT_EQ(header.receive.value, std::stoull(expected["receive_ts"].get<std::string>(), nullptr, 16));
    EXPECT_EQ(header.origin.value, std::stoull(expected["origin_ts"].get<std::string>(), nullptr, 16));
    EXPECT_EQ(bytes_of(header), bytes);
  }
}

// A server that allows everyone answers every request that parses, has an answerable mode and no bad MAC.
TEST(Packet, what_a_server_answers_is_what_parses) {  // server_requests.json, extension_fields.json
  int refused = 0;
  const auto check = [&refused](const nlohmann::json& row) {
    const std::string reason = row["no_response_reason"].is_null() ? "" : row["no_response_reason"].get<std::string>();
    const auto bytes = from_hex(row["request_hex"]);
    Packet packet;
    const ParseError error = parse(bytes, packet);
    if (!row["response_hex"].is_null()) {
      EXPECT_EQ(error, ParseError::none) << row["name"];
      return;
    }
    const bool other_cause =
        error == ParseError::none && (packet.auth == AuthMode::symmetric || packet.auth == AuthMode::nts ||
                                      packet.auth == AuthMode::ms_sntp || packet.auth == AuthMode::ms_sntp_extended ||
                                      (packet.header.mode != Mode::client && packet.header.mode != Mode::active));
    if (reason == "access denied") return;
    EXPECT_TRUE(error != ParseError::none || other_cause) << row["name"] << ": " << reason;
    if (error != ParseError::none) ++refused;
  };
  for (const auto& row : load_vectors("server_requests.json", "vectors")) check(row);
  for (const auto& row : load_vectors("extension_fields.json", "server_cases")) check(row);
  EXPECT_GT(refused, 10);
}

TEST(Packet, what_follows_the_header_is_told_apart_by_its_length) {  // NTP specification section 3
  const auto verdict = [](std::uint8_t version, std::vector<std::uint8_t> tail) {
    std::vector<std::uint8_t> bytes(header_bytes);
    bytes[0] = static_cast<std::uint8_t>(version << 3 | 3);
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    Packet packet;
    const ParseError error = parse(bytes, packet);
    return std::pair{error, packet};
  };
  const auto field = [](std::size_t total) {
    std::vector<std::uint8_t> bytes(total, 1);
    bytes[0] = 0x12;
    bytes[1] = 0x34;
    bytes[2] = static_cast<std::uint8_t>(total >> 8);
    bytes[3] = static_cast<std::uint8_t>(total);
    return bytes;
  };
  const auto join = [](std::vector<std::uint8_t> a, const std::vector<std::uint8_t>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  using Octets = std::vector<std::uint8_t>;
  EXPECT_EQ(verdict(4, Octets(4, 0)).second.auth, AuthMode::symmetric);  // crypto-NAK
  EXPECT_EQ(verdict(4, Octets(4, 0)).second.mac_bytes, 4U);
  for (const std::size_t length : {8U, 12U, 16U}) {
    EXPECT_EQ(verdict(4, Octets(length, 0)).first, ParseError::bad_fields) << length;
  }
  EXPECT_EQ(verdict(4, Octets(4, 1)).first, ParseError::bad_fields);
  EXPECT_EQ(verdict(4, Octets(20, 1)).second.auth, AuthMode::symmetric);
  EXPECT_EQ(verdict(4, Octets(24, 1)).second.key_id, 0x01010101U);
  EXPECT_EQ(verdict(4, field(28)).second.field_count, 1U);
  EXPECT_EQ(verdict(4, field(28)).second.auth_offset, 76U);
  EXPECT_EQ(verdict(4, join(field(16), field(28))).second.field_count, 2U);
  EXPECT_EQ(verdict(4, join(field(28), field(16))).first, ParseError::bad_fields);
  const auto with_mac = verdict(4, join(field(16), Octets(20, 7)));
  EXPECT_EQ(with_mac.first, ParseError::none);
  EXPECT_EQ(with_mac.second.auth_offset, 64U);
  EXPECT_EQ(with_mac.second.mac_bytes, 20U);
  EXPECT_EQ(verdict(3, join(Octets{0, 0, 0, 1}, Octets(16, 0))).second.auth, AuthMode::ms_sntp);
  EXPECT_EQ(verdict(3, join(Octets{0, 0, 0, 1, 9, 9, 9, 9}, Octets(64, 0))).second.auth, AuthMode::ms_sntp_extended);
  EXPECT_EQ(verdict(2, join(Octets{0, 0, 0, 1}, Octets(16, 0))).second.auth, AuthMode::symmetric);
  EXPECT_EQ(verdict(3, Octets(68, 5)).second.mac_bytes, 68U);
  EXPECT_EQ(verdict(5, {}).first, ParseError::bad_version);
  EXPECT_EQ(verdict(0, {}).first, ParseError::bad_version);
  EXPECT_EQ(verdict(3, Octets(1092, 5)).first, ParseError::none);
  EXPECT_EQ(verdict(3, Octets(1096, 5)).first, ParseError::too_long);
}

TEST(Extension, monotonic_root_of_a_capture_is_read) {  // extension_captures.json
  for (const auto& capture : load_vectors("extension_captures.json", "captures")) {
    for (const auto& row : capture["packets"]) {
      const auto bytes = from_hex(row["hex"]);
      Packet packet;
      ASSERT_EQ(parse(bytes, packet), ParseError::none);
      ASSERT_TRUE(packet.monotonic_root.has_value());
      const bool request = packet.header.mode == Mode::client;
      EXPECT_EQ(packet.monotonic_root->epoch == 0, request);
      EXPECT_EQ(packet.monotonic_root->receive.zero(), request);
      if (!request) {
        EXPECT_LT(std::abs(difference_s(packet.monotonic_root->receive, packet.header.receive)), 1.0);
      }
      std::vector<std::uint8_t> again(packet_max_bytes);
      std::size_t length = header_bytes;
      ASSERT_TRUE(append_monotonic_root(again, length, *packet.monotonic_root));
      EXPECT_TRUE(std::equal(again.begin() + 48, again.begin() + 76, bytes.begin() + 48));
    }
  }
}

TEST(Extension, a_field_is_added_only_where_it_fits) {
  std::vector<std::uint8_t> buffer(2048);
  std::size_t length = 1112;
  const std::vector<std::uint8_t> body(24);
  EXPECT_TRUE(append_field(buffer, length, 0x1234, body));
  EXPECT_EQ(length, 1140U);
  EXPECT_FALSE(append_field(buffer, length, 0x1234, body));
  EXPECT_EQ(length, 1140U);
  length = 48;
  EXPECT_FALSE(append_field(buffer, length, 0x1234, std::vector<std::uint8_t>(8)));
  EXPECT_FALSE(append_field(buffer, length, 0x1234, std::vector<std::uint8_t>(18)));
  EXPECT_TRUE(append_network_correction(buffer, length, NetworkCorrection{.correction_s = 1.25e-6}));
  const auto field = field_at(Bytes(buffer.data(), length), 48);
  ASSERT_TRUE(field.has_value());
  EXPECT_NEAR(read_network_correction(*field)->correction_s, 1.25e-6, 1e-9);
}

}  // namespace
}  // namespace tactus::ntp::testing
