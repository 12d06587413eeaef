// SPDX-License-Identifier: Apache-2.0
// The interfaces as Varlink describes them: io.tactus is made from the registry's tables, org.varlink.service is the
// one of every service.
#pragma once

#include <string>

#include "backend.hpp"

namespace tactus::varlink {

inline constexpr const char* own_interface = "io.tactus";
inline constexpr const char* service_interface = "org.varlink.service";

// The registry's entry behind a method of io.tactus ("GetSources", "SetMinpoll"); null: there is none. Reports come
// first: of two names that become one method the later one has the generic method only.
const tactus_report* report_of_method(Backend& backend, std::string_view method);
const tactus_command* command_of_method(Backend& backend, std::string_view method);

const tactus_report* report_of_name(Backend& backend, std::string_view name);
const tactus_command* command_of_name(Backend& backend, std::string_view name);

std::string describe_own_interface(Backend& backend);
std::string describe_service_interface();

}  // namespace tactus::varlink
