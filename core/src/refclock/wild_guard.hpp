// SPDX-License-Identifier: Apache-2.0
// Keeps wild readings of a reference clock from an estimator that is fed directly, without the median filter. Known
// weather: a reading far from what the estimator expects waits until the next ones tell whether it was wild or news.
// Start: the middle one of each three readings. No clock, no I/O. Specification "beyond chrony", section 8.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "samples/sample.hpp"

namespace tactus {

// What the estimator expects at a sample's time.
struct Expectation {
  bool known = false;      // it has seen enough, and not too long ago
  double offset_s = 0.0;   // positive: local clock fast
  double deviation_s = 0;  // standard deviation of a sample's offset around it
};

class WildGuard {
 public:
  static constexpr int waiting = 3;  // as many unexpected ones in a row are news
  static constexpr double gate_deviations = 6.0;

  // Takes a sample, later than all before. Then next() gives what may go on, until it gives nothing.
  void take(const Sample& sample, const Expectation& expected) noexcept;
  std::optional<Sample> next() noexcept;

  // Not passed on: wild ones, and those beside the middle ones at the start.
  [[nodiscard]] std::uint64_t wild() const noexcept { return wild_; }
  [[nodiscard]] std::uint64_t beside() const noexcept { return beside_; }
  [[nodiscard]] int held() const noexcept { return held_; }

  void adjust(const HistoryChange& change) noexcept;
  void disperse(double dispersion_s) noexcept;
  void drop() noexcept;  // what is held counts as wild: its fate will not be known

 private:
  void pass_all() noexcept { ready_ = held_; }
  void pass_middle() noexcept;

  std::array<Sample, waiting> samples_;  // oldest first; the first `ready_` of `held_` may go on
  int held_ = 0;
  int ready_ = 0;
  int given_ = 0;  // of the ready ones
  bool starting_ = true;
  std::uint64_t wild_ = 0;
  std::uint64_t beside_ = 0;
};

}  // namespace tactus
