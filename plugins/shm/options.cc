// SPDX-License-Identifier: Apache-2.0
// Driver options of the shared memory clock (configuration specification, section 6.2).
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::shm {

namespace {

constexpr tactus_field fields[] = {
    field_integer("unit", "", 0, 255, nullptr, "number of the segment, key 0x4e545030 + unit",
                  TACTUS_FIELD_POSITIONAL | TACTUS_FIELD_NUMERIC_PREFIX),
    field_text(TACTUS_TYPE_STRING, "perm", "0600", "permissions of the segment, octal")};
constexpr tactus_directive table[] = {
    directive("shm", "refclocks", TACTUS_SHAPE_NAMED, fields, "NTP shared memory, as gpsd writes it")};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::shm
