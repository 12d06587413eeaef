// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the reader of scenario files: it must end, and say something of what it refuses.
// links: tactus_sim_front
#include <cstddef>
#include <cstdint>
#include <string>

#include "scenario_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto load = [](const std::string&) { return std::optional<std::string>("0.001 2e-3 # more\n"); };
  const auto result = tactus::sim::read_scenario(text, "fuzz.yaml", load);
  if (result.scenario.has_value() == !result.problems.empty()) __builtin_trap();
  if (result.scenario) (void)tactus::sim::place_refusal(*result.scenario, "node a: refused at line 3 in file b");
  return 0;
}
