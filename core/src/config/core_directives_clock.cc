// SPDX-License-Identifier: Apache-2.0
// Directives of the clock, of source selection and of the sample store (configuration specification, sections 4.1
// to 4.3).
#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr const char* auth_select_modes[] = {"require", "prefer", "mix", "ignore"};
constexpr const char* estimators[] = {"regression", "adaptive"};
constexpr const char* leap_second_modes[] = {"system", "step", "slew", "ignore"};

constexpr tactus_field adaptive_fields[] = {
    field_real("memory", "samples", "64", "samples that its scores remember", 0, 2.0, 1e6),
    field_real("wanderprior", "", "1e-9", "expected wander of the oscillator, per root second", 0, 1e-12, 1e-4),
    field_real("wanderpriordecades", "", "1.5", "how uncertain the square of that is, decades", 0, 0.1, 10.0),
    field_real("gridstep", "", "1", "decades between neighbouring hypotheses", 0, 0.25, 4.0)};

constexpr tactus_field makestep_fields[] = {
    field_real("threshold", "s", nullptr, "step when the offset is larger than this", TACTUS_FIELD_REQUIRED, -no_limit,
               no_limit),
    field_integer("limit", "updates", int_min, int_max, nullptr,
                  "on the first so many clock updates; negative: always; 0: never", TACTUS_FIELD_REQUIRED | loose)};

constexpr tactus_field maxchange_fields[] = {
    field_real("offset", "s", nullptr, "largest offset that is still corrected", TACTUS_FIELD_REQUIRED),
    field_integer("start", "updates", int_min, int_max, nullptr, "updates before the check begins; negative: off",
                  TACTUS_FIELD_REQUIRED),
    field_integer("ignore", "updates", int_min, int_max, nullptr,
                  "larger offsets that are ignored before the daemon ends; negative: all",
                  TACTUS_FIELD_REQUIRED | loose)};

constexpr tactus_field fallbackdrift_fields[] = {
    field_integer("minimum", "log2 s", int_min, int_max, nullptr, "shortest interval of the long-term averages",
                  TACTUS_FIELD_REQUIRED),
    field_integer("maximum", "log2 s", int_min, int_max, nullptr, "longest interval of the long-term averages",
                  TACTUS_FIELD_REQUIRED | loose)};

constexpr tactus_field initstepslew_fields[] = {
    field_real("threshold", "s", nullptr, "step when the offset is at least this, else slew",
               TACTUS_FIELD_REQUIRED | loose),
    field_text(TACTUS_TYPE_WORDS, "hosts", nullptr, "servers that are asked before normal operation",
               TACTUS_FIELD_HOSTS)};

constexpr tactus_field driftfile_fields[] = {
    field_text(TACTUS_TYPE_PATH, "path", nullptr, "file that keeps the frequency of the clock",
               TACTUS_FIELD_REQUIRED | TACTUS_FIELD_POSITIONAL),
    field_integer("interval", "s", int_min, int_max, "3600", "shortest time between two writings", loose)};

constexpr tactus_field tempcomp_fields[] = {
    field_text(TACTUS_TYPE_PATH, "file", nullptr, "file that holds the temperature", TACTUS_FIELD_REQUIRED),
    field_real("interval", "s", nullptr, "time between two readings; 0 or less: 1", TACTUS_FIELD_REQUIRED | loose,
               -finite, finite),
    field_text(TACTUS_TYPE_PATH, "points", nullptr, "file with temperatures and compensations (ppm)"),
    field_real("t0", "", nullptr, "reference temperature", TACTUS_FIELD_ALTERNATIVE, -finite, finite),
    field_real("k0", "ppm", nullptr, "compensation at the reference temperature", 0, -finite, finite),
    field_real("k1", "ppm", nullptr, "linear coefficient", 0, -finite, finite),
    field_real("k2", "ppm", nullptr, "quadratic coefficient", loose, -finite, finite)};

constexpr Simple simple[] = {
    // selection
    {field_choice(TACTUS_TYPE_ENUM, "authselectmode", auth_select_modes, "mix",
                  "how authenticated and other sources are mixed"),
     "selection", TACTUS_REPEAT_LAST, TACTUS_TEXTS_PLAIN},
    {field_real("combinelimit", "", "3.0", "sources within so many root distances are combined; 0: none", loose),
     "selection"},
    {field_real("maxdistance", "s", "3.0", "largest root distance of a selectable source", loose), "selection"},
    {field_real("maxjitter", "s", "1.0", "largest standard deviation of a selectable source", loose), "selection"},
    {field_integer("minsources", "sources", 1, int_max, "1", "selectable sources needed to update the clock"),
     "selection"},
    {field_real("reselectdist", "s", "1e-4", "distance added to sources that are not selected", loose), "selection"},
    {field_real("stratumweight", "s", "1e-3", "distance added per stratum", loose), "selection"},
    {field_integer("maxsamples", "samples", 0, int_max, "0", "most samples kept per source; 0: as many as fit"),
     "selection"},
    {field_integer("minsamples", "samples", 0, int_max, "6", "fewest samples kept per source"), "selection"},
    // clock
    {field_real("clockprecision", "s", nullptr, "precision of the system clock; 0 or less: measured", loose, -finite,
                finite),
     "clock"},
    {field_choice(TACTUS_TYPE_ENUM, "discipline", estimators, "regression",
                  "estimator of offset and frequency; adaptive when the main file is YAML"),
     "clock"},
    {field_real("corrtimeratio", "", "3.0", "time to slew an average offset, in update intervals", loose), "clock"},
    {field_choice(TACTUS_TYPE_ENUM, "leapsecmode", leap_second_modes, nullptr, "how a leap second is applied"), "clock",
     TACTUS_REPEAT_LAST, TACTUS_TEXTS_PLAIN},
    {field_text(TACTUS_TYPE_STRING, "leapsectz", nullptr, "time zone with leap seconds, e.g. right/UTC"), "clock"},
    {field_text(TACTUS_TYPE_PATH, "leapseclist", nullptr, "leap second list of NIST or IERS"), "clock"},
    {field_flag("manual", "take times that are typed in"), "clock"},
    {field_real("maxclockerror", "ppm", "1.0", "assumed wander of the clock between updates", loose), "clock"},
    {field_real("maxdrift", "ppm", "500000", "largest frequency correction", loose), "clock"},
    {field_real("maxslewrate", "ppm", "83333.333333333333", "largest rate of slewing", loose), "clock"},
    {field_real("maxupdateskew", "ppm", "1000", "frequency estimates with a larger skew are not used", loose), "clock"},
    {field_flag("rtcsync", "let the kernel copy the time to the real-time clock"), "clock"},
    {field_real("logchange", "s", "1.0", "offsets above this are logged", loose), "logging"},
};

constexpr tactus_directive others[] = {
    directive("adaptive", "clock", TACTUS_SHAPE_NAMED, adaptive_fields, "settings of the adaptive estimator",
              TACTUS_REPEAT_MERGE, TACTUS_TEXTS_PLAIN),
    directive("makestep", "clock", TACTUS_SHAPE_POSITIONAL, makestep_fields, "step the clock when it is far off"),
    directive("initstepslew", "sources", TACTUS_SHAPE_POSITIONAL, initstepslew_fields,
              "correct the clock once before normal operation", TACTUS_REPEAT_LAST, TACTUS_TEXTS_PLAIN),
    directive("maxchange", "clock", TACTUS_SHAPE_POSITIONAL, maxchange_fields, "ignore large offsets, then end"),
    directive("driftfile", "clock", TACTUS_SHAPE_NAMED, driftfile_fields, "file that keeps the frequency of the clock",
              TACTUS_REPEAT_MERGE, TACTUS_TEXTS_PLAIN),
    directive("tempcomp", "clock", TACTUS_SHAPE_POSITIONAL, tempcomp_fields,
              "compensate the temperature of the oscillator", TACTUS_REPEAT_LAST, TACTUS_TEXTS_COUNTED),
    directive("fallbackdrift", "clock", TACTUS_SHAPE_POSITIONAL, fallbackdrift_fields,
              "long-term averages of the frequency, used when updates stop", TACTUS_REPEAT_LAST, TACTUS_TEXTS_COUNTED),
};

constexpr auto table = directives_of(simple, others);

}  // namespace

std::span<const tactus_directive> clock_directives() { return table; }

}  // namespace tactus::config
