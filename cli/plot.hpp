// SPDX-License-Identifier: Apache-2.0
// `tctl plot`: files and the daemon around plot_data.
#pragma once

#include <string>

#include "context.hpp"

namespace tactus::cli {

bool command_plot(Context& context, const std::string& rest);

}  // namespace tactus::cli
