// SPDX-License-Identifier: Apache-2.0
// The codec against the numbers and lengths of the command protocol specification.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <tactus/md5.hpp>

#include "date.hpp"
#include "support.hpp"

namespace tactus::test {

using namespace cmdmon;

TEST(Float, encodes_as_chrony_does_and_reads_it_back) {
  for (const auto& entry : load_vectors("float.json")) {
    const std::string text = entry["text"];
    const auto bits = static_cast<std::uint32_t>(std::stoul(entry["encoded"].get<std::string>(), nullptr, 16));
    EXPECT_EQ(encode_float(std::strtod(text.c_str(), nullptr)), bits) << text;
    EXPECT_EQ(decode_float(bits), std::strtod(entry["decoded"].get<std::string>().c_str(), nullptr)) << text;
  }
}

TEST(Float, every_pattern_is_finite_and_large_ones_saturate) {
  for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += 65537) {
    EXPECT_TRUE(std::isfinite(decode_float(static_cast<std::uint32_t>(bits))));
  }
  EXPECT_EQ(encode_float(std::numeric_limits<double>::infinity()), 0x7effffffu);
  EXPECT_EQ(encode_float(-std::numeric_limits<double>::infinity()), 0x7f000000u);
  EXPECT_EQ(encode_float(std::numeric_limits<double>::quiet_NaN()), 0u);
}

TEST(Time, reads_the_mark_of_a_sender_with_32_bits_and_bounds_nanoseconds) {
  const auto bytes = from_hex("7fffffff6553f100ffffffff");
  Reader reader(bytes, 0);
  WireTime time;
  reader(time);
  EXPECT_EQ(time.seconds, 1700000000);
  EXPECT_EQ(time.nanoseconds, 999999999u);
  EXPECT_EQ(wire_time(-1), (WireTime{-1, 999999999}));
  EXPECT_EQ(wire_ns({-1, 999999999}), -1);
}

TEST(Requests, have_the_lengths_of_the_specification) {
  struct Line {
    Request code;
    std::size_t length;
    std::size_t reply;
  };
  constexpr Line lines[] = {
      {Request::online, 60, 28},
      {Request::burst, 68, 28},
      {Request::dump, 28, 28},
      {Request::settime, 40, 40},
      {Request::n_sources, 32, 32},
      {Request::source_data, 76, 76},
      {Request::allow, 44, 28},
      {Request::accheck, 40, 28},
      {Request::tracking, 104, 104},
      {Request::sourcestats, 84, 84},
      {Request::rtcreport, 56, 56},
      {Request::manual_list, 416, 416},
      {Request::activity, 48, 48},
      {Request::smoothing, 52, 52},
      {Request::server_stats, 196, 196},
      {Request::local2, 36, 28},
      {Request::ntp_data, 172, 172},
      {Request::add_source, 372, 28},
      {Request::auth_data, 52, 52},
      {Request::ntp_source_name, 284, 284},
      {Request::client_accesses, 520, 520},
      {Request::select_data, 76, 76},
      {Request::modify_selectopts, 52, 28},
      {Request::modify_offset, 48, 28},
      {Request::local3, 48, 28},
      {Request::modify_makestep, 28, 28},
  };
  for (const Line& line : lines) {
    const RequestInfo& info = request_info(line.code);
    EXPECT_EQ(info.length, line.length) << static_cast<int>(line.code);
    EXPECT_EQ(reply_length(info.reply), line.reply) << static_cast<int>(line.code);
    EXPECT_LE(request_header_size + info.payload, info.length);
  }
}

template <class Payload>
std::size_t wire_size() {
  std::array<std::uint8_t, 1024> buffer{};
  return write_payload(buffer, 0, Payload{});
}

TEST(Payloads, fill_exactly_their_place) {
  EXPECT_EQ(wire_size<RequestHeader>(), request_header_size);
  EXPECT_EQ(wire_size<ReplyHeader>(), reply_header_size);
  EXPECT_EQ(wire_size<BurstRequest>(), request_info(Request::burst).payload);
  EXPECT_EQ(wire_size<AddSourceRequest>(), request_info(Request::add_source).payload);
  EXPECT_EQ(wire_size<Local2Request>(), request_info(Request::local2).payload);
  EXPECT_EQ(wire_size<Local3Request>(), request_info(Request::local3).payload);
  EXPECT_EQ(wire_size<SelectOptionsRequest>(), request_info(Request::modify_selectopts).payload);
  EXPECT_EQ(wire_size<OffsetRequest>(), request_info(Request::modify_offset).payload);
  EXPECT_EQ(wire_size<ClientsRequest>(), request_info(Request::client_accesses).payload);
  const auto reply = [](Reply code) { return reply_length(code) - reply_header_size; };
  EXPECT_EQ(wire_size<SourceDataReply>(), reply(Reply::source_data));
  EXPECT_EQ(wire_size<TrackingReply>(), reply(Reply::tracking));
  EXPECT_EQ(wire_size<SourcestatsReply>(), reply(Reply::sourcestats));
  EXPECT_EQ(wire_size<RtcReply>(), reply(Reply::rtc));
  EXPECT_EQ(wire_size<ActivityReply>(), reply(Reply::activity));
  EXPECT_EQ(wire_size<SmoothingReply>(), reply(Reply::smoothing));
  EXPECT_EQ(wire_size<NtpDataReply>(), reply(Reply::ntp_data));
  EXPECT_EQ(wire_size<NtpData2Reply>(), reply(Reply::ntp_data2));
  EXPECT_EQ(wire_size<ManualTimestampReply>(), reply(Reply::manual_timestamp));
  EXPECT_EQ(wire_size<ManualListReply>(), reply(Reply::manual_list));
  EXPECT_EQ(wire_size<NameReply>(), reply(Reply::ntp_source_name));
  EXPECT_EQ(wire_size<AuthDataReply>(), reply(Reply::auth_data));
  EXPECT_EQ(wire_size<ClientsReply>(), reply(Reply::client_accesses));
  EXPECT_EQ(wire_size<SelectDataReply>(), reply(Reply::select_data));
  EXPECT_EQ(wire_size<ServerStats3Reply>(), reply(Reply::server_stats3));
  EXPECT_EQ(wire_size<ServerStats4Reply>(), reply(Reply::server_stats4));
}

TEST(Md5, gives_the_reference_id_of_an_ipv6_address) {
  std::array<std::uint8_t, 16> loopback{};
  loopback[15] = 1;
  EXPECT_EQ(to_hex(md5(loopback)).substr(0, 8), "cf404dc8");
  EXPECT_EQ(to_hex(md5({})), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Date, is_understood_as_chronyc_does) {
  const char* before = std::getenv("TZ");
  const std::string saved = before != nullptr ? before : "";
  for (const auto& entry : load_vectors("settime.json")) {
    ::setenv("TZ", entry["tz"].get<std::string>().c_str(), 1);
    ::tzset();
    const auto seconds = cli::parse_date(entry["input"], entry["now"].get<std::int64_t>());
    const nlohmann::json got = seconds ? nlohmann::json(*seconds) : nlohmann::json(nullptr);
    EXPECT_EQ(got, entry["seconds"]) << entry["tz"] << " " << entry["input"];
  }
  if (before != nullptr) {
    ::setenv("TZ", saved.c_str(), 1);
  } else {
    ::unsetenv("TZ");
  }
  ::tzset();
}

}  // namespace tactus::test
