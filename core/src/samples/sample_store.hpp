// SPDX-License-Identifier: Apache-2.0
// The samples of one source: up to 64 that are fitted and as many older ones that only the run test, the minimum delay
// and the asymmetry estimate see. Discipline specification, section 5; dump lines: configuration specification 14.2.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/result.hpp>

#include "samples/sample.hpp"

namespace tactus {

inline constexpr int max_store_samples = 64;  // section 2

// As configured; the store clamps: 1 <= min_samples <= max_samples <= 64 (section 5).
struct StoreLimits {
  int min_samples = 6;
  int max_samples = 0;       // 0: 64
  double min_delay_s = 0.0;  // known smallest round trip, s; 0: measured
};

class SampleStore {
 public:
  struct Entry {
    Sample sample;                   // dispersions and root values of run samples are meaningless
    double original_offset_s = 0.0;  // as measured, never transformed
  };
  enum class Added : std::uint8_t { appended, after_reset };

  explicit SampleStore(const StoreLimits& limits);

  // Appends. A full store turns its oldest sample into a run sample. A time not later than the newest drops everything
  // first (after_reset). A delay below a configured minimum is mirrored at it.
  Added accumulate(const Sample& sample);

  [[nodiscard]] int size() const noexcept { return samples_; }          // n, 0..64
  [[nodiscard]] int run_size() const noexcept { return run_samples_; }  // m, 0..n
  [[nodiscard]] bool full() const noexcept { return samples_ == max_samples_; }
  // index: -run_size()..size()-1, oldest first; run samples are negative.
  [[nodiscard]] const Entry& at(int index) const noexcept;
  [[nodiscard]] const Entry& newest() const noexcept { return at(samples_ - 1); }
  [[nodiscard]] int min_samples() const noexcept { return min_samples_; }
  [[nodiscard]] int max_samples() const noexcept { return max_samples_; }
  // Configured minimum, else the smallest delay of all entries, else +infinity. s.
  [[nodiscard]] double min_delay_s() const noexcept;

  // The k oldest samples become run samples, 0 <= k <= size().
  void drop_oldest(int k) noexcept;
  void reset() noexcept;
  void adjust(const HistoryChange& change) noexcept;  // section 7, all entries
  void shift(double offset_s) noexcept;               // adds to all offsets
  void disperse(double dispersion_s) noexcept;        // peer and root dispersion of the samples

  // One line per sample, oldest first: "TIME OFF ORIG DELAY DISP RDELAY RDISP".
  [[nodiscard]] std::vector<std::string> save() const;
  // Replaces everything by saved lines (1..64). Refused, with the store left empty: times that do not increase or are
  // later than `now`, values that are not finite or not below 1e6 in magnitude, negative delays or dispersions.
  Result<void> load(std::span<const std::string_view> lines, Instant now);

 private:
  static constexpr int capacity = 2 * max_store_samples;
  [[nodiscard]] Entry& slot(int index) const noexcept;

  int min_samples_;
  int max_samples_;
  double configured_min_delay_s_;
  int samples_ = 0;
  int run_samples_ = 0;
  int last_ = 0;                   // slot of the newest
  std::unique_ptr<Entry[]> ring_;  // allocated with the first sample
};

}  // namespace tactus
