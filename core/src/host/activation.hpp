// SPDX-License-Identifier: Apache-2.0
// Which providers a configuration asks for (law 7: nothing else is loaded). Pure; loads nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/plugin.h>

#include "config/model.hpp"

namespace tactus {

struct Wanted {
  std::uint32_t kind;  // TACTUS_KIND_SOURCE or _ENDPOINT
  std::string name;
  bool by_default = false;  // nobody wrote it: when its plugin is not installed, the daemon runs without it
};

// The `refclock` records in order; empty when there is none.
std::vector<const tactus_record*> wanted_refclocks(const config::Model& model);

// NTP: `server`, `pool`, `peer`, `broadcast`, `allow`, `initstepslew` or `sourcedir` is there. Command endpoint:
// always, unless `cmdport 0` and `bindcmdaddress /` are there, cmdmon is disabled, or with -Q. Others: a provider (of
// kind SOURCE or ENDPOINT) that declares directives, when one of those is there; every provider of a plugin named by
// `loadplugin`. loaded: the plugins whose directives are declared now. Sources come before endpoints.
std::vector<Wanted> wanted_providers(const config::Model& model, std::uint32_t run_flags,
                                     const std::vector<const tactus_plugin*>& loaded);

// Names of the `disableplugin` and `loadplugin` directives.
std::vector<std::string> disabled_plugins(const config::Model& model);
std::vector<std::string> requested_plugins(const config::Model& model);

}  // namespace tactus
