// SPDX-License-Identifier: Apache-2.0
// The local reference and smoothed time (configuration specification, sections 4.4 and 7.1).
#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr tactus_field local_fields[] = {
    field_integer("stratum", "", 1, 15, "10", "stratum that is served"),
    field_real("distance", "s", "1.0", "root distance above which the local reference takes over"),
    field_real("activate", "s", "0", "stays off until the distance was once below this; 0: no condition"),
    field_flag("orphan", "agree with other such servers on one of them"),
    field_real("waitsynced", "s", "0", "time since the last update before it replaces a synchronised state"),
    field_real("waitunsynced", "s", "-1",
               "time without synchronisation before it starts; negative: 300 with orphan, else 0"),
};

constexpr tactus_field smoothtime_fields[] = {
    field_real("maxfrequency", "ppm", nullptr, "largest frequency offset of the served time", TACTUS_FIELD_REQUIRED),
    field_real("maxwander", "ppm/s", nullptr, "largest change of that frequency", TACTUS_FIELD_REQUIRED | loose),
    field_flag("leaponly", "smooth leap seconds only")};

constexpr tactus_directive table[] = {
    directive("local", "server", TACTUS_SHAPE_OPTIONS, local_fields,
              "serve the local clock when nothing better is there", TACTUS_REPEAT_LAST, TACTUS_TEXTS_OPTIONS),
    directive("smoothtime", "server", TACTUS_SHAPE_POSITIONAL, smoothtime_fields, "smooth the time that is served"),
};

}  // namespace

std::span<const tactus_directive> server_directives() { return table; }

}  // namespace tactus::config
