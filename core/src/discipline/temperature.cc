// SPDX-License-Identifier: Apache-2.0
// Temperature compensation, see temperature.hpp.
#include "discipline/temperature.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace tactus {
namespace {

// A number at the start of text, which is then cut by it. strtod reads what chrony's scanf reads.
std::optional<double> take_number(std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(value)) return std::nullopt;
  text.erase(0, static_cast<std::size_t>(end - text.c_str()));
  return value;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\v\f") == std::string_view::npos; }

}  // namespace

TemperatureCurve TemperatureCurve::quadratic(double t0, double k0, double k1, double k2) {
  TemperatureCurve out;
  out.t0_ = t0;
  out.k0_ = k0;
  out.k1_ = k1;
  out.k2_ = k2;
  return out;
}

Result<TemperatureCurve> TemperatureCurve::points(std::vector<Point> points) {
  if (points.size() < 2) return error("a line needs two points");
  TemperatureCurve out;
  out.points_ = std::move(points);
  return out;
}

double TemperatureCurve::at(double temperature) const noexcept {
  if (points_.empty()) {
    const double difference = temperature - t0_;
    return k0_ + difference * k1_ + difference * difference * k2_;
  }
  std::size_t upper = 1;
  while (upper + 1 < points_.size() && points_[upper].temperature < temperature) ++upper;
  const Point& a = points_[upper - 1];
  const Point& b = points_[upper];
  return (temperature - a.temperature) / (b.temperature - a.temperature) * (b.compensation_ppm - a.compensation_ppm) +
         a.compensation_ppm;
}

std::optional<std::vector<TemperatureCurve::Point>> parse_temperature_points(std::string_view text) {
  std::vector<TemperatureCurve::Point> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line{text.substr(0, end)};
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto temperature = take_number(line);
    const auto compensation_ppm = temperature ? take_number(line) : std::nullopt;
    if (!compensation_ppm || !blank(line)) return std::nullopt;
    out.push_back({*temperature, *compensation_ppm});
  }
  return out;
}

std::optional<double> parse_temperature(std::string_view text) {
  std::string copy{text};
  return take_number(copy);
}

}  // namespace tactus
