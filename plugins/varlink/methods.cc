// SPDX-License-Identifier: Apache-2.0
// The methods of io.tactus: reports are read, commands are run, with the rights of the peer.
#include <fmt/format.h>
#include <tactus/reports.h>
#include <tactus/report_text.hpp>

#include "arguments.hpp"
#include "description.hpp"
#include "names.hpp"
#include "session.hpp"

namespace tactus::varlink {

namespace {

using Json = nlohmann::json;

constexpr std::string_view query_keys[] = {"index", "address", "argument", "limit", "reset"};

// The members that a query may have, as an argument table, so that they are read as all arguments are.
struct QueryArguments {
  std::uint32_t struct_size;
  std::uint32_t index;
  std::uint32_t limit;
  std::uint32_t reset;
  std::uint64_t argument;
  tactus_address address;
};
#define QUERY_MEMBER(kind, field)                                                                                \
  {                                                                                                              \
    sizeof(tactus_member), kind, offsetof(QueryArguments, field), sizeof(QueryArguments::field), #field, "", "", \
        nullptr, 0, 0                                                                                            \
  }
constexpr tactus_member query_members[] = {
    QUERY_MEMBER(TACTUS_MEMBER_U32, index), QUERY_MEMBER(TACTUS_MEMBER_U32, limit),
    QUERY_MEMBER(TACTUS_MEMBER_FLAG, reset), QUERY_MEMBER(TACTUS_MEMBER_U64, argument),
    QUERY_MEMBER(TACTUS_MEMBER_ADDRESS, address)};
#undef QUERY_MEMBER
constexpr tactus_command query_command{sizeof(tactus_command),
                                       TACTUS_ACCESS_READ,
                                       sizeof(QueryArguments),
                                       std::size(query_members),
                                       "query",
                                       "",
                                       query_members,
                                       nullptr};

bool is_given(const Json& parameters, const char* key) {
  return parameters.is_object() && parameters.contains(key) && !parameters[key].is_null();
}

// Fills the query; the name of the wrong parameter, or empty.
std::string read_query(const Json& parameters, tactus_query& query) {
  Json own = Json::object();
  for (const std::string_view key : query_keys) {
    if (parameters.is_object() && parameters.contains(key)) own[std::string(key)] = parameters[std::string(key)];
  }
  Arguments filled(sizeof(QueryArguments));
  if (std::string wrong = fill_arguments(query_command, own, filled); !wrong.empty()) return wrong;
  QueryArguments values;
  std::memcpy(&values, filled.data(), sizeof values);
  query = tactus_query{};
  query.struct_size = sizeof query;
  query.index = values.index;
  query.limit = values.limit;
  query.argument = values.argument;
  query.address = values.address;
  if (is_given(parameters, "index")) query.flags |= TACTUS_QUERY_INDEX;
  if (is_given(parameters, "address")) query.flags |= TACTUS_QUERY_ADDRESS;
  if (values.reset != 0) query.flags |= TACTUS_QUERY_RESET;
  return {};
}

// What is said of a command that fails without words.
const char* text_of(tactus_status status) {
  switch (status) {
    case TACTUS_E_NOT_FOUND:
      return "not found";
    case TACTUS_E_DENIED:
      return "not allowed";
    case TACTUS_E_DISABLED:
      return "not enabled in this configuration";
    case TACTUS_E_ABSENT:
      return "not there";
    case TACTUS_E_EXISTS:
      return "there already";
    case TACTUS_E_LIMIT:
      return "a limit is reached";
    default:
      return "the command failed";
  }
}

const char* access_name(std::uint32_t access) {
  switch (access) {
    case TACTUS_ACCESS_MONITOR:
      return "monitor";
    case TACTUS_ACCESS_READ:
      return "read";
    default:
      return "control";
  }
}

const char* kind_name(std::uint32_t kind) {
  constexpr const char* names[] = {"none",   "u32",   "i32",  "u64",  "i64",  "real",   "time", "address",
                                   "subnet", "refid", "text", "flag", "enum", "letter", "bits", "ago"};
  return kind < std::size(names) ? names[kind] : "unknown";
}

void append_members(std::string& out, const tactus_member* members, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_member& member = *TACTUS_AT(tactus_member, members, i);
    if (i > 0) out += ',';
    out += "{\"key\":";
    append_json_text(out, member_key(member));
    out += fmt::format(",\"kind\":\"{}\",\"unit\":", kind_name(member.kind));
    append_json_text(out, member.unit);
    out += ",\"doc\":";
    append_json_text(out, member.doc);
    out += ",\"choices\":[";
    for (std::uint32_t j = 0; j < member.choice_count; ++j) {
      if (j > 0) out += ',';
      append_json_text(out, member.choices[j]);
    }
    out += "]}";
  }
}

template <class Item>
void append_item(std::string& out, const Item& item, const std::string& method) {
  out += "{\"name\":";
  append_json_text(out, item.name);
  out += fmt::format(",\"method\":\"{}\",\"access\":\"{}\",\"doc\":", method, access_name(item.access));
  append_json_text(out, item.doc);
  out += ",\"members\":[";
  append_members(out, item.members, item.member_count);
  out += "]}";
}

}  // namespace

void Session::list(std::string& out) {
  Backend& backend = service_.backend;
  std::string text = "{\"reports\":[";
  for (std::uint32_t i = 0; const tactus_report* report = backend.report_at(i); ++i) {
    if (i > 0) text += ',';
    const std::string method = "Get" + camel_case(report->name);
    append_item(text, *report, report_of_method(backend, method) == report ? method : "");
  }
  text += "],\"commands\":[";
  for (std::uint32_t i = 0; const tactus_command* command = backend.command_at(i); ++i) {
    if (i > 0) text += ',';
    const std::string method = camel_case(command->name);
    append_item(text, *command, command_of_method(backend, method) == command ? method : "");
  }
  out += reply_text(text += "]}");
}

void Session::failure(tactus_status status, std::string_view text, std::string& out) {
  const char* error = "io.tactus.Failed";
  switch (status) {
    case TACTUS_E_NOT_FOUND:
      error = "io.tactus.NotFound";
      break;
    case TACTUS_E_DENIED:
      error = "io.tactus.Denied";
      break;
    case TACTUS_E_DISABLED:
    case TACTUS_E_ABSENT:
      error = "io.tactus.Disabled";
      break;
    case TACTUS_E_EXISTS:
      error = "io.tactus.Exists";
      break;
    case TACTUS_E_LIMIT:
      error = "io.tactus.Limit";
      break;
    default: {
      std::string parameters = one_parameter("text", text);
      parameters.insert(parameters.size() - 1, fmt::format(",\"status\":{}", status));
      out += error_text(error, parameters);
      return;
    }
  }
  out += error_text(error, one_parameter("text", text));
}

void Session::get_rows(const Call& call, const tactus_report& report, std::string& out) {
  if (call.parameters.is_object()) {
    for (const auto& [key, value] : call.parameters.items()) {
      const bool own = call.method == "Get" && key == "name";
      const bool known = std::find(std::begin(query_keys), std::end(query_keys), key) != std::end(query_keys);
      if (!own && !known) return invalid_parameter(key, out);
    }
  }
  tactus_query query;
  if (const std::string wrong = read_query(call.parameters, query); !wrong.empty()) {
    return invalid_parameter(wrong, out);
  }
  // Forgetting counters changes the daemon.
  if ((query.flags & TACTUS_QUERY_RESET) != 0 && access_ < TACTUS_ACCESS_CONTROL) {
    service_.count(Drop::denied);
    return failure(TACTUS_E_DENIED, "reset is for those who may command", out);
  }
  Rows rows{report.name, &report, Snapshot(report.row_size, query.limit), call.more};
  const tactus_status status = service_.backend.read(report.name, access_, query, &Snapshot::take, &rows.snapshot);
  if (rows.snapshot.too_large()) {
    service_.count(Drop::too_large);
    return failure(TACTUS_E_LIMIT, "the report is too long: ask for a part of it", out);
  }
  if (status != TACTUS_OK && !rows.snapshot.full()) {
    if (status == TACTUS_E_DENIED) service_.count(Drop::denied);
    const char* text = status == TACTUS_E_NOT_FOUND ? "no such row" : "the report cannot be read";
    return failure(status, text, out);
  }
  rows_.emplace(std::move(rows));
}

void Session::run_command(const tactus_command& command, const Json& arguments, bool generic, std::string& out) {
  // Who may not run it is not told what is wrong with it.
  if (access_ < command.access) {
    service_.count(Drop::denied);
    return failure(TACTUS_E_DENIED, "commands are for root and the daemon's user", out);
  }
  Arguments filled(std::max<std::uint32_t>(command.args_size, sizeof(std::uint32_t)));
  if (const std::string wrong = fill_arguments(command, arguments, filled); !wrong.empty()) {
    return invalid_parameter(wrong, out);
  }
  const std::string_view name = command.name;
  if (name == "add_source") fill_source_defaults(command, arguments, service_.backend, filled);
  tactus_settime_result result{};
  result.struct_size = sizeof result;
  const bool has_result = name == "settime";
  tactus_error error{sizeof(tactus_error), 0, {}};
  const bool takes = command.args_size > 0;
  const tactus_status status = service_.backend.run(command.name, access_, takes ? filled.data() : nullptr,
                                                    takes ? filled.size() : 0, has_result ? &result : nullptr, error);
  if (status != TACTUS_OK) return failure(status, error.text[0] != '\0' ? error.text : text_of(status), out);
  std::string answer = "{}";
  if (has_result) {
    answer = fmt::format(R"({{"offset_s":{},"frequency_change_ppm":{},"frequency_ppm":{}}})", result.offset_s,
                         result.frequency_change_ppm, result.frequency_ppm);
  }
  out += reply_text(generic ? fmt::format("{{\"result\":{}}}", answer) : answer);
}

void Session::generic_get(const Call& call, std::string& out) {
  if (!is_given(call.parameters, "name") || !call.parameters["name"].is_string()) return invalid_parameter("name", out);
  const auto& name = call.parameters["name"].get_ref<const std::string&>();
  const tactus_report* report = report_of_name(service_.backend, name);
  if (report == nullptr) return failure(TACTUS_E_NOT_FOUND, "no such report", out);
  get_rows(call, *report, out);
}

void Session::generic_run(const Call& call, std::string& out) {
  if (!is_given(call.parameters, "name") || !call.parameters["name"].is_string()) return invalid_parameter("name", out);
  const auto& name = call.parameters["name"].get_ref<const std::string&>();
  const tactus_command* command = command_of_name(service_.backend, name);
  if (command == nullptr) return failure(TACTUS_E_NOT_FOUND, "no such command", out);
  const Json none;
  run_command(*command, call.parameters.contains("arguments") ? call.parameters["arguments"] : none, true, out);
}

}  // namespace tactus::varlink
