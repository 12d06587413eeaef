// SPDX-License-Identifier: Apache-2.0
// YAML to a scenario (docs/simulation.md has the format; the tables of keys there are those of this reader).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario.hpp"

namespace tactus::sim {

struct ReadResult {
  std::optional<Scenario> scenario;   // when there are no problems
  std::vector<std::string> problems;  // "FILE:LINE: KEY: what is wrong; remedy", by lines
};

// Contents of a file that the scenario names, or nothing.
using FileReader = std::function<std::optional<std::string>(const std::string& name)>;

// `file` is what messages call it; the scenario's name is its last part without .yaml.
ReadResult read_scenario(const std::string& text, const std::string& file, const FileReader& load);
// Reads the file and those beside it.
ReadResult load_scenario(const std::string& path);

// What the engine says of a configuration that a daemon refused ("node NAME: TEXT at line N in file PATH"), with the
// place in the scenario file. Other texts get the file's name.
std::string place_refusal(const Scenario& scenario, const std::string& text);

// All keys as Markdown tables, for docs/simulation.md.
std::string key_tables();

}  // namespace tactus::sim
