// SPDX-License-Identifier: Apache-2.0
// The Unix datagram clock has no driver options, only its parameter (configuration specification, section 6.2).
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::sock {

namespace {

constexpr tactus_field fields[] = {
    field_text(TACTUS_TYPE_PATH, "path", nullptr, "path of the socket", TACTUS_FIELD_POSITIONAL)};
constexpr tactus_directive table[] = {
    directive("sock", "refclocks", TACTUS_SHAPE_NAMED, fields, "samples on a Unix datagram socket")};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::sock
