// SPDX-License-Identifier: Apache-2.0
// Which plugin declares a directive, and which package has the plugin: so that a configuration makes the host load what
// it needs, and a missing plugin is named in the message (DESIGN.md, Configuration).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tactus::config {

struct CatalogueEntry {
  std::string_view keyword;
  std::string_view plugin;  // file name without .so
  std::string_view group;   // YAML group
};

// The plugin that declares `keyword` (case ignored); nullptr: the core, or nobody.
const CatalogueEntry* catalogue_find(std::string_view keyword);
std::span<const CatalogueEntry> catalogue();

bool catalogue_has_group(std::string_view group);

// The package that has a plugin of Tactus ("" for one that Tactus does not have).
std::string_view package_of_plugin(std::string_view plugin);
// The plugin of a reference clock driver: its name in lower case. Drivers are compared with case by chrony (SHM), and
// by their own name (shm); both forms are taken.
std::string plugin_of_driver(std::string_view driver);

}  // namespace tactus::config
