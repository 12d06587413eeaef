// SPDX-License-Identifier: Apache-2.0
// A small JSON reader (RFC 8259) for the answers of the daemon's private requests. Bounded in depth.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tactus::cli {

struct Json {
  enum class Kind : unsigned char { null, boolean, number, text, array, object } kind = Kind::null;
  bool boolean = false;
  std::string text;  // of a text; of a number as it was written
  std::vector<Json> items;
  std::map<std::string, Json, std::less<>> members;

  // A member of an object; a null value when there is none.
  [[nodiscard]] const Json& at(std::string_view name) const;
  [[nodiscard]] unsigned long long number() const;  // 0 when it is not one
};

// Empty when the text is not one JSON value.
std::optional<Json> parse_json(std::string_view text);

}  // namespace tactus::cli
