// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "options.hpp"

namespace tactus::sim {
namespace {

ScenarioRuns two_seeds() {
  ScenarioRuns out;
  out.scenario.name = "weather";
  out.scenario.file = "weather.yaml";
  out.scenario.description = "what it is";
  out.scenario.duration_s = 7200.0;
  out.scenario.settled_s = 1e-3;
  out.scenario.nodes.resize(1);
  for (unsigned seed = 1; seed <= 2; ++seed) {
    RunResult& run = out.runs.emplace_back();
    run.seed = seed;
    NodeResult& node = run.nodes.emplace_back();
    node.name = "client";
    node.rms_time_s = seed * 10e-6;
    node.max_time_s = 50e-6;
    node.settle_s = seed == 1 ? 100.0 : INFINITY;
    node.sent = 128;
    node.stratum = 2;
    node.source = "server";
    node.updates = 5;
    for (double at = 0.0; at < 7200.0; at += 60.0)
      node.samples.push_back({at, 1e-5 * std::sin(at), 0.0, 1e-3, 1e-8, true});
  }
  return out;
}

std::string without_spaces(std::string text) {
  text.erase(std::unique(text.begin(), text.end(), [](char a, char b) { return a == ' ' && b == ' '; }), text.end());
  return text;
}

TEST(Table, several_seeds_are_shown_as_median_and_range) {
  const std::string text = without_spaces(text_table(two_seeds()));
  EXPECT_NE(text.find("weather: 2.00 h of virtual time, 2 seeds, median (range): as expected\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("client 10.0 us (10.0 us .. 20.0 us) 50.0 us"), std::string::npos) << text;
  EXPECT_NE(text.find("100 s (100 s .. never) 128 0 2 0 server\n"), std::string::npos) << text;
}

TEST(Table, one_seed_is_shown_as_it_is_and_failures_stand_below) {
  ScenarioRuns runs = two_seeds();
  runs.runs.pop_back();
  runs.failures.push_back({"weather", "weather.yaml", 3, "client", 1, "rms_time", "10.0 us", "at most 5.00 us", ""});
  const std::string text = text_table(runs);
  EXPECT_NE(text.find("seed 1: NOT as expected\n"), std::string::npos) << text;
  EXPECT_NE(text.find("FAILED weather.yaml:3: weather: client, seed 1: rms_time is 10.0 us"), std::string::npos)
      << text;
  EXPECT_EQ(text.find(".."), std::string::npos) << text;
}

TEST(Table, many_nodes_are_cut_with_a_word_about_it) {
  ScenarioRuns runs = two_seeds();
  for (RunResult& run : runs.runs) run.nodes.resize(100, run.nodes[0]);
  EXPECT_NE(text_table(runs).find("... and 76 nodes more"), std::string::npos);
}

TEST(Table, a_markdown_row_has_as_many_cells_as_its_header) {
  const auto bars = [](const std::string& text) { return std::count(text.begin(), text.end(), '|'); };
  const std::string header = summary_header();
  EXPECT_EQ(bars(header.substr(0, header.find('\n'))), bars(summary_row(two_seeds())));
}

TEST(Json, keys_carry_units_and_what_is_no_number_is_null) {
  ScenarioRuns runs = two_seeds();
  runs.runs[0].nodes[0].log.push_back("broken \xff text");
  const auto json = nlohmann::json::parse(json_text({runs}));
  const auto& scenario = json.at("scenarios").at(0);
  EXPECT_EQ(scenario.at("duration_s"), 7200.0);
  EXPECT_EQ(scenario.at("as_expected"), true);
  EXPECT_EQ(scenario.at("runs").size(), 2U);
  const auto& node = scenario.at("runs").at(1).at("nodes").at(0);
  EXPECT_EQ(node.at("rms_time_s"), 20e-6);
  EXPECT_TRUE(node.at("settle_s").is_null());
  EXPECT_EQ(node.at("source"), "server");
}

TEST(Plot, a_chart_has_the_node_its_bound_and_its_events) {
  ScenarioRuns runs = two_seeds();
  Event event;
  event.kind = Event::Kind::step;
  event.node = "server";
  event.at_s = 3600.0;
  event.amount = 0.01;
  runs.scenario.events.push_back(event);
  const std::string svg = plot_svg(runs.scenario, runs.runs[0]);
  EXPECT_TRUE(svg.find("<svg") != std::string::npos);
  for (const char* text : {"client: clock error", "estimated error bound", "true error", "Frequency error",
                           "server jumps by 10.0 ms", "weather, seed 1"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
}

TEST(Plot, many_nodes_share_panels) {
  ScenarioRuns runs = two_seeds();
  runs.runs[0].nodes.resize(20, runs.runs[0].nodes[0]);
  const std::string svg = plot_svg(runs.scenario, runs.runs[0]);
  EXPECT_NE(svg.find("Clock error (first 12 of 20 nodes)"), std::string::npos);
  EXPECT_EQ(svg.find("client: clock error"), std::string::npos);
}

Result<Options> options_of(std::vector<const char*> words) {
  words.insert(words.begin(), "tactus-simulate");
  return parse_options(static_cast<int>(words.size()), words.data());
}

TEST(Options, values_stand_in_the_next_word_or_after_an_equals_sign) {
  const auto options = options_of({"a.yaml", "--seeds", "5", "--plot=out.svg", "--json", "b.yaml"});
  ASSERT_FALSE(options.ok());  // a plot of two scenarios
  const auto one = options_of({"a.yaml", "--seeds", "5", "--plot=out.svg", "--json"});
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->seeds, 5U);
  EXPECT_EQ(one->plot, "out.svg");
  EXPECT_TRUE(one->json);
  EXPECT_EQ(one->files, std::vector<std::string>{"a.yaml"});
}

TEST(Options, wrong_ones_are_named) {
  EXPECT_EQ(options_of({"a.yaml", "--sed", "5"}).failure().text, "unknown option --sed; --help lists them");
  EXPECT_EQ(options_of({"a.yaml", "--seed"}).failure().text, "--seed needs a value; --help shows it");
  EXPECT_EQ(options_of({"a.yaml", "--seed", "x"}).failure().text, "--seed: `x` is not a number from 1 to 4000000000");
  EXPECT_EQ(options_of({"a.yaml", "--json=1"}).failure().text, "--json takes no value");
  EXPECT_FALSE(options_of({}).ok());
  EXPECT_FALSE(options_of({"a.yaml", "--seed", "1", "--seeds", "2"}).ok());
}

}  // namespace
}  // namespace tactus::sim
