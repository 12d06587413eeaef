// SPDX-License-Identifier: Apache-2.0
// The drift file: the clock's frequency and its uncertainty, kept between runs. Configuration specification 14.1,
// discipline specification 10 step 10.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <tactus/result.hpp>

namespace tactus {

class Clock;
class Logger;

struct Drift {
  double frequency_ppm;  // positive: the uncompensated clock is fast
  double skew_ppm;       // bound of its error
};

// Two numbers with white space between; what follows is ignored. Nothing: they are not there.
std::optional<Drift> parse_drift(std::string_view text);
// One line, "%20.6f %20.6f\n".
std::string format_drift(const Drift& drift);

// At start: takes the frequency from the file, or, when the file says 0 or there is none, keeps the frequency that the
// clock has. Logs which. Returns the skew in ppm, at least 1e-6; nothing when no file told it. Empty path: no file.
std::optional<double> load_drift(const std::string& path, Clock& clock, Logger& logger);

// Replaces the file. Error: see write_state().
Result<void> save_drift(const std::string& path, const Drift& drift);

}  // namespace tactus
