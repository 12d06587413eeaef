// SPDX-License-Identifier: Apache-2.0
// What runs of a scenario gave, for people (table, SVG) and programs (JSON). Pure functions.
#pragma once

#include <string>
#include <vector>

#include "figures.hpp"
#include "result.hpp"
#include "scenario.hpp"

namespace tactus::sim {

struct ScenarioRuns {
  Scenario scenario;
  std::vector<RunResult> runs;  // one per seed
  std::vector<Failure> failures;
};

// A row per node: the median over the seeds, and the range when there are several. Failed expectations below.
std::string text_table(const ScenarioRuns& runs);
// One row for the whole scenario as Markdown: description, the worst figures of its nodes, whether all is as expected.
std::string summary_row(const ScenarioRuns& runs);
std::string summary_header();

// {"scenarios": [...]}; keys carry their unit, what is not a number is null.
std::string json_text(const std::vector<ScenarioRuns>& all);

// True clock error with the daemon's own bound, and frequency, over time. Nodes whose clock nobody has to correct are
// left out when others are there.
std::string plot_svg(const Scenario& scenario, const RunResult& run);
// "server jumps by 10 ms": what the mark of an event says.
std::string event_text(const Event& event);

}  // namespace tactus::sim
