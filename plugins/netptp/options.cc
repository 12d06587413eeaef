// SPDX-License-Identifier: Apache-2.0
// Directives of NTP over PTP (configuration specification, section 4.4). The plugin ntp reads `ptpport`, too.
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::netptp {

namespace {

constexpr Simple port{field_integer("ptpport", "", 0, 65535, "0", "port of NTP over PTP; 0: off"), "ptp"};
constexpr Simple domain{field_integer("ptpdomain", "", 0, 255, "123", "PTP domain of NTP over PTP"), "ptp"};
constexpr tactus_directive table[] = {directive(port), directive(domain)};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::netptp
