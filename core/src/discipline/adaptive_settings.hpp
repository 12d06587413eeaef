// SPDX-License-Identifier: Apache-2.0
// Which estimator is used, and what can be set about the adaptive one. Specification "beyond chrony", section 9.
#pragma once

#include <cstdint>

namespace tactus {

// With its estimator goes the way in which sources are combined and the clock is corrected.
enum class EstimatorKind : std::uint8_t { regression, adaptive };

struct AdaptiveSettings {
  double memory = 64.0;               // samples that the scores remember, >= 2
  double wander_prior = 1e-9;         // of the oscillator, per root second
  double wander_prior_decades = 1.5;  // standard deviation of its logarithm of the square, decades
  double grid_step = 1.0;             // between neighbours on the grid of log10 q, decades, 0.25..4
};

}  // namespace tactus
