// SPDX-License-Identifier: Apache-2.0
// A straight line that outliers do not move, and that leaves out old points where the course was curved. Reference
// clock specification, section 7.6. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace tactus::udp {

struct RobustLine {
  double intercept = 0;  // y at x = 0
  double slope = 0;
  std::size_t start = 0;  // points left out at the old end
};

// The line of least absolute deviation through points of one length, oldest first, at most 64. tolerance > 0: of the
// slope. Empty: fewer than two points, or none can be found.
std::optional<RobustLine> robust_line(std::span<const double> x, std::span<const double> y, double tolerance);

}  // namespace tactus::udp
