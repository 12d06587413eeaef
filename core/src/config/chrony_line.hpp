// SPDX-License-Identifier: Apache-2.0
// One line of chrony.conf against the declaration of its directive: scanners, shapes and error texts of the
// configuration specification, sections 1.3 and 3. Opens nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/record.hpp"

namespace tactus::config {

struct LineResult {
  RecordPtr record;                   // set when the line is right
  std::string error;                  // chrony's text without position; empty when the line is right
  std::string hint;                   // what would help; may be empty
  std::vector<std::string> warnings;  // complete: chrony's have no position, Tactus' own have one
};

// `name` is the directive as written (it appears in the texts), `rest` what follows it, with one space between words.
LineResult parse_directive_line(const tactus_directive& directive, std::string_view name, std::string_view rest,
                                std::string_view file, unsigned line, const Resolve& resolve);

}  // namespace tactus::config
