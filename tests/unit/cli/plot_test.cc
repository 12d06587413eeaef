// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "plot_data.hpp"

namespace tactus::cli {
namespace {

constexpr const char* tracking_banner =
    "=================================================================================================================="
    "=="
    "===============================\n"
    "   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay "
    "Root "
    "disp. Max. error\n"
    "=================================================================================================================="
    "=="
    "===============================\n";
constexpr const char* first_line =
    "2026-11-26 01:30:54 0.0.0.0          0     -1.069 1000000.000  0.000e+00 ?  0  0.000e+00  0.000e+00  1.000e+00  "
    "1.000e+00  1.500e+00\n";
constexpr const char* good_line =
    "2026-11-26 01:30:58 192.0.2.1        3     -1.069      0.021 -2.500e-06 N  2  1.100e-05 -3.200e-06  2.400e-03  "
    "6.000e-04  1.900e-03\n";
constexpr const char* older_line =
    "2026-11-26 01:31:58 192.0.2.1        3     -1.070      0.021  2.500e-06 N  2  1.100e-05 -1.000e-04  2.000e-03  "
    "1.000e-03\n";

}  // namespace

TEST(Plot, reads_a_tracking_log_with_its_banners_and_its_unsynchronised_lines) {
  PlotData data;
  const LogCount count =
      read_tracking_log(std::string(tracking_banner) + first_line + good_line + tracking_banner + older_line, data);
  EXPECT_EQ(count.entries, 3u);
  EXPECT_EQ(count.damaged, 0u);
  ASSERT_EQ(data.clock.size(), 3u);
  EXPECT_TRUE(std::isnan(data.clock[0].offset_s));
  EXPECT_TRUE(data.clock[0].reference.empty());
  EXPECT_DOUBLE_EQ(data.clock[1].when_s, 1795656658.0);
  EXPECT_DOUBLE_EQ(data.clock[1].offset_s, -2.5e-6);
  EXPECT_DOUBLE_EQ(data.clock[1].frequency_ppm, -1.069);
  EXPECT_DOUBLE_EQ(data.clock[1].error_bound_s, 1.9e-3);
  EXPECT_EQ(data.clock[1].reference, "192.0.2.1");
  EXPECT_DOUBLE_EQ(data.clock[2].error_bound_s, 2.1e-3) << "an older log has no bound: it is computed";
}

TEST(Plot, damaged_lines_are_counted_and_left_out) {
  const std::string cut(good_line, 60);
  const std::string text = std::string(good_line) + cut + "\n" + "garbage\n" + good_line +
                           "2026-13-26 01:30:58 192.0.2.1 3 -1 0 0 N 2 0 0 0 0 0\n" +
                           "2026-11-26 01:30:58 192.0.2.1 3 -1 0 x N 2 0 0 0 0 0\n" + std::string("\0\0\n", 3) + cut;
  PlotData data;
  const LogCount count = read_tracking_log(text, data);
  EXPECT_EQ(count.entries, 2u);
  EXPECT_EQ(count.damaged, 6u);
  EXPECT_EQ(count.first_damaged, 2u);
  EXPECT_EQ(data.clock.size(), 2u);
}

TEST(Plot, any_bytes_are_entries_or_damaged_lines) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text = std::string(tracking_banner) + good_line + older_line;
    for (int i = 0; i < 20; ++i) text[random() % text.size()] = static_cast<char>(random());
    PlotData data;
    const LogCount count = read_tracking_log(text, data);
    EXPECT_EQ(count.entries, data.clock.size());
    (void)read_statistics_log(text, data);
    (void)chart::to_svg(plot_chart(data, text.substr(0, 100)));
  }
}

TEST(Plot, reads_a_statistics_log_by_source) {
  PlotData data;
  const LogCount count = read_statistics_log(
      "2026-11-26 01:30:58 192.0.2.1        1.1e-05  2.5e-06  1.0e-05 -1.0e-09  2.1e-08 1.1e-02  12   0   6  0.12\n"
      "2026-11-26 01:30:59 GPS              1.1e-07 -2.5e-08  1.0e-08 -1.0e-09  2.1e-08 1.1e-02  12   0   6\n"
      "2026-11-26 01:31:00 GPS              1.1e-07\n",
      data);
  EXPECT_EQ(count.entries, 2u);
  EXPECT_EQ(count.damaged, 1u);
  ASSERT_EQ(data.sources.size(), 2u);
  EXPECT_DOUBLE_EQ(data.sources["192.0.2.1"][0].offset_s, 2.5e-6);
  EXPECT_DOUBLE_EQ(data.sources["GPS"][0].offset_s, -2.5e-8);
}

TEST(Plot, marks_changes_of_the_source_and_breaks_lines_where_nothing_was_written) {
  PlotData data;
  for (int i = 0; i < 100; ++i) {
    const double when_s = 1.79e9 + i * 64.0 + (i < 50 ? 0.0 : 86400.0);
    data.clock.push_back({when_s, 1e-6, 1.0, 0.1, 1e-3, i < 70 ? "192.0.2.1" : "GPS"});
  }
  const chart::Chart chart = plot_chart(data, "t");
  ASSERT_EQ(chart.panels.size(), 3u);
  ASSERT_EQ(chart.marks.size(), 1u);
  EXPECT_EQ(chart.marks[0].text, "GPS");
  EXPECT_EQ(chart.panels[0].series[0].points.size(), 101u);
  EXPECT_TRUE(std::isnan(chart.panels[0].series[0].points[50].y));
}

TEST(Plot, one_large_first_offset_does_not_hide_the_others) {
  PlotData data;
  for (int i = 0; i < 100; ++i) {
    data.clock.push_back({1.79e9 + i * 64.0, i == 0 ? -0.8 : 1e-5 * (i % 7 - 3), 1.0, i == 0 ? 1e6 : 0.1, 1e-3, "GPS"});
  }
  const chart::Chart chart = plot_chart(data, "t");
  EXPECT_TRUE(chart.panels[0].symmetric_log);
  EXPECT_FALSE(chart.panels[2].symmetric_log);
  for (const chart::Point& point : chart.panels[1].series[0].points) EXPECT_FALSE(point.y > 1e5);
}

TEST(Plot, of_many_sources_those_with_most_entries_are_drawn_and_the_others_are_told_of) {
  PlotData data;
  for (int s = 0; s < 30; ++s) {
    for (int i = 0; i <= s; ++i) data.sources[fmt::format("192.0.2.{}", s)].push_back({1.79e9 + i, 1e-6});
  }
  const chart::Chart chart = plot_chart(data, "t");
  ASSERT_EQ(chart.panels.size(), 1u);
  EXPECT_EQ(chart.panels[0].series.size(), 12u);
  EXPECT_EQ(chart.panels[0].series[0].name, "192.0.2.29");
  EXPECT_NE(chart.panels[0].title.find("12 with most entries of 30"), std::string::npos);
}

}  // namespace tactus::cli
