// SPDX-License-Identifier: Apache-2.0
// Reports as OpenMetrics text, and the HTTP session around it.
#include <array>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <tactus/report_members.hpp>

#include "session.hpp"

namespace tactus::metrics {
namespace {

class FakeBackend final : public Backend {
 public:
  template <class Row, std::size_t N>
  void add_report(const char* name, const tactus_member (&table)[N]) {
    reports.push_back({sizeof(tactus_report), TACTUS_ACCESS_MONITOR, sizeof(Row), static_cast<std::uint32_t>(N), name,
                       "a report", table, nullptr});
  }
  template <class Row>
  void add_row(const std::string& report, Row row) {
    row.struct_size = sizeof row;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&row);
    rows[report].emplace_back(bytes, bytes + sizeof row);
  }
  const tactus_report* report_at(std::uint32_t index) override {
    return index < reports.size() ? &reports[index] : nullptr;
  }
  tactus_status read(const char* name, const tactus_query&, tactus_row_sink sink, void* user) override {
    if (disabled.count(name) != 0) return TACTUS_E_DISABLED;
    for (const auto& row : rows[name]) {
      if (const auto status = sink(user, row.data(), static_cast<std::uint32_t>(row.size())); status != TACTUS_OK) {
        return status;
      }
    }
    return TACTUS_OK;
  }
  std::deque<tactus_report> reports;
  std::map<std::string, std::vector<std::vector<std::uint8_t>>, std::less<>> rows;
  std::set<std::string, std::less<>> disabled;
};

std::string whole(FakeBackend& backend, std::uint64_t* left_out = nullptr) {
  Exposition exposition(backend, "1.2.3", left_out);
  std::string out;
  std::string piece;
  bool more = true;
  while (more) {
    piece.clear();
    more = exposition.next(piece);
    EXPECT_LT(piece.size(), Exposition::bytes_per_piece + 8192);
    out += piece;
  }
  return out;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

tactus_source_row source(std::uint8_t number, const char* name) {
  tactus_source_row row{};
  row.refid = 0xc0000200U + number;
  row.address = {TACTUS_FAMILY_IPV4, 0, 0, {192, 0, 2, number}};
  row.poll_log2_s = 6;
  row.reach = 255;
  row.last_sample_ago_s = number == 1 ? 12 : TACTUS_AGO_NEVER;
  row.offset_s = 1e-5;
  std::snprintf(row.name, sizeof row.name, "%s", name);
  return row;
}

TEST(Exposition, names_units_and_types_are_those_of_prometheus) {
  FakeBackend backend;
  backend.add_report<tactus_tracking>("tracking", members::tracking);
  backend.add_report<tactus_serverstats>("serverstats", members::serverstats);
  backend.add_report<tactus_drop_row>("drops", members::drop_row);
  tactus_tracking tracking{};
  tracking.refid = 0x47505300;
  tracking.leap = TACTUS_LEAP_INSERT;
  tracking.reference_time = 1'700'000'000'123'456'789;
  tracking.frequency_ppm = -12.5;
  tracking.last_offset_s = std::numeric_limits<double>::quiet_NaN();
  tracking.root_delay_s = std::numeric_limits<double>::infinity();
  backend.add_row("tracking", tracking);
  tactus_serverstats stats{};
  stats.ntp_hits = 18'000'000'000'000'000'000U;
  stats.ntp_span_s = 60;
  backend.add_row("serverstats", stats);
  tactus_drop_row drop{};
  drop.count = 7;
  copy_text(drop.stage, "ntp.client");
  copy_text(drop.reason, "bad_length");
  backend.add_row("drops", drop);
  const std::string text = whole(backend);
  EXPECT_TRUE(has_line(text, "tactus_build_info{version=\"1.2.3\"} 1"));
  EXPECT_TRUE(
      has_line(text,
               "# TYPE tactus_tracking_frequency_ratio gauge\n# UNIT tactus_tracking_frequency_ratio ratio\n"
               "# HELP tactus_tracking_frequency_ratio tracking frequency: of the uncorrected clock; positive: fast\n"
               "tactus_tracking_frequency_ratio -1.25e-05"));
  EXPECT_TRUE(has_line(text, "tactus_tracking_leap{tactus_tracking_leap=\"insert\"} 1"));
  EXPECT_TRUE(has_line(text, "tactus_tracking_leap{tactus_tracking_leap=\"normal\"} 0"));
  EXPECT_TRUE(has_line(text, "tactus_tracking_reference_timestamp_seconds 1700000000.123456789"));
  EXPECT_TRUE(has_line(text, "tactus_tracking_root_delay_seconds +Inf"));
  EXPECT_EQ(text.find("\ntactus_tracking_last_offset_seconds "), text.npos) << "what is not known has no sample";
  EXPECT_TRUE(has_line(text, "tactus_tracking_info{reference_id=\"47505300\",address=\"\"} 1"));
  EXPECT_TRUE(has_line(text, "# TYPE tactus_server_ntp_hits counter"));
  EXPECT_TRUE(has_line(text, "tactus_server_ntp_hits_total 18000000000000000000"));
  EXPECT_TRUE(has_line(text, "tactus_server_ntp_span_seconds 60"));
  EXPECT_EQ(text.find("cmd_hits"), text.npos);
  EXPECT_TRUE(has_line(text, "tactus_drops_total{stage=\"ntp.client\",reason=\"bad_length\"} 7"));
  EXPECT_TRUE(text.ends_with("# EOF\n"));
}

TEST(Exposition, rows_are_told_apart_by_labels_that_cannot_break_the_text) {
  FakeBackend backend;
  backend.add_report<tactus_source_row>("sources", members::source_row);
  backend.add_row("sources", source(1, "a\"b\\c\nd\xff"));
  backend.add_row("sources", source(2, "twin"));
  backend.add_row("sources", source(2, "twin"));
  const std::string text = whole(backend);
  const std::string first = "{address=\"192.0.2.1\",name=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"}";
  EXPECT_TRUE(has_line(text, "tactus_source_poll_seconds" + first + " 64")) << text;
  EXPECT_TRUE(has_line(text, "tactus_source_last_sample_ago_seconds" + first + " 12"));
  EXPECT_TRUE(has_line(text, "tactus_source_reach{address=\"192.0.2.2\",name=\"twin\"} 255"));
  EXPECT_TRUE(has_line(text, "tactus_source_reach{address=\"192.0.2.2\",name=\"twin\",number=\"2\"} 255"));
  EXPECT_EQ(text.find("last_sample_ago_seconds{address=\"192.0.2.2\""), text.npos);
}

TEST(Exposition, a_thousand_sources_come_in_bounded_pieces) {
  FakeBackend backend;
  backend.add_report<tactus_source_row>("sources", members::source_row);
  for (int i = 0; i < 1000; ++i) {
    tactus_source_row row = source(static_cast<std::uint8_t>(i), "many");
    row.address.bytes[2] = static_cast<std::uint8_t>(i >> 8);
    backend.add_row("sources", row);
  }
  const std::string text = whole(backend);
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("\ntactus_source_reach{", at)) != text.npos; ++at) ++lines;
  EXPECT_EQ(lines, 1000U);
}

TEST(Exposition, a_report_that_nobody_knew_becomes_metrics_by_its_table) {
  struct Row {
    std::uint32_t struct_size;
    std::uint32_t satellites;
    double jamming_ppm;
    char receiver[16];
  };
  static constexpr tactus_member table[] = {{sizeof(tactus_member), TACTUS_MEMBER_U32, offsetof(Row, satellites), 4,
                                             "satellites", "", "in view", nullptr, 0, 0},
                                            {sizeof(tactus_member), TACTUS_MEMBER_REAL, offsetof(Row, jamming_ppm), 8,
                                             "jamming-level", "ppm", "of the band", nullptr, 0, 0},
                                            {sizeof(tactus_member), TACTUS_MEMBER_TEXT, offsetof(Row, receiver), 16,
                                             "receiver", "", "its name", nullptr, 0, 0}};
  FakeBackend backend;
  backend.add_report<Row>("gnss.view", table);
  backend.add_row("gnss.view", Row{0, 9, 2.0, "u-blox"});
  const std::string text = whole(backend);
  EXPECT_TRUE(has_line(text, "# TYPE tactus_gnss_view_satellites unknown"));
  EXPECT_TRUE(has_line(text, "tactus_gnss_view_satellites{receiver=\"u-blox\"} 9"));
  EXPECT_TRUE(has_line(text, "tactus_gnss_view_jamming_level_ratio{receiver=\"u-blox\"} 2e-06"));
}

TEST(Exposition, no_metric_is_told_twice_and_what_is_off_is_not_told) {
  FakeBackend backend;
  backend.add_report<tactus_tracking>("tracking", members::tracking);
  backend.add_report<tactus_smoothing>("smoothing", members::smoothing);
  static constexpr tactus_member table[] = {
      {sizeof(tactus_member), TACTUS_MEMBER_U32, 4, 4, "stratum", "", "another", nullptr, 0, 0}};
  struct Row {
    std::uint32_t struct_size;
    std::uint32_t stratum;
  };
  backend.add_report<Row>("tracking.", table);
  backend.add_row("tracking", tactus_tracking{});
  backend.add_row("tracking.", Row{0, 3});
  backend.disabled = {"smoothing"};
  std::uint64_t left_out = 0;
  const std::string text = whole(backend, &left_out);
  EXPECT_EQ(left_out, 1U);
  EXPECT_EQ(text.find("smoothing"), text.npos);
  std::set<std::string> families;
  for (std::size_t at = 0; (at = text.find("# TYPE ", at)) != text.npos; ++at) {
    EXPECT_TRUE(families.insert(text.substr(at, text.find(' ', at + 7) - at)).second);
  }
}

TEST(Exposition, clients_are_a_number_and_lists_of_texts_are_left_out) {
  FakeBackend backend;
  backend.add_report<tactus_client_row>("clients", members::client_row);
  backend.add_report<tactus_plugin_row>("plugins", members::plugin_row);
  for (int i = 0; i < 3; ++i) backend.add_row("clients", tactus_client_row{});
  backend.add_row("plugins", tactus_plugin_row{});
  const std::string text = whole(backend);
  EXPECT_TRUE(has_line(text, "tactus_clients_rows 3"));
  EXPECT_EQ(text.find("plugin"), text.npos);
}

TEST(Exposition, a_report_that_would_hold_up_the_loop_is_left_out_and_counted) {
  FakeBackend backend;
  backend.add_report<tactus_client_row>("clients", members::client_row);
  backend.rows["clients"].resize(Exposition::rows_max + 1, std::vector<std::uint8_t>(sizeof(tactus_client_row)));
  std::uint64_t left_out = 0;
  EXPECT_EQ(whole(backend, &left_out).find("clients"), std::string::npos);
  EXPECT_EQ(left_out, 1U);
}

TEST(Exposition, ends_without_its_mark_when_a_provider_goes_away) {
  FakeBackend backend;
  backend.add_report<tactus_tracking>("tracking", members::tracking);
  backend.add_row("tracking", tactus_tracking{});
  Exposition exposition(backend, "1", nullptr);
  std::string out;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(exposition.next(out));
  backend.reports.clear();
  EXPECT_FALSE(exposition.next(out));
  EXPECT_EQ(out.find("# EOF"), out.npos);
}

struct Client {
  explicit Client(FakeBackend& fake) : backend(fake), service{fake, "1.2.3", {}} {
    for (std::size_t i = 0; i < drop_reasons; ++i) service.drops[i] = &counted[i];
  }
  std::string ask(const std::string& request) {
    Session session(service, from_ns<MonoTime>(0));
    session.on_bytes({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()}, from_ns<MonoTime>(0));
    std::string out;
    while (session.has_output()) session.produce(out, from_ns<MonoTime>(0));
    EXPECT_TRUE(session.finished());
    return out;
  }
  [[nodiscard]] std::uint64_t drops(Drop reason) const { return counted[static_cast<std::size_t>(reason)]; }
  FakeBackend& backend;
  std::array<std::uint64_t, drop_reasons> counted{};
  Service service;
};

TEST(Session, serves_metrics_in_chunks_and_to_older_clients_as_they_are) {
  FakeBackend backend;
  backend.add_report<tactus_tracking>("tracking", members::tracking);
  backend.add_row("tracking", tactus_tracking{});
  Client client(backend);
  const std::string chunked = client.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(chunked.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0;"));
  EXPECT_NE(chunked.find("Transfer-Encoding: chunked\r\n"), chunked.npos);
  std::string body;
  for (std::size_t at = chunked.find("\r\n\r\n") + 4;;) {
    const std::size_t length = std::stoul(chunked.substr(at, chunked.find('\r', at) - at), nullptr, 16);
    at = chunked.find('\n', at) + 1;
    if (length == 0) break;
    body += chunked.substr(at, length);
    at += length + 2;
  }
  const std::string plain = client.ask("GET /metrics HTTP/1.0\r\n\r\n");
  EXPECT_EQ(plain.substr(plain.find("\r\n\r\n") + 4), body);
  EXPECT_TRUE(body.ends_with("# EOF\n"));
  const std::string head = client.ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(Session, answers_other_requests_with_their_status_and_counts_them) {
  FakeBackend backend;
  Client client(backend);
  EXPECT_TRUE(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(client.ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404 "));
  const std::string post = client.ask("POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(post.starts_with("HTTP/1.1 405 "));
  EXPECT_NE(post.find("Allow: GET, HEAD\r\n"), post.npos);
  EXPECT_TRUE(client.ask("nonsense\n\n").starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(client.drops(Drop::unknown_path), 1U);
  EXPECT_EQ(client.drops(Drop::other_method), 1U);
  EXPECT_EQ(client.drops(Drop::malformed), 1U);
}

}  // namespace
}  // namespace tactus::metrics
