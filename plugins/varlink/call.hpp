// SPDX-License-Identifier: Apache-2.0
// A Varlink method call and the replies to it (varlink.org, "Protocol").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tactus::varlink {

struct Call {
  std::string interface;      // of the method: what is before its last dot
  std::string method;         // without the interface
  nlohmann::json parameters;  // an object, or null
  bool more = false;
  bool oneway = false;
  bool upgrade = false;
};

// Empty when the message is no call: no JSON object, no text `method` with a dot, members of a wrong type. Members that
// the protocol does not know are ignored, as it says.
std::optional<Call> parse_call(std::string_view message);

// Replies, each with its NUL. parameters: the text of a JSON object.
std::string reply_text(std::string_view parameters, bool continues = false);
std::string error_text(std::string_view error, std::string_view parameters = "{}");
// {"key":"value"}
std::string one_parameter(std::string_view key, std::string_view value);

}  // namespace tactus::varlink
