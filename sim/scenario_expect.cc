// SPDX-License-Identifier: Apache-2.0
// Expectations of a scenario file.
#include <cmath>

#include <fmt/format.h>

#include "figures.hpp"
#include "quantity.hpp"
#include "scenario_tables.hpp"

namespace tactus::sim {

namespace {

using Kind = Figure::Kind;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<double> parse_value(const Figure& figure, std::string_view text) {
  switch (figure.kind) {
    case Kind::time:
      return trimmed(text) == "never" ? std::optional(std::numeric_limits<double>::infinity()) : parse_time(text);
    case Kind::frequency:
      return parse_frequency(text);
    case Kind::flag:
      text = trimmed(text);
      if (text == "true" || text == "yes") return 1.0;
      if (text == "false" || text == "no") return 0.0;
      return std::nullopt;
    default:
      return parse_number(text);
  }
}

std::string_view example(const Figure& figure) {
  switch (figure.kind) {
    case Kind::time:
      return "`< 20 us`, `> 1 s`, `1 ms..2 ms` or `never`";
    case Kind::frequency:
      return "`< 1 ppm`, `> 5 ppb` or `9 ppm..11 ppm`";
    case Kind::flag:
      return "`true` or `false`";
    default:
      return "`3`, `< 100`, `> 10` or `100..200`";
  }
}

// "< X", "> X", "X..Y", "X". False: it is none of these.
bool parse_bounds(const Figure& figure, std::string_view text, Expectation& out) {
  text = trimmed(text);
  const bool below = text.starts_with("<");
  const bool above = text.starts_with(">");
  if (below || above) {
    text.remove_prefix(text.size() > 1 && text[1] == '=' ? 2 : 1);
    const auto value = parse_value(figure, text);
    if (!value) return false;
    (below ? out.maximum : out.minimum) = *value;
    return true;
  }
  if (const std::size_t dots = text.find(".."); dots != text.npos) {
    const auto from = parse_value(figure, text.substr(0, dots));
    const auto to = parse_value(figure, text.substr(dots + 2));
    if (!from || !to || *from > *to) return false;
    out.minimum = *from;
    out.maximum = *to;
    return true;
  }
  const auto value = parse_value(figure, text);
  if (!value) return false;
  out.minimum = out.maximum = *value;
  return true;
}

void read_figure(Scenario& out, const std::string& node, const Item& item, const std::string& key) {
  const Figure* figure = find_figure(key);
  if (figure == nullptr) {
    std::vector<std::string_view> known;
    for (const Figure& one : figures()) known.push_back(one.key);
    item.wrong(fmt::format("figure is {}", unknown_text(key, known)));
    return;
  }
  const bool many = figure->kind == Kind::text || figure->kind == Kind::no_text;
  if (!many && !item.node.IsScalar()) {
    item.wrong(fmt::format("must be one expectation; write {}", example(*figure)));
    return;
  }
  for (const Item& member : item.members()) {
    Expectation wanted;
    wanted.node = node;
    wanted.figure = key;
    wanted.line = item.line;
    const std::string text = member.word("a text, a number or a bound");
    if (text.empty()) continue;
    if (figure->number == nullptr) {
      wanted.text = text;
    } else if (!parse_bounds(*figure, text, wanted)) {
      item.wrong(fmt::format("`{}` is not an expectation; write {}", text, example(*figure)));
      continue;
    }
    out.expectations.push_back(std::move(wanted));
  }
}

}  // namespace

void read_expectations(Scenario& out, const Item& item) {
  if (!item.node.IsMap()) {
    item.wrong("must be a mapping; write NODE: {rms_time: < 20 us}");
    return;
  }
  for (const auto& pair : item.node) {
    const Item at = item.at(pair.first, pair.second);
    const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    check_node(out, at, name);
    if (!pair.second.IsMap()) {
      at.wrong("must be a mapping; write {rms_time: < 20 us}");
      continue;
    }
    for (const auto& figure : pair.second) {
      const std::string key = figure.first.IsScalar() ? figure.first.Scalar() : "";
      read_figure(out, name, at.at(figure.first, figure.second), key);
    }
  }
}

void add_default_expectations(Scenario& scenario) {
  std::vector<std::string> named;
  for (const Expectation& wanted : scenario.expectations) {
    if (wanted.figure == "violations") named.push_back(wanted.node);
  }
  std::vector<std::string> rest;
  for (const Node& node : scenario.nodes) {
    const bool is_named =
        std::any_of(named.begin(), named.end(), [&](const auto& name) { return fits(name, node.name); });
    if (!is_named) rest.push_back(node.name);
  }
  if (named.empty()) rest = {"*"};
  for (const std::string& name : rest) {
    Expectation none;
    none.node = name;
    none.figure = "violations";
    none.maximum = 0.0;
    scenario.expectations.push_back(std::move(none));
  }
}

}  // namespace tactus::sim
