// SPDX-License-Identifier: Apache-2.0
// The server side: order of checks, access, rate limit, and replies equal to those that were recorded of chronyd.
#include <gtest/gtest.h>
#include <tactus/report_members.hpp>

#include "private_reports.hpp"
#include "rows.hpp"
#include "support.hpp"

namespace tactus::test {

using namespace cmdmon;

namespace {

const Sender unix_sender{true, {}};
Sender udp_sender(const char* address) { return {false, *cli::parse_literal(address)}; }

std::vector<std::uint8_t> simple_request(Request code, std::size_t length = 0) {
  std::vector<std::uint8_t> out(length != 0 ? length : request_info(code).length, 0);
  RequestHeader header;
  header.command = static_cast<std::uint16_t>(code);
  write_payload(out, 0, header);
  return out;
}

std::uint16_t status_of(const std::vector<std::uint8_t>& reply) {
  return reply.empty() ? 0xffff : load_be<std::uint16_t>(reply, 8);
}

// A daemon as the one that server-raw.json was recorded of: manual input and smoothing are on.
void fill_recorded(FakeBackend& backend) {
  backend.add_row("tracking", tactus_tracking{});
  backend.add_row("smoothing", tactus_smoothing{});
  backend.commands["settime"] = [](const void*, void*) { return TACTUS_OK; };
  for (const char* name : {"add_source", "set_select_options", "manual", "local"}) {
    backend.commands[name] = [](const void*, void*) { return TACTUS_OK; };
  }
}

}  // namespace

TEST(Engine, reacts_to_hand_made_requests_as_chronyd_does) {
  int checked = 0;
  for (const auto& entry : load_vectors("server-raw.json")) {
    FakeBackend backend;
    fill_recorded(backend);
    Engine engine({}, backend);
    const std::string name = entry["name"];
    if (name == "code 56") continue;  // LOCAL2: served to clients of 4.3 to 4.5
    const Sender sender = entry["transport"] == "unix" ? unix_sender : udp_sender("127.0.0.1");
    const auto request = request_of(entry["request"]);
    const auto reply = ask_engine(engine, request, sender);
    ++checked;
    if (entry["reply_length"].is_null()) {
      EXPECT_TRUE(reply.empty()) << name;
      continue;
    }
    ASSERT_EQ(reply.size(), entry["reply_length"].get<std::size_t>()) << name << entry["transport"];
    EXPECT_EQ(load_be<std::uint16_t>(reply, 6), entry["reply_type"].get<int>()) << name;
    EXPECT_EQ(status_of(reply), entry["status"].get<int>()) << name << entry["transport"];
    EXPECT_EQ(reply[0], 6);
    EXPECT_TRUE(std::equal(reply.begin() + 16, reply.begin() + 20, request.begin() + 8)) << name;
  }
  EXPECT_GT(checked, 100);
}

// Each recorded reply is read, put into rows of the registry, and asked for again: the same bytes must come.
TEST(Engine, gives_the_recorded_replies_again) {
  std::map<int, int> checked;
  for (const auto& entry : load_vectors("vectors.json")) {
    if (entry["daemon"] != "4.8" || entry["client"] != "4.8") continue;
    for (std::size_t i = 0; i < entry["replies"].size(); ++i) {
      if (entry["replies"][i].is_null()) continue;
      const auto recorded = reply_of(entry["replies"][i]);
      const auto request = request_of(entry["requests"][i]);
      if (status_of(recorded) != 0) continue;
      FakeBackend backend;
      if (!rows_from_reply(backend, request, recorded)) continue;
      Engine engine({}, backend);
      const auto reply = ask_engine(engine, request);
      EXPECT_EQ(to_hex(reply), to_hex(recorded)) << entry["name"] << i;
      ++checked[recorded[7]];
    }
  }
  EXPECT_GE(checked.size(), 10u);  // kinds of replies
}

TEST(Engine, answers_older_clients_in_their_own_forms) {
  FakeBackend backend;
  backend.add_row("serverstats", tactus_serverstats{});
  tactus_ntpdata_row row{};
  row.remote = *cli::parse_literal("192.0.2.1");
  backend.add_row("ntpdata", row);
  Engine engine({}, backend);
  const auto stats = [&](std::size_t length) {
    return ask_engine(engine, simple_request(Request::server_stats, length));
  };
  EXPECT_EQ(stats(196).size(), 196u);
  EXPECT_EQ(stats(195).size(), 72u);
  EXPECT_EQ(stats(72).size(), 72u);
  EXPECT_EQ(status_of(stats(71)), 19);
  const auto data = [&](std::size_t length) {
    auto request = simple_request(Request::ntp_data, length);
    write_payload(request, request_header_size, AddressRequest{row.remote});
    return ask_engine(engine, request);
  };
  EXPECT_EQ(data(172).size(), 172u);
  EXPECT_EQ(data(171).size(), 152u);
  EXPECT_EQ(data(152).size(), 152u);
  EXPECT_EQ(status_of(data(151)), 19);
}

TEST(Engine, without_features_answers_as_chronyd_without_them) {
  FakeBackend backend;
  Engine engine({}, backend);
  const auto status = [&](Request code) { return status_of(ask_engine(engine, simple_request(code))); };
  EXPECT_EQ(status(Request::smoothing), 6);
  EXPECT_EQ(status(Request::smoothtime), 6);
  EXPECT_EQ(status(Request::rtcreport), 13);
  EXPECT_EQ(status(Request::trimrtc), 13);
  EXPECT_EQ(status(Request::writertc), 13);
  EXPECT_EQ(status(Request::settime), 6);
  EXPECT_EQ(status(Request::manual_delete), 16);
  EXPECT_EQ(status(Request::manual_list), 0);
  EXPECT_EQ(status(Request::n_sources), 0);
  EXPECT_EQ(status(Request::activity), 0);
  EXPECT_EQ(status(Request::server_stats), 0);
  EXPECT_EQ(status(Request::dump), 0);
  EXPECT_EQ(status(Request::rekey), 0);
  EXPECT_EQ(status(Request::online), 4);
  EXPECT_EQ(status(Request::makestep), 1);
  EXPECT_EQ(status(Request::accheck), 9);
}

TEST(Engine, udp_from_afar_needs_cmdallow_and_may_only_monitor) {
  FakeBackend backend;
  fill_recorded(backend);
  Engine engine({}, backend);
  const Sender far = udp_sender("192.0.2.7");
  EXPECT_TRUE(ask_engine(engine, simple_request(Request::tracking), far).empty());
  EXPECT_EQ(engine.drops(Drop::not_allowed), 1u);
  tactus_subnet subnet{*cli::parse_literal("192.0.2.0"), 24, 0};
  ASSERT_EQ(engine.set_access(subnet, true, false), TACTUS_OK);
  EXPECT_EQ(status_of(ask_engine(engine, simple_request(Request::tracking), far)), 0);
  EXPECT_EQ(status_of(ask_engine(engine, simple_request(Request::select_data), far)), 2);
  EXPECT_EQ(status_of(ask_engine(engine, simple_request(Request::dump), far)), 2);
  Settings settings;
  settings.open.reset();
  EXPECT_TRUE(open_word(settings.open, "SelectData"));
  EXPECT_FALSE(open_word(settings.open, "everything"));
  Engine opened(settings, backend);
  ASSERT_EQ(opened.set_access(subnet, true, false), TACTUS_OK);
  EXPECT_EQ(status_of(ask_engine(opened, simple_request(Request::select_data), far)), 4);
  EXPECT_EQ(status_of(ask_engine(opened, simple_request(Request::tracking), far)), 2);
}

TEST(Engine, rate_limit_answers_a_burst_and_leaks_later) {
  FakeBackend backend;
  fill_recorded(backend);
  Settings settings;
  settings.rate_limit = RateLimit{1, 16, 2};
  Engine engine(settings, backend);
  const tactus_subnet all{};
  ASSERT_EQ(engine.set_access(all, true, false), TACTUS_OK);
  const Sender far = udp_sender("192.0.2.7");
  const auto request = simple_request(Request::tracking);
  std::array<std::uint8_t, reply_max_size> reply{};
  int answered = 0;
  backend.random_value = 1;  // never leaks
  for (int i = 0; i < 40; ++i) {
    answered += engine.answer(far, request, false, from_ns<MonoTime>(5'000'000'000), reply) > 0 ? 1 : 0;
  }
  EXPECT_EQ(answered, 16);
  EXPECT_EQ(engine.drops(Drop::rate_limited), 24u);
  backend.random_value = 4;  // always leaks
  EXPECT_GT(engine.answer(far, request, false, from_ns<MonoTime>(5'000'000'000), reply), 0u);
  backend.random_value = 1;
  EXPECT_EQ(engine.answer(far, request, false, from_ns<MonoTime>(5'000'000'000), reply), 0u);
  EXPECT_GT(engine.answer(far, request, false, from_ns<MonoTime>(7'200'000'000), reply), 0u);  // one per 2 s
  EXPECT_GT(engine.answer(udp_sender("127.0.0.1"), request, false, from_ns<MonoTime>(7'200'000'000), reply), 0u);
  EXPECT_EQ(engine.packets().udp, 44u);
  EXPECT_EQ(engine.packets().rate_limited, 25u);
  EXPECT_EQ(engine.packets().local, 0u);
}

TEST(Engine, mask_and_options_of_selectopts_have_their_own_numberings) {
  FakeBackend backend;
  tactus_select_args got{};
  backend.commands["set_select_options"] = [&](const void* args, void*) {
    std::memcpy(&got, args, sizeof got);
    return TACTUS_OK;
  };
  Engine engine({}, backend);
  FakeChannel channel([&](Bytes request) { return ask_engine(engine, request); });
  EXPECT_EQ(run_client(channel, {"selectopts", "192.0.2.1", "-noselect", "+prefer"}).out, "200 OK\n");
  EXPECT_EQ(got.mask, 3u);
  EXPECT_EQ(got.options, 2u);
}

TEST(Engine, access_rules_overwrite_each_other_as_in_chronyd) {
  for (const auto& entry : load_vectors("access.json")) {
    FakeBackend backend;
    Engine engine({}, backend);
    FakeChannel channel([&](Bytes request) { return ask_engine(engine, request); });
    run_client(channel, {"cmddeny", "all"});
    for (std::size_t i = 0; i < entry["rules"].size(); ++i) {
      const std::string rule = entry["rules"][i];
      EXPECT_EQ(run_client(channel, {"-m", "cmd" + rule}).out, entry["rule_status"][i].get<std::string>() + "\n")
          << rule;
    }
    for (const auto& [address, line] : entry["checks"].items()) {
      EXPECT_EQ(run_client(channel, {"cmdaccheck", address}).out, line.get<std::string>() + "\n")
          << entry["rules"].dump() << address;
    }
  }
}

TEST(Engine, logs_rules_by_their_subnet) {
  FakeBackend backend;
  Engine engine({}, backend);
  FakeChannel channel([&](Bytes request) { return ask_engine(engine, request); });
  run_client(channel, {"-m", "cmdallow 10.1/16", "cmdallow all", "cmddeny all 2001:db8::1"});
  const std::vector<std::string> expected = {"Allowed command access from 10.1.0.0/16",
                                             "Allowed all command access from any address",
                                             "Denied all command access from 2001:db8::1"};
  EXPECT_EQ(backend.log, expected);
}

TEST(Engine, lists_clients_of_the_server_and_those_that_sent_commands) {
  FakeBackend backend;
  fill_recorded(backend);
  for (std::uint32_t i = 0; i < 11; ++i) {
    tactus_client_row row{};
    row.index = i * 2;
    row.table_size = 32;
    row.address = *cli::parse_literal("192.0.2." + std::to_string(i + 1));
    row.ntp_hits = 100 + i;
    row.ntp_interval_log2_s = 6;
    backend.add_row("clients", row);
  }
  Engine engine({}, backend);
  ask_engine(engine, simple_request(Request::tracking), udp_sender("127.0.0.1"));
  FakeChannel channel([&](Bytes request) { return ask_engine(engine, request); });
  const Outcome run = run_client(channel, {"-n", "-c", "clients"});
  EXPECT_NE(run.out.find("192.0.2.11,110,0,6,0,0,0,0,127,4294967295\n"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("127.0.0.1,0,0,127,127,4294967295,1,0,127,0\n"), std::string::npos) << run.out;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 12);
  Settings settings;
  settings.client_log = false;
  Engine silent(settings, backend);
  EXPECT_EQ(status_of(ask_engine(silent, simple_request(Request::client_accesses))), 15);
}

TEST(Engine, any_bytes_of_any_length_are_answered_or_counted) {
  FakeBackend backend;
  fill_recorded(backend);
  for (int i = 0; i < 3; ++i) backend.add_row("sources", tactus_source_row{});
  Engine engine({}, backend);
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  const auto ask = [&](Bytes request, const Sender& sender) {
    ++asked;
    const auto reply = ask_engine(engine, request, sender);
    EXPECT_LE(reply.size(), request.size());
    answered += reply.empty() ? 0 : 1;
  };
  for (std::uint16_t code = 0; code < 80; ++code) {
    for (std::size_t length = 0; length <= 900; length += length < 60 ? 1 : 7) {
      std::vector<std::uint8_t> request(length, 0xff);
      if (length >= 20) {
        RequestHeader header;
        header.command = code;
        write_payload(request, 0, header);
      }
      ask(request, unix_sender);
      ask(request, udp_sender("127.0.0.1"));
    }
  }
  for (const auto& entry : load_vectors("vectors.json")) {
    if (entry["requests"].empty()) continue;
    const auto original = request_of(entry["requests"][0]);
    const std::size_t last = std::min<std::size_t>(original.size(), 372) * 8;
    for (std::size_t bit = 0; bit < last; bit += 3) {
      auto request = original;
      request[bit / 8] = static_cast<std::uint8_t>(request[bit / 8] ^ (1u << (bit % 8)));
      ask(request, unix_sender);
    }
  }
  std::uint64_t dropped = 0;
  for (std::size_t i = 0; i < drop_reasons; ++i) dropped += engine.drops(static_cast<Drop>(i));
  EXPECT_EQ(answered + dropped, asked);
}

TEST(PrivateReports, give_rows_by_their_members_in_pieces) {
  FakeBackend backend;
  tactus_report report{};
  report.struct_size = sizeof report;
  report.row_size = sizeof(tactus_drop_row);
  report.member_count = members::count(members::drop_row);
  report.members = members::drop_row;
  report.name = "drops";
  backend.reports["drops"] = &report;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    tactus_drop_row row{};
    row.count = i;
    std::snprintf(row.stage, sizeof row.stage, "stage \"%u\"", i);
    std::snprintf(row.reason, sizeof row.reason, "bad_length");
    backend.add_row("drops", row);
  }
  std::size_t largest = 0;
  FakeChannel channel([&](Bytes request) -> std::vector<std::uint8_t> {
    if (!is_private_request(request)) return {};  // what tctl sends behind the first, to know chronyd by its silence
    const std::string text = answer_private(request, backend);
    largest = std::max(largest, text.size());
    return {text.begin(), text.end()};
  });
  const Outcome run = run_client(channel, {"-c", "drops"}, {}, {}, false);
  EXPECT_TRUE(run.success) << run.err;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 999);
  EXPECT_NE(run.out.find("stage \"999\",bad_length,999\n"), std::string::npos);
  EXPECT_LT(largest, 20000u);
  EXPECT_FALSE(run_client(channel, {"plugins"}, {}, {}, false).success);
  EXPECT_EQ(run_client(channel, {"plugins"}).err, "Unrecognized command\n");  // under chronyc's name
}

TEST(PrivateReports, refuse_what_is_malformed) {
  FakeBackend backend;
  for (const std::string text : {"tactus report", "tactus report x 0", "tactus report x -1 id",
                                 "tactus report x 0 id y", "tactus \x01\x02 0 0 id", "tactus write x 0 id"}) {
    const std::string answer =
        answer_private({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, backend);
    EXPECT_NE(answer.find("\"error\":"), std::string::npos) << text;
  }
}

}  // namespace tactus::test
