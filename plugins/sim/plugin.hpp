// SPDX-License-Identifier: Apache-2.0
// The plugin "sim": clock, network and reference clocks of a simulated machine, as providers of the plugin ABI. It is
// not loaded from a file: the program that simulates brings it along (DaemonEnvironment::embedded) and hands each
// daemon's Machine to it (DaemonEnvironment::embedder).
#pragma once

#include <cstdint>
#include <string_view>

#include <tactus/plugin.h>

namespace tactus::sim {

const tactus_plugin* plugin() noexcept;
inline constexpr std::string_view plugin_name = "sim";

// The provider of the plugin that stands in for one of the machine's: clocks, transports, reference clock drivers.
// Empty: there is none.
std::string_view stand_in(std::uint32_t kind, std::string_view name) noexcept;

}  // namespace tactus::sim
