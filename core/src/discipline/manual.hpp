// SPDX-License-Identifier: Apache-2.0
// Manual input of the time (`manual`, command settime): the entered times and the line through them. Pure. Discipline
// specification, section 15.1.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <tactus/result.hpp>

#include "samples/sample.hpp"

namespace tactus {

class ManualInput {
 public:
  struct Entry {
    Instant when;              // corrected time of the input
    double offset_s;           // local minus entered; follows the corrections of the clock
    double original_offset_s;  // as entered
    double residual_s;         // of the last fit
  };
  struct Estimate {
    double offset_s = 0.0;   // at the newest entry; positive: the clock is fast
    double frequency = 0.0;  // ratio; positive: the clock gains
  };

  // TACTUS_E_INVALID: less than 1 s after the last one. The oldest of more than 16 is dropped.
  Result<Estimate> add(Instant now, double offset_s);
  // TACTUS_E_NOT_FOUND: there is no such entry. Nothing: it was the last one.
  Result<std::optional<Estimate>> remove(std::size_t index);
  void reset() noexcept { entries_.clear(); }
  void adjust(const HistoryChange& change) noexcept;
  [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }

 private:
  // of_newest: the offset is that of the newest entry, not of the line.
  Estimate estimate(bool of_newest);

  std::vector<Entry> entries_;  // oldest first
};

}  // namespace tactus
