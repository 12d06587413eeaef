// SPDX-License-Identifier: Apache-2.0
// What `tctl plot` draws, and how it is made from chrony's statistic logs (chrony.conf specification 13.2 and 13.3). No
// I/O.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <chart.hpp>

namespace tactus::cli {

// The clock at an instant. What is not known is NaN.
struct ClockPoint {
  double when_s = 0.0;    // since 1970 UTC
  double offset_s = 0.0;  // at an update; positive: the clock was fast
  double frequency_ppm = 0.0;
  double skew_ppm = 0.0;
  double error_bound_s = 0.0;
  std::string reference;  // empty: none
};

struct SourcePoint {
  double when_s = 0.0;
  double offset_s = 0.0;
};

struct PlotData {
  std::vector<ClockPoint> clock;
  std::map<std::string, std::vector<SourcePoint>> sources;
};

// How a file was read. Damaged: lines that are neither an entry nor a banner; they are left out.
struct LogCount {
  std::size_t entries = 0;
  std::size_t damaged = 0;
  std::size_t first_damaged = 0;  // number of the line, from 1
};

LogCount read_tracking_log(std::string_view text, PlotData& out);
LogCount read_statistics_log(std::string_view text, PlotData& out);

// Panels: offset, frequency with its error, error bound, and the sources' offsets when there are any.
chart::Chart plot_chart(const PlotData& data, const std::string& title);

}  // namespace tactus::cli
