// SPDX-License-Identifier: Apache-2.0
// The adaptive estimator: the weighted mean of a bank of filters, with an explicit second branch for steps and jumps.
// Specification "beyond chrony", section 4.
#pragma once

#include <memory>
#include <optional>

#include "discipline/adaptive_bank.hpp"
#include "discipline/estimator.hpp"

namespace tactus {

// What the delays of the last samples say (4.1). Seconds.
struct DelayStatistics {
  double floor_s = 0.0;  // smallest of peer delay/2 + peer dispersion
  double scale_s = 0.0;  // c
};

class AdaptiveEstimator final : public Estimator {
 public:
  // A fixed asymmetry (|a| <= 0.5) or none (0) in the settings removes the hypotheses that estimate it.
  AdaptiveEstimator(const EstimatorSettings& settings, std::shared_ptr<const AdaptiveGrid> grid);

  void reset() override;
  SampleStore::Added accumulate(const Sample& sample) override;
  void adjust(const HistoryChange& change) override;
  void shift(double offset_s) override;
  void disperse(double dispersion_s) override;
  [[nodiscard]] const Estimate& estimate() const noexcept override { return estimate_; }
  [[nodiscard]] const FitReport& report() const noexcept override { return report_; }
  [[nodiscard]] double predict_s(Instant time) const noexcept override;
  [[nodiscard]] double effective_samples() const noexcept override;
  [[nodiscard]] std::vector<std::string> save() const override;
  Result<void> load(std::span<const std::string_view> lines, Instant now) override;

  // The inner state, from the first sample on (estimate() tells it from the third on).
  [[nodiscard]] const AdaptiveMixture& mixture() const noexcept { return mixture_; }
  [[nodiscard]] const DelayStatistics& delays() const noexcept { return delays_; }
  // The newest sample as the bank has it, without the part of the path's asymmetry; from the first sample on.
  [[nodiscard]] AdaptiveMeasurement newest_measurement() const noexcept;
  [[nodiscard]] AdaptiveBank symmetric_bank() const { return main_->symmetric(); }
  [[nodiscard]] bool branch_open() const noexcept { return branch_.has_value(); }

 private:
  // The possibility that the phase has stepped, beside the main bank (4.6).
  struct Branch {
    AdaptiveBank bank;
    double own_log = 0.0;   // log densities of the samples since it was opened
    double main_log = 0.0;  // the same of the main bank
    int judged = 0;         // how many samples
  };
  void process();
  void restart();
  [[nodiscard]] std::optional<double> early_step_s(const Sample& sample) const;
  void reprocess();
  void take(AdaptiveBank& bank, const AdaptiveMeasurement& measurement) const noexcept;
  void judge(const AdaptiveMeasurement& measurement);
  void open_branch(const AdaptiveMeasurement& measurement, double surprise_s);
  void measure_delays();
  void publish();
  [[nodiscard]] AdaptiveMeasurement measurement(const Sample& sample) const noexcept;

  std::shared_ptr<const AdaptiveGrid> grid_;
  std::optional<double> fixed_asymmetry_;
  double configured_min_delay_s_;
  double precision_s_;
  std::optional<AdaptiveBank> main_;  // with the first sample
  std::optional<Branch> branch_;
  Instant time_{};            // of the banks
  int taken_ = 0;             // samples since the last reset; saturates
  int early_steps_ = 0;       // seen since the last reset
  bool reprocessing_ = true;  // may the start still be done again
  double mean_interval_s_ = 0.0;
  DelayStatistics delays_;
  AdaptiveMixture mixture_;
  Estimate estimate_;
  FitReport report_;
};

// For one daemon: all its sources share the grid.
EstimatorFactory adaptive_factory(const AdaptiveSettings& settings);

}  // namespace tactus
