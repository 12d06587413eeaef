// SPDX-License-Identifier: Apache-2.0
// The filter that makes one sample of several: the median (NTP `filter n`) or the mean of the middle ones (reference
// clocks). Discipline specification 14.2, NTP specification 12.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "samples/sample.hpp"

namespace tactus {

struct FilterSettings {
  int minimum = 1;               // fewest samples of an output, >= 1
  int maximum = 64;              // capacity, 1..256
  double max_deviation_s = 0.0;  // output whose deviation is larger is withheld; 0: no limit
  double keep_ratio = 0.6;       // share of the samples around the middle that is kept; 0: the median
  double precision_s = 1e-6;     // of the system clock, start of the running variance

  static FilterSettings ntp(int length, double precision_s) { return {1, length, 16.0, 0.0, precision_s}; }
};

class SampleFilter {
 public:
  enum class Refusal : std::uint8_t { none, not_later };
  enum class Withheld : std::uint8_t { none, too_few, deviation };

  explicit SampleFilter(const FilterSettings& settings);

  // Offsets have the sign of Sample (positive = local clock fast). A full filter overwrites its oldest sample.
  Refusal accumulate(const Sample& sample);
  // The filtered sample; the samples are then gone, only last() remains. Nothing: see withheld(), the samples stay.
  std::optional<Sample> output();
  [[nodiscard]] Withheld withheld() const noexcept { return withheld_; }

  [[nodiscard]] int size() const noexcept { return static_cast<int>(samples_.size()); }
  // Newest sample taken, kept beyond output() until drop().
  [[nodiscard]] const std::optional<Sample>& last() const noexcept { return last_; }
  // Square root of the running variance, s (refclock specification: added when locking to a filtered clock).
  [[nodiscard]] double average_deviation_s() const noexcept;
  // How many samples the last output was made of.
  [[nodiscard]] int used() const noexcept { return used_; }

  void drop() noexcept;  // forgets all samples, and last()
  void adjust(const HistoryChange& change) noexcept;
  void shift(double offset_s) noexcept;
  void disperse(double dispersion_s) noexcept;

 private:
  [[nodiscard]] std::vector<const Sample*> select() const;
  bool combine(const std::vector<const Sample*>& chosen, Sample& result);
  double running_scale(double variance, int degrees) noexcept;

  FilterSettings settings_;
  std::vector<Sample> samples_;  // oldest first
  std::optional<Sample> last_;
  double average_variance_;
  int average_count_ = 0;
  int used_ = 0;
  Withheld withheld_ = Withheld::none;
};

}  // namespace tactus
