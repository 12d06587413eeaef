// SPDX-License-Identifier: Apache-2.0
// The reader of requests: every cut, limits, what is refused and with which status (RFC 9112).
#include <gtest/gtest.h>

#include "http_reader.hpp"

namespace tactus::metrics {
namespace {

constexpr auto start = from_ns<MonoTime>(5'000'000'000);

HttpReader read(std::string_view text) {
  HttpReader reader(HttpLimits{}, start);
  reader.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return reader;
}

TEST(HttpReader, reads_a_request_wherever_it_is_cut) {
  const std::string text = "\r\nGET /metrics?x=1 HTTP/1.1\r\nHost: localhost:9975\r\nAccept: */*\r\n\r\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    HttpReader reader(HttpLimits{}, start);
    for (const std::string& part : {text.substr(0, cut), text.substr(cut)}) {
      EXPECT_FALSE(reader.done());
      reader.feed({reinterpret_cast<const std::uint8_t*>(part.data()), part.size()});
      if (reader.done()) break;
    }
    ASSERT_TRUE(reader.request()) << "cut at " << cut;
    EXPECT_EQ(reader.request()->method, "GET");
    EXPECT_EQ(reader.request()->path, "/metrics");
    EXPECT_EQ(reader.request()->minor, 1U);
  }
}

TEST(HttpReader, takes_older_and_plainer_forms) {
  EXPECT_EQ(read("GET / HTTP/1.0\n\n").request()->minor, 0U);
  EXPECT_EQ(read("HEAD http://[::1]:9975/metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").request()->path,
            "/metrics");
  EXPECT_EQ(read("GET http://host HTTP/1.1\r\nHost:\r\n\r\n").request()->path, "/");
}

TEST(HttpReader, refuses_what_is_wrong_with_the_status_for_it) {
  const std::pair<const char*, unsigned> wrong[] = {
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/1.x\r\nHost: x\r\n\r\n", 400},
      {"GET / FTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / x HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\n folded: line\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\x7f\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"\x16\x03\x01\x02\n\n", 400},  // TLS
  };
  for (const auto& [text, status] : wrong) {
    const HttpReader reader = read(text);
    EXPECT_EQ(reader.status(), status) << text;
    EXPECT_FALSE(reader.request()) << text;
    EXPECT_FALSE(reader.deadline());
  }
}

TEST(HttpReader, bounds_the_length_and_the_time_of_a_head) {
  const std::string long_head = "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(9000, 'a');
  EXPECT_EQ(read(long_head).status(), 431U);
  EXPECT_EQ(read(std::string(9000, '\n')).status(), 0U) << "empty lines are not kept";
  HttpReader slow = read("GET /metr");
  EXPECT_EQ(slow.deadline(), start + std::chrono::seconds(10));
  slow.on_deadline();
  EXPECT_EQ(slow.status(), 408U);
}

TEST(HttpReader, every_byte_of_a_request_may_be_wrong) {
  const std::string good = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = good;
      changed[i] = static_cast<char>(value);
      const HttpReader reader = read(changed);
      EXPECT_FALSE(reader.request() && reader.status() != 0) << i << ' ' << value;
    }
  }
}

}  // namespace
}  // namespace tactus::metrics
