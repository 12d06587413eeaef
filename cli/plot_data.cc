// SPDX-License-Identifier: Apache-2.0
#include "plot_data.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

namespace tactus::cli {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t tracking_fields = 14;
constexpr std::size_t older_tracking_fields = 13;  // without the last one, the error bound
constexpr std::size_t statistics_fields = 13;
constexpr std::size_t least_statistics_fields = 12;  // older: without the asymmetry
constexpr double spread_for_decades = 300.0;         // largest to median, beyond which an axis counts decades
constexpr double spread_of_skews = 10.0;
constexpr double gap_of_medians = 64.0;
constexpr std::size_t most_sources = 12;
constexpr std::size_t most_marks = 40;

std::vector<std::string_view> split(std::string_view line) {
  constexpr std::string_view white = " \t\r";
  std::vector<std::string_view> out;
  for (std::size_t begin = line.find_first_not_of(white); begin != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(white, begin), line.size());
    out.push_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(white, end);
  }
  return out;
}

bool to_number(std::string_view text, double& out) {
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, out);
  return failed == std::errc{} && stop == end;
}

template <std::size_t N>
bool to_integers(std::string_view text, char separator, int (&out)[N]) {
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t length = i + 1 < N ? text.find(separator) : text.size();
    if (length == text.npos || length == 0) return false;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + length, out[i]);
    if (failed != std::errc{} || stop != text.data() + length) return false;
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return true;
}

// `2026-11-26` and `01:57:36` to seconds since 1970.
std::optional<double> to_time(std::string_view date, std::string_view time) {
  int day[3];
  int clock[3];
  if (!to_integers(date, '-', day) || !to_integers(time, ':', clock)) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{day[0]}, std::chrono::month{static_cast<unsigned>(day[1])},
                                        std::chrono::day{static_cast<unsigned>(day[2])}};
  const bool fits =
      ymd.ok() && clock[0] >= 0 && clock[0] < 24 && clock[1] >= 0 && clock[1] < 60 && clock[2] >= 0 && clock[2] <= 60;
  if (!fits) return std::nullopt;
  const double days = static_cast<double>(std::chrono::sys_days{ymd}.time_since_epoch().count());
  return days * 86400.0 + clock[0] * 3600.0 + clock[1] * 60.0 + clock[2];
}

bool is_banner(std::string_view line) {
  return line.find_first_not_of("=\r") == line.npos || line.starts_with("   Date (UTC) Time");
}

// use(fields): whether it was an entry.
template <class Use>
LogCount each_line(std::string_view text, Use use) {
  LogCount out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_banner(line)) continue;
    if (use(split(line))) {
      ++out.entries;
    } else if (out.damaged++ == 0) {
      out.first_damaged = number;
    }
  }
  return out;
}

}  // namespace

LogCount read_tracking_log(std::string_view text, PlotData& out) {
  return each_line(text, [&](const std::vector<std::string_view>& fields) {
    if (fields.size() != tracking_fields && fields.size() != older_tracking_fields) return false;
    const auto when = to_time(fields[0], fields[1]);
    ClockPoint point;
    double delay_s = 0.0;
    double dispersion_s = 0.0;
    double remaining_s = 0.0;
    bool good = when && to_number(fields[4], point.frequency_ppm) && to_number(fields[5], point.skew_ppm) &&
                to_number(fields[6], point.offset_s) && to_number(fields[10], remaining_s) &&
                to_number(fields[11], delay_s) && to_number(fields[12], dispersion_s);
    if (good && fields.size() == tracking_fields) {
      good = to_number(fields[13], point.error_bound_s);
    } else {
      point.error_bound_s = delay_s / 2.0 + dispersion_s + std::abs(remaining_s);
    }
    if (!good) return false;
    point.when_s = *when;
    if (fields[2] == "0.0.0.0" || fields[3] == "0") {  // not synchronised: its other numbers mean nothing
      point.offset_s = point.error_bound_s = point.skew_ppm = none;
    } else {
      point.reference = fields[2];
    }
    out.clock.push_back(std::move(point));
    return true;
  });
}

LogCount read_statistics_log(std::string_view text, PlotData& out) {
  return each_line(text, [&](const std::vector<std::string_view>& fields) {
    if (fields.size() < least_statistics_fields || fields.size() > statistics_fields) return false;
    const auto when = to_time(fields[0], fields[1]);
    double offset_s = 0.0;
    double unused = 0.0;
    for (std::size_t i = 3; i < fields.size(); ++i) {
      if (!to_number(fields[i], i == 4 ? offset_s : unused)) return false;
    }
    if (!when) return false;
    out.sources[std::string(fields[2])].push_back({*when, offset_s});
    return true;
  });
}

// ---- the chart ----

namespace {

// Of the values that are numbers.
double median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return 0.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Whether few values are so large that the others would lie on one line.
bool wants_decades(const std::vector<chart::Series>& all) {
  std::vector<double> magnitudes;
  for (const chart::Series& series : all) {
    for (const chart::Point& point : series.points) magnitudes.push_back(std::abs(point.y));
  }
  double largest = 0.0;
  for (const double value : magnitudes) {
    if (std::isfinite(value)) largest = std::max(largest, value);
  }
  const double middle = median(std::move(magnitudes));
  return middle > 0.0 && largest > spread_for_decades * middle;
}

// A line does not cross a time in which nothing was written.
void break_at_gaps(chart::Series& series) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < series.points.size(); ++i) steps.push_back(series.points[i].x - series.points[i - 1].x);
  const double limit = gap_of_medians * median(std::move(steps));
  std::vector<chart::Point> out;
  for (const chart::Point& point : series.points) {
    if (!out.empty() && limit > 0.0 && point.x - out.back().x > limit) out.push_back({out.back().x, none});
    out.push_back(point);
  }
  series.points = std::move(out);
}

template <class Value>
chart::Series clock_series(const PlotData& data, const char* name, chart::Series::Style style, int colour,
                           Value value) {
  chart::Series series;
  series.name = name;
  series.style = style;
  series.colour = colour;
  for (const ClockPoint& point : data.clock) {
    const double y = value(point);
    // Where the clock was not synchronised a line ends; in live data an instant without an update is no end. Edges of
    // bands end wherever there is nothing.
    if (std::isfinite(y) || point.reference.empty() || style != chart::Series::line) {
      series.points.push_back({point.when_s, y});
    }
  }
  break_at_gaps(series);
  return series;
}

chart::Panel source_panel(const PlotData& data) {
  chart::Panel panel;
  panel.title = "Offsets of the sources";
  panel.unit = "s";
  std::vector<const std::pair<const std::string, std::vector<SourcePoint>>*> order;
  for (const auto& entry : data.sources) order.push_back(&entry);
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->second.size() > b->second.size(); });
  if (order.size() > most_sources) {
    panel.title += fmt::format(" (the {} with most entries of {})", most_sources, order.size());
    order.resize(most_sources);
  }
  for (const auto* entry : order) {
    chart::Series series;
    series.name = entry->first;
    for (const SourcePoint& point : entry->second) series.points.push_back({point.when_s, point.offset_s});
    break_at_gaps(series);
    panel.series.push_back(std::move(series));
  }
  panel.symmetric_log = wants_decades(panel.series);
  return panel;
}

std::vector<chart::Mark> marks_of(const PlotData& data) {
  std::vector<chart::Mark> marks;
  std::string before;
  bool first = true;
  for (const ClockPoint& point : data.clock) {
    if (!first && point.reference != before) {
      marks.push_back({point.when_s, point.reference.empty() ? "not synchronised" : point.reference});
    }
    first = false;
    before = point.reference;
  }
  // Where the source changes all the time, marks would hide the lines.
  if (marks.size() > most_marks) marks.clear();
  return marks;
}

}  // namespace

chart::Chart plot_chart(const PlotData& data, const std::string& title) {
  chart::Chart chart;
  chart.title = title;
  chart.x_title = "time";
  chart.x_axis = chart::XAxis::utc;
  if (!data.clock.empty()) {
    using chart::Series;
    constexpr int blue = 0;
    constexpr int orange = 1;
    constexpr int green = 2;
    chart.panels.push_back({"Offset at the updates",
                            "s",
                            {clock_series(data, "", Series::line, blue, [](const auto& p) { return p.offset_s; })},
                            false});
    // Before the rate is known its error is so large that it would hide everything: it is not drawn then.
    std::vector<double> skews;
    for (const ClockPoint& point : data.clock) skews.push_back(point.skew_ppm);
    const double largest_skew = spread_of_skews * median(std::move(skews));
    const auto skewed = [=](double sign) {
      return
          [=](const ClockPoint& p) { return p.skew_ppm <= largest_skew ? p.frequency_ppm + sign * p.skew_ppm : none; };
    };
    chart.panels.push_back(
        {"Frequency",
         "ppm",
         {clock_series(data, "error bound", Series::band_upper, orange, skewed(1.0)),
          clock_series(data, "", Series::band_lower, orange, skewed(-1.0)),
          clock_series(data, "frequency", Series::line, green, [](const auto& p) { return p.frequency_ppm; })},
         false});
    chart.panels.push_back(
        {"Error bound of the clock",
         "s",
         {clock_series(data, "", Series::line, orange, [](const auto& p) { return p.error_bound_s; })},
         false});
    for (chart::Panel* panel : {&chart.panels[0], &chart.panels[2]})
      panel->symmetric_log = wants_decades(panel->series);
    chart.marks = marks_of(data);
  }
  if (!data.sources.empty()) chart.panels.push_back(source_panel(data));
  return chart;
}

}  // namespace tactus::cli
