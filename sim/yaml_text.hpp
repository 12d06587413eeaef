// SPDX-License-Identifier: Apache-2.0
// A part of a YAML document as a YAML text of its own.
#pragma once

#include <string>

#include <yaml-cpp/yaml.h>

namespace tactus::sim {

// Block style. What was quoted stays quoted, so that "1" stays a word.
std::string yaml_text(const YAML::Node& node);

}  // namespace tactus::sim
