// SPDX-License-Identifier: Apache-2.0
// The command line of tactus-simulate.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tactus/result.hpp>

namespace tactus::sim {

struct Options {
  std::vector<std::string> files;
  unsigned seeds = 0;  // 1 to this; 0: those of the scenario
  unsigned seed = 0;   // this one only; 0: not given
  bool json = false;
  bool markdown = false;  // one table row per scenario
  std::string plot;       // SVG file
  std::string keep;       // folder for the nodes' files
  std::string events;     // file for the event log
  unsigned jobs = 1;
  std::string plugins;  // folders, when not those of this program
  std::string modules;
  enum class Action : std::uint8_t { run, help, keys, check } action = Action::run;
};

// What is wrong, and --help.
Result<Options> parse_options(int argc, const char* const* argv);
std::string usage_text();

}  // namespace tactus::sim
