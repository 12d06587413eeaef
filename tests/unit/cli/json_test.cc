// SPDX-License-Identifier: Apache-2.0
// --json against recorded answers of real daemons (tests/data/cmdmon/vectors.json) and against a registry.
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <tactus/report_members.hpp>
#include <tactus/report_text.hpp>

#include "json_reports.hpp"
#include "private_reports.hpp"
#include "support.hpp"

namespace tactus::test {

namespace {

using nlohmann::json;

// Answers by what is asked, not by order; asks that were not recorded get "invalid command".
FakeChannel::Server recorded_daemon(const json& entry) {
  std::map<std::string, std::vector<std::uint8_t>> replies;
  // The code and the payload, without padding: an older client pads less.
  const auto key = [](Bytes request) {
    const cmdmon::RequestInfo* info = cmdmon::find_request(load_be<std::uint16_t>(request, 4));
    return to_hex(request.subspan(4, 2)) + to_hex(request.subspan(20, info != nullptr ? info->payload : 0));
  };
  for (std::size_t i = 0; i < entry["requests"].size(); ++i) {
    if (entry["replies"][i].is_null()) continue;
    replies[key(request_of(entry["requests"][i]))] = reply_of(entry["replies"][i].get<std::string>());
  }
  return [replies, key](Bytes request) -> std::vector<std::uint8_t> {
    if (cmdmon::is_private_request(request)) return {};
    const auto found = replies.find(key(request));
    std::vector<std::uint8_t> reply =
        found != replies.end() ? found->second : reply_of("0602000000000001000300000000000000000000000000000000");
    std::copy_n(request.begin() + 4, 2, reply.begin() + 4);
    std::copy_n(request.begin() + 8, 4, reply.begin() + 16);
    return reply;
  };
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) out.push_back(field);
  return out;
}

// A number of a report: its place in chronyc's CSV line, its digits there, its key.
struct Number {
  std::size_t field;
  const char* format;
  const char* key;
};
const std::map<std::string, std::vector<Number>> numbers = {
    {"tracking",
     {{2, "{:.0f}", "stratum"},
      {4, "{:.9f}", "correction_s"},
      {5, "{:.9f}", "last_offset_s"},
      {6, "{:.9f}", "rms_offset_s"},
      {7, "{:.3f}", "frequency_ppm"},
      {8, "{:.3f}", "residual_frequency_ppm"},
      {9, "{:.3f}", "skew_ppm"},
      {10, "{:.9f}", "root_delay_s"},
      {11, "{:.9f}", "root_dispersion_s"},
      {12, "{:.1f}", "update_interval_s"}}},
    {"sources",
     {{3, "{:.0f}", "stratum"},
      {4, "{:.0f}", "poll_log2_s"},
      {7, "{:.9f}", "offset_s"},
      {8, "{:.9f}", "original_offset_s"},
      {9, "{:.9f}", "offset_error_s"}}},
    {"sourcestats",
     {{1, "{:.0f}", "samples"},
      {2, "{:.0f}", "runs"},
      {3, "{:.0f}", "span_s"},
      {4, "{:.3f}", "residual_frequency_ppm"},
      {5, "{:.3f}", "skew_ppm"},
      {6, "{:.9f}", "offset_s"},
      {7, "{:.9f}", "stddev_s"}}},
    {"selectdata", {{14, "{:.1f}", "score"}, {15, "{:.9f}", "low_s"}, {16, "{:.9f}", "high_s"}}},
    {"ntpdata",
     {{2, "{:.0f}", "remote_port"},
      {6, "{:.0f}", "version"},
      {13, "{:.6f}", "root_delay_s"},
      {18, "{:.9f}", "offset_s"},
      {19, "{:.9f}", "peer_delay_s"},
      {22, "{:.2f}", "jitter_asymmetry"},
      {30, "{:.0f}", "total_transmitted"}}},
    {"authdata", {{2, "{:.0f}", "key_id"}, {4, "{:.0f}", "key_length_bits"}, {8, "{:.0f}", "cookies"}}},
    {"activity", {{0, "{:.0f}", "online"}, {4, "{:.0f}", "unresolved"}}},
    {"serverstats", {{0, "{:.0f}", "ntp_hits"}, {2, "{:.0f}", "cmd_hits"}, {10, "{:.0f}", "ntp_span_s"}}},
    {"smoothing", {{2, "{:.9f}", "offset_s"}, {4, "{:.6f}", "wander_ppm_per_s"}, {6, "{:.1f}", "remaining_time_s"}}},
    {"manual", {{2, "{:.2f}", "slewed_offset_s"}, {4, "{:.2f}", "residual_s"}}},
    {"clients", {{1, "{:.0f}", "ntp_hits"}, {6, "{:.0f}", "cmd_hits"}, {3, "{:.0f}", "ntp_interval_log2_s"}}},
};

std::vector<std::string> words_of(const json& entry) {
  std::vector<std::string> words{"--json"};
  for (const auto& word : entry["arguments"]) words.push_back(word);
  return words;
}

}  // namespace

TEST(Json, has_every_number_that_chronyc_prints_rounded) {
  std::map<std::string, int> checked;
  for (const json& entry : load_vectors("vectors.json")) {
    const std::string command = entry["arguments"][0];
    const auto expected = numbers.find(command);
    if (expected == numbers.end() || entry["rendered_csv"].is_null() || entry["exit_code"] != 0) continue;
    const std::string name = entry["name"];
    if (command == "manual" && entry["arguments"][1] != "list") continue;
    if (name.find(" -k") != name.npos) continue;                                   // other columns
    if (name.find(" -e") != name.npos || name.find(" -m") != name.npos) continue;  // more lines
    FakeChannel channel(recorded_daemon(entry));
    const Outcome run = run_client(channel, words_of(entry), {}, {}, false);
    ASSERT_TRUE(run.success) << entry["name"] << run.out << run.err;
    json value = json::parse(run.out);
    if (value.is_object()) value = json::array({value});
    std::istringstream lines(entry["rendered_csv"].get<std::string>());
    std::size_t row = 0;
    for (std::string line; std::getline(lines, line); ++row) {
      ASSERT_LT(row, value.size()) << entry["name"];
      const auto fields = fields_of(line);
      for (const Number& number : expected->second) {
        ASSERT_TRUE(value[row][number.key].is_number()) << entry["name"] << ' ' << number.key;
        EXPECT_EQ(fmt::format(fmt::runtime(number.format), value[row][number.key].get<double>()), fields[number.field])
            << entry["name"] << ' ' << number.key;
      }
      ++checked[command];
    }
    EXPECT_EQ(row, value.size()) << entry["name"];
  }
  for (const auto& [command, list] : numbers) EXPECT_GT(checked[command], 0) << command;
}

TEST(Json, is_one_value_on_one_line_whatever_was_asked) {
  int checked = 0;
  for (const json& entry : load_vectors("vectors.json")) {
    const std::string command = entry["arguments"][0];
    const cli::Command* known = cli::find_command(command);
    if (command == "waitsync" || known == nullptr) continue;
    FakeChannel channel(recorded_daemon(entry));
    const Outcome run = run_client(channel, words_of(entry), {}, {}, false);
    ASSERT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1) << entry["name"] << run.out;
    const json value = json::parse(run.out);
    EXPECT_EQ(value.is_object() && value.contains("error"), !run.success) << entry["name"] << run.out;
    ++checked;
  }
  EXPECT_GT(checked, 150);
}

TEST(Json, of_each_report_has_exactly_the_keys_of_its_table) {
  std::map<std::string, std::vector<std::string>> keys;
  for (const auto& report : cli::json_report_tables()) {
    for (const auto& member : report.members) keys[std::string(report.command)].push_back(member_key(member));
  }
  std::map<std::string, int> seen;
  for (const json& entry : load_vectors("vectors.json")) {
    std::string command = entry["arguments"][0];
    if (command == "manual") command = "manual list";
    if (!keys.contains(command) || entry["exit_code"] != 0) continue;
    FakeChannel channel(recorded_daemon(entry));
    const Outcome run = run_client(channel, words_of(entry), {}, {}, false);
    json value = json::parse(run.out);
    if (value.is_object()) value = json::array({value});
    for (const json& row : value) {
      if (!row.contains(keys[command][0])) continue;
      EXPECT_EQ(row.size(), keys[command].size()) << command;
      for (const std::string& key : keys[command]) EXPECT_TRUE(row.contains(key)) << command << ' ' << key;
      ++seen[command];
    }
  }
  EXPECT_GE(seen.size(), 12u);
}

TEST(Json, failures_are_objects_with_the_status_of_the_daemon) {
  FakeChannel silent([](Bytes) { return std::vector<std::uint8_t>{}; });
  Outcome run = run_client(silent, {"--json", "tracking"}, {}, {}, false);
  EXPECT_FALSE(run.success);
  EXPECT_EQ(run.out, "{\"error\":\"Cannot talk to daemon\",\"code\":506}\n");
  run = run_client(silent, {"foo", "--json"}, {}, {}, false);
  EXPECT_EQ(run.out, "{\"error\":\"Unrecognized command\",\"code\":null}\n");
  run = run_client(silent, {"--json", "minpoll", "x"}, {}, {}, false);
  EXPECT_EQ(run.out, "{\"error\":\"Invalid syntax for address value\",\"code\":null}\n");
  EXPECT_EQ(cli::wrap_output(true, "200 OK\n", ""), R"({"ok":true,"code":200,"message":"OK"})");
  EXPECT_EQ(cli::wrap_output(true, "1 MD5 HEX:00\n", ""),
            R"({"ok":true,"code":null,"message":"","lines":["1 MD5 HEX:00"]})");
}

TEST(Json, is_no_option_under_the_name_of_chronyc) {
  FakeChannel silent([](Bytes) { return std::vector<std::uint8_t>{}; });
  std::vector<std::string> words{"chronyc", "--json", "tracking"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  EXPECT_EQ(cli::parse_arguments(3, argv.data()).action, cli::Arguments::Action::usage_error);
}

namespace {

template <std::size_t N>
tactus_report report_of(const char* name, std::uint32_t size, const tactus_member (&members)[N]) {
  tactus_report report{};
  report.struct_size = sizeof report;
  report.row_size = size;
  report.member_count = static_cast<std::uint32_t>(N);
  report.members = members;
  report.name = name;
  return report;
}

}  // namespace

TEST(Json, has_all_digits_and_the_names_from_tactusd) {
  FakeBackend backend;
  const tactus_report tracking = report_of("tracking", sizeof(tactus_tracking), members::tracking);
  const tactus_report sources = report_of("sources", sizeof(tactus_source_row), members::source_row);
  backend.reports = {{"tracking", &tracking}, {"sources", &sources}};
  tactus_tracking row{};
  row.refid = 0x47505300;
  row.stratum = 1;
  row.last_offset_s = -1.2345678901234567e-9;
  row.reference_time = 1'795'651'200'123'456'789;
  row.update_interval_s = INFINITY;
  backend.add_row("tracking", row);
  tactus_source_row source{};
  source.address = *cli::parse_literal("2001:db8::1");
  source.state = 'P';
  source.last_sample_ago_s = TACTUS_AGO_NEVER;
  std::snprintf(source.name, sizeof source.name, "time.example.net");
  backend.add_row("sources", source);
  source.address = cmdmon::make_id(7);
  source.state = 'M';
  backend.add_row("sources", source);
  FakeChannel channel([&](Bytes request) -> std::vector<std::uint8_t> {
    if (!cmdmon::is_private_request(request)) return {};
    const std::string text = cmdmon::answer_private(request, backend);
    return {text.begin(), text.end()};
  });
  const Outcome run = run_client(channel, {"--json", "tracking"}, {}, {}, false);
  EXPECT_NE(run.out.find("\"last_offset_s\":-1.2345678901234566e-09,"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("\"reference_time\":1795651200123456789,"), std::string::npos);
  EXPECT_NE(run.out.find("\"update_interval_s\":null,"), std::string::npos);
  EXPECT_NE(run.out.find("\"name\":\"GPS\""), std::string::npos);
  json value = json::parse(run_client(channel, {"--json", "sources"}, {}, {}, false).out);
  ASSERT_EQ(value.size(), 1u);
  EXPECT_EQ(value[0]["name"], "time.example.net");
  EXPECT_EQ(value[0]["state"], "-") << "the letter of sources, not the one of selectdata";
  EXPECT_TRUE(value[0]["last_sample_ago_s"].is_null());
  value = json::parse(run_client(channel, {"--json", "sources", "-a"}, {}, {}, false).out);
  ASSERT_EQ(value.size(), 2u);
  EXPECT_EQ(value[1]["address"], "ID#0000000007");
}

}  // namespace tactus::test
