// SPDX-License-Identifier: Apache-2.0
// Lines of measurements.log. Configuration specification section 13.1. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "association_types.hpp"

namespace tactus::ntp {

// The heading between the two lines of '='.
inline constexpr std::string_view measurement_heading =
    "   Date (UTC) Time     IP Address   L St 123 567 ABCD  LP RP Score    Offset  Peer del. Peer disp.  Root del. "
    "Root disp. Refid     MTxRx";

// `YYYY-MM-DD hh:mm:ss` in UTC, proleptic Gregorian calendar.
std::string format_utc(Instant time);
// 'D', 'K' or 'H'.
char stamp_letter(std::uint32_t origin) noexcept;
// One line without newline; source is the address as text.
std::string format_measurement(const Measured& measured, std::string_view source);

}  // namespace tactus::ntp
