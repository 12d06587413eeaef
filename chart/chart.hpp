// SPDX-License-Identifier: Apache-2.0
// Line charts over time as one self-contained SVG text: panels stacked over a common x axis. No I/O, no clock; the same
// chart gives the same bytes. Long series are thinned to what a screen can show, so that a file stays below about 200
// kB.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tactus::chart {

// x: seconds, of the chart's axis, up to 1e13. y: in the panel's unit, up to 1e100. A point that has something else,
// such as NaN, breaks a line.
struct Point {
  double x = 0.0;
  double y = 0.0;
};

struct Series {
  enum Style : std::uint8_t {
    line,
    dots,
    // The area between a band_upper and the band_lower that comes next in the panel; without one, down to 0. Both break
    // at the same places. The name of the upper one stands in the legend.
    band_upper,
    band_lower,
  };
  std::string name;  // in the legend; empty: not there
  std::vector<Point> points;
  Style style = line;
  int colour = -1;  // number of a colour, 0..; -1: by the place in the panel
};

struct Panel {
  std::string title;
  // "s": shown with the prefix that fits (ns, µs, ms, s). Any other text is shown as it is ("ppm"); empty: no unit.
  std::string unit;
  std::vector<Series> series;
  // The y axis counts decades on both sides of zero: for data with rare large values.
  bool symmetric_log = false;
};

// A line across all panels at an instant. The text is always in the file (as a tooltip); it is also written beside the
// line where there is room.
struct Mark {
  double x = 0.0;
  std::string text;
};

enum class XAxis : std::uint8_t {
  seconds,  // a duration, shown in s, min, h or d
  utc,      // s since 1970, shown as times of day and dates
};

struct Chart {
  std::string title;
  std::string x_title;
  XAxis x_axis = XAxis::seconds;
  std::vector<Panel> panels;
  std::vector<Mark> marks;
};

// The chart as SVG 1.1, UTF-8, 800 units wide. Any text is allowed in names and titles; bytes that XML cannot hold are
// replaced.
std::string to_svg(const Chart& chart);

}  // namespace tactus::chart
