// SPDX-License-Identifier: Apache-2.0
// Directives of the metrics endpoint. One of them in the configuration, or `loadplugin metrics`, switches it on.
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::metrics {

namespace {

constexpr tactus_field allow_fields[] = {
    field_text(TACTUS_TYPE_SUBNET, "subnet", nullptr, "network that may read the metrics; none: everybody")};

constexpr Simple simple[] = {
    {field_integer("metricsport", "", 1, 65535, "9975", "TCP port of the metrics"), "control"},
    {field_text(TACTUS_TYPE_ADDRESS, "metricsaddress", nullptr,
                "local address of the metrics; default: 127.0.0.1 and ::1"),
     "control", TACTUS_REPEAT_PER_FAMILY},
};

constexpr tactus_directive others[] = {directive("metricsallow", "control", TACTUS_SHAPE_ACCESS, allow_fields,
                                                 "who may read the metrics; this host always may",
                                                 TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN)};

constexpr auto table = directives_of(simple, others);

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::metrics
