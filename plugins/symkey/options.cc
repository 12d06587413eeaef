// SPDX-License-Identifier: Apache-2.0
// Directive of the symmetric keys (configuration specification, section 4.8).
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::symkey {

namespace {

constexpr Simple keyfile{field_text(TACTUS_TYPE_PATH, "keyfile", nullptr, "file with the symmetric keys"), "auth"};
constexpr tactus_directive table[] = {directive(keyfile)};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::symkey
