// SPDX-License-Identifier: Apache-2.0
// Text of the interface descriptions (varlink.org, "Interface Definition").
#include "description.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <tactus/report_text.hpp>

#include "names.hpp"

namespace tactus::varlink {

namespace {

constexpr std::string_view fixed_part =
    R"(# Reports and commands of the time daemon Tactus. Made from what this daemon offers: a plugin that adds a report or
# a command adds a method. Keys carry their unit: _s seconds, _ppm parts per million, _log2_s powers of two of
# seconds. Times are nanoseconds since 1970 UTC, offsets are positive when the clock is ahead; null is what is not known.
# Addresses are texts, empty for none; reference ids have eight hexadecimal digits.
interface io.tactus

# A member of a row or of a command's arguments
type Member (
  key: string,
  kind: string,
  unit: string,
  doc: string,
  choices: []string
)

# A report or a command; method is empty when it has the generic method only.
# access: who may ask: "monitor" everybody, "read" those whom a socket that is not open to everybody lets in, "control"
# root and the daemon's own user
type Item (
  name: string,
  method: string,
  doc: string,
  access: string,
  members: []Member
)

# What there is
method List() -> (reports: []Item, commands: []Item)

# Rows of a report by its name, as objects. index (from 0) and address choose one row in those reports that know them;
# argument is the report's own (clients: index to begin with); limit is the most rows wanted; reset forgets counters
# that were told (clients) and needs the right to command. With `more` the rows come in several replies.
method Get(name: string, index: ?int, address: ?string, argument: ?int, limit: ?int, reset: ?bool) -> (rows: []object)

# Runs a command by its name; arguments that are not given are zero or have the default of the configuration
method Run(name: string, arguments: ?object) -> (result: ?object)

# The report, command, source or row is not there
error NotFound (text: string)

# Who asks may not
error Denied (text: string)

# The facility is off in this configuration, or its device is not there
error Disabled (text: string)

# It was there before
error Exists (text: string)

# A limit is reached
error Limit (text: string)

# The command failed; status is the number of the kind of failure
error Failed (text: string, status: int)
)";

constexpr std::string_view query_arguments = "index: ?int, address: ?string, argument: ?int, limit: ?int, reset: ?bool";
// Names of the fixed part: types, methods and errors share one space. A command that would have one of these names has
// the generic method only.
constexpr std::string_view fixed_names[] = {"Member", "Item",     "List",   "Get",   "Run",   "NotFound",
                                            "Denied", "Disabled", "Exists", "Limit", "Failed"};

bool is_fixed(std::string_view method) {
  return std::find(std::begin(fixed_names), std::end(fixed_names), method) != std::end(fixed_names);
}

constexpr std::string_view row_suffix = "Row";

std::string get_method(const tactus_report& report) { return "Get" + camel_case(report.name); }
// Whether the name is that of a row's type.
bool is_row_type(Backend& backend, std::string_view name) {
  if (!name.ends_with(row_suffix)) return false;
  return report_of_method(backend, fmt::format("Get{}", name.substr(0, name.size() - row_suffix.size()))) != nullptr;
}

void append_comment(std::string& out, std::string_view indent, std::string_view text) {
  out += indent;
  out += "# ";
  for (const char c : text) out += c == '\n' || c == '\r' ? ' ' : c;
  out += '\n';
}

void append_members(std::string& out, const tactus_member* members, std::uint32_t count, bool arguments) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_member& member = *TACTUS_AT(tactus_member, members, i);
    append_comment(out, "  ", member.doc);
    out += fmt::format("  {}: {}{}\n", member_key(member), type_of(member, arguments), i + 1 < count ? "," : "");
  }
}

void append_report(std::string& out, const tactus_report& report) {
  const std::string name = camel_case(report.name);
  out += '\n';
  append_comment(out, "", fmt::format("{}: {}", report.name, report.doc));
  out += fmt::format("type {}{} (\n", name, row_suffix);
  append_members(out, report.members, report.member_count, false);
  out += fmt::format(")\nmethod Get{}({}) -> (rows: []{}{})\n", name, query_arguments, name, row_suffix);
}

void append_command(std::string& out, const tactus_command& command) {
  out += '\n';
  append_comment(out, "", fmt::format("{}: {}", command.name, command.doc));
  const bool arguments = command.member_count > 0;
  out += fmt::format("method {}({}", camel_case(command.name), arguments ? "\n" : "");
  append_members(out, command.members, command.member_count, true);
  const bool result = std::string_view(command.name) == "settime";
  out +=
      fmt::format(") -> ({})\n", result ? "offset_s: ?float, frequency_change_ppm: ?float, frequency_ppm: ?float" : "");
}

}  // namespace

const tactus_report* report_of_method(Backend& backend, std::string_view method) {
  for (std::uint32_t i = 0;; ++i) {
    const tactus_report* report = backend.report_at(i);
    if (report == nullptr) return nullptr;
    if (get_method(*report) != method) continue;
    return can_be_described(report->members, report->member_count) ? report : nullptr;
  }
}

const tactus_command* command_of_method(Backend& backend, std::string_view method) {
  if (is_fixed(method) || report_of_method(backend, method) != nullptr || is_row_type(backend, method)) return nullptr;
  for (std::uint32_t i = 0;; ++i) {
    const tactus_command* command = backend.command_at(i);
    if (command == nullptr) return nullptr;
    if (camel_case(command->name) != method) continue;
    return can_be_described(command->members, command->member_count) ? command : nullptr;
  }
}

const tactus_report* report_of_name(Backend& backend, std::string_view name) {
  for (std::uint32_t i = 0;; ++i) {
    const tactus_report* report = backend.report_at(i);
    if (report == nullptr || name == report->name) return report;
  }
}

const tactus_command* command_of_name(Backend& backend, std::string_view name) {
  for (std::uint32_t i = 0;; ++i) {
    const tactus_command* command = backend.command_at(i);
    if (command == nullptr || name == command->name) return command;
  }
}

std::string describe_own_interface(Backend& backend) {
  std::string out(fixed_part);
  for (std::uint32_t i = 0; const tactus_report* report = backend.report_at(i); ++i) {
    if (report_of_method(backend, get_method(*report)) == report) append_report(out, *report);
  }
  for (std::uint32_t i = 0; const tactus_command* command = backend.command_at(i); ++i) {
    if (command_of_method(backend, camel_case(command->name)) == command) append_command(out, *command);
  }
  return out;
}

std::string describe_service_interface() {
  return R"(# What every Varlink service offers
interface org.varlink.service

# Who made the service, and which interfaces it has
method GetInfo() -> (
  vendor: string,
  product: string,
  version: string,
  url: string,
  interfaces: []string
)

# The description of one of them
method GetInterfaceDescription(interface: string) -> (description: string)

# There is no such interface here
error InterfaceNotFound (interface: string)

# The interface has no such method
error MethodNotFound (method: string)

# The interface has the method, this service does not
error MethodNotImplemented (method: string)

# A parameter is missing, unknown, or has a value that is not possible
error InvalidParameter (parameter: string)

# Who asks may not call the method
error PermissionDenied ()

# The method can be called with `more` only
error ExpectedMore ()
)";
}

}  // namespace tactus::varlink
