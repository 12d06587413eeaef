// SPDX-License-Identifier: Apache-2.0
// Directives of NTP over PTP (configuration specification, section 4.4).
#pragma once

#include <span>

#include <tactus/option.h>

namespace tactus::netptp {

std::span<const tactus_directive> directives();

}  // namespace tactus::netptp
