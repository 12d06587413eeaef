// SPDX-License-Identifier: Apache-2.0
// Texts made from the tables of commands and options: completion scripts, and the parts of the man page that list them.
#pragma once

#include <string>

namespace tactus::cli {

std::string bash_completion();
std::string zsh_completion();
// mdoc(7): the items of the lists of options and of commands.
std::string man_options();
std::string man_commands();
// A man page with these two lists between its comments `options: begin`, `options: end` and `commands: ...`; empty: it
// lacks one of the comments.
std::string man_page(std::string page);

}  // namespace tactus::cli
