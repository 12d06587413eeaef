// SPDX-License-Identifier: Apache-2.0
// `tctl watch`: the terminal around the screen.
#pragma once

#include <string>

#include "context.hpp"

namespace tactus::cli {

bool command_watch(Context& context, const std::string& rest);

}  // namespace tactus::cli
