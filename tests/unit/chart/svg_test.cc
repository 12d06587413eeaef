// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "chart.hpp"
#include "paths.hpp"
#include "thin.hpp"

namespace tactus::chart {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

// A day of a clock: noise with a rare large value, and its bound.
Chart day_of_a_clock(std::size_t points) {
  std::mt19937 random(1);
  Chart chart{.title = "A day", .x_title = "time", .x_axis = XAxis::utc, .panels = {}, .marks = {}};
  Series offset{.name = "offset", .points = {}, .style = Series::line, .colour = -1};
  Series upper{.name = "error bound", .points = {}, .style = Series::band_upper, .colour = 1};
  Series lower{.name = "", .points = {}, .style = Series::band_lower, .colour = 1};
  for (std::size_t i = 0; i < points; ++i) {
    const double x = 1.7956512e9 + 86400.0 * static_cast<double>(i) / static_cast<double>(points);
    const double y = (static_cast<double>(random() % 2000) - 1000.0) * 1e-8 + (i == points / 3 ? 2e-4 : 0.0);
    offset.points.push_back({x, y});
    upper.points.push_back({x, 3e-5});
    lower.points.push_back({x, -3e-5});
  }
  chart.panels.push_back({.title = "Offset", .unit = "s", .series = {upper, lower, offset}});
  chart.panels.push_back({.title = "Offset, decades", .unit = "s", .series = {offset}, .symmetric_log = true});
  chart.panels.push_back({.title = "Dots", .unit = "s", .series = {offset}});
  chart.panels.back().series[0].style = Series::dots;
  chart.marks.push_back({1.7956512e9 + 3600, "step"});
  return chart;
}

TEST(Svg, the_same_chart_gives_the_same_bytes) {
  EXPECT_EQ(to_svg(day_of_a_clock(5000)), to_svg(day_of_a_clock(5000)));
}

TEST(Svg, a_million_points_stay_a_small_file_and_keep_the_one_large_value) {
  const std::string many = to_svg(day_of_a_clock(1'000'000));
  EXPECT_LT(many.size(), 200'000u);
  EXPECT_GT(many.size(), 20'000u);
  EXPECT_EQ(many.find("nan"), std::string::npos);
  // The value is the top of the first panel's range: five hundredths of it are free above.
  chart::Run run;
  for (int i = 0; i < 100000; ++i) run.push_back({i * 0.001, i == 55555 ? -7.0 : 0.0});
  const chart::Run thin = thin_line(run, 1.0);
  EXPECT_LE(thin.size(), 400u);
  EXPECT_TRUE(std::any_of(thin.begin(), thin.end(), [](const Point& p) { return p.y == -7.0; }));
}

TEST(Svg, hundreds_of_series_stay_a_small_file) {
  Chart chart;
  chart.panels.push_back({.title = "many", .unit = "", .series = {}});
  for (int s = 0; s < 300; ++s) {
    Series series{.name = "node " + std::to_string(s), .points = {}, .style = Series::line, .colour = -1};
    for (int i = 0; i < 1000; ++i) series.points.push_back({static_cast<double>(i), static_cast<double>((i * s) % 97)});
    chart.panels[0].series.push_back(std::move(series));
  }
  EXPECT_LT(to_svg(chart).size(), 260'000u);
}

TEST(Svg, what_is_no_number_breaks_a_line) {
  const auto runs = split_runs({{0, 1}, {1, 2}, {2, nan}, {3, 4}, {nan, 5}, {5, INFINITY}, {6, 7}, {7, 8}});
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(line_path(runs), "M0 1L1 2M3 4h0M6 7L7 8") << "a single point is a dot";
}

TEST(Svg, text_is_escaped_and_what_xml_cannot_hold_is_replaced) {
  EXPECT_EQ(escape("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
  EXPECT_EQ(escape("µs \x01 \xff \xc3"), "µs \xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD");
  Chart chart{.title = "<script>alert(1)</script>", .x_title = "x&y", .panels = {}, .marks = {}};
  chart.panels.push_back({.title = "]]>", .unit = "<u>", .series = {{.name = "\"n\"", .points = {{0, 1}, {1, 2}}}}});
  chart.marks.push_back({0.5, "</svg>"});
  const std::string svg = to_svg(chart);
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_EQ(svg.find("]]>"), std::string::npos);
  EXPECT_EQ(count(svg, "</svg>"), 1u);
}

TEST(Svg, the_largest_and_smallest_numbers_have_places) {
  for (const double y : {1e308, 1.7e308, 1e-320, 5e-324, 1e15}) {
    for (const bool decades : {false, true}) {
      Chart chart;
      chart.panels.push_back({.title = "p", .unit = "s", .series = {}, .symmetric_log = decades});
      chart.panels[0].series = {{.name = "n", .points = {{-y, -y}, {0, 0}, {y, y}, {1, y}}}};
      const std::string svg = to_svg(chart);
      EXPECT_EQ(svg.find("nan"), std::string::npos) << y << decades;
      EXPECT_EQ(svg.find("inf"), std::string::npos) << y << decades;
      EXPECT_LT(svg.size(), 20'000u) << y << decades;
    }
  }
}

TEST(Svg, a_chart_without_data_says_so) {
  Chart chart{.title = "empty", .x_title = "", .panels = {}, .marks = {}};
  EXPECT_EQ(count(to_svg(chart), "<svg"), 1u);
  chart.panels.push_back({.title = "none", .unit = "s", .series = {}});
  chart.panels.push_back({.title = "broken", .unit = "s", .series = {{.name = "n", .points = {{0, nan}}}}});
  EXPECT_EQ(count(to_svg(chart), "no data"), 2u);
}

TEST(Svg, a_band_reaches_from_its_upper_to_its_lower_edge_or_to_zero) {
  Chart chart;
  chart.panels.push_back({.title = "b", .unit = "", .series = {}});
  chart.panels[0].series = {{.name = "up", .points = {{0, 2}, {1, 2}}, .style = Series::band_upper},
                            {.name = "", .points = {{0, -2}, {1, -2}}, .style = Series::band_lower},
                            {.name = "alone", .points = {{0, 1}, {1, 1}}, .style = Series::band_upper}};
  const std::string svg = to_svg(chart);
  EXPECT_EQ(count(svg, "fill-opacity"), 4u) << "two areas and their two places in the legend";
  EXPECT_EQ(count(svg, ">up<") + count(svg, ">alone<"), 2u);
}

TEST(Svg, long_names_are_cut_and_marks_that_would_touch_keep_their_tooltip) {
  EXPECT_EQ(shorten("µµµµµ", 3), "µµ…");
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(wrap("ab cd ef gh", 5, 2), (std::vector<std::string>{"ab cd", "ef gh"}));
  EXPECT_EQ(wrap("ab cd ef gh ij", 5, 2), (std::vector<std::string>{"ab cd", "ef g…"}));
  EXPECT_EQ(wrap("abcdefgh", 5, 2), (std::vector<std::string>{"abcd…"}));
  Chart chart;
  chart.panels.push_back({.title = "p", .unit = "", .series = {{.name = "n", .points = {{0, 0}, {100, 1}}}}});
  for (int i = 0; i < 20; ++i) chart.marks.push_back({50.0 + i * 0.01, "mark " + std::to_string(i)});
  const std::string svg = to_svg(chart);
  EXPECT_EQ(count(svg, "<title>mark "), 20u);
  EXPECT_EQ(count(svg, "class=\"q\">mark "), 3u) << "three rows";
}

// Relative luminance and contrast of WCAG 2.1, sections 1.4.3 and 1.4.11.
double luminance(const std::string& hex) {
  double sum = 0.0;
  constexpr double weights[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const double c = std::stoi(hex.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += weights[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
  }
  return sum;
}
double contrast(const std::string& a, const std::string& b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

TEST(Svg, every_colour_is_seen_on_a_light_and_on_a_dark_background) {
  Chart chart;
  chart.panels.push_back({.title = "p", .unit = "", .series = {}});
  for (int i = 0; i < 6; ++i) {
    const double y = i;
    chart.panels[0].series.push_back({.name = "", .points = {{0, y}, {1, y}}});
  }
  const std::string svg = to_svg(chart);
  std::size_t seen = 0;
  for (std::size_t at = svg.find("stroke=\"#"); at != std::string::npos; at = svg.find("stroke=\"#", at + 1)) {
    const std::string colour = svg.substr(at + 8, 7);
    EXPECT_GE(contrast(colour, "#ffffff"), 3.0) << colour;
    EXPECT_GE(contrast(colour, "#14171a"), 3.0) << colour;
    ++seen;
  }
  EXPECT_EQ(seen, 6u);
}

}  // namespace
}  // namespace tactus::chart
