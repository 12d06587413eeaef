// SPDX-License-Identifier: Apache-2.0
// --json: one JSON value (RFC 8259) on one line for each command. Keys are the members of the daemon's reports
// (<tactus/report_members.hpp>) with their unit, and those of the tables here; docs/tctl-json.md is made from both.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/control.h>

#include "context.hpp"

namespace tactus::cli {

// How a report looks as JSON.
struct JsonReport {
  std::string_view command;
  std::string_view doc;
  bool list;  // an array of objects, else one object
  std::vector<tactus_member> members;
};
// Every report that has a table.
std::vector<JsonReport> json_report_tables();
// docs/tctl-json.md.
std::string json_documentation();

// One row as an object with the keys of the table, always all of them. unknown: names of members that are null.
void append_json_object(std::string& out, std::span<const tactus_member> members, const void* row,
                        std::span<const std::string_view> unknown = {});

// Reports for Command::run_json.
bool json_tracking(Context& context, const std::string& rest);
bool json_sources(Context& context, const std::string& rest);
bool json_sourcestats(Context& context, const std::string& rest);
bool json_selectdata(Context& context, const std::string& rest);
bool json_authdata(Context& context, const std::string& rest);
bool json_ntpdata(Context& context, const std::string& rest);
bool json_activity(Context& context, const std::string& rest);
bool json_serverstats(Context& context, const std::string& rest);
bool json_smoothing(Context& context, const std::string& rest);
bool json_rtcdata(Context& context, const std::string& rest);
bool json_manual(Context& context, const std::string& rest);
bool json_clients(Context& context, const std::string& rest);
bool json_sourcename(Context& context, const std::string& rest);
bool json_plugins(Context& context, const std::string& rest);
bool json_drops(Context& context, const std::string& rest);
bool json_wait(Context& context, const std::string& rest);  // reports_daemon.cc

// What a command printed, as an object: {"ok":true,"code":200,"message":"OK"} or {"error":"...","code":501}; lines that
// are no status are in "lines".
std::string wrap_output(bool success, std::string_view out, std::string_view err);

}  // namespace tactus::cli
