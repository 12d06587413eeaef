// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tactus/cmdmon.hpp>

#include "channel.hpp"
#include "explain.hpp"
#include "json_reports.hpp"
#include "terminal_text.hpp"

namespace tactus::cli {
namespace {

constexpr std::int64_t now_ns = 1'795'651'200'000'000'000;

tactus_address address_of(unsigned number) { return *parse_literal(fmt::format("192.0.2.{}", number)); }

// A daemon with sources 192.0.2.1, .2, ... in these states; everything else is in order.
ClockView world(const std::string& states) {
  ClockView view;
  view.now_ns = now_ns;
  tactus_tracking tracking{};
  const bool selected = states.find('*') != std::string::npos;
  tracking.refid = selected ? 0xc0000201 : 0;
  if (selected) tracking.address = address_of(static_cast<unsigned>(states.find('*')) + 1);
  tracking.stratum = selected ? 3 : 0;
  tracking.leap = selected ? 0 : 3;
  tracking.reference_time = selected ? now_ns - 10'000'000'000 : 0;
  tracking.correction_s = 1e-4;
  tracking.root_delay_s = 0.02;
  tracking.root_dispersion_s = 0.001;
  tracking.update_interval_s = 64;
  view.tracking = tracking;
  view.activity = tactus_activity{sizeof(tactus_activity), static_cast<std::int32_t>(states.size()), 0, 0, 0, 0};
  for (std::size_t i = 0; i < states.size(); ++i) {
    const tactus_address address = address_of(static_cast<unsigned>(i) + 1);
    tactus_source_row source{};
    source.address = address;
    source.state = static_cast<unsigned char>("*?x~+-"[cmdmon::source_state(states[i])]);
    source.reach = states[i] == 'M' ? 0 : 0377;
    source.stratum = 2;
    source.poll_log2_s = 6;
    source.last_sample_ago_s = states[i] == 'M' ? TACTUS_AGO_NEVER : 20;
    source.offset_s = -0.25;
    std::snprintf(source.name, sizeof source.name, "time%zu.example.net", i + 1);
    view.sources.push_back(source);
    tactus_selectdata_row selection{};
    selection.address = address;
    selection.state = static_cast<unsigned char>(states[i]);
    selection.configured_options = states[i] == 'N' ? cmdmon::select_noselect : 0;
    selection.low_s = -5.0;
    selection.high_s = 5.0;
    view.selections.push_back(selection);
    tactus_sourcestats_row stats{};
    stats.address = address;
    stats.samples = states[i] == 'M' ? 0 : 12;
    stats.stddev_s = 2.5;
    view.stats.push_back(stats);
    tactus_ntpdata_row ntp{};
    ntp.remote = address;
    ntp.remote.port = 123;
    ntp.tests = 0x3ff;
    ntp.total_transmitted = ntp.total_received = ntp.total_valid = ntp.total_good = 9;
    view.ntpdata.push_back(ntp);
    tactus_authdata_row auth{};
    auth.address = address;
    auth.last_ke_ago_s = TACTUS_AGO_NEVER;
    view.authdata.push_back(auth);
  }
  return view;
}

void count_drop(ClockView& view, const char* reason, std::uint64_t count) {
  tactus_drop_row row{};
  row.count = count;
  std::snprintf(row.stage, sizeof row.stage, "ntp.client");
  std::snprintf(row.reason, sizeof row.reason, "%s", reason);
  view.drops.push_back(row);
}

std::string all_text(const ClockView& view) { return explanation_text(explain(view), 1000, false); }
bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

struct StateCase {
  char state;
  const char* trouble;
  const char* says;  // part of the sentence
};
class ExplainState : public testing::TestWithParam<StateCase> {};

TEST_P(ExplainState, has_a_reason_of_its_own) {
  // Beside a good source, so that there is a majority.
  const ClockView view = world(std::string("*") + GetParam().state);
  const SourceExplanation source = explain_source(view, 1);
  EXPECT_EQ(source.trouble, GetParam().trouble);
  EXPECT_TRUE(has(source.why, GetParam().says)) << source.why;
  EXPECT_EQ(source.state, GetParam().state);
  EXPECT_FALSE(source.used && GetParam().state != '+');
}
INSTANTIATE_TEST_SUITE_P(
    AllLetters, ExplainState,
    testing::Values(StateCase{'+', "", "combined with the selected source"}, StateCase{'N', "noselect", "noselect"},
                    StateCase{'s', "server_unsynchronised", "not synchronised itself"},
                    StateCase{'d', "too_distant", "may be wrong by 5 s"}, StateCase{'~', "jittery", "by 2.5 s"},
                    StateCase{'w', "waits_for_others", "waits until other"}, StateCase{'S', "stale", "20 s old"},
                    StateCase{'O', "orphan", "local orphan"}, StateCase{'T', "not_trusted", "250 ms slow"},
                    StateCase{'x', "falseticker", "250 ms slow"}, StateCase{'W', "waits_for_sources", "minsources"},
                    StateCase{'P', "not_preferred", "prefer"}, StateCase{'U', "waits_for_update", "next measurement"},
                    StateCase{'D', "not_combined", "less certain"}, StateCase{'L', "outlier", "outlier"},
                    StateCase{'M', "no_answer", "does not answer"}));

TEST(Explain, every_trouble_word_is_documented) {
  std::set<std::string> words;
  for (const Trouble& trouble : troubles()) words.insert(trouble.word);
  EXPECT_EQ(words.size(), troubles().size());
  for (const char state : std::string("+NsdwSO~TxWPUDLM")) {
    const std::string trouble = explain_source(world(std::string("*") + state), 1).trouble;
    EXPECT_TRUE(trouble.empty() || words.contains(trouble)) << trouble;
  }
}

TEST(Explain, a_good_clock_is_right_within_a_bound_and_follows_a_name) {
  const ClockExplanation out = explain(world("*++D"));
  EXPECT_TRUE(out.synchronised);
  EXPECT_EQ(out.mood, ClockExplanation::Mood::good);
  EXPECT_NEAR(*out.error_bound_s, 1e-4 + 0.001 + 0.01, 1e-12);
  EXPECT_EQ(
      out.verdict,
      "The clock is right within 11 ms. It follows time1.example.net, together with 2 others; its own stratum is 3.");
  EXPECT_TRUE(out.advice.empty());
}

TEST(Explain, disagreeing_sources_without_a_majority_are_told_from_falsetickers) {
  const ClockExplanation out = explain(world("xx"));
  EXPECT_FALSE(out.synchronised);
  EXPECT_EQ(out.sources[0].trouble, "no_majority");
  EXPECT_TRUE(has(out.advice.at(0), "disagree"));
  EXPECT_EQ(explain_source(world("*x"), 1).trouble, "falseticker");
}

// What is behind "no sample", with a change to a world whose only source has none.
struct Misery {
  const char* trouble;
  const char* says;  // part of the sentence or the remedy
  std::function<void(ClockView&)> change;
};
class ExplainMisery : public testing::TestWithParam<Misery> {};

TEST_P(ExplainMisery, is_found_out) {
  ClockView view = world("M");
  GetParam().change(view);
  const ClockExplanation out = explain(view);
  EXPECT_FALSE(out.synchronised);
  ASSERT_EQ(out.sources.size(), 1u);
  EXPECT_EQ(out.sources[0].trouble, GetParam().trouble);
  EXPECT_TRUE(has(out.sources[0].why + out.sources[0].remedy, GetParam().says))
      << out.sources[0].why << ' ' << out.sources[0].remedy;
}

namespace {
void set_counters(ClockView& view, std::uint32_t sent, std::uint32_t received, std::uint32_t valid,
                  std::uint32_t good) {
  tactus_ntpdata_row& ntp = view.ntpdata[0];
  ntp.total_transmitted = sent, ntp.total_received = received, ntp.total_valid = valid, ntp.total_good = good;
}
void set_key(ClockView& view, std::uint32_t mode, std::uint32_t type) {
  view.authdata[0].mode = mode, view.authdata[0].key_id = 5, view.authdata[0].key_type = type;
}
}  // namespace

INSTANTIATE_TEST_SUITE_P(
    Kinds, ExplainMisery,
    testing::Values(Misery{"unresolved", "getent hosts time1.example.net",
                           [](ClockView& v) { v.sources[0].address = v.selections[0].address = cmdmon::make_id(1); }},
                    Misery{"offline", "tctl online",
                           [](ClockView& v) {
                             v.activity->offline = 1;
                             set_counters(v, 0, 0, 0, 0);
                           }},
                    Misery{"offline", "tctl online", [](ClockView& v) { v.activity->offline = 1; }},
                    Misery{"not_asked", "Wait", [](ClockView& v) { set_counters(v, 0, 0, 0, 0); }},
                    Misery{"no_answer", "(8 requests)", [](ClockView& v) { set_counters(v, 8, 0, 0, 0); }},
                    Misery{"no_answer", "does not answer any more", [](ClockView& v) { set_counters(v, 80, 9, 9, 9); }},
                    Misery{"no_answer", "UDP port 1123",
                           [](ClockView& v) {
                             set_counters(v, 8, 0, 0, 0);
                             v.ntpdata[0].remote.port = 1123;
                           }},
                    Misery{"no_key", "Key 5 is not in the key file", [](ClockView& v) { set_key(v, 1, 0); }},
                    Misery{"authentication_fails", "same number, type and secret",
                           [](ClockView& v) {
                             set_key(v, 1, 2);
                             set_counters(v, 8, 8, 0, 0);
                           }},
                    Misery{"authentication_fails", "8 answers",
                           [](ClockView& v) {
                             set_key(v, 1, 2);
                             set_counters(v, 8, 8, 0, 0);
                             count_drop(v, "failed_auth", 8);
                           }},
                    Misery{"server_unsynchronised", "another server",
                           [](ClockView& v) {
                             set_key(v, 1, 2);
                             set_counters(v, 8, 8, 0, 0);
                             count_drop(v, "unsynchronised", 8);
                           }},
                    Misery{"nts_keys", "TCP port (4460)",
                           [](ClockView& v) {
                             set_key(v, 2, 15);
                             v.authdata[0].ke_attempts = 3;
                           }},
                    Misery{"nts_nak", "new ones are being fetched",
                           [](ClockView& v) {
                             set_key(v, 2, 15);
                             v.authdata[0].nak = 1;
                           }},
                    Misery{"server_unsynchronised", "stratum 16", [](ClockView& v) { set_counters(v, 8, 8, 0, 0); }},
                    Misery{"server_unsynchronised", "says that it is not synchronised",
                           [](ClockView& v) {
                             set_counters(v, 8, 8, 8, 0);
                             v.ntpdata[0].tests = 0x3df & ~0xfu;
                           }},
                    Misery{"too_distant", "wrong by 20 s",
                           [](ClockView& v) {
                             set_counters(v, 8, 8, 8, 0);
                             v.ntpdata[0].tests = 0x3ef & ~0xfu;
                             v.ntpdata[0].root_dispersion_s = 20.0;
                           }},
                    Misery{"no_answer", "key 5 is not the same on both sides",
                           [](ClockView& v) {
                             set_key(v, 1, 2);
                             set_counters(v, 8, 0, 0, 0);
                           }},
                    Misery{"told_to_slow_down", "minpoll",
                           [](ClockView& v) {
                             set_counters(v, 8, 8, 0, 0);
                             count_drop(v, "kod_rate", 1);
                           }},
                    Misery{"answers_refused", "tctl drops",
                           [](ClockView& v) {
                             set_counters(v, 8, 8, 0, 0);
                             count_drop(v, "bogus", 8);
                           }},
                    Misery{"loop", "circles",
                           [](ClockView& v) {
                             v.sources[0].reach = 1;
                             set_counters(v, 8, 8, 8, 0);
                             v.ntpdata[0].tests = 0x3fe;
                           }},
                    Misery{"delay_too_large", "800 ms there and back",
                           [](ClockView& v) {
                             v.sources[0].reach = 1;
                             set_counters(v, 8, 8, 8, 0);
                             v.ntpdata[0].tests = 0x3f7;
                             v.ntpdata[0].peer_delay_s = 0.8;
                           }},
                    Misery{"few_samples", "1 of the 3 samples",
                           [](ClockView& v) {
                             v.sources[0].reach = 1;
                             v.stats[0].samples = 1;
                           }},
                    Misery{"no_data", "receiver",
                           [](ClockView& v) {
                             v.sources[0].mode = TACTUS_SOURCE_MODE_REFCLOCK;
                             v.sources[0].address = v.selections[0].address = v.stats[0].address = tactus_address{};
                           }},
                    Misery{"readings_refused", "(40) as malformed",
                           [](ClockView& v) {
                             v.sources[0].mode = TACTUS_SOURCE_MODE_REFCLOCK;
                             v.sources[0].address = v.selections[0].address = v.stats[0].address = tactus_address{};
                             std::snprintf(v.sources[0].name, sizeof v.sources[0].name, "GPS");
                             for (const char* reason : {"too_old", "malformed"}) {
                               count_drop(v, reason, reason[0] == 'm' ? 40 : 3);
                               std::snprintf(v.drops.back().stage, sizeof v.drops.back().stage, "refclock.GPS");
                             }
                           }},
                    Misery{"noselect", "authselectmode", [](ClockView& v) {
                             v.selections[0].state = 'N';
                             v.selections[0].effective_options = cmdmon::select_noselect;
                           }}));

TEST(Explain, a_clock_that_may_not_be_stepped_is_not_called_right) {
  ClockView view = world("*+++");
  view.tracking->correction_s = -3600.0;
  const ClockExplanation out = explain(view);
  EXPECT_TRUE(out.synchronised);
  EXPECT_EQ(out.mood, ClockExplanation::Mood::bad);
  EXPECT_GT(*out.error_bound_s, 3600.0);
  EXPECT_TRUE(has(all_text(view), "60 minutes fast. It is corrected by running slower, which takes about 12 hours"));
  EXPECT_TRUE(has(out.advice.at(0), "tctl makestep sets it at once"));
  EXPECT_TRUE(has(out.advice.at(0), "makestep 1 3"));
}

TEST(Explain, a_small_remaining_correction_is_no_news_and_a_middling_one_is) {
  EXPECT_FALSE(has(all_text(world("*+++")), "corrected"));
  ClockView view = world("*+++");
  view.tracking->correction_s = 0.2;
  EXPECT_TRUE(has(all_text(view), "200 ms slow. It is corrected by running faster"));
  EXPECT_EQ(explain(view).mood, ClockExplanation::Mood::doubtful);
}

TEST(Explain, a_first_large_offset_waits_for_the_permission_to_step) {
  ClockView view = world("M");
  view.sources[0].last_sample_ago_s = 3;
  view.sources[0].reach = 1;
  view.sources[0].offset_s = 86400.0;
  view.stats[0].samples = 1;
  const std::string text = all_text(view);
  EXPECT_TRUE(has(text, "A source says that the clock is 24 hours off."));
  EXPECT_TRUE(has(text, "Let the first updates step the clock (makestep 1 3"));
  EXPECT_TRUE(has(text, "Wait: the first measurements are being made."));
}

TEST(Explain, a_clock_that_only_follows_itself_is_not_synchronised) {
  ClockView view = world("M");
  view.tracking->refid = 0x7f7f0101;
  view.tracking->stratum = 10;
  view.tracking->leap = 0;
  const ClockExplanation out = explain(view);
  EXPECT_FALSE(out.synchronised);
  EXPECT_TRUE(has(out.verdict, "serves its own time as a reference of stratum 10 (local)"));
}

TEST(Explain, a_reference_that_is_no_source_has_a_name_too) {
  ClockView view = world("*");
  view.sources.clear();
  view.tracking->address = tactus_address{};
  view.tracking->refid = 0x4d414e55;
  EXPECT_TRUE(has(all_text(view), "It follows the times that were entered (settime)"));
  view.tracking->refid = 0x47505300;
  EXPECT_TRUE(has(all_text(view), "It follows GPS;"));
  view.tracking->refid = 0xc0000201;
  EXPECT_TRUE(has(all_text(view), "It follows C0000201;"));
}

TEST(Explain, a_stratum_that_others_refuse_is_told) {
  ClockView view = world("*+++");
  view.tracking->stratum = 16;
  EXPECT_TRUE(has(all_text(view), "This clock's stratum is 16: others will not accept it"));
}

TEST(Explain, no_source_no_answer_and_no_name_are_told_apart) {
  EXPECT_TRUE(has(all_text(world("")), "No source is configured. Add one, such as: pool pool.ntp.org iburst"));
  ClockView view = world("MM");
  for (auto& ntp : view.ntpdata) ntp.total_received = ntp.total_valid = 0;
  EXPECT_TRUE(has(all_text(view), "No source answers: check the network first"));
  for (std::size_t i = 0; i < 2; ++i) view.sources[i].address = view.selections[i].address = cmdmon::make_id(1);
  EXPECT_TRUE(has(all_text(view), "No name can be resolved: check the resolver"));
}

TEST(Explain, an_old_reference_and_a_lost_selection_are_doubtful) {
  ClockView view = world("*+++");
  view.tracking->reference_time = now_ns - 86'400'000'000'000;
  EXPECT_EQ(explain(view).mood, ClockExplanation::Mood::doubtful);
  EXPECT_TRUE(has(all_text(view), "The last update is 24 hours old"));
  view = world("*M");
  view.sources[0].state = '?';
  view.selections[0].state = 'S';
  EXPECT_TRUE(has(all_text(view), "No source is selected at the moment"));
}

TEST(Explain, a_daemon_with_x_is_not_said_to_correct_anything) {
  ClockView view = world("*+++");
  tactus_plugin_row plugin{};
  plugin.loaded = 1;
  std::snprintf(plugin.provider, sizeof plugin.provider, "null");
  view.plugins.push_back(plugin);
  view.tracking->correction_s = 5.0;
  const std::string text = all_text(view);
  EXPECT_TRUE(has(text, "told not to touch the clock (-x)"));
  EXPECT_TRUE(has(text, "The system clock is 5 s slow."));
  EXPECT_FALSE(has(text, "makestep"));
}

TEST(Explain, what_a_daemon_does_not_tell_is_said_to_be_missing) {
  ClockView view = world("*?");
  view.selections.clear();
  view.ntpdata.clear();
  view.authdata.clear();
  view.sources[1].reach = 0;
  const std::string text = all_text(view);
  EXPECT_TRUE(has(text, "ask on its own machine as root"));
  EXPECT_EQ(explain_source(view, 1).trouble, "no_answer");
  view.tracking.reset();
  EXPECT_EQ(explain(view).verdict, "The daemon does not tell about its clock.");
}

TEST(Explain, lines_keep_to_the_width_with_and_without_colour) {
  ClockView view = world("*xMdW");
  view.tracking->correction_s = 100.0;
  for (const std::size_t width : {40u, 80u, 132u}) {
    for (const bool colour : {false, true}) {
      std::string text = explanation_text(explain(view), width, colour);
      EXPECT_EQ(text.find('\x1b') != std::string::npos, colour);
      for (std::size_t end = 0; !text.empty(); text.erase(0, end + 1)) {
        end = text.find('\n');
        ASSERT_NE(end, std::string::npos);
        EXPECT_LE(columns_of(std::string_view(text).substr(0, end)), width) << text.substr(0, end);
      }
    }
  }
}

TEST(Explain, names_cannot_carry_control_characters_to_the_terminal) {
  ClockView view = world("*");
  std::snprintf(view.sources[0].name, sizeof view.sources[0].name, "a\x1b[2Jb\x9b");
  EXPECT_EQ(all_text(view).find('\x1b'), std::string::npos);
  EXPECT_TRUE(has(all_text(view), "a?[2Jb?"));
}

TEST(Explain, its_json_says_the_same) {
  const auto json = nlohmann::json::parse(explanation_json(explain(world("*x"))));
  EXPECT_TRUE(json["synchronised"]);
  EXPECT_NEAR(json["error_bound_s"].get<double>(), 0.0111, 1e-9);
  EXPECT_EQ(json["sources"][1]["trouble"], "falseticker");
  EXPECT_EQ(json["sources"][0]["used"], true);
  EXPECT_TRUE(nlohmann::json::parse(explanation_json(explain(world(""))))["error_bound_s"].is_null());
}

TEST(Explain, every_key_of_its_json_is_documented) {
  const std::string page = json_documentation();
  const std::string chapter = page.substr(page.find("## explain"));
  const auto json = nlohmann::json::parse(explanation_json(explain(world("*x"))));
  for (const auto& [key, value] : json.items()) EXPECT_TRUE(has(chapter, "`" + key + "`")) << key;
  for (const auto& [key, value] : json["sources"][0].items()) EXPECT_TRUE(has(chapter, "`" + key + "`")) << key;
}

TEST(Explain, spoken_numbers_have_two_or_three_digits_and_a_unit) {
  const std::pair<double, const char*> cases[] = {{0.0, "0 s"},       {3.4e-10, "less than 1 ns"}, {4.24e-6, "4.2 us"},
                                                  {-0.0123, "12 ms"}, {0.9996, "1.0 s"},           {64.0, "64 s"},
                                                  {3.5, "3.5 s"},     {119.6, "2 minutes"},        {3600, "60 minutes"},
                                                  {7300, "2 hours"},  {86400, "24 hours"},         {200000, "2 days"},
                                                  {1e9, "32 years"},  {NAN, "an unknown time"}};
  for (const auto& [seconds, text] : cases) EXPECT_EQ(spoken_seconds(seconds), text);
}

}  // namespace tactus::cli
