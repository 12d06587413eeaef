// SPDX-License-Identifier: Apache-2.0
// From a message to the method, and the answer's way out in pieces.
#include "session.hpp"

#include <fmt/format.h>
#include <tactus/report_text.hpp>

#include "description.hpp"

namespace tactus::varlink {

const char* drop_name(Drop reason) {
  switch (reason) {
    case Drop::malformed:
      return "malformed";
    case Drop::too_long:
      return "too_long";
    case Drop::too_deep:
      return "too_deep";
    case Drop::timed_out:
      return "timed_out";
    case Drop::unknown_method:
      return "unknown_method";
    case Drop::invalid_parameter:
      return "invalid_parameter";
    case Drop::denied:
      return "denied";
    case Drop::too_large:
      return "too_large";
    case Drop::vanished:
      return "vanished";
  }
  return "other";
}

namespace {

Drop drop_of(MessageReader::Fault fault) {
  switch (fault) {
    case MessageReader::Fault::too_long:
      return Drop::too_long;
    case MessageReader::Fault::too_deep:
      return Drop::too_deep;
    case MessageReader::Fault::timed_out:
      return Drop::timed_out;
    case MessageReader::Fault::none:
      break;
  }
  return Drop::malformed;
}

}  // namespace

// The protocol has no error for what is no call: the connection ends.
void Session::close(Drop reason) {
  service_.count(reason);
  closing_ = true;
}

void Session::on_bytes(Bytes bytes, MonoTime now) {
  reader_.feed(bytes, now);
  if (reader_.fault() != MessageReader::Fault::none) close(drop_of(reader_.fault()));
}

void Session::on_deadline() {
  reader_.on_deadline();
  if (reader_.fault() != MessageReader::Fault::none && !closing_) close(drop_of(reader_.fault()));
}

void Session::produce(std::string& out, MonoTime now) {
  if (rows_) {
    produce_rows(out);
    return;
  }
  if (!reader_.complete()) return;
  const std::optional<Call> call = parse_call(reader_.message());
  reader_.next(now);
  if (!call) return close(Drop::malformed);
  if (call->oneway) {
    std::string unwanted;
    answer(*call, unwanted);
    rows_.reset();
  } else {
    answer(*call, out);
    if (rows_) produce_rows(out);
  }
  if (reader_.fault() != MessageReader::Fault::none) close(drop_of(reader_.fault()));
}

void Session::answer(const Call& call, std::string& out) {
  if (call.upgrade) {
    service_.count(Drop::unknown_method);
    out += error_text("org.varlink.service.MethodNotImplemented",
                      one_parameter("method", call.interface + "." + call.method));
  } else if (call.interface == service_interface) {
    service_method(call, out);
  } else if (call.interface == own_interface) {
    own_method(call, out);
  } else {
    service_.count(Drop::unknown_method);
    out += error_text("org.varlink.service.InterfaceNotFound", one_parameter("interface", call.interface));
  }
}

void Session::service_method(const Call& call, std::string& out) {
  if (call.method == "GetInfo") {
    out += reply_text(fmt::format(R"({{"vendor":"Tactus","product":"tactusd","version":"{}",)"
                                  R"("url":"","interfaces":["{}","{}"]}})",
                                  service_.version, own_interface, service_interface));
    return;
  }
  if (call.method != "GetInterfaceDescription") return unknown_method(call, out);
  const auto& parameters = call.parameters;
  if (!parameters.is_object() || !parameters.contains("interface") || !parameters["interface"].is_string()) {
    return invalid_parameter("interface", out);
  }
  const std::string name = parameters["interface"];
  if (name == own_interface) {
    out += reply_text(one_parameter("description", describe_own_interface(service_.backend)));
  } else if (name == service_interface) {
    out += reply_text(one_parameter("description", describe_service_interface()));
  } else {
    service_.count(Drop::invalid_parameter);
    out += error_text("org.varlink.service.InterfaceNotFound", one_parameter("interface", name));
  }
}

void Session::own_method(const Call& call, std::string& out) {
  if (call.method == "List") return list(out);
  if (call.method == "Get") return generic_get(call, out);
  if (call.method == "Run") return generic_run(call, out);
  if (const tactus_report* report = report_of_method(service_.backend, call.method)) {
    return get_rows(call, *report, out);
  }
  if (const tactus_command* command = command_of_method(service_.backend, call.method)) {
    return run_command(*command, call.parameters, false, out);
  }
  unknown_method(call, out);
}

void Session::unknown_method(const Call& call, std::string& out) {
  service_.count(Drop::unknown_method);
  out += error_text("org.varlink.service.MethodNotFound", one_parameter("method", call.interface + "." + call.method));
}

void Session::invalid_parameter(std::string_view name, std::string& out) {
  service_.count(Drop::invalid_parameter);
  out += error_text("org.varlink.service.InvalidParameter", one_parameter("parameter", name));
}

// One reply, or with `more` one for each piece.
void Session::produce_rows(std::string& out) {
  Rows& rows = *rows_;
  // Its provider may have ended since the last piece, and its tables with it.
  if (report_of_name(service_.backend, rows.report) != rows.description) {
    rows_.reset();
    return close(Drop::vanished);
  }
  if (!rows.begun || rows.more) out += "{\"parameters\":{\"rows\":[";
  const std::size_t end = std::min(rows.next + rows_per_piece, rows.snapshot.rows());
  for (bool first = !rows.begun || rows.more; rows.next < end; ++rows.next, first = false) {
    if (!first) out += ',';
    append_json_row(out, rows.description->members, rows.description->member_count, rows.snapshot.row(rows.next),
                    rows.snapshot.given_size());
  }
  rows.begun = true;
  const bool last = end == rows.snapshot.rows();
  if (last || rows.more) {
    out += last ? "]}}" : "]},\"continues\":true}";
    out += '\0';
  }
  if (last) rows_.reset();
}

}  // namespace tactus::varlink
