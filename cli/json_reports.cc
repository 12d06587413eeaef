// SPDX-License-Identifier: Apache-2.0
#include "json_reports.hpp"

#include <charconv>
#include <cstring>

#include <tactus/report_members.hpp>
#include <tactus/report_text.hpp>

#include "daemon_rows.hpp"
#include "json_rows.hpp"
#include "private_requests.hpp"
#include "reports.hpp"
#include "text.hpp"

namespace tactus::cli {

using cmdmon::Reply;
using cmdmon::Request;

namespace {

std::vector<tactus_member> members_of(std::string_view command) {
  for (JsonReport& report : json_report_tables()) {
    if (report.command == command) return std::move(report.members);
  }
  TACTUS_ASSERT(command.empty());  // every report has a table
  return {};
}

template <class Row>
bool give_list(Context& context, std::string_view command, const std::optional<std::vector<Row>>& rows) {
  if (!rows) return false;
  const auto members = members_of(command);
  context.json = "[";
  for (const Row& row : *rows) {
    if (context.json.size() > 1) context.json += ',';
    append_json_object(context.json, members, &row);
  }
  context.json += ']';
  return true;
}

template <class Row>
bool give_one(Context& context, std::string_view command, const std::optional<std::vector<Row>>& rows,
              std::span<const std::string_view> unknown = {}) {
  if (!rows || rows->empty()) return false;
  context.json.clear();
  append_json_object(context.json, members_of(command), &rows->front(), unknown);
  return true;
}

// Without -a, sources that have no address are left out, as in the texts.
template <class Row>
void hide_unresolved(const std::string& rest, std::optional<std::vector<Row>>& rows) {
  if (!rows || table_options(rest).all) return;
  std::erase_if(*rows, [](const Row& row) { return row.address.family == TACTUS_FAMILY_ID; });
}

}  // namespace

bool json_tracking(Context& context, const std::string&) {
  const auto rows = read_tracking(context);
  if (!rows || rows->empty()) return false;
  TrackingRow row{rows->front(), {}};
  const bool has_address = row.row.address.family != TACTUS_FAMILY_NONE;
  const std::string name = has_address ? configured_name(context, row.row.address) : format_refid(row.row.refid);
  std::memcpy(row.name, name.data(), std::min(name.size(), sizeof row.name - 1));
  return give_one(context, "tracking", std::optional{std::vector{row}});
}

bool json_sources(Context& context, const std::string& rest) {
  auto rows = read_sources(context);
  hide_unresolved(rest, rows);
  return give_list(context, "sources", rows);
}

bool json_sourcestats(Context& context, const std::string& rest) {
  auto rows = read_sourcestats(context);
  hide_unresolved(rest, rows);
  return give_list(context, "sourcestats", rows);
}

bool json_selectdata(Context& context, const std::string& rest) {
  auto rows = read_selectdata(context);
  hide_unresolved(rest, rows);
  return give_list(context, "selectdata", rows);
}

bool json_authdata(Context& context, const std::string& rest) {
  auto rows = read_authdata(context, table_options(rest).all);
  hide_unresolved(rest, rows);
  return give_list(context, "authdata", rows);
}

bool json_ntpdata(Context& context, const std::string& rest) {
  std::optional<tactus_address> source;
  if (!rest.empty() && !(source = find_source(context, rest))) {
    context.output.complain("Could not get address for hostname");
    return false;
  }
  bool older = false;
  const auto rows = read_ntpdata(context, source ? &*source : nullptr, older);
  if (!rows) return false;
  static constexpr std::string_view newer[] = {"total_kernel_transmit", "total_kernel_receive",
                                               "total_hardware_transmit", "total_hardware_receive"};
  const auto members = members_of("ntpdata");
  context.json = "[";
  for (const tactus_ntpdata_row& data : *rows) {
    const NtpdataRow row{data, data.remote.port};
    if (context.json.size() > 1) context.json += ',';
    append_json_object(context.json, members, &row, older ? std::span(newer) : std::span<const std::string_view>{});
  }
  context.json += ']';
  return true;
}

bool json_activity(Context& context, const std::string&) {
  return give_one(context, "activity", read_activity(context));
}

bool json_serverstats(Context& context, const std::string&) {
  const Reply older = context.settings.strict ? Reply::null : Reply::server_stats3;
  if (!context.session.request(Request::server_stats, {Reply::server_stats4, older})) return false;
  std::array<std::uint64_t, cmdmon::server_stats4_counters> counters{};
  static constexpr std::string_view newer[] = {"ntp_daemon_tx",   "ntp_kernel_rx",   "ntp_kernel_tx",
                                               "ntp_hardware_rx", "ntp_hardware_tx", "ntp_daemon_rx"};
  const bool is_older = context.session.older_reply();
  if (is_older) {
    const auto shorter = context.session.reply<cmdmon::ServerStats3Reply>();
    std::copy(shorter.counters.begin(), shorter.counters.end(), counters.begin());
  } else {
    counters = context.session.reply<cmdmon::ServerStats4Reply>().counters;
  }
  // The counters come in the order of the structure.
  tactus_serverstats row{};
  static_assert(sizeof row == 8 + sizeof counters);
  std::memcpy(reinterpret_cast<char*>(&row) + offsetof(tactus_serverstats, ntp_hits), counters.data(), sizeof counters);
  return give_one(context, "serverstats", std::optional{std::vector{row}},
                  is_older ? std::span(newer) : std::span<const std::string_view>{});
}

bool json_smoothing(Context& context, const std::string&) {
  return give_one(context, "smoothing", read_smoothing(context));
}

bool json_rtcdata(Context& context, const std::string&) { return give_one(context, "rtcdata", read_rtcdata(context)); }

bool json_manual(Context& context, const std::string& rest) {
  if (rest.starts_with("list")) return give_list(context, "manual list", read_manual_list(context));
  return find_command("manual")->run(context, rest);
}

bool json_clients(Context& context, const std::string& rest) {
  std::vector<ClientRow> rows;
  const bool success = each_client(context, rest, [&](const cmdmon::ClientRecord& client) {
    ClientRow out{};
    out.row.address = client.address;
    out.row.ntp_hits = client.ntp_hits;
    out.row.ntp_drops = client.ntp_drops;
    out.row.nke_hits = client.nke_hits;
    out.row.nke_drops = client.nke_drops;
    out.row.ntp_interval_log2_s = client.ntp_interval;
    out.row.ntp_timeout_interval_log2_s = client.ntp_timeout_interval;
    out.row.nke_interval_log2_s = client.nke_interval;
    out.row.last_ntp_ago_s = client.last_ntp_hit_ago;
    out.row.last_nke_ago_s = client.last_nke_hit_ago;
    out.cmd_hits = client.cmd_hits;
    out.cmd_drops = client.cmd_drops;
    out.cmd_interval_log2_s = client.cmd_interval;
    out.last_cmd_ago_s = client.last_cmd_hit_ago;
    rows.push_back(out);
  });
  return success && give_list(context, "clients", std::optional{rows});
}

bool json_sourcename(Context& context, const std::string& rest) {
  const auto mark = context.output.mark();
  if (!report_sourcename(context, rest)) return false;
  std::string name = context.output.out().substr(mark.out);
  while (name.ends_with('\n')) name.pop_back();
  context.output.rewind(mark);
  context.json = "{\"name\":";
  append_json_text(context.json, name);
  context.json += '}';
  return true;
}

namespace {

template <class Row, std::size_t N>
std::optional<std::vector<Row>> typed_rows(const std::optional<std::vector<Json>>& json,
                                           const tactus_member (&members)[N]) {
  if (!json) return std::nullopt;
  std::vector<Row> rows(json->size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!fill_row((*json)[i], members, &rows[i])) rows[i] = Row{};
  }
  return rows;
}

}  // namespace

bool json_plugins(Context& context, const std::string& rest) {
  std::string words = rest;
  const std::string verb = take_word(words);
  if (verb.empty()) {
    return give_list(context, "plugins",
                     typed_rows<tactus_plugin_row>(read_rows(context, "plugins"), members::plugin_row));
  }
  if (verb != "info" || words.empty()) return find_command("plugins")->run(context, rest);
  auto providers = typed_rows<tactus_plugin_row>(read_rows(context, "plugins"), members::plugin_row);
  if (!providers) return false;
  std::erase_if(*providers, [&](const auto& row) { return words != row.provider && words != row.plugin; });
  const auto options =
      typed_rows<tactus_plugin_option_row>(read_rows(context, "plugin_options"), members::plugin_option_row);
  if (!options) return false;
  if (providers->empty()) return find_command("plugins")->run(context, rest);  // says so
  context.json = "[";
  for (const tactus_plugin_row& row : *providers) {
    if (context.json.size() > 1) context.json += ',';
    append_json_object(context.json, members::plugin_row, &row);
    context.json.back() = ',';
    context.json += "\"option_list\":[";
    bool first = true;
    for (const tactus_plugin_option_row& option : *options) {
      if (std::strcmp(option.provider, row.provider) != 0) continue;
      if (!first) context.json += ',';
      first = false;
      append_json_object(context.json, std::span(members::plugin_option_row).subspan(1), &option);
    }
    context.json += "]}";
  }
  context.json += ']';
  return true;
}

bool json_drops(Context& context, const std::string& rest) {
  auto rows = typed_rows<tactus_drop_row>(read_rows(context, "drops"), members::drop_row);
  if (rows && rest != "-a") std::erase_if(*rows, [](const auto& row) { return row.count == 0; });
  return give_list(context, "drops", rows);
}

namespace {

// `506 Cannot talk to daemon`; 0 when there is no number.
unsigned status_code(std::string_view line) {
  unsigned code = 0;
  const auto [end, failed] = std::from_chars(line.data(), line.data() + std::min<std::size_t>(line.size(), 3), code);
  const bool is_status = failed == std::errc{} && end == line.data() + 3 && line.size() > 4 && line[3] == ' ';
  return is_status ? code : 0;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

std::string wrap_output(bool success, std::string_view out, std::string_view err) {
  unsigned code = 0;
  std::string message;
  std::vector<std::string_view> lines;
  while (!out.empty()) {
    const std::string_view line = take_line(out);
    if (const unsigned number = status_code(line); number != 0) {  // the last one counts
      code = number;
      message = line.substr(4);
    } else {
      lines.push_back(line);
    }
  }
  while (!err.empty()) {
    const std::string_view line = take_line(err);
    if (success) {
      lines.push_back(line);
    } else if (message.empty()) {
      message = line;
    }
  }
  if (!success && message.empty()) message = "failed";
  std::string json = success ? "{\"ok\":true" : "{\"error\":";
  if (!success) append_json_text(json, message);
  json += code != 0 ? fmt::format(",\"code\":{}", code) : ",\"code\":null";
  if (success) {
    json += ",\"message\":";
    append_json_text(json, message);
  }
  if (success && !lines.empty()) {
    json += ",\"lines\":[";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) json += ',';
      append_json_text(json, lines[i]);
    }
    json += ']';
  }
  return json += '}';
}

}  // namespace tactus::cli
