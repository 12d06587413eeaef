// SPDX-License-Identifier: Apache-2.0
// Reads what explain and watch look at.
#pragma once

#include "context.hpp"
#include "explain.hpp"

namespace tactus::cli {

enum class Detail : unsigned char {
  screen,  // tracking, sources, selection, statistics; everything when there are few sources
  all,     // also measurements, authentication, activity, drops, plugins
};

// False when the daemon does not answer at all (said). What it does not permit is left out.
bool read_clock_view(Context& context, Detail detail, ClockView& view);

bool command_explain(Context& context, const std::string& rest);
bool json_explain(Context& context, const std::string& rest);

}  // namespace tactus::cli
