// SPDX-License-Identifier: Apache-2.0
// The tables that the core's declarations are made of, one file each (configuration specification, section 4).
#pragma once

#include <limits>
#include <span>

#include <tactus/sdk/declare.hpp>

namespace tactus::config {

// Number with a loose end, and with finite limits where an infinity would have no meaning.
inline constexpr std::uint32_t loose = TACTUS_FIELD_NUMERIC_PREFIX;
inline constexpr double finite = std::numeric_limits<double>::max();
inline constexpr double int_max = 2147483647;
inline constexpr double int_min = -2147483648.0;

std::span<const tactus_directive> clock_directives();      // clock, selection, samples
std::span<const tactus_directive> daemon_directives();     // files, logging, process, plugins, include
std::span<const tactus_directive> refclock_directives();   // refclock and its common options
std::span<const tactus_directive> server_directives();     // local, smoothtime
std::span<const tactus_directive> later_directives();      // facilities that this version does not have yet
std::span<const tactus_directive> later_nts_directives();  // the same for NTS
std::span<const tactus_directive> obsolete_directives();

}  // namespace tactus::config
