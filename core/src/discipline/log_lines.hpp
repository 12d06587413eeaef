// SPDX-License-Identifier: Apache-2.0
// Headings and lines of the discipline's statistic logs: statistics, tracking, selection. Configuration
// specification 13.
#pragma once

#include <string>
#include <string_view>

#include <tactus/time.hpp>

namespace tactus {

inline constexpr std::string_view statistics_banner =
    "   Date (UTC) Time     IP Address    Std dev'n Est offset  Offset sd  Diff freq   Est skew  Stress  Ns  Bs  Nr  "
    "Asym";
inline constexpr std::string_view tracking_banner =
    "   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd Rem. corr. Root delay "
    "Root disp. Max. error";
inline constexpr std::string_view selection_banner =
    "   Date (UTC) Time     IP Address   S EOpts Reach Score Last sample  Low end   High end";

// "YYYY-MM-DD hh:mm:ss", UTC, seconds cut off.
std::string log_time(Instant time);
// The letters of TACTUS_SELECT_* as chrony prints them: "-NPTR", each '-' when not set.
std::string option_letters(unsigned options);
// 'N', '+', '-', '?' of TACTUS_LEAP_*.
char leap_letter(unsigned leap) noexcept;

}  // namespace tactus
