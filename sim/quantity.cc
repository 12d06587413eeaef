// SPDX-License-Identifier: Apache-2.0
#include "quantity.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace tactus::sim {

namespace {

struct Unit {
  std::string_view name;
  double scale;
};

constexpr Unit time_units[] = {{"ns", 1e-9},  {"us", 1e-6},  {"µs", 1e-6},   {"ms", 1e-3},    {"s", 1.0},
                               {"min", 60.0}, {"h", 3600.0}, {"d", 86400.0}, {"w", 604800.0}, {"y", 31557600.0}};
constexpr Unit frequency_units[] = {{"", 1.0}, {"ppm", 1e-6}, {"ppb", 1e-9}};
constexpr Unit fraction_units[] = {{"", 1.0}, {"%", 1e-2}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

struct Parts {
  double number;
  std::string_view unit;
};

std::optional<Parts> split(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double number = 0.0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || std::isnan(number)) return std::nullopt;
  return Parts{number, trimmed(text.substr(static_cast<std::size_t>(end - text.data())))};
}

std::optional<double> with_unit(const Parts& parts, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (unit.name == parts.unit) return parts.number * unit.scale;
  }
  return std::nullopt;
}

// Reads `digits` decimal digits.
bool take_digits(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + digits, out);
  if (failed != std::errc{} || end != text.data() + digits || text.front() == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == any_of.npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<double> parse_time(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  if (parts->unit.empty()) {
    return parts->number == 0.0 || std::isinf(parts->number) ? std::optional(parts->number) : std::nullopt;
  }
  return with_unit(*parts, time_units);
}

std::optional<double> parse_frequency(std::string_view text) {
  const auto parts = split(text);
  return parts ? with_unit(*parts, frequency_units) : std::nullopt;
}

std::optional<double> parse_fraction(std::string_view text) {
  const auto parts = split(text);
  return parts ? with_unit(*parts, fraction_units) : std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  const auto parts = split(text);
  return parts && parts->unit.empty() ? std::optional(parts->number) : std::nullopt;
}

std::string format_time(double seconds) {
  if (std::isinf(seconds)) return "never";
  if (std::isnan(seconds)) return "?";
  static constexpr Unit shown[] = {{"y", 31557600.0}, {"d", 86400.0}, {"h", 3600.0}, {"s", 1.0},
                                   {"ms", 1e-3},      {"us", 1e-6},   {"ns", 1e-9}};
  const double size = std::abs(seconds);
  if (size < 0.5e-12) return "0 s";
  for (const Unit& unit : shown) {
    const double from = unit.name == "d" || unit.name == "h" ? 2.0 * unit.scale : unit.scale;
    if (size >= from * 0.9995 || unit.name == "ns") {
      const double value = seconds / unit.scale;
      const double digits = std::abs(value);
      return fmt::format("{:.{}f} {}", value, digits >= 99.95 ? 0 : digits >= 9.995 ? 1 : 2, unit.name);
    }
  }
  return fmt::format("{} s", seconds);
}

std::string format_frequency(double ratio) {
  if (!std::isfinite(ratio)) return "?";
  const bool small = std::abs(ratio) < 0.9995e-6;
  const double value = ratio * (small ? 1e9 : 1e6);
  const double digits = std::abs(value);
  return fmt::format("{:.{}f} {}", value, digits >= 99.95 ? 0 : digits >= 9.995 ? 1 : 2, small ? "ppb" : "ppm");
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  text = trimmed(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!take_digits(text, 4, year) || !take(text, "-") || !take_digits(text, 2, month) || !take(text, "-") ||
      !take_digits(text, 2, day)) {
    return std::nullopt;
  }
  if (take(text, "T ")) {
    if (!take_digits(text, 2, hour) || !take(text, ":") || !take_digits(text, 2, minute)) return std::nullopt;
    if (take(text, ":") && !take_digits(text, 2, second)) return std::nullopt;
  }
  take(text, "Z");
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const bool fits =
      text.empty() && date.ok() && year >= 1970 && year <= 2260 && hour < 24 && minute < 60 && second < 60;
  if (!fits) return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  return static_cast<std::int64_t>(days) * 86400 + hour * 3600 + minute * 60 + second;
}

}  // namespace tactus::sim
