// SPDX-License-Identifier: Apache-2.0
// Lines from standard input: plain, or with editing, history and completion on a terminal (client specification,
// section 10).
#pragma once

#include <optional>
#include <string>

#include "context.hpp"

namespace tactus::cli {

// Runs commands from standard input until its end, `quit`, or a signal. Returns whether the last one succeeded.
bool run_input(Context& context, bool terminal, const std::string& prompt);

// What may stand in the place of the word that begins behind `before` (the line up to that word), as words with spaces
// between. Empty: nothing is offered. strict: only what chronyc has.
std::string completions_after(std::string_view before, bool strict);

}  // namespace tactus::cli
