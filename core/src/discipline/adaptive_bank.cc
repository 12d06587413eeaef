// SPDX-License-Identifier: Apache-2.0
// The bank of filters. Specification "beyond chrony", 4.2 to 4.4.
#include "discipline/adaptive_bank.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

namespace tactus {
namespace {

constexpr double least_log10_q = -22.0;
constexpr double largest_log10_q = -8.0;
constexpr std::array white_noises{0.0, 1e-20, 1e-18, 1e-16};
constexpr std::array shapes{NoiseShape::constant, NoiseShape::sharp, NoiseShape::medium};
constexpr double white_penalty = 1.0;  // in the logarithm of the prior
constexpr double asymmetry_penalty = 3.0;
constexpr double first_frequency_variance = 5e-4 * 5e-4 / adaptive_prior_scale;
constexpr double asymmetry_variance = 0.5 * 0.5 / adaptive_prior_scale;
constexpr double largest_asymmetry = 0.5;
constexpr std::array correlation_intervals{0.0, 10.0, 100.0};  // by class
constexpr double least_interval_s = 1e-3;
constexpr double prior_samples = 2.0;  // that the prior of the scale is worth
constexpr double score_floor = 15.0;   // below the best
constexpr double least_variance = 1e-30;
constexpr double deciding_share = 0.9;

double noise(NoiseShape shape, double scale_s, double excess_s) noexcept {
  double deviation_s = scale_s;
  if (shape == NoiseShape::sharp) deviation_s = 0.15 * scale_s + excess_s;
  if (shape == NoiseShape::medium) deviation_s = 0.30 * scale_s + excess_s;
  return deviation_s * deviation_s;
}

double square(double value) noexcept { return value * value; }

void keep_positive(double& variance) noexcept {
  if (variance < 0.0) variance = least_variance;
}

}  // namespace

AdaptiveGrid::AdaptiveGrid(const AdaptiveSettings& settings) : decay(1.0 - 1.0 / settings.memory), symmetric(0) {
  const double prior_mean = 2.0 * std::log10(settings.wander_prior);
  const int steps = static_cast<int>(std::floor((largest_log10_q - least_log10_q) / settings.grid_step + 1e-9));
  for (int path_class = 0; path_class < adaptive_classes; ++path_class) {
    for (const NoiseShape shape : shapes) {
      for (int step = 0; step <= steps; ++step) {
        const double log10_q = least_log10_q + step * settings.grid_step;
        const double log_prior = -0.5 * square((log10_q - prior_mean) / settings.wander_prior_decades) -
                                 (path_class > 0 ? asymmetry_penalty : 0.0);
        for (const double white : white_noises) {
          if (path_class > 0 && white > 0.0) break;
          hypotheses.push_back({path_class, shape, log10_q, std::pow(10.0, log10_q), white,
                                log_prior - (white > 0.0 ? white_penalty : 0.0)});
        }
      }
    }
    if (path_class == 0) symmetric = hypotheses.size();
  }
}

AdaptiveBank::AdaptiveBank(std::shared_ptr<const AdaptiveGrid> grid, bool asymmetric)
    : grid_(std::move(grid)), states_(asymmetric ? grid_->hypotheses.size() : grid_->symmetric), decay_(grid_->decay) {}

AdaptiveBank AdaptiveBank::symmetric() const {
  AdaptiveBank out = *this;
  out.states_.resize(grid_->symmetric);
  out.rate();
  out.shift(mixture().offset_s - out.mixture().offset_s);
  return out;
}

double AdaptiveBank::lever(std::size_t index, const AdaptiveMeasurement& measurement) const noexcept {
  return index < grid_->symmetric ? 0.0 : 2.0 * measurement.excess_s;
}

void AdaptiveBank::start(const AdaptiveMeasurement& measurement) {
  count_ = 0.0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const double variance = noise(grid_->hypotheses[i].shape, measurement.scale_s, measurement.excess_s);
    State& state = states_[i];
    state = {};
    state.offset = measurement.offset_s;
    state.xx = variance;
    state.ff = first_frequency_variance;
    state.aa = i < grid_->symmetric ? 0.0 : asymmetry_variance;
  }
}

void AdaptiveBank::move_floor(double rise_s) noexcept {
  const double g = 2.0 * rise_s;
  for (std::size_t i = grid_->symmetric; i < states_.size(); ++i) {
    State& state = states_[i];
    state.offset += g * state.asymmetry;
    state.xx += 2.0 * g * state.xa + g * g * state.aa;
    state.xf += g * state.fa;
    state.xa += g * state.aa;
    keep_positive(state.xx);
  }
}

void AdaptiveBank::predict(double elapsed_s, double mean_interval_s) noexcept {
  const double t = elapsed_s;
  std::array<double, adaptive_classes> decay{};
  for (std::size_t i = 1; i < decay.size(); ++i) {
    decay[i] = std::exp(-t / (correlation_intervals[i] * std::max(mean_interval_s, least_interval_s)));
  }
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const AdaptiveHypothesis& model = grid_->hypotheses[i];
    State& state = states_[i];
    state.offset += t * state.frequency;
    state.xx += 2.0 * t * state.xf + t * t * state.ff + model.wander * t * t * t / 3.0 + model.white * t;
    state.xf += t * state.ff + model.wander * t * t / 2.0;
    state.ff += model.wander * t;
    keep_positive(state.xx);
    if (i < grid_->symmetric) continue;
    state.xa += t * state.fa;
    const double gamma = decay[static_cast<std::size_t>(model.path_class)];
    state.asymmetry *= gamma;
    state.xa *= gamma;
    state.fa *= gamma;
    state.aa = gamma * gamma * state.aa + (1.0 - gamma * gamma) * asymmetry_variance;
  }
}

AdaptivePrediction AdaptiveBank::expect(const AdaptiveMeasurement& measurement) const noexcept {
  AdaptivePrediction prediction{};
  double density = 0.0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    const double d = lever(i, measurement);
    const double w = noise(grid_->hypotheses[i].shape, measurement.scale_s, measurement.excess_s);
    const double mean_s = state.offset + d * state.asymmetry;
    const double variance = state.scale * (state.xx + 2.0 * d * state.xa + d * d * state.aa + w);
    prediction.mean_s += state.weight * mean_s;
    prediction.variance += state.weight * variance;
    density += state.weight * std::exp(-0.5 * square(measurement.offset_s - mean_s) / variance) /
               std::sqrt(2.0 * std::numbers::pi * variance);
  }
  // An impossible measurement: far beyond what any decision needs, but finite.
  prediction.log_density = std::log(std::max(density, 1e-300));
  return prediction;
}

void AdaptiveBank::update(const AdaptiveMeasurement& measurement, bool scored) noexcept {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    const double d = lever(i, measurement);
    const double h0 = state.xx + d * state.xa;
    const double h1 = state.xf + d * state.fa;
    const double h2 = state.xa + d * state.aa;
    const double innovation_variance =
        h0 + d * h2 + noise(grid_->hypotheses[i].shape, measurement.scale_s, measurement.excess_s);
    const double innovation = measurement.offset_s - state.offset - d * state.asymmetry;
    const double k0 = h0 / innovation_variance;
    const double k1 = h1 / innovation_variance;
    const double k2 = h2 / innovation_variance;
    state.offset += k0 * innovation;
    state.frequency += k1 * innovation;
    state.asymmetry = std::clamp(state.asymmetry + k2 * innovation, -largest_asymmetry, largest_asymmetry);
    state.xx -= k0 * h0;
    state.xf -= k0 * h1;
    state.ff -= k1 * h1;
    state.xa -= k0 * h2;
    state.fa -= k1 * h2;
    state.aa -= k2 * h2;
    keep_positive(state.xx);
    keep_positive(state.ff);
    keep_positive(state.aa);
    if (!scored) continue;
    state.log_sum = decay_ * state.log_sum + std::log(innovation_variance);
    state.square_sum = decay_ * state.square_sum + innovation * innovation / innovation_variance;
  }
  if (scored) count_ = decay_ * count_ + 1.0;
}

// 4.4: scales, scores, weights.
void AdaptiveBank::rate() noexcept {
  double best = -INFINITY;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    state.scale = (prior_samples * adaptive_prior_scale + state.square_sum) / (prior_samples + count_);
    // The weight's place holds the score for a while.
    state.weight =
        -0.5 * (state.log_sum + (count_ + prior_samples) * std::log(state.scale)) + grid_->hypotheses[i].log_prior;
    best = std::max(best, state.weight);
  }
  double sum = 0.0;
  for (State& state : states_) {
    const double missing = best - score_floor - state.weight;
    if (missing > 0.0) {
      state.log_sum -= 2.0 * missing;
      state.weight = best - score_floor;
    }
    state.weight = std::exp(state.weight - best);
    sum += state.weight;
  }
  for (State& state : states_) state.weight /= sum;
}

void AdaptiveBank::adjust(double delta_s, double df) noexcept {
  for (State& state : states_) {
    state.offset += delta_s;
    state.frequency = (state.frequency - df) / (1.0 - df);
  }
}

void AdaptiveBank::shift(double offset_s) noexcept {
  for (State& state : states_) state.offset += offset_s;
}

void AdaptiveBank::spread(double variance) noexcept {
  for (State& state : states_) state.xx += variance / state.scale;
}

// 4.6
void AdaptiveBank::accept_jump() noexcept {
  const AdaptiveMixture mean = mixture();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    if (grid_->hypotheses[i].log10_q < mean.mean_log10_q) {
      state.offset = mean.offset_s;
      state.frequency = mean.frequency;
      state.asymmetry = 0.0;
      state.xx = mean.offset_variance / adaptive_prior_scale;
      state.xf = mean.covariance / adaptive_prior_scale;
      state.ff = mean.frequency_variance / adaptive_prior_scale;
      state.xa = 0.0;
      state.fa = 0.0;
      state.aa = i < grid_->symmetric ? 0.0 : asymmetry_variance;
    }
    state.log_sum = 0.0;
    state.square_sum = 0.0;
  }
  count_ = 0.0;
  rate();
}

AdaptiveMixture AdaptiveBank::mixture() const noexcept {
  AdaptiveMixture out;
  out.scale = 0.0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const State& state = states_[i];
    out.offset_s += state.weight * state.offset;
    out.frequency += state.weight * state.frequency;
    out.scale += state.weight * state.scale;
    out.asymmetry += state.weight * state.asymmetry;
    out.mean_log10_q += state.weight * grid_->hypotheses[i].log10_q;
    out.class_weights[static_cast<std::size_t>(grid_->hypotheses[i].path_class)] += state.weight;
  }
  for (const State& state : states_) {
    const double dx = state.offset - out.offset_s;
    const double df = state.frequency - out.frequency;
    out.offset_variance += state.weight * (state.scale * state.xx + dx * dx);
    out.covariance += state.weight * (state.scale * state.xf + dx * df);
    out.frequency_variance += state.weight * (state.scale * state.ff + df * df);
  }
  return out;
}

double AdaptiveBank::relative_variance(double scale_s) const noexcept {
  double sum = 0.0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const double good = noise(grid_->hypotheses[i].shape, scale_s, 0.5 * scale_s);
    sum += states_[i].weight * std::min(1.0, states_[i].xx / good);
  }
  return sum;
}

int AdaptiveBank::deciding() const {
  std::vector<double> weights;
  weights.reserve(states_.size());
  for (const State& state : states_) weights.push_back(state.weight);
  std::sort(weights.begin(), weights.end(), std::greater<>());
  double sum = 0.0;
  int count = 0;
  for (const double weight : weights) {
    sum += weight;
    ++count;
    if (sum >= deciding_share) break;
  }
  return count;
}

}  // namespace tactus
