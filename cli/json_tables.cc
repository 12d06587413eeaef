// SPDX-License-Identifier: Apache-2.0
// The keys of each report with --json, and their documentation.
#include <algorithm>
#include <cstddef>

#include <tactus/report_members.hpp>
#include <tactus/report_text.hpp>

#include "explain.hpp"
#include "json_reports.hpp"
#include "json_rows.hpp"

namespace tactus::cli {

namespace {

using members::described;

std::vector<tactus_member> table(std::span<const tactus_member> base, std::initializer_list<tactus_member> more = {},
                                 std::initializer_list<std::string_view> without = {}) {
  std::vector<tactus_member> out;
  for (const tactus_member& member : base) {
    if (std::find(without.begin(), without.end(), member.name) == without.end()) out.push_back(member);
  }
  out.insert(out.end(), more);
  return out;
}

#define TACTUS_JSON_MEMBER(row, kind, field, ...) described(kind, offsetof(row, field), sizeof(row::field), __VA_ARGS__)

std::string_view type_text(const tactus_member& member) {
  switch (member.kind) {
    case TACTUS_MEMBER_REAL:
      return "number or null";
    case TACTUS_MEMBER_TIME:
      return "integer or null: nanoseconds since 1970 UTC";
    case TACTUS_MEMBER_AGO:
      return "integer or null (never)";
    case TACTUS_MEMBER_ADDRESS:
    case TACTUS_MEMBER_SUBNET:
      return "string, empty when there is none";
    case TACTUS_MEMBER_REFID:
      return "string of 8 hexadecimal digits";
    case TACTUS_MEMBER_TEXT:
      return "string";
    case TACTUS_MEMBER_FLAG:
      return "true or false";
    case TACTUS_MEMBER_LETTER:
      return "one letter or null";
    case TACTUS_MEMBER_ENUM:
      return "one of";
    case TACTUS_MEMBER_BITS:
      return "array of";
    default:
      return "integer";
  }
}

std::string describe(const tactus_member& member) {
  std::string type(type_text(member));
  for (std::uint32_t i = 0; i < member.choice_count; ++i) type += fmt::format(" `{}`", member.choices[i]);
  return fmt::format("| `{}` | {} | {} |\n", member_key(member), type, member.doc);
}

constexpr std::string_view introduction = R"(# tctl --json

`tctl --json COMMAND` prints one JSON value (RFC 8259) on one line: an object, or an array of objects for reports about
sources, clients and the like. With `-m` or with commands from standard input there is one line for each command, in
their order.

Keys are stable: they are never renamed, and new ones may come at any place. Every object has all of its keys. Units are
part of the names: `_s` seconds, `_ppm` parts per million, `_log2_s` a power of two of seconds. Numbers have all the
digits that the daemon gives: from tactusd those of a double, from chronyd those of its protocol (25 bits). `null`
stands for what is not known, or what the daemon does not tell.

When a command fails, the exit status is 1 and the value is an object with the key `error`: `{"error":"Cannot talk to
daemon","code":506}`. `code` is the number of chrony's status line, or null when tctl itself refused. A command that has
no report of its own gives `{"ok":true,"code":200,"message":"OK"}`; what else it prints is in `lines`, an array of
strings (`keygen`, `settime`, `help`).

The file is made from the tables that print the reports.
)";

constexpr std::string_view ending = R"(
## waitsync

| Key | Type | Meaning |
|---|---|---|
| `synchronised` | true or false | whether what was waited for has come |
| `tries` | integer | how often the daemon was asked |
| `reference_id` | string of 8 hexadecimal digits or null | of the source that is followed |
| `correction_s` | number or null | still to be slewed, without sign |
| `skew_ppm` | number or null | bound of the frequency error |

When the time is up `error` is there as well.

## plugins info NAME

An array of the rows of `plugins` that have this name; each has one more key, `option_list`, an array of objects with
the keys `directive`, `option`, `type`, `unit`, `default`, `doc`.

## explain

| Key | Type | Meaning |
|---|---|---|
| `synchronised` | true or false | whether the clock follows a source of time |
| `verdict` | string | one sentence |
| `error_bound_s` | number or null | the clock is right within this |
| `notes` | array of strings | what else there is to know |
| `advice` | array of strings | what is missing, or would help |
| `sources` | array of objects | one for each source, below |

Of each source: `name`, `address`, `state` (letter of `selectdata`), `used` (true or false), `trouble` (string, a short
word that does not change, below; empty when there is none), `why` (string), `remedy` (string, empty when there is
nothing to do).
)";

}  // namespace

std::vector<JsonReport> json_report_tables() {
  return {
      {"tracking", "How right the clock is.", false,
       table(members::tracking,
             {TACTUS_JSON_MEMBER(TrackingRow, TACTUS_MEMBER_TEXT, name, "name", "",
                                 "of the selected source as configured; of a reference clock its id")})},
      {"sources",
       "One object per source; `state` is a letter of chronyc's table: `*` `+` `-` `?` `x` `~`. With `-a` also "
       "sources that have no address yet.",
       true, table(members::source_row)},
      {"sourcestats", "One object per source.", true, table(members::sourcestats_row)},
      {"selectdata", "One object per source; `state` is a letter of chronyc's table.", true,
       table(members::selectdata_row)},
      {"authdata", "One object per NTP source.", true, table(members::authdata_row)},
      {"ntpdata", "One object per NTP source that has an address, or for the one that was named.", true,
       table(members::ntpdata_row, {TACTUS_JSON_MEMBER(NtpdataRow, TACTUS_MEMBER_U32, remote_port, "remote_port", "",
                                                       "port of the source")})},
      {"activity", "How many sources are asked.", false, table(members::activity)},
      {"serverstats", "Counters of the server. Before chronyd 4.4 those from `ntp_kernel_rx` on are null.", false,
       table(members::serverstats)},
      {"smoothing", "The smoothing of the served time.", false, table(members::smoothing)},
      {"rtcdata", "The real-time clock.", false, table(members::rtcdata)},
      {"manual list", "One object per time that was entered.", true, table(members::manual_row)},
      {"clients", "One object per client. `-k` changes nothing: everything is there.", true,
       table(members::client_row,
             {TACTUS_JSON_MEMBER(ClientRow, TACTUS_MEMBER_U32, cmd_hits, "cmd_hits", "", "command requests"),
              TACTUS_JSON_MEMBER(ClientRow, TACTUS_MEMBER_U32, cmd_drops, "cmd_drops", "", "not answered: rate limit"),
              TACTUS_JSON_MEMBER(ClientRow, TACTUS_MEMBER_I32, cmd_interval_log2_s, "cmd_interval", "log2_s",
                                 "average between command requests; 127 unknown"),
              TACTUS_JSON_MEMBER(ClientRow, TACTUS_MEMBER_AGO, last_cmd_ago_s, "last_cmd_ago", "s",
                                 "last command request")},
             {"index", "table_size"})},
      {"sourcename", "The name that a source was configured with.", false, table(members::sourcename_row)},
      {"plugins", "One object per provider, loaded or available (tactusd only).", true, table(members::plugin_row)},
      {"drops", "What was refused, by stage and reason; with `-a` also what never happened (tactusd only).", true,
       table(members::drop_row)},
  };
}

std::string json_documentation() {
  std::string out(introduction);
  for (const JsonReport& report : json_report_tables()) {
    out += fmt::format("\n## {}\n\n{} {}.\n\n| Key | Type | Meaning |\n|---|---|---|\n", report.command, report.doc,
                       report.list ? "An array" : "An object");
    for (const tactus_member& member : report.members) out += describe(member);
  }
  out += ending;
  out += "\n| trouble | Meaning |\n|---|---|\n";
  for (const Trouble& trouble : troubles()) out += fmt::format("| `{}` | {} |\n", trouble.word, trouble.meaning);
  return out;
}

void append_json_object(std::string& out, std::span<const tactus_member> members, const void* row,
                        std::span<const std::string_view> unknown) {
  out += '{';
  bool first = true;
  for (const tactus_member& member : members) {
    if (!first) out += ',';
    first = false;
    append_json_text(out, member_key(member));
    out += ':';
    if (std::find(unknown.begin(), unknown.end(), member.name) != unknown.end()) {
      out += "null";
    } else {
      append_json_value(out, row, member);
    }
  }
  out += '}';
}

}  // namespace tactus::cli
