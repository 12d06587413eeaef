// SPDX-License-Identifier: Apache-2.0
// The directives that the plugin metrics declares: constant data, read by the host through the plugin's descriptor.
#pragma once

#include <span>

#include <tactus/option.h>

namespace tactus::metrics {

inline constexpr int default_port = 9975;

std::span<const tactus_directive> directives();

}  // namespace tactus::metrics
