// SPDX-License-Identifier: Apache-2.0
// Names of the registry as names of the Varlink interface definition language.
#pragma once

#include <string>
#include <string_view>

#include <tactus/control.h>

namespace tactus::varlink {

// "manual_list" becomes "ManualList"; a name that begins with a digit gets an X before it.
std::string camel_case(std::string_view name);
// Whether the name can be that of a member or of a choice: [A-Za-z](_?[A-Za-z0-9])*
bool is_member_name(std::string_view name);
// The type of a member; for those whose value may be unknown, and in arguments, with the ? of the absent.
std::string type_of(const tactus_member& member, bool argument);
// Whether all members and choices can be named in an interface.
bool can_be_described(const tactus_member* members, std::uint32_t count);

}  // namespace tactus::varlink
