// SPDX-License-Identifier: Apache-2.0
// What every estimator of one source's offset and frequency offers; it owns the source's sample store. Specification
// "beyond chrony", section 9; discipline specification, sections 5 to 7.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/result.hpp>

#include "samples/sample_store.hpp"

namespace tactus {

inline constexpr double worst_frequency = 2000e-6;  // assumed bound while nothing is known (section 2)
inline constexpr double unknown_deviation_s = 4.0;  // offset error and standard deviation while nothing is known
inline constexpr double min_skew = 1e-12;
inline constexpr double max_skew = 100.0;
inline constexpr double min_stddev_s = 1e-9;
inline constexpr int min_fit_samples = 3;
inline constexpr double adaptive_skew_ratio = 3.5;  // skew of the adaptive estimator to its frequency's deviation
inline constexpr int asymmetry_run_limit = 1000;

struct Estimate {
  bool valid = false;        // at least three samples were fitted
  Instant reference_time{};  // of offset_s
  double offset_s = 0.0;     // positive: local clock fast
  double offset_sd_s = unknown_deviation_s;
  double frequency = 0.0;  // ratio; positive: local clock gains on the source
  double frequency_sd = worst_frequency;
  double skew = worst_frequency;  // bound of the frequency error, ratio
  double stddev_s = unknown_deviation_s;
  double asymmetry = 0.0;  // of the jitter, -0.5..0.5
  int asymmetry_run = 0;
  int samples = 0;  // held
  int runs = 0;     // of equal signs among the residuals
  int best = 0;     // index of the sample with the smallest root distance
};

// How the last fit went, for statistics.log and tests.
struct FitReport {
  int samples_before = 0;  // held before the oldest were dropped
  int dropped = 0;
  int residuals_before = 0;  // run samples held before
  int degrees = 0;           // of freedom
  double stress = 0.0;       // |change of frequency| / old skew
};

class Estimator {
 public:
  explicit Estimator(const StoreLimits& limits) : store_(limits) {}
  Estimator(const Estimator&) = delete;
  Estimator& operator=(const Estimator&) = delete;
  virtual ~Estimator() = default;

  virtual void reset() = 0;
  // Takes a sample and estimates anew. precision_s: of the system clock.
  virtual SampleStore::Added accumulate(const Sample& sample) = 0;
  virtual void adjust(const HistoryChange& change) = 0;
  virtual void shift(double offset_s) = 0;
  virtual void disperse(double dispersion_s) = 0;
  [[nodiscard]] virtual const Estimate& estimate() const noexcept = 0;
  [[nodiscard]] virtual const FitReport& report() const noexcept = 0;
  // Offset at a time, s; positive = fast. The newest offset with fewer than three samples, 0 with none.
  [[nodiscard]] virtual double predict_s(Instant time) const noexcept = 0;
  // How many good samples the estimate is worth, for the poll rule (section 4).
  [[nodiscard]] virtual double effective_samples() const noexcept = 0;
  // The part of a dump file that follows its second header line: "N R" and the samples.
  [[nodiscard]] virtual std::vector<std::string> save() const = 0;
  virtual Result<void> load(std::span<const std::string_view> lines, Instant now) = 0;

  [[nodiscard]] const SampleStore& store() const noexcept { return store_; }
  [[nodiscard]] double min_delay_s() const noexcept { return store_.min_delay_s(); }

 protected:
  SampleStore store_;
};

// What an estimator is made from.
struct EstimatorSettings {
  StoreLimits limits;
  double asymmetry = 1.0;     // |a| <= 0.5: fixed, 0: off, above 0.5: estimated (6.3)
  double precision_s = 1e-6;  // of the system clock
};
// Index of the sample with the smallest root distance now; the store is not empty. 6.6
int best_sample(const SampleStore& store, double skew) noexcept;

// First line of what save() gives. E_INVALID: malformed, or fewer lines follow than it says.
struct DumpHead {
  int samples = 0;
  int asymmetry_run = 0;
};
Result<DumpHead> parse_dump_head(std::span<const std::string_view> lines);

using EstimatorFactory = std::function<std::unique_ptr<Estimator>(const EstimatorSettings&)>;

}  // namespace tactus
