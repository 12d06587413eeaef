// SPDX-License-Identifier: Apache-2.0
// The directives that the plugin sock declares: constant data, read by the host through the plugin's descriptor.
#pragma once

#include <span>

#include <tactus/option.h>

namespace tactus::sock {

std::span<const tactus_directive> directives();

}  // namespace tactus::sock
