// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "quantity.hpp"
#include "report.hpp"

namespace tactus::sim {

namespace {

// More rows are left out: no terminal shows them.
constexpr std::size_t most_rows = 24;
constexpr std::size_t most_failures = 20;

struct Column {
  std::string_view title;
  std::string_view figure;
};

constexpr Column columns[] = {{"rms error", "rms_time"}, {"max error", "max_time"}, {"rms freq", "rms_frequency"},
                              {"settled", "settle"},     {"sent", "sent"},          {"steps", "steps"},
                              {"stratum", "stratum"},    {"broken", "violations"}};

struct Spread {
  double least;
  double median;
  double most;
};

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[(values.size() - 1) / 2], values.back()};
}

std::vector<double> values_of(const ScenarioRuns& runs, std::size_t node, const Figure& figure) {
  std::vector<double> out;
  for (const RunResult& run : runs.runs) out.push_back(figure.number(run.nodes[node]));
  return out;
}

std::string cell(const ScenarioRuns& runs, std::size_t node, const Figure& figure) {
  const Spread spread = spread_of(values_of(runs, node, figure));
  const std::string median = format_figure(figure, spread.median);
  if (runs.runs.size() == 1 || spread.least == spread.most) return median;
  return fmt::format("{} ({} .. {})", median, format_figure(figure, spread.least), format_figure(figure, spread.most));
}

// Whether a node's clock is corrected by its daemon, and not meant to be wrong.
bool counts(const ScenarioRuns& runs, const RunResult& run, std::size_t node) {
  const bool truthful = node >= runs.scenario.nodes.size() || runs.scenario.nodes[node].truthful;
  return truthful && (run.nodes[node].updates > 0 || run.nodes[node].steps > 0);
}

std::string source_cell(const ScenarioRuns& runs, std::size_t node) {
  std::vector<std::string> names;
  for (const RunResult& run : runs.runs) {
    const std::string name = run.nodes[node].source.empty() ? "-" : run.nodes[node].source;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names.size() <= 3 ? fmt::format("{}", fmt::join(names, "/")) : fmt::format("{} of them", names.size());
}

// Characters, not bytes.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string lines_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width_of(row[i]), ' ');
      line += i == 0 || i + 1 == row.size() ? row[i] + space : space + row[i];
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string failure_lines(const ScenarioRuns& runs) {
  std::string out;
  for (std::size_t i = 0; i < runs.failures.size() && i < most_failures; ++i) {
    out += fmt::format("FAILED {}\n", to_text(runs.failures[i]));
  }
  if (runs.failures.size() > most_failures) {
    out += fmt::format("... and {} more; --json lists them all\n", runs.failures.size() - most_failures);
  }
  return out;
}

std::string seeds_text(const ScenarioRuns& runs) {
  if (runs.runs.size() == 1) return fmt::format("seed {}", runs.runs.front().seed);
  return fmt::format("{} seeds, median (range)", runs.runs.size());
}

}  // namespace

std::string text_table(const ScenarioRuns& runs) {
  const Scenario& scenario = runs.scenario;
  std::string out = fmt::format("{}: {} of virtual time, {}: {}\n", scenario.name, format_time(scenario.duration_s),
                                seeds_text(runs), runs.failures.empty() ? "as expected" : "NOT as expected");
  if (runs.runs.empty()) return out;
  std::vector<std::vector<std::string>> rows(1, {"node"});
  for (const Column& column : columns) {
    if (column.figure != "settle" || scenario.settled_s > 0.0) rows[0].emplace_back(column.title);
  }
  rows[0].emplace_back("source");
  const std::size_t count = runs.runs.front().nodes.size();
  for (std::size_t node = 0; node < count && node < most_rows; ++node) {
    auto& row = rows.emplace_back();
    row.push_back(runs.runs.front().nodes[node].name);
    for (const Column& column : columns) {
      if (column.figure == "settle" && scenario.settled_s <= 0.0) continue;
      row.push_back(cell(runs, node, *find_figure(column.figure)));
    }
    row.push_back(source_cell(runs, node));
  }
  out += lines_of(rows);
  if (count > most_rows) out += fmt::format("... and {} nodes more; --json lists them all\n", count - most_rows);
  return out + failure_lines(runs);
}

std::string summary_header() {
  return "| scenario | what | nodes | rms error | max error | settled | packets | broken rules | as expected |\n"
         "|---|---|---|---|---|---|---|---|---|\n";
}

std::string summary_row(const ScenarioRuns& runs) {
  const Scenario& scenario = runs.scenario;
  // The worst node of each run counts, of those whose clock is corrected; of several runs the median and the range.
  const auto worst = [&](std::string_view key) {
    const Figure& figure = *find_figure(key);
    std::vector<double> values;
    for (const RunResult& run : runs.runs) {
      double most = 0.0;
      for (std::size_t i = 0; i < run.nodes.size(); ++i) {
        if (counts(runs, run, i)) most = std::max(most, std::abs(figure.number(run.nodes[i])));
      }
      values.push_back(most);
    }
    if (values.empty()) return std::string{"-"};
    const Spread spread = spread_of(values);
    const std::string median = format_figure(figure, spread.median);
    if (spread.least == spread.most) return median;
    return fmt::format("{} ({} .. {})", median, format_figure(figure, spread.least),
                       format_figure(figure, spread.most));
  };
  std::string text = scenario.description;
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  const std::size_t nodes = scenario.nodes.size();
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", scenario.name, text, nodes, worst("rms_time"),
                     worst("max_time"), scenario.settled_s > 0.0 ? worst("settle") : "", worst("sent"),
                     worst("violations"), runs.failures.empty() ? "yes" : "no");
}

}  // namespace tactus::sim
