// SPDX-License-Identifier: Apache-2.0
// Layout and drawing. Sizes are in units of the view box; on a phone the 800 units are about 400 points wide, so the
// type is twice as large as it would be on a desk.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "chart.hpp"
#include "paths.hpp"
#include "scale.hpp"
#include "thin.hpp"

namespace tactus::chart {

namespace {

constexpr double width = 800.0;
constexpr double right_margin = 22.0;
constexpr double type_size = 20.0;
constexpr double character_width = type_size * 0.56;  // an average of common sans-serif faces
constexpr double line_height = 27.0;
constexpr double panel_height = 230.0;
constexpr int x_ticks_wanted = 7;
constexpr std::size_t mark_rows = 3;
constexpr std::size_t longest_name = 48;
constexpr std::size_t title_characters = 48;
constexpr std::size_t title_rows = 3;
constexpr std::size_t longest_mark = 28;
// Points of the whole file; each takes about 12 bytes.
constexpr std::size_t point_budget = 12000;
constexpr double smallest_column = 1.0;
constexpr double dot_cell = 2.0;

// Told apart with any kind of colour vision by their lightness and hue, each with a contrast of at least 3 to both
// backgrounds (after the palette of Okabe and Ito).
constexpr const char* colours[] = {"#1f7fc4", "#d55e00", "#00916a", "#b4679c", "#8b7a00", "#6b7f8c"};
constexpr const char* dashes[] = {"", "9 5", "3 5", "12 4 3 4"};  // when the colours begin anew

constexpr std::string_view style =
    "<style>.bg{fill:#fff}text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "font-size:20px;fill:#222}.t{font-size:26px;font-weight:600}.p{font-size:21px;font-weight:600}"
    ".u{font-weight:400}.e{text-anchor:end}.m{text-anchor:middle}.q{fill:#555}"
    ".g{stroke:#ddd;stroke-width:1}.z{stroke:#999;stroke-width:1.5}.f{stroke:#888;stroke-width:1.5;fill:none}"
    ".k{stroke:#777;stroke-width:1.5;stroke-dasharray:5 4}.l{fill:none;stroke-width:2.2;stroke-linejoin:round;"
    "stroke-linecap:round}.d{fill:none;stroke-width:5;stroke-linecap:round}"
    "@media(prefers-color-scheme:dark){.bg{fill:#14171a}text{fill:#e4e6e8}.q{fill:#a8adb2}.g{stroke:#2d3338}"
    ".z{stroke:#6c747b}.f{stroke:#79818a}.k{stroke:#929aa2}}</style>\n";

struct Look {
  const char* colour;
  const char* dash;
};
Look look_of(const Series& series, std::size_t place) {
  const std::size_t number = series.colour >= 0 ? static_cast<std::size_t>(series.colour) : place;
  return {colours[number % std::size(colours)], dashes[number / std::size(colours) % std::size(dashes)]};
}

struct LegendEntry {
  std::size_t series = 0;
  double x = 0.0;
  double row = 0.0;
};

class Drawing {
 public:
  explicit Drawing(const Chart& chart) : chart_(chart) {}
  std::string draw();

 private:
  void measure();
  [[nodiscard]] double x_place(double x) const { return left_ + (x - x_.low) / (x_.high - x_.low) * plot_width(); }
  [[nodiscard]] double plot_width() const { return width - right_margin - left_; }
  [[nodiscard]] std::vector<Run> runs_of(const Series& series, const YScale& scale) const;
  void text(double x, double y, std::string_view classes, std::string_view content);
  void line(double x1, double y1, double x2, double y2, const char* classes);
  double draw_marks_text(double y);
  std::vector<LegendEntry> lay_out_legend(const Panel& panel, double& rows) const;
  void draw_panel(const Panel& panel, const YScale& scale);
  void draw_legend(const Panel& panel);
  void draw_grid(const YScale& scale);
  void draw_series(const Panel& panel, const YScale& scale);
  void draw_band(const Series& upper, const Series* lower, const YScale& scale, const Look& look);
  void draw_time_axis();

  const Chart& chart_;
  Range x_;
  TimeTicks time_ticks_;
  std::vector<YScale> scales_;
  double left_ = 0.0;
  double column_ = smallest_column;
  double y_ = 0.0;          // what is above is done
  double panel_top_ = 0.0;  // of the panel that is being drawn
  std::string out_;
};

void Drawing::measure() {
  std::size_t series_count = 0;
  for (const Panel& panel : chart_.panels) {
    Range range;
    std::vector<double> magnitudes;
    for (const Series& series : panel.series) {
      ++series_count;
      for (const Point& point : series.points) {
        if (!is_shown(point)) continue;
        x_.add(point.x);
        range.add(point.y);
        if (panel.symmetric_log) magnitudes.push_back(std::abs(point.y));
      }
      if (series.style == Series::band_upper && !series.points.empty()) range.add(0.0);
    }
    scales_.emplace_back(range, panel.unit, panel.symmetric_log, std::move(magnitudes));
  }
  for (const Mark& mark : chart_.marks) {
    if (is_shown({mark.x, 0.0})) x_.add(mark.x);
  }
  if (x_.empty) x_.add(0.0);
  // Never so short that its ends are the same to a double.
  const double shortest = std::max(std::abs(x_.low), std::abs(x_.high)) * 1e-9;
  if (x_.high - x_.low <= shortest) x_.high = x_.low + std::max(1.0, shortest);
  time_ticks_ = time_ticks(x_.low, x_.high, chart_.x_axis, x_ticks_wanted);
  std::size_t longest = 4;
  for (const YScale& scale : scales_) {
    for (const Tick& tick : scale.ticks()) longest = std::max(longest, text_length(tick.label));
  }
  left_ = 18.0 + static_cast<double>(std::min<std::size_t>(longest, 20)) * type_size * 0.62;
  const std::size_t columns = std::max<std::size_t>(point_budget / (4 * std::max<std::size_t>(series_count, 1)), 8);
  column_ = std::max(smallest_column, plot_width() / static_cast<double>(columns));
}

void Drawing::text(double x, double y, std::string_view classes, std::string_view content) {
  fmt::format_to(std::back_inserter(out_), "<text x=\"{}\" y=\"{}\"", coordinate(x), coordinate(y));
  if (!classes.empty()) fmt::format_to(std::back_inserter(out_), " class=\"{}\"", classes);
  fmt::format_to(std::back_inserter(out_), ">{}</text>\n", escape(content));
}

void Drawing::line(double x1, double y1, double x2, double y2, const char* classes) {
  fmt::format_to(std::back_inserter(out_), "<path class=\"{}\" d=\"M{} {}L{} {}\"/>\n", classes, coordinate(x1),
                 coordinate(y1), coordinate(x2), coordinate(y2));
}

// Texts of the marks in up to three rows above the first panel, where they do not touch one another. Returns the y
// below.
double Drawing::draw_marks_text(double y) {
  double free_from[mark_rows] = {};
  std::size_t rows = 0;
  std::vector<const Mark*> sorted;
  for (const Mark& mark : chart_.marks) {
    if (is_shown({mark.x, 0.0}) && !mark.text.empty()) sorted.push_back(&mark);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const Mark* a, const Mark* b) { return a->x < b->x; });
  for (const Mark* mark : sorted) {
    const std::string content = shorten(mark->text, longest_mark);
    const double length = static_cast<double>(text_length(content)) * character_width;
    const double x = std::clamp(x_place(mark->x) - length / 2.0, 8.0, std::max(8.0, width - 8.0 - length));
    for (std::size_t row = 0; row < mark_rows; ++row) {
      if (x < free_from[row]) continue;
      free_from[row] = x + length + character_width;
      rows = std::max(rows, row + 1);
      text(x, y + static_cast<double>(row) * line_height + type_size, "q", content);
      break;
    }
  }
  return y + static_cast<double>(rows) * line_height;
}

std::vector<LegendEntry> Drawing::lay_out_legend(const Panel& panel, double& rows) const {
  std::vector<LegendEntry> entries;
  constexpr double swatch = 40.0;
  double x = left_;
  double row = 0.0;
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& series = panel.series[i];
    if (series.name.empty() || series.style == Series::band_lower) continue;
    const auto characters = static_cast<double>(std::min(text_length(series.name), longest_name));
    const double length = swatch + characters * character_width + 18.0;
    if (x > left_ && x + length > width - 8.0) {
      x = left_;
      row += 1.0;
    }
    entries.push_back({i, x, row});
    x += length;
  }
  rows = entries.empty() ? 0.0 : row + 1.0;
  return entries;
}

void Drawing::draw_legend(const Panel& panel) {
  double rows = 0.0;
  for (const LegendEntry& entry : lay_out_legend(panel, rows)) {
    const Series& series = panel.series[entry.series];
    const Look look = look_of(series, entry.series);
    const double middle = y_ + entry.row * line_height + line_height / 2.0;
    if (series.style == Series::band_upper) {
      fmt::format_to(std::back_inserter(out_), "<path fill=\"{}\" fill-opacity=\".3\" d=\"M{} {}h30v14h-30Z\"/>\n",
                     look.colour, coordinate(entry.x), coordinate(middle - 7.0));
    } else {
      const bool dots = series.style == Series::dots;
      fmt::format_to(std::back_inserter(out_),
                     "<path class=\"{}\" stroke=\"{}\" stroke-dasharray=\"{}\" d=\"M{} {}h{}\"/>\n", dots ? "d" : "l",
                     look.colour, dots || *look.dash == '\0' ? "none" : look.dash,
                     coordinate(dots ? entry.x + 15.0 : entry.x), coordinate(middle), dots ? 0 : 30);
    }
    text(entry.x + 38.0, middle + 7.0, "", shorten(series.name, longest_name));
  }
  y_ += rows * line_height;
}

void Drawing::draw_grid(const YScale& scale) {
  const double bottom = panel_top_ + panel_height;
  for (const Tick& tick : time_ticks_.ticks) line(x_place(tick.value), panel_top_, x_place(tick.value), bottom, "g");
  for (const Tick& tick : scale.ticks()) {
    const double y = bottom - scale.place(tick.value) * panel_height;
    line(left_, y, width - right_margin, y, tick.value == 0.0 ? "z" : "g");
    text(left_ - 8.0, y + 7.0, "e", tick.label);
  }
}

std::vector<Run> Drawing::runs_of(const Series& series, const YScale& scale) const {
  std::vector<Run> runs = split_runs(series.points);
  for (Run& run : runs) {
    for (Point& point : run) {
      point = {x_place(point.x), panel_top_ + (1.0 - scale.place(point.y)) * panel_height};
    }
  }
  return runs;
}

void Drawing::draw_band(const Series& upper, const Series* lower, const YScale& scale, const Look& look) {
  const std::vector<Run> tops = runs_of(upper, scale);
  const std::vector<Run> bottoms = lower != nullptr ? runs_of(*lower, scale) : std::vector<Run>{};
  const double zero = panel_top_ + (1.0 - scale.place(0.0)) * panel_height;
  std::string path;
  for (std::size_t i = 0; i < tops.size(); ++i) {
    const Run top = thin_edge(tops[i], column_, true);
    const Run bottom =
        i < bottoms.size() ? thin_edge(bottoms[i], column_, false) : Run{{top.front().x, zero}, {top.back().x, zero}};
    path += area_path(top, bottom);
  }
  fmt::format_to(std::back_inserter(out_), "<path fill=\"{}\" fill-opacity=\".3\" d=\"{}\"/>\n", look.colour, path);
}

void Drawing::draw_series(const Panel& panel, const YScale& scale) {
  for (std::size_t i = 0; i < panel.series.size(); ++i) {
    const Series& series = panel.series[i];
    const Look look = look_of(series, i);
    if (series.style == Series::band_upper) {
      const bool pair = i + 1 < panel.series.size() && panel.series[i + 1].style == Series::band_lower;
      draw_band(series, pair ? &panel.series[i + 1] : nullptr, scale, look);
      if (pair) ++i;
      continue;
    }
    std::vector<Run> runs = runs_of(series, scale);
    std::string path;
    if (series.style == Series::dots) {
      path = dot_path(thin_dots(runs, std::max(dot_cell, std::sqrt(column_) * dot_cell)));
    } else {
      for (Run& run : runs) run = thin_line(run, column_);
      path = line_path(runs);
    }
    if (path.empty()) continue;
    fmt::format_to(std::back_inserter(out_), "<path class=\"{}\" stroke=\"{}\"",
                   series.style == Series::dots ? "d" : "l", look.colour);
    if (*look.dash != '\0' && series.style != Series::dots) {
      fmt::format_to(std::back_inserter(out_), " stroke-dasharray=\"{}\"", look.dash);
    }
    fmt::format_to(std::back_inserter(out_), " d=\"{}\"/>\n", path);
  }
}

void Drawing::draw_panel(const Panel& panel, const YScale& scale) {
  y_ += 30.0;
  fmt::format_to(std::back_inserter(out_), "<text x=\"{}\" y=\"{}\" class=\"p\">{}", coordinate(left_), coordinate(y_),
                 escape(shorten(panel.title, 56)));
  if (!scale.unit().empty()) {
    fmt::format_to(std::back_inserter(out_), " <tspan class=\"u\">({})</tspan>", escape(scale.unit()));
  }
  out_ += "</text>\n";
  y_ += 9.0;
  draw_legend(panel);
  y_ += 8.0;
  panel_top_ = y_;
  draw_grid(scale);
  draw_series(panel, scale);
  for (const Mark& mark : chart_.marks) {
    if (!is_shown({mark.x, 0.0})) continue;
    const double x = x_place(mark.x);
    fmt::format_to(std::back_inserter(out_), "<path class=\"k\" d=\"M{} {}v{}\"><title>{}</title></path>\n",
                   coordinate(x), coordinate(panel_top_), coordinate(panel_height), escape(mark.text));
  }
  fmt::format_to(std::back_inserter(out_), "<path class=\"f\" d=\"M{} {}h{}v{}h{}Z\"/>\n", coordinate(left_),
                 coordinate(panel_top_), coordinate(plot_width()), coordinate(panel_height), coordinate(-plot_width()));
  const bool nothing = std::all_of(panel.series.begin(), panel.series.end(),
                                   [](const Series& series) { return split_runs(series.points).empty(); });
  if (nothing) text(left_ + plot_width() / 2.0, panel_top_ + panel_height / 2.0 + 7.0, "m q", "no data");
  y_ += panel_height;
}

void Drawing::draw_time_axis() {
  bool two_lines = false;
  double free_from = 0.0;
  double free_below = 0.0;
  for (const Tick& tick : time_ticks_.ticks) {
    const auto place = [&](const std::string& label, double& taken) {
      const double half = static_cast<double>(text_length(label)) * character_width / 2.0;
      const double x = std::clamp(x_place(tick.value), half + 4.0, width - half - 4.0);
      if (x - half < taken) return -1.0;
      taken = x + half + character_width * 0.7;
      return x;
    };
    if (const double x = place(tick.label, free_from); x >= 0.0) text(x, y_ + 25.0, "m", tick.label);
    if (tick.second_line.empty()) continue;
    if (const double x = place(tick.second_line, free_below); x >= 0.0) {
      text(x, y_ + 25.0 + line_height, "m q", tick.second_line);
      two_lines = true;
    }
  }
  y_ += 25.0 + (two_lines ? line_height : 0.0);
  std::string title = chart_.x_title;
  const std::string unit = chart_.x_axis == XAxis::utc && time_ticks_.unit.empty() ? "UTC" : time_ticks_.unit;
  if (!unit.empty()) title += title.empty() ? unit : " (" + unit + ")";
  y_ += line_height + 2.0;
  text(left_ + plot_width() / 2.0, y_, "m", shorten(title, 56));
  y_ += 18.0;
}

std::string Drawing::draw() {
  measure();
  y_ = 8.0;
  if (!chart_.title.empty()) {
    for (const std::string& row : wrap(chart_.title, title_characters, title_rows)) {
      y_ += 30.0;
      text(16.0, y_, "t", row);
    }
    y_ += 6.0;
  }
  y_ = draw_marks_text(y_);
  for (std::size_t i = 0; i < chart_.panels.size(); ++i) draw_panel(chart_.panels[i], scales_[i]);
  if (!chart_.panels.empty()) draw_time_axis();
  const std::string height = coordinate(std::ceil(y_));
  std::string head = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "style=\"max-width:100%;height:auto\" role=\"img\">\n<title>{2}</title>\n",
      width, height, escape(chart_.title));
  head += style;
  head += fmt::format("<rect class=\"bg\" width=\"{}\" height=\"{}\"/>\n", width, height);
  return head + out_ + "</svg>\n";
}

}  // namespace

std::string to_svg(const Chart& chart) { return Drawing(chart).draw(); }

}  // namespace tactus::chart
