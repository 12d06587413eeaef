// SPDX-License-Identifier: Apache-2.0
// The rows of the reports "plugins" and "plugin_options": what is loaded, and what could be.
#pragma once

#include <vector>

#include <tactus/reports.h>

#include "host/loader.hpp"

namespace tactus {

// One row per provider of every loaded plugin and of every plugin file in the folders, by plugin; a file that cannot be
// loaded has one row with its problem. Files that are not loaded are mapped in a child, so that this process maps
// nothing that nobody asked for.
std::vector<tactus_plugin_row> inspect_plugins(const PluginLoader& loader);

// One row per option of every loaded provider.
std::vector<tactus_plugin_option_row> inspect_options(const PluginLoader& loader);

}  // namespace tactus
