// SPDX-License-Identifier: Apache-2.0
// The clock of a network card, followed by readings beside the system's: what its timestamps are in corrected time. No
// I/O. Reference clock specification, sections 7.3 and 7.4; the estimators are our own (README).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tactus/host.h>
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
  RawTime raw;         // at the same instant
  double error_s = 0;  // half of the delay that is left, at least the precision
};

// The mean of the quickest fifth of the readings: the others waited for something. Empty: no reading, or the system
// clock went back during one. precision_s > 0.
std::optional<NicSample> combine(std::span<const NicReading> readings, double precision_s);

class NicClock {
 public:
  struct Limits {
    std::size_t min_samples = 2;  // 2..64
    std::size_t max_samples = 16;
    double min_separation_s = 1;
  };
  struct Converted {
    Instant at;
    double error_s;
  };

  explicit NicClock(const Limits& limits) : limits_(limits) {}

  void add(std::int64_t nic_ns, Instant local, double error_s);
  // Empty before there are two samples that agree.
  [[nodiscard]] std::optional<Converted> convert(std::int64_t nic_ns) const;
  [[nodiscard]] bool valid() const noexcept { return valid_; }
  [[nodiscard]] std::size_t samples() const noexcept { return points_.size(); }
  // Stored local times follow; an unknown step drops everything.
  void on_clock_change(const tactus_clock_change& change);

 private:
  struct Point {
    std::int64_t nic_ns;
    std::int64_t local_ns;
  };
  // Local interval over interval of the card, and local time over the newest point's.
  struct Line {
    double slope = 1;
    double intercept_s = 0;
  };

  void restart(const Point& point);
  bool fit();
  [[nodiscard]] Line line_through_all() const;
  [[nodiscard]] bool straight(const Line& line) const;

  Limits limits_;
  std::vector<Point> points_;  // oldest first
  Line line_{};
  double error_s_ = 0;
  bool valid_ = false;
};

}  // namespace tactus::udp
