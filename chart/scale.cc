// SPDX-License-Identifier: Apache-2.0
#include "scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

namespace tactus::chart {

namespace {

constexpr int y_ticks_wanted = 7;
constexpr double minute_s = 60.0;
constexpr double hour_s = 3600.0;
constexpr double day_s = 86400.0;

struct Prefix {
  const char* unit;
  double factor;
};
constexpr Prefix second_prefixes[] = {{"ns", 1e-9}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};

// The prefix in which a magnitude has one to three digits before the point.
const Prefix& prefix_for(double magnitude_s) {
  const Prefix* best = &second_prefixes[0];
  for (const Prefix& prefix : second_prefixes) {
    if (magnitude_s >= prefix.factor * (1.0 - 1e-9)) best = &prefix;
  }
  return *best;
}

// A multiple of a step, with the digits that the step needs; far from 1 with an exponent.
std::string number_text(double value, double step) {
  const double magnitude = std::max(std::abs(value), step);
  if (magnitude >= 1e7 || step < 1e-7) return fmt::format("{:.6g}", value);
  const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.find_first_not_of("-0.") == std::string::npos) return "0";
  return text;
}

}  // namespace

void Range::add(double value) {
  if (empty) {
    low = high = value;
    empty = false;
    return;
  }
  low = std::min(low, value);
  high = std::max(high, value);
}

double round_step(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

// ---- y ----

YScale::YScale(Range range, const std::string& unit, bool symmetric_log, std::vector<double> magnitudes) {
  if (range.empty) range.add(0.0);
  constexpr double smallest = 1e-100;
  if (std::max(std::abs(range.low), std::abs(range.high)) < smallest) range.low = range.high = 0.0;
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low <= largest * 1e-9) {  // one value only, or as good as one
    const double room = largest > 0.0 ? largest * 0.1 : (unit == "s" ? 1e-6 : 1.0);
    range.low -= room;
    range.high += room;
  }
  if (symmetric_log && largest > 0.0) {
    // Linear up to the decade of the median, at most eight decades below the largest: small noise stays small.
    std::erase_if(magnitudes, [](double value) { return value <= 0.0; });
    double small = largest;
    if (!magnitudes.empty()) {
      const auto at = magnitudes.begin() + static_cast<std::ptrdiff_t>(magnitudes.size() / 2);
      std::nth_element(magnitudes.begin(), at, magnitudes.end());
      small = std::max(*at, largest * 1e-8);
    }
    linear_ = std::pow(10.0, std::floor(std::log10(small)));
  }
  low_ = bend(range.low);
  high_ = bend(range.high);
  const double room = (high_ - low_) * 0.05;
  low_ -= room;
  high_ += room;
  if (linear_ > 0.0) {
    decade_ticks(unit);
  } else {
    linear_ticks(unit);
  }
}

double YScale::bend(double value) const {
  if (linear_ == 0.0) return value;
  return std::copysign(std::log10(1.0 + std::abs(value) / linear_), value);
}

double YScale::place(double value) const { return (bend(value) - low_) / (high_ - low_); }

void YScale::linear_ticks(const std::string& unit) {
  const Prefix prefix = unit == "s" ? prefix_for(std::max(std::abs(low_), std::abs(high_))) : Prefix{"", 1.0};
  unit_ = unit == "s" ? prefix.unit : unit;
  const double step = round_step((high_ - low_) / prefix.factor / y_ticks_wanted);
  const double first = std::ceil(low_ / prefix.factor / step);
  const double last = std::floor(high_ / prefix.factor / step);
  for (double i = first; i <= last; ++i) {
    ticks_.push_back({i * step * prefix.factor, number_text(i * step, step), {}});
  }
}

// 0 and powers of ten, each with its own prefix.
void YScale::decade_ticks(const std::string& unit) {
  const auto label = [&](double value) {
    if (value == 0.0) return std::string("0");
    if (unit != "s") return fmt::format("{:g}", value);
    const Prefix& prefix = prefix_for(std::abs(value));
    return fmt::format("{:g} {}", std::round(value / prefix.factor), prefix.unit);
  };
  unit_ = unit == "s" ? "" : unit;
  const auto least = static_cast<int>(std::lround(std::log10(linear_)));
  const double span = high_ - low_;
  const int every = std::max(1, static_cast<int>(std::ceil(0.12 * span)));
  // From zero outward; what would touch the one before is left out.
  constexpr double closest = 0.1;
  std::vector<Tick> below;
  const auto add = [&](double value, std::vector<Tick>& list, double before) {
    const double at = place(value);
    if (at < 0.0 || at > 1.0 || std::abs(at - before) < closest) return before;
    list.push_back({value, label(value), {}});
    return at;
  };
  double above_at = add(0.0, ticks_, -1.0);
  double below_at = ticks_.empty() ? 2.0 : above_at;
  for (int i = least; i < least + 40; i += every) {
    above_at = add(std::pow(10.0, i), ticks_, above_at);
    below_at = add(-std::pow(10.0, i), below, below_at);
  }
  ticks_.insert(ticks_.begin(), below.rbegin(), below.rend());
}

// ---- x ----

namespace {

TimeTicks duration_ticks(double low, double high, int wanted) {
  struct Unit {
    const char* name;
    double factor;
    double up_to;  // span, s
    std::initializer_list<double> steps;
  };
  static const Unit units[] = {
      {"s", 1.0, 5.0 * minute_s, {}},
      {"min", minute_s, 3.0 * hour_s, {1, 2, 5, 10, 15, 20, 30}},
      {"h", hour_s, 3.0 * day_s, {1, 2, 3, 6, 12}},
      {"d", day_s, INFINITY, {}},
  };
  const Unit* unit = std::begin(units);
  while (high - low > unit->up_to) ++unit;
  const double least = (high - low) / unit->factor / wanted;
  double step = 0.0;
  for (const double candidate : unit->steps) {
    if (candidate >= least) {
      step = candidate;
      break;
    }
  }
  if (step == 0.0) step = round_step(least);
  TimeTicks out;
  out.unit = unit->name;
  const double last = std::floor(high / unit->factor / step + 1e-9);
  for (double i = std::ceil(low / unit->factor / step - 1e-9); i <= last; ++i) {
    out.ticks.push_back({i * step * unit->factor, number_text(i * step, step), {}});
  }
  return out;
}

std::chrono::year_month_day date_of(double unix_s) {
  const auto days = static_cast<std::int64_t>(std::floor(unix_s / day_s));
  return std::chrono::sys_days{std::chrono::days{days}};
}
std::string date_text(double unix_s) {
  const auto date = date_of(unix_s);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

// Firsts of months, every so many that not more than wanted are in the range.
TimeTicks month_ticks(double low, double high, int wanted) {
  const double least = (high - low) / (30.44 * day_s) / wanted;
  int step = 0;
  for (const int candidate : {1, 2, 3, 6, 12}) {
    if (candidate >= least) {
      step = candidate;
      break;
    }
  }
  if (step == 0) step = 12 * static_cast<int>(round_step(std::ceil(least / 12.0)));
  TimeTicks out;
  const auto date = date_of(low);
  int month = static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  month -= ((month % step) + step) % step;
  for (;; month += step) {
    const std::chrono::year_month_day first{
        std::chrono::year{month / 12}, std::chrono::month{static_cast<unsigned>(month % 12) + 1}, std::chrono::day{1}};
    const double at = static_cast<double>(std::chrono::sys_days{first}.time_since_epoch().count()) * day_s;
    if (at > high) break;
    if (at >= low) out.ticks.push_back({at, date_text(at), {}});
  }
  return out;
}

TimeTicks utc_ticks(double low, double high, int wanted) {
  constexpr double steps[] = {1,     2,     5,         10,        15,        30,        60,    120,
                              300,   600,   900,       1800,      3600,      7200,      10800, 21600,
                              43200, day_s, 2 * day_s, 4 * day_s, 7 * day_s, 14 * day_s};
  const double least = (high - low) / wanted;
  double step = 0.0;
  for (const double candidate : steps) {
    if (candidate >= least) {
      step = candidate;
      break;
    }
  }
  if (step == 0.0) return month_ticks(low, high, wanted);
  TimeTicks out;
  std::string date_before;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high; ++i) {
    const double at = i * step;
    const auto second = static_cast<std::int64_t>(std::llround(at - std::floor(at / day_s) * day_s));
    Tick tick{at, {}, {}};
    const std::string date = date_text(at);
    if (step >= day_s) {
      tick.label = date.substr(5);
      if (date.substr(0, 4) != date_before) tick.second_line = date.substr(0, 4);
      date_before = date.substr(0, 4);
    } else {
      tick.label = fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
      if (step < minute_s) tick.label += fmt::format(":{:02}", second % 60);
      if (date != date_before) tick.second_line = date;
      date_before = date;
    }
    out.ticks.push_back(std::move(tick));
  }
  return out;
}

}  // namespace

TimeTicks time_ticks(double low, double high, XAxis axis, int wanted) {
  // Below a second between ticks there are no times of day to write: seconds since 1970 are then as good as any.
  if (axis == XAxis::utc && high - low >= wanted) return utc_ticks(low, high, wanted);
  return duration_ticks(low, high, wanted);
}

}  // namespace tactus::chart
