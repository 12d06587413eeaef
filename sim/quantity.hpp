// SPDX-License-Identifier: Apache-2.0
// Numbers with units as people write and read them: "20 us", "1.5 h", "100 ppm", "5 %". Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tactus::sim {

// Seconds of "20 us", "-1.5 ms", "3 s", "2 h", "1 d", "3 y" (ns, us, µs, ms, s, min, h, d, w, y; a year has 365.25
// days). The unit must be there, but for "0" and "inf". Nothing: not a time.
std::optional<double> parse_time(std::string_view text);
// Ratio of "100 ppm", "5 ppb" or a plain "1e-9".
std::optional<double> parse_frequency(std::string_view text);
// Ratio of "5 %" or a plain "0.05".
std::optional<double> parse_fraction(std::string_view text);
// The whole text is one finite number, or inf.
std::optional<double> parse_number(std::string_view text);

// Three digits and the unit that fits: "12.3 us", "1.50 h", "0 s", "never" for infinity.
std::string format_time(double seconds);
// "1.23 ppm", "0.45 ppb".
std::string format_frequency(double ratio);

// Seconds since 1970 of "2026-12-31", "2026-12-31 23:00", "2026-12-31T23:00:00Z" (UTC; years 1970 to 2260).
std::optional<std::int64_t> parse_date(std::string_view text);

}  // namespace tactus::sim
