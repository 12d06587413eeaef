// SPDX-License-Identifier: Apache-2.0
// The host's own reports: "plugins" and "plugin_options" (reports.h).
#pragma once

#include "control/registry.hpp"

namespace tactus {

class PluginHost;

// Owner of the host's reports in the registry.
inline constexpr OwnerId host_owner = ~OwnerId{0};

// The host must outlive its reports.
void add_host_reports(Registry& registry, PluginHost& host);
void remove_host_reports(Registry& registry);

}  // namespace tactus
