// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <nlohmann/json.hpp>

#include "report.hpp"

namespace tactus::sim {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json node_json(const NodeResult& node) {
  Json out{{"name", node.name},
           {"rms_time_s", number(node.rms_time_s)},
           {"max_time_s", number(node.max_time_s)},
           {"mean_time_s", number(node.mean_time_s)},
           {"rms_frequency_ratio", number(node.rms_frequency)},
           {"max_frequency_ratio", number(node.max_frequency)},
           {"settle_s", number(node.settle_s)},
           {"synchronised_after_s", number(node.synchronised_s)},
           {"max_bound_s", number(node.max_bound_s)},
           {"sent_packets", node.sent},
           {"received_packets", node.received},
           {"shortest_interval_s", number(node.shortest_interval_s)},
           {"updates", node.updates},
           {"steps", node.steps},
           {"stepped_s", number(node.stepped_s)},
           {"offset_s", number(node.offset_s)},
           {"frequency_ppm", number(node.frequency_ppm)},
           {"synchronised", node.synchronised},
           {"stratum", node.stratum},
           {"leap", leap_word(node.leap)},
           {"source", node.source},
           {"running", node.running},
           {"exit_status", node.exit_status},
           {"violations", node.violation_count}};
  Json broken = Json::array();
  for (const Violation& one : node.violations) {
    broken.push_back({{"at_s", number(one.at_s)}, {"rule", one.rule}, {"text", one.text}});
  }
  out["first_violations"] = std::move(broken);
  out["log"] = node.log;
  out["replies"] = node.replies;
  return out;
}

Json failure_json(const Failure& failure) {
  return {{"node", failure.node},   {"seed", failure.seed}, {"figure", failure.figure}, {"measured", failure.measured},
          {"bound", failure.bound}, {"line", failure.line}, {"detail", failure.detail}, {"text", to_text(failure)}};
}

}  // namespace

std::string json_text(const std::vector<ScenarioRuns>& all) {
  Json scenarios = Json::array();
  for (const ScenarioRuns& runs : all) {
    const Scenario& scenario = runs.scenario;
    Json seeds = Json::array();
    for (const RunResult& run : runs.runs) {
      Json nodes = Json::array();
      for (const NodeResult& node : run.nodes) nodes.push_back(node_json(node));
      seeds.push_back({{"seed", run.seed}, {"events", run.events}, {"nodes", std::move(nodes)}});
    }
    Json failures = Json::array();
    for (const Failure& failure : runs.failures) failures.push_back(failure_json(failure));
    scenarios.push_back({{"name", scenario.name},
                         {"file", scenario.file},
                         {"description", scenario.description},
                         {"duration_s", number(scenario.duration_s)},
                         {"settle_s", number(scenario.settle_s)},
                         {"as_expected", failures.empty()},
                         {"failures", std::move(failures)},
                         {"runs", std::move(seeds)}});
  }
  // What a daemon said may be no UTF-8.
  return Json{{"scenarios", std::move(scenarios)}}.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace tactus::sim
