// SPDX-License-Identifier: Apache-2.0
// One offset and frequency out of several agreeing sources. Discipline specification, section 9.
#pragma once

#include <span>

#include "discipline/settings.hpp"
#include "discipline/source.hpp"

namespace tactus {

struct Combined {
  Instant reference_time{};
  double offset_s = 0.0;  // positive: local clock fast
  double offset_sd_s = 0.0;
  double frequency = 0.0;
  double frequency_sd = 0.0;
  double skew = 0.0;
  int sources = 0;
};

// The weight of a source's offset in the combination of the adaptive estimator: its own error and a part of the root
// distance.
double adaptive_weight(const Source& source) noexcept;

// `selected` is one of `list`. Sources too far from it get their distant counter set or decremented and the state
// distant, the others the state combined (through `mark`).
Combined combine(std::span<Source* const> list, Source& selected, const DisciplineSettings& settings,
                 const std::function<void(Source&, SourceState)>& mark);

}  // namespace tactus
