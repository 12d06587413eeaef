// SPDX-License-Identifier: Apache-2.0
// INT, TERM, QUIT, HUP and PIPE set a flag that waiting and sleeping look at (client specification, section 2).
#pragma once

namespace tactus::cli {

void catch_signals();
bool signal_received();

}  // namespace tactus::cli
