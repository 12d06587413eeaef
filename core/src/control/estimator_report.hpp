// SPDX-License-Identifier: Apache-2.0
// The report "estimators": what the adaptive estimator believes of the clock and of each source's path. Specification
// "beyond chrony", section 7.
#pragma once

#include <cstdint>

#include <tactus/control.h>

#include "discipline/discipline.hpp"

namespace tactus {

// One per source.
struct EstimatorRow {
  std::uint32_t struct_size;
  std::uint32_t branch_open;  // 1: it is weighing whether the phase has stepped
  char name[64];              // of the source
  double log10_q;             // mean logarithm of the wander's square, per second, before scaling
  double scale_s;             // c: what a good delay's excess is measured in
  double symmetric;           // weights of the classes of path; their sum is 1
  double asymmetric_short;    // asymmetry that lasts for 10 intervals
  double asymmetric_long;     // 100 intervals
};

// For the registry; its user is the CoreControl. TACTUS_E_DISABLED under the regression.
extern const tactus_report estimator_report;

// The row of a source; struct_size is set.
EstimatorRow estimator_row(const Source& source);

}  // namespace tactus
