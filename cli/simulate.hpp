// SPDX-License-Identifier: Apache-2.0
// `tctl simulate ...`: runs tactus-simulate, which has a package of its own.
#pragma once

namespace tactus::cli {

// Whether these are the arguments of `tctl simulate`.
bool is_simulate(int argc, char* const* argv);
// Becomes that program. Returns, with the exit status, only when it is not there, which was said.
int become_simulator(char** argv);

}  // namespace tactus::cli
