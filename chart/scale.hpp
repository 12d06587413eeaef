// SPDX-License-Identifier: Apache-2.0
// Where values lie on an axis, and which round numbers are written beside it.
#pragma once

#include <string>
#include <vector>

#include "chart.hpp"

namespace tactus::chart {

struct Tick {
  double value = 0.0;  // in the data's unit
  std::string label;
  std::string second_line;  // dates below times
};

// A range of finite values; empty until something was added.
struct Range {
  double low = 0.0;
  double high = 0.0;
  bool empty = true;
  void add(double value);
};

// The y axis of one panel.
class YScale {
 public:
  // magnitudes: |y| of the data, for the linear part of a symmetric logarithmic axis.
  YScale(Range range, const std::string& unit, bool symmetric_log, std::vector<double> magnitudes);

  // 0 at the bottom, 1 at the top.
  [[nodiscard]] double place(double value) const;
  [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }
  // What stands behind the title; empty when there is no unit, or when each tick has its own.
  [[nodiscard]] const std::string& unit() const { return unit_; }

 private:
  void linear_ticks(const std::string& unit);
  void decade_ticks(const std::string& unit);
  [[nodiscard]] double bend(double value) const;

  double low_ = 0.0;     // after bend()
  double high_ = 1.0;    // after bend()
  double linear_ = 0.0;  // |y| up to which the axis is about linear; 0: a linear axis
  std::vector<Tick> ticks_;
  std::string unit_;
};

// Ticks of a time axis over low..high, high > low; wanted: about how many at most.
struct TimeTicks {
  std::vector<Tick> ticks;
  std::string unit;  // of a duration; empty with dates
};
TimeTicks time_ticks(double low, double high, XAxis axis, int wanted);

// A step of 1, 2 or 5 times a power of ten, not below `least` > 0.
double round_step(double least);

}  // namespace tactus::chart
