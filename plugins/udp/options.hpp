// SPDX-License-Identifier: Apache-2.0
// Directive of hardware timestamps (configuration specification, section 4.4).
#pragma once

#include <span>

#include <tactus/option.h>

namespace tactus::udp {

std::span<const tactus_directive> directives();

}  // namespace tactus::udp
