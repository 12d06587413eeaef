// SPDX-License-Identifier: Apache-2.0
// The bank of small Kalman filters of the adaptive estimator: one per hypothesis about the oscillator and the path, and
// how well each predicted. Specification "beyond chrony", 4.2 to 4.4.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "discipline/adaptive_settings.hpp"

namespace tactus {

inline constexpr double adaptive_prior_scale = 0.4;  // r of a hypothesis before it has predicted anything
inline constexpr int adaptive_classes = 3;           // no asymmetry, and two correlation times of it

// Which measurement variance, before scaling, a hypothesis assumes at an excess delay x: c^2, (0.15c+x)^2, (0.3c+x)^2.
enum class NoiseShape : unsigned char { constant, sharp, medium };

struct AdaptiveHypothesis {
  int path_class;  // 0: no asymmetry; 1, 2: asymmetry correlated over 10 and 100 mean intervals
  NoiseShape shape;
  double log10_q;
  double wander;     // q: random-walk frequency noise before scaling, s^2/s^3
  double white;      // s: white frequency noise before scaling, s^2/s
  double log_prior;  // not normalised
};

// All hypotheses; those of class 0 come first. One grid serves all sources.
struct AdaptiveGrid {
  explicit AdaptiveGrid(const AdaptiveSettings& settings);
  double decay;  // of the scores per sample
  std::vector<AdaptiveHypothesis> hypotheses;
  std::size_t symmetric;  // how many are of class 0
};

// One sample as the bank sees it. Seconds.
struct AdaptiveMeasurement {
  double offset_s;  // positive: local clock fast
  double excess_s;  // of the delay beyond the floor, >= 0
  double scale_s;   // c, > 0
};

// The weighted mean of the bank.
struct AdaptiveMixture {
  double offset_s = 0.0;
  double frequency = 0.0;  // ratio
  double offset_variance = 0.0;
  double covariance = 0.0;
  double frequency_variance = 0.0;
  double scale = adaptive_prior_scale;  // mean of r
  double mean_log10_q = 0.0;
  double asymmetry = 0.0;  // -0.5..0.5
  std::array<double, adaptive_classes> class_weights{};
};

// What the bank expects of a measurement before it takes it.
struct AdaptivePrediction {
  double mean_s;
  double variance;     // of the measurement, without the disagreement of the hypotheses
  double log_density;  // of the measurement under the whole mixture
};

class AdaptiveBank {
 public:
  // asymmetric: with the classes that know an asymmetry.
  AdaptiveBank(std::shared_ptr<const AdaptiveGrid> grid, bool asymmetric);

  // Its hypotheses of no asymmetry alone, at the same mean offset.
  [[nodiscard]] AdaptiveBank symmetric() const;

  // How many times as many samples the scores remember as the grid says, >= 1.
  void lengthen_memory(double factor) noexcept { decay_ = 1.0 - (1.0 - grid_->decay) / factor; }

  // The first sample; rate() is to follow it or the ones after it.
  void start(const AdaptiveMeasurement& measurement);
  // The floor of the delays rose by so many seconds: what counts as asymmetry is measured from the new one (4.3).
  void move_floor(double rise_s) noexcept;
  // elapsed_s > 0 later; mean_interval_s: of the samples.
  void predict(double elapsed_s, double mean_interval_s) noexcept;
  [[nodiscard]] AdaptivePrediction expect(const AdaptiveMeasurement& measurement) const noexcept;
  // scored: the hypotheses are judged by how they predicted this one.
  void update(const AdaptiveMeasurement& measurement, bool scored) noexcept;
  // Turns the scores into scales and weights and lifts hopeless scores, so that they can come back in time. After each
  // sample of the recursion; when the start is done again only at its end, or its result would depend on ignorance.
  void rate() noexcept;
  // A clock change: offsets move by delta_s, the clock was slowed by the ratio df.
  void adjust(double delta_s, double df) noexcept;
  void shift(double offset_s) noexcept;
  // Adds to the variance of the offset, s^2.
  void spread(double variance) noexcept;
  // A jump of frequency was seen: hypotheses too stiff for it start again from the mixture, all scores are forgotten.
  void accept_jump() noexcept;

  [[nodiscard]] AdaptiveMixture mixture() const noexcept;
  // Mean variance of the offset in units of a good sample's, at most 1 (section 6).
  [[nodiscard]] double relative_variance(double scale_s) const noexcept;
  // How many hypotheses hold 90 % of the weight.
  [[nodiscard]] int deciding() const;

 private:
  struct State {
    double offset, frequency, asymmetry;
    double xx, xf, ff, xa, fa, aa;  // covariance divided by the scale
    double log_sum, square_sum;     // SL, SR
    double scale;                   // r
    double weight;
  };
  [[nodiscard]] double lever(std::size_t index, const AdaptiveMeasurement& measurement) const noexcept;

  std::shared_ptr<const AdaptiveGrid> grid_;
  std::vector<State> states_;
  double decay_;        // of the scores per sample
  double count_ = 0.0;  // SN
};

}  // namespace tactus
