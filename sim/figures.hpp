// SPDX-License-Identifier: Apache-2.0
// The named figures of a node's run, and whether they are as the scenario expects.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "result.hpp"
#include "scenario.hpp"

namespace tactus::sim {

struct Figure {
  enum class Kind : std::uint8_t {
    time,       // s; inf: never
    frequency,  // ratio
    count,
    flag,    // 0 or 1
    word,    // one of a few, or a name
    text,    // a piece of what the daemon said
    no_text  // ... that must not be there
  };
  std::string_view key;
  Kind kind;
  std::string_view doc;
  double (*number)(const NodeResult& node);     // null: a word or text
  std::string (*word)(const NodeResult& node);  // null: a number, or a text
  // Text: whether it is there.
  bool (*has)(const NodeResult& node, std::string_view text) = nullptr;
};

std::span<const Figure> figures();
const Figure* find_figure(std::string_view key);
// With its unit: "12.3 us", "1.20 ppm", "yes".
std::string format_figure(const Figure& figure, double value);
std::string_view leap_word(unsigned leap);

struct Failure {
  std::string scenario;  // name
  std::string file;
  unsigned line = 0;  // of the expectation; 0: nobody wrote it (no violations)
  std::string node;
  unsigned seed = 0;
  std::string figure;
  std::string measured;
  std::string bound;
  std::string detail;  // the first violation, or ""
};

// Nothing: all is as expected. In the order of the expectations.
std::vector<Failure> check(const Scenario& scenario, const RunResult& run);
// "FILE:LINE: SCENARIO: NODE, seed N: FIGURE is MEASURED, expected BOUND[ (DETAIL)]; repeat with: tctl simulate FILE
// --seed N"
std::string to_text(const Failure& failure);

}  // namespace tactus::sim
