// SPDX-License-Identifier: Apache-2.0
// tctl against recorded exchanges, renderings and command lines of chronyc (tests/data/cmdmon).
#include <cctype>
#include <sstream>

#include <gtest/gtest.h>

#include "support.hpp"
#include "text.hpp"

namespace tactus::test {

namespace {

std::vector<std::vector<std::uint8_t>> replies_of(const nlohmann::json& list) {
  std::vector<std::vector<std::uint8_t>> out;
  for (const auto& reply : list) {
    out.push_back(reply.is_null() ? std::vector<std::uint8_t>{} : reply_of(reply.get<std::string>()));
  }
  return out;
}

// Without the parts that are random.
std::string without_sequence(std::vector<std::uint8_t> request) {
  if (request.size() >= 12) std::fill(request.begin() + 8, request.begin() + 12, std::uint8_t{0});
  return to_hex(request);
}

std::vector<std::string> lines_of(const std::string& text, char separator = '\n') {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line, separator);) out.push_back(line);
  return out;
}

bool is_settime(const std::vector<std::uint8_t>& request) { return request[5] == 11; }

}  // namespace

TEST(Client, does_what_was_recorded_of_real_programs) {
  int checked = 0;
  for (const auto& entry : load_vectors("vectors.json")) {
    if (entry["client"] != "4.8") continue;
    const std::string name = entry["name"];
    std::vector<std::string> arguments = entry["options"];
    for (const auto& word : entry["arguments"]) arguments.push_back(word);
    FakeChannel channel(replay(replies_of(entry["replies"])));
    const Outcome run = run_client(channel, arguments);
    EXPECT_EQ(run.out, entry["rendered_text"].get<std::string>()) << name;
    EXPECT_EQ(run.err, entry["stderr_text"].get<std::string>()) << name;
    EXPECT_EQ(run.success ? 0 : 1, entry["exit_code"].get<int>()) << name;
    ASSERT_EQ(channel.requests.size(), entry["requests"].size()) << name;
    for (std::size_t i = 0; i < channel.requests.size(); ++i) {
      if (is_settime(channel.requests[i])) continue;
      EXPECT_EQ(without_sequence(channel.requests[i]), without_sequence(request_of(entry["requests"][i]))) << name;
    }
    if (!entry["rendered_csv"].is_null()) {
      arguments.insert(arguments.begin(), "-c");
      FakeChannel again(replay(replies_of(entry["replies"])));
      EXPECT_EQ(run_client(again, arguments).out, entry["rendered_csv"].get<std::string>()) << name;
    }
    ++checked;
  }
  EXPECT_GT(checked, 200);
}

TEST(Client, understands_older_daemons_under_its_own_name) {
  int checked = 0;
  for (const auto& entry : load_vectors("vectors.json")) {
    const std::string command = entry["arguments"][0];
    if (entry["client"] != "4.3" || entry["daemon"] != "4.3") continue;
    if (command != "serverstats" && command != "ntpdata") continue;
    std::vector<std::string> arguments = entry["options"];
    for (const auto& word : entry["arguments"]) arguments.push_back(word);
    FakeChannel channel(replay(replies_of(entry["replies"])));
    EXPECT_EQ(run_client(channel, arguments, {}, {}, false).out, entry["rendered_text"].get<std::string>());
    ++checked;
  }
  EXPECT_GE(checked, 3);
}

TEST(Client, asks_an_older_daemon_for_local_in_its_own_form) {
  const auto old_daemon = [](Bytes request) {
    auto reply = from_hex("0602000000000001000300000000000000000000000000000000000000000000");
    reply.resize(28);
    reply[5] = request[5];
    reply[9] = request[5] == 74 ? 3 : 0;
    std::copy_n(request.begin() + 8, 4, reply.begin() + 16);
    return reply;
  };
  FakeChannel channel(old_daemon);
  const Outcome run = run_client(channel, {"local", "stratum", "5"}, {}, {}, false);
  EXPECT_EQ(run.out, "200 OK\n");
  ASSERT_EQ(channel.requests.size(), 2u);
  EXPECT_EQ(channel.requests[1].size(), 36u);
  FakeChannel strict(old_daemon);
  EXPECT_EQ(run_client(strict, {"local", "stratum", "5"}).out, "502 Invalid command\n");
}

namespace {

// What a case's `where` says: the command line and which part of the output is meant.
struct Case {
  std::vector<std::string> arguments;
  std::string part;
};
Case read_case(const nlohmann::json& entry) {
  const std::string where = entry["where"];
  Case out;
  const std::size_t colon = where.find(':');
  std::string command = where.substr(0, colon);
  out.part = where.substr(colon + 2);
  out.arguments = {"-n"};
  const auto ends = [&](const std::string& text, const std::vector<std::string>& options) {
    if (!command.ends_with(text)) return;
    command.resize(command.size() - text.size());
    out.arguments = options;
  };
  ends(" with -N", {"-N"});
  ends(" without -n, -N, -c", {});
  ends(" without -a", {"-n"});
  if (command == "ntpdata ADDRESS" || command == "ntpdata") command = "ntpdata 192.0.2.1";
  if (command == "settime") command = "settime now";
  for (const std::string& word : lines_of(command, ' ')) out.arguments.push_back(word);
  if (command == "waitsync") {
    for (const auto& word : entry["value"]["args"]) {
      out.arguments.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    }
  }
  return out;
}

void check_output(const nlohmann::json& entry, const Case& what, const std::string& output, bool csv) {
  const auto& expected = entry[csv ? "csv" : "text"];
  const auto lines = lines_of(output);
  if (what.part.starts_with("whole line")) {
    ASSERT_FALSE(lines.empty()) << entry.dump();
    EXPECT_EQ(lines.back(), expected.get<std::string>()) << entry["format"] << entry["value"];
  } else if (what.part.starts_with("whole output")) {
    std::string text = expected;
    if (!text.empty() && text.back() != '\n') text += '\n';
    EXPECT_EQ(output, text) << entry["format"] << entry["value"];
  } else if (what.part == "first line") {
    EXPECT_EQ(lines.at(0), expected.get<std::string>());
  } else if (what.part == "no line") {
    EXPECT_EQ(lines.size(), csv ? 0u : 2u) << entry.dump();
  } else {
    const auto parts = csv ? lines_of(lines.at(0), ',') : lines;
    for (const auto& part : expected) {
      if (!part.is_string()) continue;
      const bool empty_field = part.get<std::string>().empty();
      EXPECT_TRUE(empty_field || std::find(parts.begin(), parts.end(), part) != parts.end())
          << entry["format"] << " " << part << " in " << output;
    }
  }
}

// A value that is checked without a whole report.
bool check_formatter(const nlohmann::json& entry) {
  const std::string format = entry["format"];
  const std::string where = entry["where"];
  if (where.find("whole") != std::string::npos || where.find("lines that differ") != std::string::npos) return false;
  cli::Field field;
  if (format == "I (interval)") {
    field = cli::format_interval(entry["value"].get<std::uint32_t>());
  } else if (entry.contains("float_hex")) {
    const double value = cmdmon::decode_float(
        static_cast<std::uint32_t>(std::stoul(entry["float_hex"].get<std::string>(), nullptr, 16)));
    if (format.starts_with("S+")) field = cli::format_signed_offset(value);
    if (format.starts_with("S (")) field = cli::format_offset(value);
    if (format.starts_with("P+")) field = cli::format_signed_ppm(value);
    if (format.starts_with("P (")) field = cli::format_ppm(value);
  } else {
    return false;
  }
  EXPECT_EQ(field.text, entry["text"].get<std::string>()) << entry.dump();
  if (!entry["csv"].is_null()) {
    EXPECT_EQ(field.csv, entry["csv"].get<std::string>()) << entry.dump();
  }
  return true;
}

}  // namespace

TEST(Client, prints_crafted_replies_as_chronyc_does) {
  int formatted = 0;
  int printed = 0;
  for (const auto& entry : load_vectors("rendering.json")) {
    if (check_formatter(entry)) {
      ++formatted;
      continue;
    }
    if (!entry.contains("replies")) continue;
    const Case what = read_case(entry);
    const std::string format = entry["format"];
    const std::string reverse = format.starts_with("name from reverse") ? entry["value"].get<std::string>() : "";
    FakeChannel channel(replay(replies_of(entry["replies"])));
    const Outcome run = run_client(channel, what.arguments, {}, reverse);
    check_output(entry, what, run.out, false);
    if (entry.contains("exit_code")) {
      EXPECT_EQ(run.success ? 0 : 1, entry["exit_code"].get<int>());
    }
    ++printed;
    if (entry["csv"].is_null()) continue;
    std::vector<std::string> arguments = what.arguments;
    arguments.insert(arguments.begin(), "-c");
    FakeChannel again(replay(replies_of(entry["replies"])));
    const Outcome csv = run_client(again, arguments);
    if (!entry["csv"].is_string() || !what.part.starts_with("Reference time")) {
      check_output(entry, what, csv.out, true);
    }
  }
  EXPECT_GT(formatted, 900);
  EXPECT_GT(printed, 500);
}

TEST(Client, takes_command_lines_as_chronyc_does) {
  const auto null_reply = [](Bytes request) {
    std::vector<std::uint8_t> reply(28, 0);
    reply[0] = 6;
    reply[1] = 2;
    reply[4] = request[4];
    reply[5] = request[5];
    reply[7] = 1;
    std::copy_n(request.begin() + 8, 4, reply.begin() + 16);
    return reply;
  };
  const auto entries = load_vectors("cli.json");
  for (const auto& entry : entries) {
    const bool silent = &entry == &entries.back();
    FakeChannel channel(silent ? FakeChannel::Server([](Bytes) { return std::vector<std::uint8_t>{}; }) : null_reply);
    const std::string input = entry["stdin"].is_null() ? "" : entry["stdin"].get<std::string>();
    const Outcome run = run_client(channel, entry["argv"], input);
    const std::string label = entry["argv"].dump() + input;
    if (!entry["stdout"].is_null()) {
      EXPECT_EQ(run.out, entry["stdout"].get<std::string>()) << label;
    }
    EXPECT_EQ(run.err, entry["stderr"].get<std::string>()) << label;
    EXPECT_EQ(run.success ? 0 : 1, entry["exit_code"].get<int>()) << label;
    if (!channel.requests.empty() && is_settime(channel.requests[0])) continue;  // the time of the recording
    ASSERT_EQ(channel.requests.size(), entry["requests"].size()) << label;
    for (std::size_t i = 0; i < channel.requests.size(); ++i) {
      EXPECT_EQ(without_sequence(channel.requests[i]), without_sequence(request_of(entry["requests"][i]))) << label;
    }
  }
}

TEST(Client, falls_back_to_version_5_when_the_daemon_speaks_that) {
  int asked = 0;
  FakeChannel channel([&](Bytes request) {
    std::vector<std::uint8_t> reply(28, 0);
    reply[0] = 5;
    reply[1] = 2;
    reply[5] = request[5];
    reply[7] = 1;
    if (asked++ == 0) reply[9] = 18;
    std::copy_n(request.begin() + 8, 4, reply.begin() + 16);
    return reply;
  });
  EXPECT_EQ(run_client(channel, {"dump"}).out, "200 OK\n");
  ASSERT_EQ(channel.requests.size(), 2u);
  EXPECT_EQ(channel.requests[0].size(), 28u);
  EXPECT_EQ(channel.requests[1].size(), 24u);
  EXPECT_EQ(channel.requests[1][0], 5);
}

TEST(Client, waits_longer_with_each_attempt_and_then_tries_the_next_server) {
  FakeChannel channel([](Bytes) { return std::vector<std::uint8_t>{}; });
  channel.servers = 2;
  const double start = channel.time_s;
  EXPECT_EQ(run_client(channel, {"tracking"}).out, "506 Cannot talk to daemon\n");
  EXPECT_EQ(channel.requests.size(), 6u);
  EXPECT_NEAR(channel.time_s - start, 14.0, 0.1);
}

TEST(Client, ignores_replies_to_others_and_survives_any_bytes) {
  std::uint32_t state = 7;
  FakeChannel channel([&](Bytes request) {
    std::vector<std::uint8_t> reply(state % 600, 0);
    for (auto& byte : reply) byte = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
    if (reply.size() >= 28 && (state & 1024u) != 0) {  // often one that passes the first checks
      reply[0] = 6;
      reply[1] = 2;
      reply[2] = reply[3] = reply[6] = 0;
      reply[7] = static_cast<std::uint8_t>(state >> 16 & 31u);
      reply[8] = 0;
      reply[9] = 0;
      std::copy_n(request.begin() + 4, 2, reply.begin() + 4);
      std::copy_n(request.begin() + 8, 4, reply.begin() + 16);
    }
    return reply;
  });
  const std::vector<std::string> lines = {
      "sources -a", "sourcestats -a", "selectdata -a", "authdata -a", "tracking", "ntpdata",        "serverstats",
      "smoothing",  "rtcdata",        "manual list",   "clients",     "activity", "sourcename ::1", "settime now"};
  for (int round = 0; round < 30; ++round) {
    for (const std::string& line : lines) {
      state ^= static_cast<std::uint32_t>(round * 977);
      channel.requests.clear();
      run_client(channel, {"-m", "retries 1", line});
      if (channel.requests.size() > 10000) return;
    }
  }
}

}  // namespace tactus::test
