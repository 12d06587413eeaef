// SPDX-License-Identifier: Apache-2.0
// From the configuration to what the parts of the core are told. Pure. Configuration specification,
// sections 4.2, 4.3, 7.1 and 10.1 (-R).
#pragma once

#include <string>

#include "config/model.hpp"
#include "discipline/settings.hpp"

namespace tactus {

// restart: -R, a positive limit of makestep is 0.
DisciplineSettings discipline_settings(const config::Model& model, bool restart);

// The path of the Unix command socket: the one that is configured, else `otherwise`; empty: none is wanted (`/`).
std::string command_socket_path(const config::Model& model, const std::string& otherwise);

// TACTUS_NEEDS_* without those that the configuration makes needless: ports above 1023, no binding to devices.
std::uint32_t needs_of_configuration(const config::Model& model, std::uint32_t needs);

}  // namespace tactus
