// SPDX-License-Identifier: Apache-2.0
// Arithmetic of the Linux kernel clock. Discipline specification, section 11.1.
#include "kernel_clock.hpp"

#include <charconv>
#include <cmath>

#include <tactus/result.hpp>
#include <tactus/time.hpp>

namespace tactus::timex {
namespace {

constexpr double freq_units_per_ppm = 65536.0;
constexpr int largest_sticky_hz = 250;  // above it one tick is worth more than half of what freq can hold
constexpr double slow_change_s = 1e-2;
constexpr double immediate_change_s = 1e-5;

}  // namespace

FrequencyScale::FrequencyScale(int ticks_per_s)
    : ticks_per_s_(ticks_per_s), nominal_tick_(ticks_per_s > 0 ? (1'000'000 + ticks_per_s / 2) / ticks_per_s : 0) {
  TACTUS_ASSERT(ticks_per_s > 0);
}

Setting FrequencyScale::to_setting(double ppm) {
  TACTUS_ASSERT(std::fabs(ppm) <= max_ppm());
  // One microsecond per tick is USER_HZ ppm.
  const long wanted = std::lround(ppm / ticks_per_s_);
  const bool neighbour = wanted - delta_ticks_ == 1 || delta_ticks_ - wanted == 1;
  if (!neighbour || ticks_per_s_ > largest_sticky_hz) delta_ticks_ = wanted;
  const double rest_ppm = ppm - static_cast<double>(ticks_per_s_) * static_cast<double>(delta_ticks_);
  return {nominal_tick_ - delta_ticks_, static_cast<long>(-rest_ppm * freq_units_per_ppm)};
}

double FrequencyScale::to_ppm(const Setting& setting) const {
  return static_cast<double>(ticks_per_s_) * static_cast<double>(nominal_tick_ - setting.tick) -
         static_cast<double>(setting.freq) / freq_units_per_ppm;
}

double FrequencyScale::max_ppm() const {
  return 1e6 * static_cast<double>(nominal_tick_ / 10) / static_cast<double>(nominal_tick_);
}

StepParts to_step_parts(double offset_s) {
  TACTUS_ASSERT(std::isfinite(offset_s));
  const std::int64_t ns = from_seconds(offset_s).count();
  StepParts parts{ns / 1'000'000'000, ns % 1'000'000'000};
  if (parts.nanoseconds < 0) {
    --parts.seconds;
    parts.nanoseconds += 1'000'000'000;
  }
  return parts;
}

double frequency_delay_s(std::string_view release) {
  int major = 0;
  int minor = 0;
  const char* const end = release.data() + release.size();
  const auto first = std::from_chars(release.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return slow_change_s;
  if (std::from_chars(first.ptr + 1, end, minor).ec != std::errc{}) return slow_change_s;
  return major > 4 || (major == 4 && minor >= 19) ? immediate_change_s : slow_change_s;
}

bool InterferenceWatch::observe(const Seen& now, const SetByCall& set) {
  const bool changed =
      known_ && ((!set.pll && now.pll != last_.pll) || (!set.constant && now.constant != last_.constant) ||
                 (!set.freq && now.freq != last_.freq));
  last_ = now;
  known_ = true;
  return changed;
}

}  // namespace tactus::timex
