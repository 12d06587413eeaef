// SPDX-License-Identifier: Apache-2.0
// Commands that chronyc does not have, over the endpoint's private requests (plugins/cmdmon/README.md).
#pragma once

#include <string>

#include "context.hpp"

namespace tactus::cli {

bool report_plugins(Context& context, const std::string& rest);  // plugins [info NAME]
bool report_drops(Context& context, const std::string& rest);
// The simulator is another program, started by main(): here it can only be said so.
bool command_simulate(Context& context, const std::string& rest);

}  // namespace tactus::cli
