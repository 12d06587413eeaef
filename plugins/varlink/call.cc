// SPDX-License-Identifier: Apache-2.0
#include "call.hpp"

#include <fmt/format.h>
#include <tactus/report_text.hpp>

namespace tactus::varlink {

namespace {

// False when the member is there and no boolean.
bool read_flag(const nlohmann::json& message, const char* name, bool& out) {
  const auto found = message.find(name);
  if (found == message.end() || found->is_null()) return true;
  if (!found->is_boolean()) return false;
  out = found->get<bool>();
  return true;
}

}  // namespace

std::optional<Call> parse_call(std::string_view message) {
  nlohmann::json json = nlohmann::json::parse(message.begin(), message.end(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto method = json.find("method");
  if (method == json.end() || !method->is_string()) return std::nullopt;
  const std::string name = method->get<std::string>();
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0 || dot + 1 == name.size()) return std::nullopt;
  Call out;
  out.interface = name.substr(0, dot);
  out.method = name.substr(dot + 1);
  if (!read_flag(json, "more", out.more) || !read_flag(json, "oneway", out.oneway)) return std::nullopt;
  if (!read_flag(json, "upgrade", out.upgrade)) return std::nullopt;
  const auto parameters = json.find("parameters");
  if (parameters != json.end()) out.parameters = std::move(*parameters);
  if (!out.parameters.is_object() && !out.parameters.is_null()) return std::nullopt;
  return out;
}

std::string reply_text(std::string_view parameters, bool continues) {
  std::string out = fmt::format("{{\"parameters\":{}{}}}", parameters, continues ? ",\"continues\":true" : "");
  return out += '\0';
}

std::string error_text(std::string_view error, std::string_view parameters) {
  std::string out = "{\"error\":";
  append_json_text(out, error);
  out += fmt::format(",\"parameters\":{}}}", parameters);
  return out += '\0';
}

std::string one_parameter(std::string_view key, std::string_view value) {
  std::string out = "{";
  append_json_text(out, key);
  out += ':';
  append_json_text(out, value);
  return out += '}';
}

}  // namespace tactus::varlink
