// SPDX-License-Identifier: Apache-2.0
// See manual.hpp.
#include "discipline/manual.hpp"

#include <algorithm>
#include <cmath>

#include <tactus/abi.h>
#include <tactus/robust_line.hpp>

namespace tactus {
namespace {

constexpr std::size_t max_entries = 16;
constexpr Duration least_distance = std::chrono::seconds(1);
constexpr double slope_tolerance = 1e-8;

}  // namespace

Result<ManualInput::Estimate> ManualInput::add(Instant now, double offset_s) {
  if (!entries_.empty() && now - entries_.back().when < least_distance) {
    return error_status(TACTUS_E_INVALID, "less than a second after the last time");
  }
  if (entries_.size() == max_entries) entries_.erase(entries_.begin());
  entries_.push_back({now, offset_s, offset_s, 0.0});
  return estimate(true);
}

Result<std::optional<ManualInput::Estimate>> ManualInput::remove(std::size_t index) {
  if (index >= entries_.size()) return error_status(TACTUS_E_NOT_FOUND, "there is no such entry");
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  if (entries_.empty()) return std::optional<Estimate>{};
  return std::optional<Estimate>{estimate(false)};
}

ManualInput::Estimate ManualInput::estimate(bool of_newest) {
  const Entry& newest = entries_.back();
  std::vector<double> x;
  std::vector<double> y;
  for (const Entry& entry : entries_) {
    x.push_back(to_seconds(newest.when - entry.when));
    y.push_back(entry.offset_s);
  }
  const auto line = robust_line(x, y, slope_tolerance);
  Estimate out;
  out.offset_s = newest.offset_s;
  if (!line) return out;
  // The axis counts backwards.
  out.frequency = -line->slope;
  if (!of_newest) out.offset_s = line->intercept;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    entries_[i].residual_s = i < line->start ? 0.0 : y[i] - line->intercept - line->slope * x[i];
  }
  return out;
}

void ManualInput::adjust(const HistoryChange& change) noexcept {
  for (Entry& entry : entries_) {
    const double delta_s = to_seconds(change.corrected - entry.when) * change.frequency - change.offset_s;
    entry.when += from_seconds(delta_s);
    entry.offset_s += delta_s;
  }
}

}  // namespace tactus
