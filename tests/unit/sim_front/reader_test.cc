// SPDX-License-Identifier: Apache-2.0
#include "scenario_reader.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include <tactus/address.hpp>

namespace tactus::sim {
namespace {

std::optional<std::string> no_file(const std::string&) { return std::nullopt; }

Scenario read(const std::string& text) {
  ReadResult result = read_scenario(text, "some/weather.yaml", no_file);
  for (const std::string& problem : result.problems) ADD_FAILURE() << problem;
  return result.scenario.value_or(Scenario{});
}

std::vector<std::string> problems(const std::string& text) {
  return read_scenario(text, "weather.yaml", no_file).problems;
}

const std::string frame = "duration: 2 h\nnodes:\n  server: {chrony: local}\n  client: {chrony: server server}\n";

// The only problem of the text.
std::string problem(const std::string& more) {
  const auto all = problems(frame + more);
  EXPECT_EQ(all.size(), 1U) << more;
  return all.empty() ? "" : all.front();
}

TEST(ScenarioReader, the_smallest_scenario_has_sensible_defaults) {
  const Scenario scenario = read(frame);
  EXPECT_EQ(scenario.name, "weather");
  EXPECT_EQ(scenario.file, "some/weather.yaml");
  EXPECT_EQ(scenario.duration_s, 7200.0);
  EXPECT_EQ(scenario.start_ns, 1767225600000000000);
  EXPECT_EQ(scenario.seeds, std::vector<unsigned>{1});
  ASSERT_EQ(scenario.nodes.size(), 2U);
  EXPECT_EQ(scenario.nodes[1].config, "server server");
  EXPECT_FALSE(scenario.nodes[1].yaml);
  ASSERT_EQ(scenario.expectations.size(), 1U);
  EXPECT_EQ(scenario.expectations[0].node, "*");
  EXPECT_EQ(scenario.expectations[0].figure, "violations");
  EXPECT_EQ(scenario.expectations[0].maximum, 0.0);
}

TEST(ScenarioReader, a_node_has_all_its_models) {
  const Scenario scenario = read(R"(
duration: 1 d
nodes:
  box:
    chrony: |
      refclock SHM 0
      local
    options: [-r, -s]
    start: 10 s
    clock: {offset: -1 ms, frequency: 100 ppm, wander: 1e-9, white: 2 ppb, max_frequency: 500 ppm, can_step: false,
            temperature: {amplitude: 1 ppm, period: 2 h, phase: 25 %}, reading: 50 ns, resolution: 1 us}
    stamps: {kind: hardware, receive: {normal: 50 ns}, transmit: 10 ns, nic: {frequency: 5 ppm}}
    refclocks:
      - {jitter: {normal: {mean: 1 us, stddev: 2 us}}, interval: 4 s, leap: insert, loss: 1 %}
      - {pulse_error: 3 us, right: false}
    wakeup: {exponential: 50 us}
    addresses: [10.0.0.7, "fd00::7"]
    truthful: false
)");
  ASSERT_EQ(scenario.nodes.size(), 1U);
  const Node& node = scenario.nodes[0];
  EXPECT_EQ(node.config, "refclock SHM 0\nlocal\n");
  EXPECT_EQ(node.options, (std::vector<std::string>{"-r", "-s"}));
  EXPECT_EQ(node.start_s, 10.0);
  EXPECT_DOUBLE_EQ(node.clock.offset_s, -1e-3);
  EXPECT_DOUBLE_EQ(node.clock.frequency, 1e-4);
  EXPECT_DOUBLE_EQ(node.clock.max_frequency_ppm, 500.0);
  EXPECT_DOUBLE_EQ(node.clock.temperature, 1e-6);
  EXPECT_DOUBLE_EQ(node.clock.temperature_phase, 0.25);
  EXPECT_FALSE(node.clock.can_step);
  EXPECT_EQ(node.stamps.kind, StampModel::Kind::hardware);
  EXPECT_EQ(node.stamps.receive.kind, Distribution::Kind::normal);
  EXPECT_DOUBLE_EQ(node.stamps.receive.stddev_s, 50e-9);
  EXPECT_DOUBLE_EQ(node.stamps.transmit.mean_s, 10e-9);
  EXPECT_DOUBLE_EQ(node.stamps.nic.frequency, 5e-6);
  ASSERT_EQ(node.refclocks.size(), 2U);
  EXPECT_DOUBLE_EQ(node.refclocks[0].jitter.mean_s, 1e-6);
  EXPECT_EQ(node.refclocks[0].leap, TACTUS_LEAP_INSERT);
  EXPECT_FALSE(node.refclocks[1].right);
  EXPECT_EQ(node.wakeup.kind, Distribution::Kind::exponential);
  ASSERT_EQ(node.addresses.size(), 2U);
  EXPECT_EQ(to_text(node.addresses[1]), "fd00::7");
  EXPECT_FALSE(node.truthful);
}

TEST(ScenarioReader, a_configuration_in_yaml_keeps_its_structure_and_quotes) {
  const Scenario scenario = read(R"(
duration: 1 h
nodes:
  box:
    config:
      sources:
        - server: "10"
          iburst: true
          offset: -0.5
      clock: {makestep: {threshold: 1.0, limit: 3}, words: "a # b"}
)");
  const Node& node = scenario.nodes[0];
  EXPECT_TRUE(node.yaml);
  EXPECT_EQ(node.config,
            "sources:\n  -\n    server: \"10\"\n    iburst: true\n    offset: -0.5\n"
            "clock:\n  makestep:\n    threshold: 1.0\n    limit: 3\n  words: \"a # b\"\n");
}

TEST(ScenarioReader, copies_are_numbered_and_their_configurations_know_the_number) {
  const Scenario scenario =
      read("duration: 1 h\nnodes:\n  s: {chrony: local}\n  c: {copies: 3, chrony: \"server s key ${n}\"}\n");
  ASSERT_EQ(scenario.nodes.size(), 4U);
  EXPECT_EQ(scenario.nodes[1].name, "c1");
  EXPECT_EQ(scenario.nodes[3].name, "c3");
  EXPECT_EQ(scenario.nodes[3].config, "server s key 3");
}

TEST(ScenarioReader, a_link_has_the_same_model_both_ways_unless_it_says_otherwise) {
  const Scenario scenario = read(frame + R"(
links:
  - {from: client, to: server, delay: 10 ms, jitter: {gamma: {mean: 1 ms, shape: 2}}, loss: 5 %,
     forward: {delay: 1 ms}}
  - {jitter: {pareto: {mean: 1 ms, shape: 2.5}}, reorder: false,
     congestion: {interval: 1 h, length: 60 s, extra: 20 ms}}
)");
  ASSERT_EQ(scenario.links.size(), 2U);
  const LinkModel& first = scenario.links[0].model;
  EXPECT_DOUBLE_EQ(first.forward.base_s, 1e-3);
  EXPECT_DOUBLE_EQ(first.backward.base_s, 10e-3);
  EXPECT_DOUBLE_EQ(first.forward.loss, 0.05);
  EXPECT_EQ(first.forward.jitter.kind, Distribution::Kind::gamma);
  EXPECT_DOUBLE_EQ(first.backward.jitter.shape, 2.0);
  EXPECT_EQ(scenario.links[1].from, "*");
  EXPECT_DOUBLE_EQ(scenario.links[1].model.backward.congestion.mean_length_s, 60.0);
  EXPECT_FALSE(scenario.links[1].model.backward.reorder);
}

TEST(ScenarioReader, delays_come_from_a_file_beside_the_scenario) {
  const auto load = [](const std::string& name) -> std::optional<std::string> {
    return name == "delays.txt" ? std::optional<std::string>("0.001 0.002 # two\n# none\n3e-3\n") : std::nullopt;
  };
  const ReadResult result = read_scenario(frame + "links: [{jitter: {file: delays.txt}}]\n", "a.yaml", load);
  ASSERT_TRUE(result.scenario);
  const Distribution& jitter = result.scenario->links[0].model.forward.jitter;
  EXPECT_EQ(jitter.kind, Distribution::Kind::samples);
  EXPECT_EQ(*jitter.samples, (std::vector<double>{0.001, 0.002, 0.003}));
  const ReadResult missing = read_scenario(frame + "links: [{jitter: {file: other.txt}}]\n", "a.yaml", load);
  ASSERT_EQ(missing.problems.size(), 1U);
  EXPECT_EQ(missing.problems[0],
            "a.yaml:5: links[1].jitter.file: cannot read other.txt; the path is relative to the scenario's folder");
}

TEST(ScenarioReader, events_of_every_kind_are_read) {
  const Scenario scenario = read(frame + R"(
names: {pool.example: [server]}
links: [{from: server, to: client}, {from: client, to: "*"}]
events:
  - {at: 1 h, step: server, by: -10 ms}
  - {at: 1 h, frequency: client, by: 10 ppm, every: 10 min, times: 3}
  - {at: 1 h, clock: client, model: {wander: 1e-8}}
  - {at: 1 h, stop: server}
  - {at: 1 h, kill: server}
  - {at: 1 h, start: server}
  - {at: 1 h, suspend: client, for: 10 min}
  - {at: 1 h, link: [client, "*"], model: {delay: 3 ms}}
  - {at: 1 h, link_down: [client, server], every: 20 min}
  - {at: 1 h, link_up: [client, server]}
  - {at: 1 h, address: server, addresses: [10.1.1.1]}
  - {at: 1 h, name: pool.example, nodes: [client]}
  - {at: 1 h, refclock: client, index: 1, model: {jitter: 1 us}}
  - {at: 1 h, refclock_off: client}
  - {at: 1 h, refclock_on: client}
  - {at: 1 h, lie: server, by: 100 ms}
  - {at: 1 h, honest: server}
  - {at: 1 h, command: client, text: makestep}
)");
  ASSERT_EQ(scenario.events.size(), 18U);
  for (std::size_t i = 0; i < scenario.events.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(scenario.events[i].kind), i);
    EXPECT_EQ(scenario.events[i].at_s, 3600.0);
  }
  EXPECT_DOUBLE_EQ(scenario.events[0].amount, -0.01);
  EXPECT_EQ(scenario.events[0].times, 1U);
  EXPECT_DOUBLE_EQ(scenario.events[1].amount, 1e-5);
  EXPECT_EQ(scenario.events[1].times, 3U);
  EXPECT_EQ(scenario.events[8].times, 0U);
  EXPECT_EQ(scenario.events[8].to, "server");
  EXPECT_DOUBLE_EQ(scenario.events[7].link.backward.base_s, 3e-3);
  EXPECT_EQ(scenario.events[7].index, 1U);
  EXPECT_EQ(scenario.events[11].text, "pool.example");
  EXPECT_EQ(scenario.events[12].index, 1U);
  EXPECT_EQ(scenario.events[17].text, "makestep");
}

TEST(ScenarioReader, expectations_are_bounds_words_and_texts_with_their_lines) {
  const Scenario scenario = read(frame + R"(settled: 1 ms
expect:
  client:
    rms_time: "< 20 us"
    settle: <= 300 s
    sent: 100..200
    stratum: 2
    source: server or other
    log_contains: [Selected source, stepped]
    frequency: -11 ppm..-9 ppm
    synchronised: true
    violations: 0..5
)");
  const auto& all = scenario.expectations;
  ASSERT_EQ(all.size(), 11U);
  EXPECT_EQ(all[0].line, 8U);
  EXPECT_DOUBLE_EQ(*all[0].maximum, 20e-6);
  EXPECT_FALSE(all[0].minimum);
  EXPECT_DOUBLE_EQ(*all[1].maximum, 300.0);
  EXPECT_DOUBLE_EQ(*all[2].minimum, 100.0);
  EXPECT_DOUBLE_EQ(*all[3].minimum, 2.0);
  EXPECT_DOUBLE_EQ(*all[3].maximum, 2.0);
  EXPECT_EQ(all[4].text, "server or other");
  EXPECT_EQ(all[6].text, "stepped");
  EXPECT_DOUBLE_EQ(*all[7].minimum, -11e-6);
  EXPECT_DOUBLE_EQ(*all[8].minimum, 1.0);
  // No violation is allowed where nobody said otherwise.
  EXPECT_EQ(all[10].node, "server");
  EXPECT_EQ(all[10].figure, "violations");
}

TEST(ScenarioReader, seeds_leap_and_start_have_short_forms) {
  EXPECT_EQ(read(frame + "seeds: 3\n").seeds, (std::vector<unsigned>{1, 2, 3}));
  EXPECT_EQ(read(frame + "seeds: 5..6\n").seeds, (std::vector<unsigned>{5, 6}));
  EXPECT_EQ(read(frame + "seeds: [7, 9]\n").seeds, (std::vector<unsigned>{7, 9}));
  EXPECT_EQ(read(frame + "leap: delete\n").leap, -1);
  EXPECT_EQ(read(frame + "leap: {insert: 12 h}\n").leap_s, 43200.0);
  EXPECT_EQ(read(frame + "start: 1970-01-02\n").start_ns, 86400000000000);
}

TEST(ScenarioReader, a_wrong_key_gets_the_nearest_one_with_file_line_and_path) {
  EXPECT_EQ(problem("drations: 1 h\n"), "weather.yaml:5: drations: unknown; did you mean `duration`?");
  EXPECT_EQ(problem("links:\n  - {delay: 1 ms, jiter: 1 ms}\n"),
            "weather.yaml:6: links[1].jiter: unknown; did you mean `jitter`?");
  EXPECT_EQ(problem("expect:\n  client:\n    rms_tim: < 1 s\n"),
            "weather.yaml:7: expect.client.rms_tim: figure is unknown; did you mean `rms_time`?");
  EXPECT_EQ(problem("expect: {cleint: {stratum: 2}}\n"),
            "weather.yaml:5: expect.cleint: node `cleint` is unknown; did you mean `client`?");
}

TEST(ScenarioReader, a_wrong_value_is_shown_with_what_would_be_right) {
  EXPECT_EQ(problem("settle: 20\n"),
            "weather.yaml:5: settle: `20` is not a time; write a number and a unit (ns, us, ms, s, min, h, d, w, y), "
            "for example 20 us");
  EXPECT_EQ(problem("links: [{loss: 150 %}]\n"), "weather.yaml:5: links[1].loss: 150 % is out of range; from 0 to 1");
  EXPECT_EQ(problem("links: [{jitter: {gamma: 1 ms}}]\n"),
            "weather.yaml:5: links[1].jitter.gamma: needs a mean and a shape; write {mean: 1 ms, shape: 2}");
  EXPECT_EQ(problem("expect: {client: {rms_time: \"< 5\"}}\n"),
            "weather.yaml:5: expect.client.rms_time: `< 5` is not an expectation; write `< 20 us`, `> 1 s`, "
            "`1 ms..2 ms` or `never`");
  EXPECT_EQ(problem("settle: 3 h\n"),
            "weather.yaml:1: scenario: settle is not before the end; make it smaller than duration");
}

TEST(ScenarioReader, a_wrong_event_says_what_it_needs) {
  EXPECT_EQ(problem("events: [{at: 1 h, step: server}]\n"),
            "weather.yaml:5: events[1]: `step` needs `by`: its clock jumps `by` a time");
  EXPECT_EQ(problem("events: [{step: server, by: 1 s}]\n"), "weather.yaml:5: events[1]: has no time; write `at: 1 h`");
  EXPECT_EQ(problem("events: [{at: 1 h, stop: server, by: 1 s}]\n"),
            "weather.yaml:5: events[1].by: means nothing for `stop`; leave it out");
  EXPECT_EQ(problem("events: [{at: 1 h, stop: server, start: client}]\n"),
            "weather.yaml:5: events[1].start: an event has one of these, and this has `stop`; make two events");
  EXPECT_EQ(problem("events: [{at: 1 h, link_down: server}]\n"),
            "weather.yaml:5: events[1].link_down: must be two nodes; write [node, node], where `*` is every node");
}

TEST(ScenarioReader, everything_that_is_wrong_is_said_at_once_in_the_order_of_lines) {
  const auto all =
      problems("duraton: 1 h\nnodes:\n  a: {chony: x}\n  b: {chrony: x, clock: {offset: far}}\nlinks: 3\n");
  ASSERT_EQ(all.size(), 6U);
  EXPECT_NE(all[0].find("duraton: unknown"), std::string::npos);
  EXPECT_NE(all[1].find("has no duration"), std::string::npos);
  EXPECT_NE(all[2].find("nodes.a.chony: unknown; did you mean `chrony`?"), std::string::npos);
  EXPECT_NE(all[3].find("nodes.a: has no configuration"), std::string::npos);
  EXPECT_NE(all[4].find("nodes.b.clock.offset: `far` is not a time"), std::string::npos);
  EXPECT_NE(all[5].find("links: must be a mapping"), std::string::npos);
}

TEST(ScenarioReader, what_is_no_yaml_is_said_with_its_line) {
  const auto all = problems("duration: 1 h\nnodes: {a: [\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_NE(all[0].find("weather.yaml:3: not YAML:"), std::string::npos) << all[0];
  EXPECT_FALSE(problems("").empty());
  EXPECT_FALSE(problems("just words").empty());
  EXPECT_FALSE(problems("- a list").empty());
  EXPECT_EQ(load_scenario("/nowhere/at/all.yaml").problems.size(), 1U);
}

TEST(ScenarioReader, a_key_that_is_given_twice_is_refused) {
  EXPECT_EQ(problem("settle: 1 s\nsettle: 2 s\n"), "weather.yaml:6: settle: given twice; keep one");
}

TEST(ScenarioReader, a_time_to_settle_needs_a_bound) {
  EXPECT_EQ(problem("expect: {client: {settle: < 1 h}}\n"),
            "weather.yaml:1: scenario: line 5 expects a time to settle, but there is no `settled`; write for example "
            "`settled: 1 ms`");
}

TEST(ScenarioReader, a_refused_configuration_is_placed_in_the_scenario_file) {
  const Scenario scenario = read(
      "duration: 1 h\nnodes:\n  a:\n    chrony: |  # words\n      local\n      bogus\n"
      "  b: {chrony: \"local\\nbogus\"}\n  c: {config: {x: {y: z}}}\n");
  EXPECT_EQ(place_refusal(scenario, "node a: Invalid directive bogus at line 2 in file /tmp/x/chrony.conf"),
            "some/weather.yaml:6: nodes.a: Invalid directive bogus");
  EXPECT_EQ(place_refusal(scenario, "node b: Invalid directive bogus at line 2 in file /tmp/x/chrony.conf"),
            "some/weather.yaml:7: nodes.b: Invalid directive bogus");
  EXPECT_EQ(place_refusal(scenario, "node c: unknown key x at line 1 in file y"),
            "some/weather.yaml: node c: unknown key x at line 1 in file y");
  EXPECT_EQ(place_refusal(scenario, "something else"), "some/weather.yaml: something else");
}

TEST(ScenarioReader, the_documentation_has_all_keys) {
  std::ifstream file(std::string(TACTUS_DOCS) + "/simulation.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(key_tables()), std::string::npos)
      << "put the output of `tctl simulate --keys` into docs/simulation.md";
}

TEST(ScenarioReader, every_scenario_of_the_tests_is_well_formed) {
  unsigned count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(TACTUS_SCENARIOS)) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    for (const std::string& one : load_scenario(entry.path().string()).problems) ADD_FAILURE() << one;
  }
  EXPECT_GE(count, 40U);
}

}  // namespace
}  // namespace tactus::sim
