// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <chart.hpp>

#include "quantity.hpp"
#include "report.hpp"

namespace tactus::sim {

namespace {

// That many nodes get a panel of their own, with the bound; more share one.
constexpr std::size_t most_own_panels = 4;
// More lines in one panel cannot be told apart.
constexpr std::size_t most_lines = 12;
constexpr std::size_t most_marks = 30;
// Of the bound: grey.
constexpr int bound_colour = 5;
// The ratio of the largest error to the usual one from which the axis counts decades.
constexpr double wide_range = 30.0;
// Frequencies: what is shown reaches so far above what so many of them do not exceed.
constexpr double peak_margin = 1.5;
constexpr double usual_share = 0.97;

using chart::Panel;
using chart::Point;
using chart::Series;

bool is_corrected(const NodeResult& node) {
  return node.updates > 0 || std::any_of(node.samples.begin(), node.samples.end(),
                                         [](const Sample& sample) { return sample.error_s != 0.0; });
}

std::vector<const NodeResult*> shown_nodes(const RunResult& run) {
  std::vector<const NodeResult*> out;
  for (const NodeResult& node : run.nodes) {
    if (is_corrected(node) && !node.samples.empty()) out.push_back(&node);
  }
  if (!out.empty()) return out;
  for (const NodeResult& node : run.nodes) out.push_back(&node);
  return out;
}

// The value that this share of them does not exceed; 0 without any.
double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::vector<double> sizes_of(const std::vector<const NodeResult*>& nodes, double Sample::*member) {
  std::vector<double> out;
  for (const NodeResult* node : nodes) {
    for (const Sample& sample : node->samples) {
      if (std::isfinite(sample.*member)) out.push_back(std::abs(sample.*member));
    }
  }
  return out;
}

// Whether what is usual would be a flat line beside the largest.
bool is_wide(const std::vector<const NodeResult*>& nodes, double Sample::*usual, double Sample::*largest) {
  return quantile(sizes_of(nodes, largest), 1.0) > wide_range * quantile(sizes_of(nodes, usual), 0.5);
}

Series series_of(const NodeResult& node, std::string name, double Sample::*member, double scale, int colour,
                 Series::Style style = Series::line) {
  Series out;
  out.name = std::move(name);
  out.style = style;
  out.colour = colour;
  out.points.reserve(node.samples.size());
  for (const Sample& sample : node.samples) out.points.push_back(Point{sample.at_s, scale * sample.*member});
  return out;
}

// The error of one node inside the bound that the daemon gives for it.
Panel error_panel(const NodeResult& node, int colour) {
  Panel out;
  out.title = fmt::format("{}: clock error", node.name);
  out.unit = "s";
  out.symmetric_log =
      is_wide({&node}, &Sample::error_s, &Sample::error_s) || is_wide({&node}, &Sample::error_s, &Sample::bound_s);
  // The bound holds for the corrected time: what is still to be slewed is known to the daemon.
  out.series.push_back(
      series_of(node, "estimated error bound", &Sample::bound_s, 1.0, bound_colour, Series::band_upper));
  out.series.push_back(series_of(node, "", &Sample::bound_s, -1.0, bound_colour, Series::band_lower));
  out.series.push_back(series_of(node, "true error", &Sample::error_s, 1.0, colour));
  return out;
}

Panel joint_panel(const std::vector<const NodeResult*>& nodes, std::string title, std::string unit,
                  double Sample::*member, double scale) {
  Panel out;
  out.title = std::move(title);
  out.unit = std::move(unit);
  out.symmetric_log = is_wide(nodes, member, member);
  const std::size_t count = std::min(nodes.size(), most_lines);
  if (nodes.size() > count) out.title += fmt::format(" (first {} of {} nodes)", count, nodes.size());
  for (std::size_t i = 0; i < count; ++i) {
    out.series.push_back(series_of(*nodes[i], nodes[i]->name, member, scale, static_cast<int>(i)));
  }
  return out;
}

// Slews at the start are a thousand times what is usual: they are left out, and the title says so.
Panel frequency_panel(const std::vector<const NodeResult*>& nodes) {
  Panel out = joint_panel(nodes, "Frequency error", "ppm", &Sample::frequency_error, 1e6);
  out.symmetric_log = false;
  std::vector<double> sizes = sizes_of(nodes, &Sample::frequency_error);
  const double limit_ppm = 1e6 * peak_margin * quantile(std::move(sizes), usual_share);
  bool cut = false;
  for (Series& series : out.series) {
    for (Point& point : series.points) {
      if (std::abs(point.y) <= limit_ppm) continue;
      point.y = std::numeric_limits<double>::quiet_NaN();
      cut = true;
    }
  }
  if (cut) out.title += fmt::format(", peaks above {:.2g} ppm left out", limit_ppm);
  return out;
}

}  // namespace

std::string event_text(const Event& event) {
  const auto who = [&](std::string_view verb) { return fmt::format("{} {}", event.node, verb); };
  const std::string by = event.amount == 0.0 ? "" : fmt::format(" by {}", format_time(event.amount));
  switch (event.kind) {
    case Event::Kind::step:
      return who("jumps") + by;
    case Event::Kind::frequency:
      return fmt::format("{} runs {} faster", event.node, format_frequency(event.amount));
    case Event::Kind::clock:
      return who("has another clock noise");
    case Event::Kind::stop:
      return who("stops");
    case Event::Kind::kill:
      return who("vanishes");
    case Event::Kind::start:
      return who("starts");
    case Event::Kind::suspend:
      return fmt::format("{} sleeps for {}", event.node, format_time(event.amount));
    case Event::Kind::link:
      return fmt::format("{} - {} changes", event.node, event.to);
    case Event::Kind::link_down:
      return fmt::format("{} - {} down", event.node, event.to);
    case Event::Kind::link_up:
      return fmt::format("{} - {} up", event.node, event.to);
    case Event::Kind::address:
      return who("has other addresses");
    case Event::Kind::name:
      return fmt::format("{} resolves to other nodes", event.text);
    case Event::Kind::refclock:
      return fmt::format("{}: refclock {} changes", event.node, event.index);
    case Event::Kind::refclock_off:
      return fmt::format("{}: refclock {} off", event.node, event.index);
    case Event::Kind::refclock_on:
      return fmt::format("{}: refclock {} on", event.node, event.index);
    case Event::Kind::lie:
      return who("lies") + by;
    case Event::Kind::honest:
      return who("is honest again");
    case Event::Kind::command:
      return fmt::format("{}: tctl {}", event.node, event.text);
  }
  return event.node;
}

std::string plot_svg(const Scenario& scenario, const RunResult& run) {
  const std::vector<const NodeResult*> nodes = shown_nodes(run);
  chart::Chart out;
  out.title = fmt::format("{}, seed {}", scenario.name, run.seed);
  out.x_title = "true time from the start";
  if (nodes.size() <= most_own_panels) {
    for (std::size_t i = 0; i < nodes.size(); ++i) out.panels.push_back(error_panel(*nodes[i], static_cast<int>(i)));
  } else {
    out.panels.push_back(joint_panel(nodes, "Clock error", "s", &Sample::error_s, 1.0));
    out.panels.push_back(joint_panel(nodes, "Estimated error bound", "s", &Sample::bound_s, 1.0));
  }
  out.panels.push_back(frequency_panel(nodes));
  for (const Event& event : scenario.events) {
    const double interval_s = event.every_s > 0.0 ? event.every_s : scenario.duration_s;
    const double times = event.times == 0 ? most_marks : event.times;
    for (double i = 0.0; i < times && out.marks.size() < most_marks; i += 1.0) {
      const double at_s = event.at_s + i * interval_s;
      if (at_s > scenario.duration_s) break;
      out.marks.push_back({at_s, event_text(event)});
    }
  }
  return chart::to_svg(out);
}

}  // namespace tactus::sim
