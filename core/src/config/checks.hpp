// SPDX-License-Identifier: Apache-2.0
// Conflicts that only the configuration as a whole shows (configuration specification, section 8.1). Texts are
// chrony's, with file and line after them.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "config/loader.hpp"

namespace tactus::config {

struct CheckOptions {
  bool seccomp = false;  // -F is on: mailonchange is refused
  // Whether a reference clock driver can be loaded; empty: not checked.
  std::function<bool(std::string_view driver)> has_driver;
};

// Fatal ones, in chrony's order. Empty: the configuration is consistent.
std::vector<Problem> check_configuration(const Model& model, const CheckOptions& options);
// Not fatal: duplicate reference ids, directives without effect, values that will be moved to a limit.
std::vector<Problem> configuration_warnings(const Model& model);

}  // namespace tactus::config
