// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree with places, read through the module tactus-yaml.so (yaml_module.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/result.hpp>

namespace tactus::config {

struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  unsigned line = 0;  // from 1
  bool quoted = false;
  std::string text;             // scalar
  std::vector<YamlNode> items;  // sequence; mapping: key, value, key, value, ...

  [[nodiscard]] bool is(Kind wanted) const noexcept { return kind == wanted; }
};

struct YamlFault {
  std::string text;
  unsigned line = 0;
};

// The first document. `directory` holds tactus-yaml.so. The module is closed again before this returns.
struct YamlResult {
  YamlNode root;
  std::vector<YamlFault> faults;  // empty: the text is YAML
};
YamlResult parse_yaml(std::string_view text, const std::string& directory);

}  // namespace tactus::config
