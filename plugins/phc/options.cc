// SPDX-License-Identifier: Apache-2.0
// Driver options of the PTP hardware clock (configuration specification, section 6.2).
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::phc {

namespace {

constexpr tactus_field fields[] = {
    field_text(TACTUS_TYPE_PATH, "device", nullptr, "/dev/ptpN, or a network interface that has the clock",
               TACTUS_FIELD_POSITIONAL),
    field_flag("nocrossts", "do not use the hardware's reading of both clocks at once"),
    field_flag("extpps", "timestamp external pulses instead of reading the clock: not in this version"),
    field_integer("pin", "", -1, 65535, "0", "pin of the pulses, -1: do not configure one (with extpps)",
                  TACTUS_FIELD_NUMERIC_PREFIX),
    field_integer("channel", "", 0, 65535, "0", "channel of the pulses (with extpps)", TACTUS_FIELD_NUMERIC_PREFIX),
    field_flag("clear", "the falling edge marks the second (with extpps)")};
constexpr tactus_directive table[] = {directive("phc", "refclocks", TACTUS_SHAPE_NAMED, fields, "PTP hardware clock")};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::phc
