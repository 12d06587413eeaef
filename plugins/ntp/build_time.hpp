// SPDX-License-Identifier: Apache-2.0
// When this was built, Unix seconds: from it follows which era NTP timestamps belong to (NTP specification 2.2). The
// build system gives the number; SOURCE_DATE_EPOCH makes builds repeatable.
#pragma once

#include <cstdint>

namespace tactus::ntp {

extern const std::int64_t build_time_s;

}  // namespace tactus::ntp
