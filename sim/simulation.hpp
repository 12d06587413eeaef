// SPDX-License-Identifier: Apache-2.0
// Runs a scenario: real daemons, real plugins, virtual clocks and network, one thread.
#pragma once

#include <functional>
#include <string>

#include <tactus/result.hpp>

#include "result.hpp"
#include "scenario.hpp"

namespace tactus::sim {

struct RunOptions {
  unsigned seed = 1;
  std::string work_folder;  // exists; each node gets a folder in it
  std::string plugin_folder;
  std::string module_folder;
  bool event_log = false;                     // fill RunResult::event_log
  bool keep_samples = true;                   // fill NodeResult::samples
  std::size_t sample_limit = 4000;            // per node; more are thinned
  std::function<bool(double done)> progress;  // 0..1, now and then; false: give up
};

// Error: a configuration that a daemon refused ("node NAME: TEXT"), an address that two nodes have, an unknown node.
Result<RunResult> run(const Scenario& scenario, const RunOptions& options);

}  // namespace tactus::sim
