// SPDX-License-Identifier: Apache-2.0
// The directives that the plugin phc declares: constant data, read by the host through the plugin's descriptor.
#pragma once

#include <span>

#include <tactus/option.h>

namespace tactus::phc {

std::span<const tactus_directive> directives();

}  // namespace tactus::phc
