// SPDX-License-Identifier: Apache-2.0
// The clock of a network card, followed by readings beside the system's: what its timestamps are in corrected time. No
// I/O. Reference clock specification, sections 7.3 and 7.4.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <tactus/host.h>
#include <tactus/quantile.hpp>
#include <tactus/time.hpp>

namespace tactus::udp {

// One reading: the system clock before and after the card's.
struct NicReading {
  RawTime before;
  std::int64_t nic_ns = 0;
  RawTime after;
};

// What a set of readings says together.
struct NicSample {
  std::int64_t nic_ns = 0;
  RawTime raw;           // at the same instant
  double error_s = 0;    // half of the delay that is left, at least the precision
  std::size_t used = 0;  // so many readings are in it; 0: none was as quick as usual, it is the quickest of them
};

// Knows how long a reading takes when nothing comes between: the range from the first to the second tenth of all
// delays.
class NicReadings {
 public:
  // system_precision_s > 0. chance: gives random numbers, uniform in 0..1.
  NicReadings(double system_precision_s, std::function<double()> chance);
  // Empty: no reading, or the system clock went back during one. ratio: corrected time over raw time at present.
  // precision_s > 0: no error is below it.
  std::optional<NicSample> combine(std::span<const NicReading> readings, double ratio, double precision_s);

 private:
  static constexpr std::size_t quantiles = 2;
  static constexpr std::size_t repeats = 7;
  void learn(double delay_s);
  [[nodiscard]] double quantile_s(std::size_t which) const;

  double system_precision_s_;
  std::function<double()> chance_;
  std::array<std::array<QuantileWalker, repeats>, quantiles> walkers_;
  std::array<double, quantiles> first_{};  // delays in ascending order, until there is one for each
  std::size_t known_ = 0;
};

class NicClock {
 public:
  static constexpr std::size_t samples_least = 2;
  static constexpr std::size_t samples_most = 64;
  struct Limits {
    std::size_t min_samples = samples_least;
    std::size_t max_samples = 16;
    double min_separation_s = 1;
  };
  struct Converted {
    Instant at;
    double error_s;
  };

  explicit NicClock(const Limits& limits) : limits_(limits) {}

  // A sample that was not as quick as usual is worth something while nothing better is known, and when it agrees.
  [[nodiscard]] bool wants(const NicSample& sample, Instant local) const;
  // error_s: bound of the difference of the two. False: what was known did not agree, all of it is forgotten.
  bool add(std::int64_t nic_ns, Instant local, double error_s);
  // Empty before there are two samples that agree.
  [[nodiscard]] std::optional<Converted> convert(std::int64_t nic_ns) const;
  [[nodiscard]] bool valid() const noexcept { return valid_; }
  [[nodiscard]] std::size_t samples() const noexcept { return x_.size(); }
  // The local time follows; an unknown step drops everything.
  void on_clock_change(const tactus_clock_change& change);

 private:
  void forget();
  bool fit();

  Limits limits_;
  // Intervals from the newest sample, oldest first: of the local clock as it would run without corrections, and of the
  // card's.
  std::vector<double> x_;
  std::vector<double> y_;
  std::int64_t nic_reference_ns_ = 0;  // of the newest sample
  Instant local_reference_{};
  double correction_ = 1;  // corrected seconds per second of the local clock, relative to the start
  double frequency_ = 1;   // seconds of the card per corrected second
  double offset_s_ = 0;    // of the line at the newest sample
  double error_s_ = 0;
  bool valid_ = false;
};

}  // namespace tactus::udp
