// SPDX-License-Identifier: Apache-2.0
#include "scenario_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "figures.hpp"
#include "quantity.hpp"
#include "scenario_tables.hpp"

namespace tactus::sim {

namespace {

constexpr double longest_s = 100.0 * 31557600.0;
constexpr unsigned most_seeds = 10000;
// 2026-01-01 00:00:00 UTC
constexpr std::int64_t default_start_s = 1767225600;
constexpr std::int64_t ns_per_s = 1000000000;

void read_start(Scenario& out, const Item& item) {
  const std::string text = item.word("a date; write for example 2026-06-30 12:00");
  if (text.empty()) return;
  if (const auto seconds = parse_date(text)) {
    out.start_ns = *seconds * ns_per_s;
  } else {
    item.wrong(fmt::format("`{}` is not a date from 1970 to 2260; write for example 2026-06-30 12:00", text));
  }
}

void set_leap(Scenario& out, const Item& item, const std::string& word, double at_s) {
  if (word == "insert" || word == "delete") {
    out.leap = word == "insert" ? 1 : -1;
    out.leap_s = at_s;
  } else {
    item.wrong(fmt::format("`{}` must be insert or delete", word));
  }
}

// insert, or {insert: 12 h}.
void read_leap(Scenario& out, const Item& item) {
  if (item.node.IsMap() && item.node.size() == 1) {
    const auto pair = *item.node.begin();
    const Item at = item.at(pair.first, pair.second);
    set_leap(out, at, pair.first.IsScalar() ? pair.first.Scalar() : "", at.time(0.0));
  } else {
    set_leap(out, item, item.node.IsScalar() ? item.node.Scalar() : "", 0.0);
  }
}

// 5: 1 to 5. [1, 7]: these. 3..8: a range.
void read_seeds(Scenario& out, const Item& item) {
  out.seeds.clear();
  if (item.node.IsSequence()) {
    for (const Item& member : item.members()) out.seeds.push_back(member.count(1, 4000000000U));
    if (out.seeds.empty()) item.wrong("is empty; give at least one seed");
    return;
  }
  const std::string text = item.node.IsScalar() ? item.node.Scalar() : "";
  double first = 1.0;
  double last = 0.0;
  if (const std::size_t dots = text.find(".."); dots != text.npos) {
    first = parse_number(text.substr(0, dots)).value_or(0.0);
    last = parse_number(text.substr(dots + 2)).value_or(0.0);
  } else {
    last = parse_number(text).value_or(0.0);
  }
  if (!(first >= 1.0 && last >= first && last - first < most_seeds && last < 4e9)) {
    item.wrong(
        fmt::format("`{}` must be a number of seeds, a range like 3..8, or a list; {} at most", text, most_seeds));
    return;
  }
  for (auto seed = static_cast<unsigned>(first); seed <= static_cast<unsigned>(last); ++seed) out.seeds.push_back(seed);
}

constexpr Key<Scenario> check_table[] = {
    {{"bound", "true or false", "the true error is never larger than the daemon's own bound (true)"},
     [](Scenario& out, const Item& item) { out.check_bound = item.flag(); }},
    {{"steps", "true or false", "the clock is never stepped without permission (true)"},
     [](Scenario& out, const Item& item) { out.check_steps = item.flag(); }},
    {{"polls", "true or false", "no source is asked more often than its minimum allows (true)"},
     [](Scenario& out, const Item& item) { out.check_polls = item.flag(); }},
};

// What needs to know the nodes has no function here; it is read after them.
constexpr Key<Scenario> scenario_table[] = {
    {{"description", "text", "what the scenario is about"},
     [](Scenario& out, const Item& item) { out.description = item.word("a text"); }},
    {{"duration", "time", "how long it lasts; must be there"},
     [](Scenario& out, const Item& item) { out.duration_s = item.time(1.0, longest_s); }},
    {{"settle", "time", "figures are taken from here on (0)"},
     [](Scenario& out, const Item& item) { out.settle_s = item.time(0.0, longest_s); }},
    {{"settled", "time", "an error below this for good counts as settled; for the figure `settle`"},
     [](Scenario& out, const Item& item) { out.settled_s = item.time(1e-12); }},
    {{"start", "date", "true UTC at the start (2026-01-01 00:00)"}, read_start},
    {{"leap", "insert, delete, or {insert: time}",
      "a true leap second at the end of the UTC day that contains the time (0: the first day)"},
     read_leap},
    {{"sample", "time", "between two looks at the true errors (by the duration)"},
     [](Scenario& out, const Item& item) { out.sample_s = item.time(0.001); }},
    {{"checks", "bound, steps, polls", "rules that are checked all the time"},
     [](Scenario& out, const Item& item) { read_mapping<Scenario>(item, check_table, out); }},
    {{"seeds", "number, range or list", "runs; `--seeds` and `--seed` replace it (1)"}, read_seeds},
    {{"nodes", "NAME: node", "the machines; must be there"}, nullptr},
    {{"links", "list of links", "the network: the first link that fits counts; no link: no delay"}, nullptr},
    {{"names", "NAME: [node, ...]", "names that resolve to nodes; each node's own name does without it"}, nullptr},
    {{"events", "list of events", "what happens when"}, nullptr},
    {{"expect", "NODE: figures", "what must come out, for a node, for NAME* or for `*`"}, nullptr},
};

void read_parts(Scenario& out, const Item& root) {
  using Part = void (*)(Scenario&, const Item&);
  static constexpr std::pair<std::string_view, Part> parts[] = {{"nodes", read_nodes},
                                                                {"names", read_names},
                                                                {"links", read_links},
                                                                {"events", read_events},
                                                                {"expect", read_expectations}};
  for (const auto& [name, read] : parts) {
    for (const auto& pair : root.node) {
      if (pair.first.IsScalar() && pair.first.Scalar() == name) {
        read(out, root.at(pair.first, pair.second));
        break;
      }
    }
  }
}

void check_whole(const Scenario& scenario, const Item& root) {
  if (!root.node["duration"]) root.wrong("has no duration; write `duration: 2 h`");
  if (!root.node["nodes"]) root.wrong("has no nodes; write `nodes:` with NAME: {chrony: ...}");
  if (scenario.duration_s > 0.0 && scenario.settle_s >= scenario.duration_s) {
    root.wrong("settle is not before the end; make it smaller than duration");
  }
  if (scenario.settled_s > 0.0) return;
  for (const Expectation& wanted : scenario.expectations) {
    if (wanted.figure != "settle") continue;
    root.wrong(fmt::format(
        "line {} expects a time to settle, but there is no `settled`; write for example `settled: 1 ms`", wanted.line));
  }
}

std::string base_name(const std::string& file) { return std::filesystem::path(file).stem().string(); }

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

void append_table(std::string& out, std::string_view title, std::span<const KeyDoc> keys) {
  out += fmt::format("### {}\n\n| key | value | meaning (default) |\n|---|---|---|\n", title);
  for (const KeyDoc& key : keys) out += fmt::format("| `{}` | {} | {} |\n", key.name, key.form, key.doc);
  out += '\n';
}

std::vector<KeyDoc> figure_keys() {
  static constexpr std::string_view forms[] = {
      "time", "frequency", "number", "true or false", "word, or several with `or`", "text or list", "text or list"};
  std::vector<KeyDoc> out;
  for (const Figure& figure : figures())
    out.push_back({figure.key, forms[static_cast<std::size_t>(figure.kind)], figure.doc});
  return out;
}

}  // namespace

ReadResult read_scenario(const std::string& text, const std::string& file, const FileReader& load) {
  ReadResult out;
  ReadContext context{file, text, load, {}};
  Scenario scenario;
  scenario.file = file;
  scenario.name = base_name(file);
  scenario.start_ns = default_start_s * ns_per_s;
  try {
    const Item root{&context, YAML::Load(text), "", 1};
    if (read_mapping<Scenario>(root, scenario_table, scenario)) {
      read_parts(scenario, root);
      check_whole(scenario, root);
    }
  } catch (const YAML::Exception& wrong) {
    const unsigned line = static_cast<unsigned>(std::max(wrong.mark.line, 0)) + 1;
    context.problems.push_back({line, fmt::format("{}:{}: not YAML: {}", file, line, wrong.msg)});
  }
  std::stable_sort(context.problems.begin(), context.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  for (Problem& problem : context.problems) out.problems.push_back(std::move(problem.text));
  if (!out.problems.empty()) return out;
  add_default_expectations(scenario);
  out.scenario = std::move(scenario);
  return out;
}

ReadResult load_scenario(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return {std::nullopt, {fmt::format("{}: cannot be read; is the path right?", path)}};
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return read_scenario(*text, path, [&](const std::string& name) { return read_file((folder / name).string()); });
}

std::string place_refusal(const Scenario& scenario, const std::string& text) {
  static constexpr std::string_view before = "node ";
  static constexpr std::string_view at_line = " at line ";
  const std::size_t name_end = text.find(": ");
  const std::size_t at = text.find(at_line);
  if (!text.starts_with(before) || name_end == text.npos || at == text.npos || at < name_end) {
    return fmt::format("{}: {}", scenario.file, text);
  }
  const std::string name = text.substr(before.size(), name_end - before.size());
  unsigned line = 0;
  for (std::size_t i = at + at_line.size(); i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    line = line * 10 + static_cast<unsigned>(text[i] - '0');
  }
  for (const Node& node : scenario.nodes) {
    if (node.name != name || node.config_line == 0 || line == 0) continue;
    return fmt::format("{}:{}: nodes.{}: {}", scenario.file, node.config_line + (node.config_block ? line - 1 : 0),
                       name, text.substr(name_end + 2, at - name_end - 2));
  }
  return fmt::format("{}: {}", scenario.file, text);
}

std::string key_tables() {
  std::string out;
  append_table(out, "Scenario", docs_of<Scenario>(scenario_table));
  append_table(out, "Checks", docs_of<Scenario>(check_table));
  append_table(out, "Node", node_keys());
  append_table(out, "Clock", clock_keys());
  append_table(out, "Temperature", temperature_keys());
  append_table(out, "Timestamps", stamp_keys());
  append_table(out, "Reference clock", refclock_keys());
  append_table(out, "Link", link_keys());
  append_table(out, "Direction of a link", direction_keys());
  append_table(out, "Congestion", congestion_keys());
  append_table(out, "Distribution", distribution_keys());
  append_table(out, "Event", event_keys());
  append_table(out, "Expectation", figure_keys());
  return out;
}

}  // namespace tactus::sim
