// SPDX-License-Identifier: Apache-2.0
// Stories of a Varlink peer: what it may ask, what it is told, what it may not.
#include <tactus/option.h>
#include <tactus/sdk/declare.hpp>

#include "support.hpp"

namespace tactus::varlink {
namespace {

using Json = nlohmann::json;

struct World : FakeBackend {
  World();
};

World::World() {
  FakeBackend& out = *this;
  out.add_report<tactus_tracking>("tracking", members::tracking);
  out.add_report<tactus_source_row>("sources", members::source_row);
  out.add_report<tactus_client_row>("clients", members::client_row);
  tactus_tracking tracking{};
  tracking.refid = 0x47505300;
  tracking.stratum = 1;
  tracking.leap = TACTUS_LEAP_INSERT;
  tracking.correction_s = -1.25e-6;
  tracking.rms_offset_s = std::numeric_limits<double>::quiet_NaN();
  out.add_row("tracking", tracking);
}

tactus_source_row source(std::uint32_t number) {
  tactus_source_row row{};
  row.address = {TACTUS_FAMILY_IPV4, 0, 0, {192, 0, 2, static_cast<std::uint8_t>(number)}};
  row.poll_log2_s = 6;
  row.state = '*';
  row.last_sample_ago_s = TACTUS_AGO_NEVER;
  std::snprintf(row.name, sizeof row.name, "s%u\"\xff", number);
  return row;
}

TEST(Session, tells_a_report_with_its_units_and_null_for_what_is_unknown) {
  World backend;
  Peer peer(backend, TACTUS_ACCESS_READ);
  const Json reply = peer.call("io.tactus.GetTracking");
  const Json& row = reply["parameters"]["rows"][0];
  EXPECT_EQ(row["reference_id"], "47505300");
  EXPECT_EQ(row["address"], "");
  EXPECT_EQ(row["leap"], "insert");
  EXPECT_DOUBLE_EQ(row["correction_s"].get<double>(), -1.25e-6);
  EXPECT_TRUE(row["rms_offset_s"].is_null());
  EXPECT_TRUE(row["reference_time"].is_null());
  EXPECT_EQ(peer.all_drops(), 0U);
}

TEST(Session, gives_long_reports_in_bounded_pieces_and_one_reply) {
  World backend;
  for (std::uint32_t i = 0; i < 1000; ++i) backend.add_row("sources", source(i));
  Peer peer(backend);
  peer.feed(Json{{"method", "io.tactus.GetSources"}}.dump() + '\0');
  const auto pieces = peer.pieces();
  EXPECT_EQ(pieces.size(), (1000 + Session::rows_per_piece - 1) / Session::rows_per_piece);
  std::string all;
  for (const std::string& piece : pieces) {
    all += piece;
    EXPECT_LT(piece.size(), 64U * 1024);
  }
  ASSERT_EQ(all.find('\0'), all.size() - 1);
  all.pop_back();
  const Json reply = Json::parse(all);
  ASSERT_EQ(reply["parameters"]["rows"].size(), 1000U);
  EXPECT_EQ(reply["parameters"]["rows"][7]["name"], "s7\"\xef\xbf\xbd") << "what is no UTF-8 is replaced";
  EXPECT_TRUE(reply["parameters"]["rows"][0]["last_sample_ago_s"].is_null());
}

TEST(Session, a_report_that_would_hold_up_the_loop_is_told_in_parts_only) {
  World backend;
  const std::size_t rows = Snapshot::bytes_max / sizeof(tactus_source_row) + 1;
  for (std::uint32_t i = 0; i < rows; ++i) backend.add_row("sources", source(i));
  Peer peer(backend);
  EXPECT_EQ(peer.call("io.tactus.GetSources")["error"], "io.tactus.Limit");
  EXPECT_EQ(peer.drops(Drop::too_large), 1U);
  EXPECT_EQ(peer.call("io.tactus.GetSources", {{"limit", 200}})["parameters"]["rows"].size(), 200U);
}

TEST(Session, gives_several_replies_to_who_asks_for_more) {
  World backend;
  for (std::uint32_t i = 0; i < 130; ++i) backend.add_row("sources", source(i));
  Peer peer(backend);
  const auto replies = peer.ask({{"method", "io.tactus.GetSources"}, {"more", true}});
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0]["parameters"]["rows"].size(), 64U);
  EXPECT_EQ(replies[0]["continues"], true);
  EXPECT_EQ(replies[2]["parameters"]["rows"].size(), 2U);
  EXPECT_FALSE(replies[2].contains("continues"));
}

TEST(Session, hands_the_query_on_and_bounds_the_rows_itself) {
  World backend;
  for (std::uint32_t i = 0; i < 5; ++i) backend.add_row("sources", source(i));
  Peer peer(backend);
  const Json one = peer.call("io.tactus.GetSources", {{"index", 3}});
  ASSERT_EQ(one["parameters"]["rows"].size(), 1U);
  EXPECT_EQ(one["parameters"]["rows"][0]["address"], "192.0.2.3");
  EXPECT_EQ(peer.call("io.tactus.GetSources", {{"limit", 2}})["parameters"]["rows"].size(), 2U);
  peer.call("io.tactus.GetSources", {{"address", "192.0.2.9"}, {"argument", 17}, {"reset", true}});
  EXPECT_EQ(backend.queries.back().flags, TACTUS_QUERY_ADDRESS | TACTUS_QUERY_RESET);
  EXPECT_EQ(backend.queries.back().argument, 17U);
  EXPECT_EQ(backend.queries.back().address.bytes[3], 9U);
  EXPECT_EQ(peer.call("io.tactus.GetSources", {{"index", 5}})["error"], "io.tactus.NotFound");
  EXPECT_EQ(peer.call("io.tactus.GetSources", {{"index", -1}})["parameters"]["parameter"], "index");
  EXPECT_EQ(peer.call("io.tactus.GetSources", {{"colour", 1}})["parameters"]["parameter"], "colour");
  EXPECT_EQ(peer.drops(Drop::invalid_parameter), 2U);
}

TEST(Session, a_report_that_is_switched_off_says_so) {
  World backend;
  backend.answers["clients"] = TACTUS_E_DISABLED;
  Peer peer(backend);
  EXPECT_EQ(peer.call("io.tactus.GetClients")["error"], "io.tactus.Disabled");
}

TEST(Session, runs_commands_for_those_who_may_and_for_nobody_else) {
  World backend;
  std::uint32_t bits = 0;
  backend.add_plain("makestep", [](const void*, void*, tactus_error&) { return TACTUS_OK; });
  backend.add_command<tactus_select_args>("set_select_options", members::select_args,
                                          [&](const void* args, void*, tactus_error&) {
                                            const auto& what = *static_cast<const tactus_select_args*>(args);
                                            EXPECT_EQ(what.struct_size, sizeof(tactus_select_args));
                                            EXPECT_EQ(what.refid, 0x50505330U);
                                            bits = what.mask << 8 | what.options;
                                            return TACTUS_OK;
                                          });
  Peer owner(backend);
  EXPECT_EQ(owner.call("io.tactus.Makestep")["parameters"], Json::object());
  owner.call("io.tactus.SetSelectOptions",
             {{"reference_id", "PPS0"}, {"mask", {"prefer", "trust"}}, {"options", {"trust"}}});
  EXPECT_EQ(bits, 0x604U);
  EXPECT_EQ(owner.call("io.tactus.Run", {{"name", "makestep"}})["parameters"]["result"], Json::object());
  EXPECT_EQ(owner.call("io.tactus.Makestep", {{"now", true}})["parameters"]["parameter"], "now");
  EXPECT_EQ(owner.call("io.tactus.SetSelectOptions", {{"mask", {"fast"}}})["parameters"]["parameter"], "mask");
  const std::size_t ran = backend.ran.size();
  Peer other(backend, TACTUS_ACCESS_READ);
  EXPECT_EQ(other.call("io.tactus.Makestep")["error"], "io.tactus.Denied");
  EXPECT_EQ(other.call("io.tactus.Run", {{"name", "makestep"}})["error"], "io.tactus.Denied");
  EXPECT_EQ(other.call("io.tactus.GetClients", {{"reset", true}})["error"], "io.tactus.Denied");
  EXPECT_EQ(other.drops(Drop::denied), 3U);
  EXPECT_EQ(backend.ran.size(), ran);
}

TEST(Session, tells_the_text_of_a_failure_and_the_result_of_settime) {
  World backend;
  backend.add_command<tactus_settime_args>("settime", members::settime_args,
                                           [](const void* args, void* result, tactus_error& error) {
                                             if (static_cast<const tactus_settime_args*>(args)->time == 0) {
                                               copy_text(error.text, "too soon");
                                               return TACTUS_E_INVALID;
                                             }
                                             static_cast<tactus_settime_result*>(result)->offset_s = 0.5;
                                             return TACTUS_OK;
                                           });
  Peer peer(backend);
  const Json failed = peer.call("io.tactus.Settime");
  EXPECT_EQ(failed["error"], "io.tactus.Failed");
  EXPECT_EQ(failed["parameters"]["text"], "too soon");
  EXPECT_EQ(failed["parameters"]["status"], TACTUS_E_INVALID);
  EXPECT_EQ(peer.call("io.tactus.Settime", {{"time", 1}})["parameters"]["offset_s"], 0.5);
}

TEST(Session, what_add_source_leaves_open_has_the_defaults_of_the_configuration) {
  static constexpr tactus_field fields[] = {field_integer("minpoll", "log2 s", -32, 32, "6", "x"),
                                            field_real("maxdelay", "s", "3.0", "x"),
                                            field_integer("minsamples", "", 0, 9, nullptr, "x")};
  static constexpr tactus_directive server = directive("server", "sources", TACTUS_SHAPE_NAMED, fields, "x");
  tactus_value values[3] = {};
  values[0].integer = 6;
  values[1].real = 3.0;
  const tactus_record record{sizeof record, 1, &server, "", values, 3, 0};
  World backend;
  backend.record = &record;
  tactus_add_source_args got{};
  backend.add_command<tactus_add_source_args>("add_source", members::add_source_args,
                                              [&](const void* args, void*, tactus_error&) {
                                                got = *static_cast<const tactus_add_source_args*>(args);
                                                return TACTUS_OK;
                                              });
  Peer peer(backend);
  peer.call("io.tactus.AddSource", {{"type", "pool"}, {"name", "pool.example"}, {"maxpoll_log2_s", 9}});
  EXPECT_EQ(backend.lines.back(), "pool localhost");
  EXPECT_EQ(got.type, TACTUS_ADD_POOL);
  EXPECT_STREQ(got.name, "pool.example");
  EXPECT_EQ(got.minpoll_log2_s, 6);
  EXPECT_EQ(got.maxpoll_log2_s, 9);
  EXPECT_EQ(got.max_delay_s, 3.0);
  EXPECT_EQ(got.min_samples, -1);
  EXPECT_EQ(got.presend_log2_s, 100);
  EXPECT_EQ(got.flags, TACTUS_ADD_ONLINE);
  peer.call("io.tactus.AddSource", {{"type", "server"}, {"name", "a"}, {"flags", {"iburst"}}, {"minsamples", 4}});
  EXPECT_EQ(got.flags, TACTUS_ADD_IBURST);
  EXPECT_EQ(got.min_samples, 4);
}

TEST(Session, describes_what_the_registry_has_and_lists_it) {
  World backend;
  struct Row {
    std::uint32_t struct_size;
    std::uint32_t level;
  };
  static constexpr tactus_member odd[] = {
      {sizeof(tactus_member), TACTUS_MEMBER_U32, 4, 4, "level__x", "", "of nothing", nullptr, 0, 0}};
  backend.add_report<Row>("odd", odd);
  backend.add_plain("list", [](const void*, void*, tactus_error&) { return TACTUS_OK; });
  backend.add_plain("sources_row", [](const void*, void*, tactus_error&) { return TACTUS_OK; });
  backend.add_plain("cyclelogs", [](const void*, void*, tactus_error&) { return TACTUS_OK; });
  Peer peer(backend);
  const Json info = peer.call("org.varlink.service.GetInfo")["parameters"];
  EXPECT_EQ(info["version"], "1.2.3");
  EXPECT_EQ(info["interfaces"], (Json{"io.tactus", "org.varlink.service"}));
  const std::string text = peer.call("org.varlink.service.GetInterfaceDescription",
                                     {{"interface", "io.tactus"}})["parameters"]["description"];
  EXPECT_NE(text.find("method GetTracking("), text.npos);
  EXPECT_NE(text.find("  leap: ?(normal, insert, delete, unsynchronised)"), text.npos);
  EXPECT_NE(text.find("method Cyclelogs() -> ()"), text.npos);
  EXPECT_EQ(text.find("Odd"), text.npos) << "its member's name is none of the language";
  EXPECT_EQ(text.find("method SourcesRow"), text.npos) << "a type has this name";
  const Json lists = peer.call("io.tactus.List")["parameters"];
  ASSERT_EQ(lists["reports"].size(), 4U);
  EXPECT_EQ(lists["reports"][0]["method"], "GetTracking");
  EXPECT_EQ(lists["reports"][3]["method"], "");
  EXPECT_EQ(lists["commands"][0]["method"], "");
  EXPECT_EQ(lists["commands"][2]["method"], "Cyclelogs");
  backend.add_row("odd", Row{0, 7});
  EXPECT_EQ(peer.call("io.tactus.Get", {{"name", "odd"}})["parameters"]["rows"][0]["level__x"], 7);
  EXPECT_EQ(peer.call("io.tactus.Get", {{"name", "even"}})["error"], "io.tactus.NotFound");
  EXPECT_EQ(peer.call("io.tactus.Get")["parameters"]["parameter"], "name");
}

TEST(Session, refuses_methods_and_interfaces_that_there_are_not) {
  World backend;
  Peer peer(backend);
  EXPECT_EQ(peer.call("io.tactus.Explode")["error"], "org.varlink.service.MethodNotFound");
  EXPECT_EQ(peer.call("io.tactus.GetNothing")["parameters"]["method"], "io.tactus.GetNothing");
  EXPECT_EQ(peer.call("org.example.Ping")["error"], "org.varlink.service.InterfaceNotFound");
  EXPECT_EQ(peer.ask({{"method", "io.tactus.GetTracking"}, {"upgrade", true}})[0]["error"],
            "org.varlink.service.MethodNotImplemented");
  EXPECT_EQ(peer.drops(Drop::unknown_method), 4U);
  EXPECT_FALSE(peer.session.finished()) << "a wrong call is answered, the connection stays";
}

TEST(Session, answers_nothing_to_a_call_that_wants_no_answer) {
  World backend;
  backend.add_plain("dump", [](const void*, void*, tactus_error&) { return TACTUS_OK; });
  Peer peer(backend);
  EXPECT_TRUE(peer.ask({{"method", "io.tactus.Dump"}, {"oneway", true}}).empty());
  EXPECT_TRUE(peer.ask({{"method", "io.tactus.GetTracking"}, {"oneway", true}}).empty());
  EXPECT_EQ(backend.ran.size(), 1U);
  EXPECT_FALSE(peer.session.has_output());
}

TEST(Session, ends_the_connection_over_what_is_no_call_and_counts_it) {
  const std::string messages[] = {"",
                                  "{",
                                  "[]",
                                  "17",
                                  "{\"method\":1}",
                                  "{\"method\":\"nodot\"}",
                                  "{\"method\":\".x\"}",
                                  "{\"method\":\"a.b\",\"more\":1}",
                                  "{\"method\":\"a.b\",\"parameters\":[]}",
                                  "{\"method\":\"a.\xff\"}",
                                  "\x1b[2J"};
  for (const std::string& message : messages) {
    World backend;
    Peer peer(backend);
    peer.feed(message + '\0');
    for (const std::string& piece : peer.pieces()) EXPECT_EQ(piece, "") << message;
    EXPECT_TRUE(peer.session.finished()) << message;
    EXPECT_EQ(peer.drops(Drop::malformed), 1U) << message;
  }
}

TEST(Session, answers_calls_that_came_together_one_after_the_other) {
  World backend;
  Peer peer(backend);
  const std::string call = Json{{"method", "io.tactus.GetTracking"}}.dump() + '\0';
  peer.feed(call + call + call.substr(0, 5));
  EXPECT_FALSE(peer.session.wants_bytes()) << "not before the first two are answered";
  EXPECT_EQ(peer.pieces().size(), 2U);
  EXPECT_TRUE(peer.session.wants_bytes());
  EXPECT_TRUE(peer.session.deadline());
  peer.session.on_deadline();
  EXPECT_TRUE(peer.session.finished());
  EXPECT_EQ(peer.drops(Drop::timed_out), 1U);
}

TEST(Session, ends_when_the_provider_of_a_report_goes_away_in_between) {
  World backend;
  for (std::uint32_t i = 0; i < 100; ++i) backend.add_row("sources", source(i));
  Peer peer(backend);
  peer.feed(Json{{"method", "io.tactus.GetSources"}}.dump() + '\0');
  std::string piece;
  peer.session.produce(piece, peer.now);
  backend.reports.clear();
  peer.session.produce(piece, peer.now);
  EXPECT_TRUE(peer.session.finished());
  EXPECT_EQ(peer.drops(Drop::vanished), 1U);
}

// Each byte of good calls changed, and each cut: an answer or the end of the connection, never a fall.
TEST(Session, corrupted_calls_are_answered_or_counted) {
  World backend;
  backend.add_command<tactus_access_args>("allow", members::access_args,
                                          [](const void*, void*, tactus_error&) { return TACTUS_OK; });
  const std::string calls[] = {
      Json{{"method", "io.tactus.GetTracking"}, {"parameters", {{"limit", 1}}}}.dump() + '\0',
      Json{{"method", "io.tactus.Allow"}, {"parameters", {{"subnet", "10.0.0.0/8"}, {"all", true}}}}.dump() + '\0'};
  for (const std::string& call : calls) {
    for (std::size_t i = 0; i < call.size(); ++i) {
      for (const int value : {0, 1, 34, 91, 92, 123, 125, 127, 255}) {
        Peer peer(backend);
        std::string changed = call;
        changed[i] = static_cast<char>(value);
        peer.feed(changed);
        const auto pieces = peer.pieces();
        const bool answered = !pieces.empty() && !pieces[0].empty();
        EXPECT_TRUE(answered || peer.session.finished() || peer.session.deadline()) << i << ' ' << value;
      }
    }
  }
}

}  // namespace
}  // namespace tactus::varlink
