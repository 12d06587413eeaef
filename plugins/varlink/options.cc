// SPDX-License-Identifier: Apache-2.0
// Directives of the Varlink endpoint. One of them in the configuration, or `loadplugin varlink`, switches it on.
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::varlink {

namespace {

constexpr tactus_field socket_field =
    field_text(TACTUS_TYPE_PATH, "varlinksocket", nullptr, "path of the Varlink socket");
constexpr tactus_field mode_field =
    field_text(TACTUS_TYPE_STRING, "varlinkmode", "0660", "permission bits of the Varlink socket, octal");

constexpr Simple simple[] = {{socket_field, "control"}, {mode_field, "control"}};
constexpr std::array<tactus_directive, 2> table = {directive(simple[0]), directive(simple[1])};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::varlink
