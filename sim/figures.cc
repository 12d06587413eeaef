// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "quantity.hpp"
#include "scenario_tables.hpp"

namespace tactus::sim {

namespace {

using Kind = Figure::Kind;

bool any_has(const std::vector<std::string>& lines, std::string_view text) {
  return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return line.find(text) != line.npos; });
}

std::string source_word(const NodeResult& node) { return node.source.empty() ? "none" : node.source; }

constexpr Figure table[] = {
    {"rms_time", Kind::time, "root mean square of the clock's true error, from `settle` on",
     [](const NodeResult& n) { return n.rms_time_s; }, nullptr},
    {"max_time", Kind::time, "largest absolute true error, from `settle` on",
     [](const NodeResult& n) { return n.max_time_s; }, nullptr},
    {"mean_time", Kind::time, "mean true error with its sign, from `settle` on",
     [](const NodeResult& n) { return n.mean_time_s; }, nullptr},
    {"rms_frequency", Kind::frequency, "root mean square of the running clock's frequency error, from `settle` on",
     [](const NodeResult& n) { return n.rms_frequency; }, nullptr},
    {"max_frequency", Kind::frequency, "largest absolute frequency error, from `settle` on",
     [](const NodeResult& n) { return n.max_frequency; }, nullptr},
    {"settle", Kind::time, "from the daemon's start until the error is below `settled` for good",
     [](const NodeResult& n) { return n.settle_s; }, nullptr},
    {"synchronised_after", Kind::time, "from the daemon's start to its first update of the clock",
     [](const NodeResult& n) { return n.synchronised_s; }, nullptr},
    {"max_bound", Kind::time, "largest error that the daemon itself thought possible, from `settle` on",
     [](const NodeResult& n) { return n.max_bound_s; }, nullptr},
    {"sent", Kind::count, "packets sent", [](const NodeResult& n) { return static_cast<double>(n.sent); }, nullptr},
    {"received", Kind::count, "packets received", [](const NodeResult& n) { return static_cast<double>(n.received); },
     nullptr},
    {"shortest_interval", Kind::time, "shortest time between two requests to one source",
     [](const NodeResult& n) { return n.shortest_interval_s; }, nullptr},
    {"updates", Kind::count, "updates of the clock", [](const NodeResult& n) { return static_cast<double>(n.updates); },
     nullptr},
    {"steps", Kind::count, "how often the daemon stepped the clock",
     [](const NodeResult& n) { return static_cast<double>(n.steps); }, nullptr},
    {"stepped", Kind::time, "sum of the absolute values of these steps",
     [](const NodeResult& n) { return n.stepped_s; }, nullptr},
    {"offset", Kind::time, "true error with its sign at the end", [](const NodeResult& n) { return n.offset_s; },
     nullptr},
    {"frequency", Kind::frequency,
     "adjustment of the clock's frequency at the end (positive: the clock itself is fast)",
     [](const NodeResult& n) { return n.frequency_ppm * 1e-6; }, nullptr},
    {"synchronised", Kind::flag, "whether the daemon is synchronised at the end",
     [](const NodeResult& n) { return n.synchronised ? 1.0 : 0.0; }, nullptr},
    {"stratum", Kind::count, "at the end", [](const NodeResult& n) { return static_cast<double>(n.stratum); }, nullptr},
    {"leap", Kind::word, "at the end: normal, insert, delete or unsynchronised", nullptr,
     [](const NodeResult& n) { return std::string{leap_word(n.leap)}; }},
    {"source", Kind::word, "the selected source at the end: a node, a reference clock's refid, or none", nullptr,
     source_word},
    {"running", Kind::flag, "whether the daemon runs at the end",
     [](const NodeResult& n) { return n.running ? 1.0 : 0.0; }, nullptr},
    {"exit_status", Kind::count, "of a daemon that does not run any more",
     [](const NodeResult& n) { return static_cast<double>(n.exit_status); }, nullptr},
    {"log_contains", Kind::text, "a piece of a message of the daemon", nullptr, nullptr,
     [](const NodeResult& n, std::string_view text) { return any_has(n.log, text); }},
    {"log_lacks", Kind::no_text, "a piece that no message of the daemon has", nullptr, nullptr,
     [](const NodeResult& n, std::string_view text) { return !any_has(n.log, text); }},
    {"reply_contains", Kind::text, "a piece of the answer to a command", nullptr, nullptr,
     [](const NodeResult& n, std::string_view text) { return any_has(n.replies, text); }},
    {"violations", Kind::count, "broken rules (0, also when nothing is written)",
     [](const NodeResult& n) { return static_cast<double>(n.violation_count); }, nullptr},
};

// "server1 or server2": one of them.
bool one_of(std::string_view alternatives, std::string_view word) {
  for (std::size_t at = alternatives.find(" or "); at != alternatives.npos; at = alternatives.find(" or ")) {
    if (fits(alternatives.substr(0, at), word)) return true;
    alternatives.remove_prefix(at + 4);
  }
  return fits(alternatives, word);
}

std::string bound_text(const Figure& figure, const Expectation& wanted) {
  if (wanted.minimum && wanted.maximum) {
    if (*wanted.minimum == *wanted.maximum) return format_figure(figure, *wanted.minimum);
    return fmt::format("{} to {}", format_figure(figure, *wanted.minimum), format_figure(figure, *wanted.maximum));
  }
  if (wanted.minimum) return fmt::format("at least {}", format_figure(figure, *wanted.minimum));
  return fmt::format("at most {}", format_figure(figure, wanted.maximum.value_or(0.0)));
}

// Fills measured and bound; true: as expected.
bool holds(const Figure& figure, const Expectation& wanted, const NodeResult& node, Failure& failure) {
  if (figure.number != nullptr) {
    const double value = figure.number(node);
    // What is no number is as nobody expects.
    if ((!wanted.minimum || value >= *wanted.minimum) && (!wanted.maximum || value <= *wanted.maximum)) return true;
    failure.measured = format_figure(figure, value);
    failure.bound = bound_text(figure, wanted);
    if (figure.key == "violations" && !node.violations.empty()) {
      const Violation& first = node.violations.front();
      failure.detail = fmt::format("first at {:.3f} s: {}: {}", first.at_s, first.rule, first.text);
    }
    return false;
  }
  failure.bound = fmt::format("`{}`", wanted.text);
  if (figure.word != nullptr) {
    const std::string value = figure.word(node);
    failure.measured = fmt::format("`{}`", value);
    return one_of(wanted.text, value);
  }
  failure.measured = figure.kind == Kind::no_text ? "there" : "not there";
  return figure.has(node, wanted.text);
}

}  // namespace

std::span<const Figure> figures() { return table; }

const Figure* find_figure(std::string_view key) {
  for (const Figure& figure : table) {
    if (figure.key == key) return &figure;
  }
  return nullptr;
}

std::string_view leap_word(unsigned leap) {
  static constexpr std::string_view words[] = {"normal", "insert", "delete", "unsynchronised"};
  return words[std::min(leap, 3U)];
}

std::string format_figure(const Figure& figure, double value) {
  switch (figure.kind) {
    case Kind::time:
      return format_time(value);
    case Kind::frequency:
      return format_frequency(value);
    case Kind::flag:
      return value != 0.0 ? "yes" : "no";
    default:
      return std::isinf(value) ? "never" : fmt::format("{:.0f}", value);
  }
}

std::vector<Failure> check(const Scenario& scenario, const RunResult& run) {
  std::vector<Failure> out;
  for (const Expectation& wanted : scenario.expectations) {
    const Figure* figure = find_figure(wanted.figure);
    if (figure == nullptr) continue;
    for (const NodeResult& node : run.nodes) {
      if (!fits(wanted.node, node.name)) continue;
      Failure failure{scenario.name, scenario.file, wanted.line, node.name, run.seed, wanted.figure, "", "", ""};
      if (!holds(*figure, wanted, node, failure)) out.push_back(std::move(failure));
    }
  }
  return out;
}

std::string to_text(const Failure& failure) {
  const std::string place = failure.line != 0 ? fmt::format("{}:{}", failure.file, failure.line) : failure.file;
  const std::string detail = failure.detail.empty() ? "" : fmt::format(" ({})", failure.detail);
  return fmt::format("{}: {}: {}, seed {}: {} is {}, expected {}{}; repeat with: tctl simulate {} --seed {}", place,
                     failure.scenario, failure.node, failure.seed, failure.figure, failure.measured, failure.bound,
                     detail, failure.file, failure.seed);
}

}  // namespace tactus::sim
