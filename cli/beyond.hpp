// SPDX-License-Identifier: Apache-2.0
// Commands that chronyc does not have, over the endpoint's private requests (plugins/cmdmon/README.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "context.hpp"
#include "json.hpp"

namespace tactus::cli {

bool report_plugins(Context& context, const std::string& rest);  // plugins [info NAME]
bool report_drops(Context& context, const std::string& rest);

// All rows of a report of the daemon's registry; what is wrong was said.
std::optional<std::vector<Json>> read_rows(Context& context, const std::string& report);

}  // namespace tactus::cli
