// SPDX-License-Identifier: Apache-2.0
// The command line of a simulated machine: tctl's own code and chrony's command protocol, without a socket. Its
// endpoint stands in for "cmdmon".
#pragma once

#include <string>
#include <string_view>

#include <tactus/plugin.h>

namespace tactus::sim {

const tactus_plugin* control_plugin() noexcept;
inline constexpr std::string_view control_plugin_name = "sim-control";

}  // namespace tactus::sim
