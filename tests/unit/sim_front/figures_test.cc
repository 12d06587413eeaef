// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace tactus::sim {
namespace {

Scenario scenario_with(Expectation wanted) {
  Scenario out;
  out.name = "weather";
  out.file = "sim/weather.yaml";
  out.expectations.push_back(std::move(wanted));
  return out;
}

Expectation at_most(const std::string& figure, double bound) {
  Expectation out;
  out.node = "client";
  out.figure = figure;
  out.maximum = bound;
  out.line = 12;
  return out;
}

Expectation says(const std::string& figure, const std::string& text) {
  Expectation out = at_most(figure, 0.0);
  out.maximum.reset();
  out.text = text;
  return out;
}

RunResult run_of(NodeResult node) {
  RunResult out;
  out.seed = 7;
  node.name = "client";
  out.nodes.push_back(NodeResult{});
  out.nodes.back().name = "server";
  out.nodes.push_back(std::move(node));
  return out;
}

TEST(Figures, a_figure_beyond_its_bound_says_all_that_is_needed_to_repeat_it) {
  NodeResult node;
  node.rms_time_s = 33e-6;
  const auto failures = check(scenario_with(at_most("rms_time", 20e-6)), run_of(node));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(to_text(failures[0]),
            "sim/weather.yaml:12: weather: client, seed 7: rms_time is 33.0 us, expected at most 20.0 us; repeat with: "
            "tctl simulate sim/weather.yaml --seed 7");
}

TEST(Figures, bounds_are_inclusive_and_only_the_named_node_counts) {
  NodeResult node;
  node.rms_time_s = 20e-6;
  EXPECT_TRUE(check(scenario_with(at_most("rms_time", 20e-6)), run_of(node)).empty());
  RunResult run = run_of(node);
  run.nodes[0].rms_time_s = 1.0;
  EXPECT_TRUE(check(scenario_with(at_most("rms_time", 20e-6)), run).empty());
  Expectation all = at_most("rms_time", 20e-6);
  all.node = "*";
  EXPECT_EQ(check(scenario_with(all), run).size(), 1U);
}

TEST(Figures, never_and_no_number_hold_no_bound) {
  NodeResult node;
  node.settle_s = INFINITY;
  const auto failures = check(scenario_with(at_most("settle", 300.0)), run_of(node));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].measured, "never");
  node.settle_s = NAN;
  EXPECT_EQ(check(scenario_with(at_most("settle", 300.0)), run_of(node)).size(), 1U);
}

TEST(Figures, words_are_compared_with_each_alternative) {
  NodeResult node;
  node.source = "server2";
  node.leap = 1;
  EXPECT_TRUE(check(scenario_with(says("source", "server1 or server2")), run_of(node)).empty());
  EXPECT_TRUE(check(scenario_with(says("source", "server*")), run_of(node)).empty());
  EXPECT_EQ(check(scenario_with(says("source", "server1")), run_of(node)).size(), 1U);
  EXPECT_TRUE(check(scenario_with(says("leap", "insert")), run_of(node)).empty());
  node.source = "";
  EXPECT_TRUE(check(scenario_with(says("source", "none")), run_of(node)).empty());
}

TEST(Figures, texts_are_looked_for_in_messages_and_replies) {
  NodeResult node;
  node.log = {"10.0 Selected source 10.0.0.1", "11.0 System clock was stepped by 1.0 seconds"};
  node.replies = {"100 tracking\nStratum : 2"};
  EXPECT_TRUE(check(scenario_with(says("log_contains", "was stepped")), run_of(node)).empty());
  EXPECT_EQ(check(scenario_with(says("log_contains", "Can't")), run_of(node)).size(), 1U);
  EXPECT_EQ(check(scenario_with(says("log_lacks", "was stepped")), run_of(node)).size(), 1U);
  EXPECT_TRUE(check(scenario_with(says("reply_contains", "Stratum : 2")), run_of(node)).empty());
}

TEST(Figures, the_first_broken_rule_is_told) {
  NodeResult node;
  node.violation_count = 3;
  node.violations.push_back({61.5, "bound", "error 2 ms, bound 1 ms"});
  const auto failures = check(scenario_with(at_most("violations", 0.0)), run_of(node));
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].measured, "3");
  EXPECT_NE(to_text(failures[0]).find("(first at 61.500 s: bound: error 2 ms, bound 1 ms)"), std::string::npos);
}

TEST(Figures, every_figure_has_a_way_to_be_measured_and_a_text) {
  for (const Figure& figure : figures()) {
    EXPECT_TRUE(figure.number != nullptr || figure.word != nullptr || figure.has != nullptr) << figure.key;
    EXPECT_FALSE(figure.doc.empty()) << figure.key;
    EXPECT_EQ(find_figure(figure.key), &figure);
  }
  EXPECT_EQ(find_figure("nonsense"), nullptr);
}

}  // namespace
}  // namespace tactus::sim
