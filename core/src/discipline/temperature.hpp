// SPDX-License-Identifier: Apache-2.0
// Compensation of the oscillator's temperature: from a temperature to a frequency. Pure. Discipline specification 15.2;
// configuration specification 4.3 (`tempcomp`).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <tactus/result.hpp>

namespace tactus {

inline constexpr double max_temperature_compensation_ppm = 10.0;  // beyond it a result is not believed

class TemperatureCurve {
 public:
  struct Point {
    double temperature;
    double compensation_ppm;
  };
  // k0 + (T - t0)*k1 + (T - t0)^2*k2, ppm.
  static TemperatureCurve quadratic(double t0, double k0, double k1, double k2);
  // Straight lines between points, the outer ones go on; expected in increasing order of temperature. Error: fewer than
  // two points.
  static Result<TemperatureCurve> points(std::vector<Point> points);

  // Compensation at a temperature, ppm; positive makes the clock faster.
  [[nodiscard]] double at(double temperature) const noexcept;

 private:
  std::vector<Point> points_;  // empty: quadratic
  double t0_ = 0.0;
  double k0_ = 0.0;
  double k1_ = 0.0;
  double k2_ = 0.0;
};

// The text of a points file: two numbers per line, nothing else. Nothing: a line that is not two numbers.
std::optional<std::vector<TemperatureCurve::Point>> parse_temperature_points(std::string_view text);
// The first number of a sensor's file. Nothing: it does not begin with a finite number.
std::optional<double> parse_temperature(std::string_view text);

}  // namespace tactus
