// SPDX-License-Identifier: Apache-2.0
// The drift file: the clock's frequency and its uncertainty, kept between runs.
#include "clock/drift_file.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "clock/clock.hpp"
#include "log/logger.hpp"
#include "loop/state_file.hpp"

namespace tactus {
namespace {

constexpr std::size_t limit_bytes = 4096;  // two numbers, with room for whatever a person appended
constexpr double least_skew_ppm = 1e-6;    // discipline specification, section 2: 1e-12
constexpr mode_t drift_mode = 0644;

// Reads one number; `text` moves behind it. strtod needs the terminating zero that std::string has.
std::optional<double> take_number(const char*& text) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (end == text) return std::nullopt;
  text = end;
  return value;
}

}  // namespace

std::optional<Drift> parse_drift(std::string_view text) {
  const std::string copy(text);
  const char* rest = copy.c_str();
  const auto frequency = take_number(rest);
  const auto skew = frequency ? take_number(rest) : std::nullopt;
  if (!skew) return std::nullopt;
  return Drift{*frequency, *skew};
}

std::string format_drift(const Drift& drift) {
  char line[700];  // two doubles of 309 digits at most
  std::snprintf(line, sizeof line, "%20.6f %20.6f\n", drift.frequency_ppm, drift.skew_ppm);
  return line;
}

std::optional<double> load_drift(const std::string& path, Clock& clock, Logger& logger) {
  std::optional<Drift> drift;
  if (!path.empty()) {
    const Result<std::string> text = read_state(path, limit_bytes);
    if (text) {
      drift = parse_drift(*text);
      if (drift) {
        logger.info("Frequency {:.3f} +/- {:.3f} ppm read from {}", drift->frequency_ppm, drift->skew_ppm, path);
      }
    }
    const bool missing = !text && text.failure().status == TACTUS_E_NOT_FOUND;
    if (!drift && !missing) logger.warning("Could not read valid frequency and skew from driftfile {}", path);
  }
  if (drift && drift->frequency_ppm != 0.0) {
    clock.set_frequency_ppm(drift->frequency_ppm);
  } else if (clock.frequency_ppm() != 0.0) {
    logger.info("Initial frequency {:.3f} ppm", clock.frequency_ppm());
  }
  if (!drift) return std::nullopt;
  // Also what is not a number becomes the smallest.
  return drift->skew_ppm > least_skew_ppm ? drift->skew_ppm : least_skew_ppm;
}

Result<void> save_drift(const std::string& path, const Drift& drift) {
  return write_state(path, format_drift(drift), drift_mode);
}

}  // namespace tactus
