// SPDX-License-Identifier: Apache-2.0
// The directive `refclock` with the options that all drivers share (configuration specification, section 6.1).
#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr std::uint32_t word = TACTUS_FIELD_REQUIRED | TACTUS_FIELD_POSITIONAL;

constexpr tactus_field fields[] = {
    field_text(TACTUS_TYPE_STRING, "driver", nullptr, "name of the driver", word),
    field_text(TACTUS_TYPE_STRING, "parameter", nullptr, "what the driver opens: device, unit, path", word),
    field_text(TACTUS_TYPE_STRING, "driveroptions", nullptr, "the driver's own options, NAME=VALUE separated by ':'",
               TACTUS_FIELD_COLON_TAIL),
    field_integer("poll", "log2 s", -32, 32, "4", "interval of updates"),
    field_integer("dpoll", "log2 s", -32, 32, "0", "interval at which the driver is asked"),
    field_text(TACTUS_TYPE_REFID, "refid", nullptr, "reference id, 1 to 4 characters"),
    field_text(TACTUS_TYPE_REFID, "lock", nullptr,
               "reference id of the clock that tells the whole seconds of the pulses"),
    field_integer("rate", "pulses/s", 1, int_max, "1", "pulses per second"),
    field_integer("maxlockage", "pulses", 0, int_max, "2", "largest age of the sample that a pulse is completed from"),
    field_real("width", "s", "0", "width of the pulse; 0: unknown", 0, -finite, finite),
    field_flag("pps", "use samples as pulses"),
    field_real("offset", "s", "0", "added to every sample", 0, -finite, finite),
    field_real("delay", "s", "1e-9", "root delay of the source", 0, -finite, finite),
    field_integer("stratum", "", 0, 15, "0", "stratum of the clock"),
    field_real("precision", "s", nullptr, "precision of a sample; default: that of the system clock", 0, -finite,
               finite),
    field_real("maxdispersion", "s", "0", "filtered samples with a larger dispersion are dropped; 0: none"),
    field_integer("filter", "samples", 0, int_max, "64", "samples that are kept between two updates"),
    field_flag("prefer", "prefer this source"),
    field_flag("noselect", "never select this source"),
    field_flag("trust", "this source is assumed to be right"),
    field_flag("require", "the clock is only set when such a source is selectable"),
    field_flag("tai", "the clock runs on TAI"),
    field_flag("local", "a free-running clock that only steadies the frequency"),
    field_integer("minsamples", "samples", 0, int_max, nullptr, "fewest samples kept; default: the directive's"),
    field_integer("maxsamples", "samples", 0, int_max, nullptr, "most samples kept; default: the directive's"),
    field_integer("maxunreach", "updates", 0, int_max, "100000", "updates without a sample before it is not selected"),
};

constexpr tactus_directive table[] = {
    directive("refclock", "refclocks", TACTUS_SHAPE_NAMED, fields, "a reference clock", TACTUS_REPEAT_ACCUMULATE,
              TACTUS_TEXTS_OPTIONS),
};

}  // namespace

std::span<const tactus_directive> refclock_directives() { return table; }

}  // namespace tactus::config
