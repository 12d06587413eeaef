// SPDX-License-Identifier: Apache-2.0
// Names and units: prometheus.io, "Metric and label naming"; OpenMetrics 1.0, "Metric naming".
#include "mapping.hpp"

#include <algorithm>

namespace tactus::metrics {

namespace {

constexpr const char* name_and_address[] = {"name", "address"};
constexpr const char* name_and_remote[] = {"name", "remote"};
constexpr const char* stage_and_reason[] = {"stage", "reason"};

constexpr const char* ntpdata_counters[] = {
    "total_transmitted",    "total_received",          "total_valid",           "total_good", "total_kernel_transmit",
    "total_kernel_receive", "total_hardware_transmit", "total_hardware_receive"};
constexpr const char* serverstats_counters[] = {"ntp_hits",
                                                "nke_hits",
                                                "ntp_drops",
                                                "nke_drops",
                                                "log_drops",
                                                "ntp_auth_hits",
                                                "ntp_interleaved_hits",
                                                "ntp_daemon_rx",
                                                "ntp_daemon_tx",
                                                "ntp_kernel_rx",
                                                "ntp_kernel_tx",
                                                "ntp_hardware_rx",
                                                "ntp_hardware_tx"};
constexpr const char* commandstats_counters[] = {"udp_packets", "unix_packets", "rate_limited"};
constexpr const char* drops_counters[] = {"count"};

// The selection's own report tells the state.
constexpr const char* sources_left_out[] = {"state"};
// Commands are counted by their endpoint.
constexpr const char* serverstats_left_out[] = {"cmd_hits", "cmd_drops"};
constexpr const char* estimates_left_out[] = {"reference_id"};

constexpr ReportMapping mappings[] = {
    {"tracking", "tracking", {}, {}, {}},
    {"sources", "source", name_and_address, {}, sources_left_out},
    {"sourcestats", "source_estimate", name_and_address, {}, estimates_left_out},
    {"selectdata", "selection", name_and_address, {}, estimates_left_out},
    {"activity", "activity", {}, {}, {}},
    {"ntpdata", "ntp", name_and_remote, ntpdata_counters, {}},
    {"authdata", "auth", name_and_address, {}, {}},
    {"serverstats", "server", {}, serverstats_counters, serverstats_left_out},
    {"commandstats", "command", {}, commandstats_counters, {}},
    {"smoothing", "smoothing", {}, {}, {}},
    {"rtcdata", "rtc", {}, {}, {}},
    {"drops", "drops", stage_and_reason, drops_counters, {}},
};

constexpr std::string_view left_out[] = {"plugins", "plugin_options", "sourcename", "manual_list"};
// One series for each client would be one for each address of the internet.
constexpr std::string_view counted_only[] = {"clients"};

constexpr Letter selection_states[] = {{'N', "noselect"},
                                       {'M', "missing_samples"},
                                       {'s', "unsynchronised"},
                                       {'d', "large_distance"},
                                       {'~', "jittery"},
                                       {'w', "waits_for_stats"},
                                       {'S', "stale"},
                                       {'O', "orphan"},
                                       {'T', "not_trusted"},
                                       {'x', "falseticker"},
                                       {'W', "waits_for_others"},
                                       {'P', "not_preferred"},
                                       {'U', "waits_for_update"},
                                       {'D', "distant"},
                                       {'+', "combined"},
                                       {'*', "selected"}};
constexpr Letter stamp_origins[] = {{'D', "daemon"}, {'K', "kernel"}, {'H', "hardware"}};

template <std::size_t N>
bool contains(const std::string_view (&list)[N], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

}  // namespace

const ReportMapping* find_mapping(std::string_view report) {
  const auto* found = std::find_if(std::begin(mappings), std::end(mappings),
                                   [&](const ReportMapping& each) { return report == each.report; });
  return found == std::end(mappings) ? nullptr : found;
}

bool is_left_out(std::string_view report) { return contains(left_out, report); }
bool is_counted_only(std::string_view report) { return contains(counted_only, report); }

std::span<const Letter> letters_of(std::string_view member) {
  if (member == "state") return selection_states;
  if (member == "transmit_origin" || member == "receive_origin") return stamp_origins;
  return {};
}

std::string name_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (good) {
      out += c;
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

std::string family_name(std::string_view prefix, const tactus_member& member, bool counter) {
  constexpr std::string_view total = "total_";
  constexpr std::string_view time = "_time";
  std::string out = "tactus_" + name_part(prefix);
  std::string_view name = member.name;
  if (counter && name.starts_with(total)) name.remove_prefix(total.size());
  const bool is_time = member.kind == TACTUS_MEMBER_TIME;
  if (is_time && name.ends_with(time)) name.remove_suffix(time.size());
  if (!(counter && name == "count")) out += "_" + name_part(name);
  if (is_time) out += "_timestamp";
  if (const Unit unit = unit_of(member); !unit.name.empty()) out += "_" + unit.name;
  return out;
}

Unit unit_of(const tactus_member& member) {
  constexpr double millions = 1e6;
  constexpr double bits_per_byte = 8.0;
  const std::string_view unit = member.unit;
  if (member.kind == TACTUS_MEMBER_TIME) return {"seconds"};
  if (unit == "s") return {"seconds"};
  if (unit == "ppm") return {"ratio", millions};
  if (unit == "ppm_per_s") return {"ratio_per_second", millions};
  if (unit == "log2_s") return {"seconds", 1.0, true};
  if (unit == "bits") return {"bytes", bits_per_byte};
  return {name_part(unit)};
}

}  // namespace tactus::metrics
