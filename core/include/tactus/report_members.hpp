// SPDX-License-Identifier: Apache-2.0
// Tables of the members of every row and argument structure of reports.h, for whoever offers such a report or command
// and for tools that print rows. A name goes without its unit: endpoints append it ("offset" and "s" become
// "offset_s").
#pragma once

#include <cstddef>
#include <cstdint>

#include <tactus/control.h>
#include <tactus/host.h>
#include <tactus/reports.h>

namespace tactus::members {

template <std::size_t N>
constexpr tactus_member described(std::uint32_t kind, std::size_t offset, std::size_t size, const char* name,
                                  const char* unit, const char* doc, const char* const (&choices)[N]) {
  return {sizeof(tactus_member),
          kind,
          static_cast<std::uint32_t>(offset),
          static_cast<std::uint32_t>(size),
          name,
          unit,
          doc,
          choices,
          static_cast<std::uint32_t>(N),
          0};
}
constexpr tactus_member described(std::uint32_t kind, std::size_t offset, std::size_t size, const char* name,
                                  const char* unit, const char* doc) {
  return {sizeof(tactus_member),
          kind,
          static_cast<std::uint32_t>(offset),
          static_cast<std::uint32_t>(size),
          name,
          unit,
          doc,
          nullptr,
          0,
          0};
}

template <std::size_t N>
constexpr std::uint32_t count(const tactus_member (&)[N]) {
  return static_cast<std::uint32_t>(N);
}

inline constexpr const char* leap_names[] = {"normal", "insert", "delete", "unsynchronised"};
inline constexpr const char* source_mode_names[] = {"client", "peer", "refclock"};
inline constexpr const char* auth_mode_names[] = {"none", "symmetric", "nts"};
inline constexpr const char* select_option_names[] = {"noselect", "prefer", "trust", "require"};
inline constexpr const char* kind_names[] = {"none", "source", "refclock", "transport", "auth", "clock", "endpoint"};
inline constexpr const char* ntp_mode_names[] = {"none",   "active",    "passive", "client",
                                                 "server", "broadcast", "control", "private"};
inline constexpr const char* test_names[] = {"D", "C", "B", "A", "7", "6", "5", "3", "2", "1"};
inline constexpr const char* type_names[] = {"none", "flag",    "integer", "real", "string", "path",
                                             "enum", "address", "refid",   "hex",  "subnet", "words"};
inline constexpr const char* add_type_names[] = {"none", "server", "peer", "pool"};
inline constexpr const char* add_flag_names[] = {"online", "auto_offline",  "iburst",        "prefer", "noselect",
                                                 "trust",  "require",       "xleave",        "burst",  "nts",
                                                 "copy",   "extfield_f323", "extfield_f324", "ipv4",   "ipv6"};

// One member: its kind, the field of TACTUS_ROW it stands for, name, unit, doc line, and names of choices.
#define TACTUS_ROW_MEMBER(row, kind, field, ...) \
  ::tactus::members::described(kind, offsetof(row, field), sizeof(row::field), __VA_ARGS__)

// "tracking"
inline constexpr tactus_member tracking[] = {
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REFID, refid, "reference_id", "",
                      "of the selected source; 0x7f7f0101 for the local reference, 0 when not synchronised"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_ADDRESS, address, "address", "", "of the selected NTP source"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_U32, stratum, "stratum", "", "0 when not synchronised"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_ENUM, leap, "leap", "", "leap indicator", leap_names),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_TIME, reference_time, "reference_time", "", "last update"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, correction_s, "correction", "s",
                      "still to be slewed; positive: the system clock is slow"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, last_offset_s, "last_offset", "s",
                      "at the last update; positive: the clock was fast"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, rms_offset_s, "rms_offset", "s",
                      "long-term average of the offset"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, frequency_ppm, "frequency", "ppm",
                      "of the uncorrected clock; positive: fast"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, residual_frequency_ppm, "residual_frequency", "ppm",
                      "of the reference against the clock"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, skew_ppm, "skew", "ppm", "bound of the frequency error"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, root_delay_s, "root_delay", "s",
                      "round trip to the primary reference"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, root_dispersion_s, "root_dispersion", "s",
                      "bound of the accumulated errors, now"),
    TACTUS_ROW_MEMBER(tactus_tracking, TACTUS_MEMBER_REAL, update_interval_s, "update_interval", "s",
                      "between the last two updates"),
};

// "sources"
inline constexpr tactus_member source_row[] = {
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_REFID, refid, "reference_id", "", "of the source"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_ADDRESS, address, "address", "",
                      "address or number of an NTP source"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_I32, poll_log2_s, "poll", "log2_s", "polling interval"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_U32, stratum, "stratum", "", "0 without a sample"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_LETTER, state, "state", "", "selection state"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_ENUM, mode, "mode", "", "how the source is used",
                      source_mode_names),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_U32, reach, "reach", "", "reachability register, 8 bits"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_AGO, last_sample_ago_s, "last_sample_ago", "s",
                      "age of the last good sample"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_REAL, original_offset_s, "original_offset", "s",
                      "of the last sample as measured; positive: the clock was fast"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_REAL, offset_s, "offset", "s",
                      "of the last sample, corrected for later changes of the clock"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_REAL, offset_error_s, "offset_error", "s",
                      "half the root delay plus the root dispersion of the last sample"),
    TACTUS_ROW_MEMBER(tactus_source_row, TACTUS_MEMBER_TEXT, name, "name", "", "as configured"),
};

// "sourcestats"
inline constexpr tactus_member sourcestats_row[] = {
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_REFID, refid, "reference_id", "", "of the source"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_ADDRESS, address, "address", "",
                      "address or number of an NTP source"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_U32, samples, "samples", "", "held"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_U32, runs, "runs", "", "of residuals with one sign"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_U32, span_s, "span", "s",
                      "from the oldest to the newest sample"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_REAL, stddev_s, "stddev", "s", "of the residuals"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_REAL, residual_frequency_ppm, "residual_frequency", "ppm",
                      "of the source against the clock"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_REAL, skew_ppm, "skew", "ppm",
                      "bound of the frequency error"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_REAL, offset_s, "offset", "s",
                      "extrapolated to now; positive: the clock is fast"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_REAL, offset_error_s, "offset_error", "s",
                      "of the extrapolated offset"),
    TACTUS_ROW_MEMBER(tactus_sourcestats_row, TACTUS_MEMBER_TEXT, name, "name", "", "as configured"),
};

// "selectdata"
inline constexpr tactus_member selectdata_row[] = {
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_REFID, refid, "reference_id", "", "of the source"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_ADDRESS, address, "address", "",
                      "address or number of an NTP source"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_LETTER, state, "state", "", "selection state"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_FLAG, authenticated, "authenticated", "",
                      "authentication is configured"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_ENUM, leap, "leap", "", "leap indicator", leap_names),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_BITS, configured_options, "configured_options", "",
                      "as configured", select_option_names),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_BITS, effective_options, "effective_options", "",
                      "in effect", select_option_names),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_AGO, last_sample_ago_s, "last_sample_ago", "s",
                      "at the last selection"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_REAL, score, "score", "", "against the selected source"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_REAL, low_s, "low", "s", "lower end of its interval"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_REAL, high_s, "high", "s", "upper end of its interval"),
    TACTUS_ROW_MEMBER(tactus_selectdata_row, TACTUS_MEMBER_TEXT, name, "name", "", "as configured"),
};

// "activity"
inline constexpr tactus_member activity[] = {
    TACTUS_ROW_MEMBER(tactus_activity, TACTUS_MEMBER_I32, online, "online", "", "sources online"),
    TACTUS_ROW_MEMBER(tactus_activity, TACTUS_MEMBER_I32, offline, "offline", "", "sources offline"),
    TACTUS_ROW_MEMBER(tactus_activity, TACTUS_MEMBER_I32, burst_online, "burst_online", "",
                      "sources in a burst, online after it"),
    TACTUS_ROW_MEMBER(tactus_activity, TACTUS_MEMBER_I32, burst_offline, "burst_offline", "",
                      "sources in a burst, offline after it"),
    TACTUS_ROW_MEMBER(tactus_activity, TACTUS_MEMBER_I32, unresolved, "unresolved", "",
                      "sources whose name is not resolved"),
};

// "ntpdata"
inline constexpr tactus_member ntpdata_row[] = {
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_ADDRESS, remote, "remote", "",
                      "address and port of the source"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_ADDRESS, local, "local", "", "own address"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_ENUM, leap, "leap", "", "as received", leap_names),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, version, "version", "", "NTP version of the last packet"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_ENUM, mode, "mode", "", "NTP mode of the last packet",
                      ntp_mode_names),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, stratum, "stratum", "", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_I32, poll_log2_s, "poll", "log2_s", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_I32, precision_log2_s, "precision", "log2_s", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, root_delay_s, "root_delay", "s", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, root_dispersion_s, "root_dispersion", "s", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REFID, refid, "reference_id", "", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_TIME, reference_time, "reference_time", "", "as received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, offset_s, "offset", "s", "of the last valid measurement"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, peer_delay_s, "peer_delay", "s",
                      "of the last valid measurement"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, peer_dispersion_s, "peer_dispersion", "s",
                      "of the last valid measurement"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, response_time_s, "response_time", "s",
                      "that the server needed"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_REAL, jitter_asymmetry, "jitter_asymmetry", "", "-0.5 to 0.5"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_BITS, tests, "tests", "", "tests that the last packet passed",
                      test_names),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_FLAG, interleaved, "interleaved", "",
                      "the last answer was interleaved"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_FLAG, authenticated, "authenticated", "",
                      "authentication is configured"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_LETTER, transmit_origin, "transmit_origin", "",
                      "who took the transmit timestamp: daemon, kernel, hardware"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_LETTER, receive_origin, "receive_origin", "",
                      "who took the receive timestamp"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_transmitted, "total_transmitted", "",
                      "packets sent"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_received, "total_received", "", "packets received"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_valid, "total_valid", "",
                      "answers that passed the packet tests"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_good, "total_good", "",
                      "answers whose measurement was accepted"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_kernel_transmit, "total_kernel_transmit", "",
                      "transmit timestamps of the kernel"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_kernel_receive, "total_kernel_receive", "",
                      "receive timestamps of the kernel"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_hardware_transmit, "total_hardware_transmit", "",
                      "transmit timestamps of the interface"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_U32, total_hardware_receive, "total_hardware_receive", "",
                      "receive timestamps of the interface"),
    TACTUS_ROW_MEMBER(tactus_ntpdata_row, TACTUS_MEMBER_TEXT, name, "name", "", "as configured"),
};

// "authdata"
inline constexpr tactus_member authdata_row[] = {
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_ADDRESS, address, "address", "", "of the source"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_ENUM, mode, "mode", "", "authentication scheme",
                      auth_mode_names),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_U32, key_type, "key_type", "", "number of the algorithm"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_U32, key_id, "key_id", "",
                      "key number, or key establishments so far"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_U32, key_length_bits, "key_length", "bits", "of the key"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_U32, ke_attempts, "ke_attempts", "",
                      "key establishments tried since the last success"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_AGO, last_ke_ago_s, "last_ke_ago", "s",
                      "last successful key establishment"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_U32, cookies, "cookies", "", "in stock"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_U32, cookie_length_bytes, "cookie_length", "bytes",
                      "of the next cookie"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_FLAG, nak, "nak", "", "the last answer was an NTS NAK"),
    TACTUS_ROW_MEMBER(tactus_authdata_row, TACTUS_MEMBER_TEXT, name, "name", "", "as configured"),
};

// "sourcename"
inline constexpr tactus_member sourcename_row[] = {
    TACTUS_ROW_MEMBER(tactus_sourcename_row, TACTUS_MEMBER_TEXT, name, "name", "", "as configured"),
};

// "serverstats"
inline constexpr tactus_member serverstats[] = {
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_hits, "ntp_hits", "", "NTP requests accepted"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, nke_hits, "nke_hits", "", "NTS-KE connections accepted"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, cmd_hits, "cmd_hits", "", "command packets accepted"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_drops, "ntp_drops", "",
                      "NTP requests dropped by the rate limit"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, nke_drops, "nke_drops", "",
                      "NTS-KE connections dropped by the rate limit"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, cmd_drops, "cmd_drops", "",
                      "command packets dropped by the rate limit"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, log_drops, "log_drops", "",
                      "client records replaced for want of memory"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_auth_hits, "ntp_auth_hits", "",
                      "authenticated NTP requests"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_interleaved_hits, "ntp_interleaved_hits", "",
                      "requests answered in interleaved mode"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_timestamps, "ntp_timestamps", "",
                      "pairs of timestamps held"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_span_s, "ntp_span", "s",
                      "that the held timestamps span"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_daemon_rx, "ntp_daemon_rx", "",
                      "receive timestamps of the daemon"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_daemon_tx, "ntp_daemon_tx", "",
                      "transmit timestamps of the daemon"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_kernel_rx, "ntp_kernel_rx", "",
                      "receive timestamps of the kernel"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_kernel_tx, "ntp_kernel_tx", "",
                      "transmit timestamps of the kernel"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_hardware_rx, "ntp_hardware_rx", "",
                      "receive timestamps of the interface"),
    TACTUS_ROW_MEMBER(tactus_serverstats, TACTUS_MEMBER_U64, ntp_hardware_tx, "ntp_hardware_tx", "",
                      "transmit timestamps of the interface"),
};

// "clients"
inline constexpr tactus_member client_row[] = {
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_U32, index, "index", "", "place in the record table"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_U32, table_size, "table_size", "", "size of that table"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_ADDRESS, address, "address", "", "of the client"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_U32, ntp_hits, "ntp_hits", "", "NTP requests"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_U32, ntp_drops, "ntp_drops", "", "not answered: rate limit"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_U32, nke_hits, "nke_hits", "", "NTS-KE connections"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_U32, nke_drops, "nke_drops", "", "refused: rate limit"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_I32, ntp_interval_log2_s, "ntp_interval", "log2_s",
                      "average between NTP requests; 127 unknown"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_I32, ntp_timeout_interval_log2_s, "ntp_timeout_interval",
                      "log2_s", "average after requests that were not answered; 127 unknown"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_I32, nke_interval_log2_s, "nke_interval", "log2_s",
                      "average between NTS-KE connections; 127 unknown"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_AGO, last_ntp_ago_s, "last_ntp_ago", "s", "last NTP request"),
    TACTUS_ROW_MEMBER(tactus_client_row, TACTUS_MEMBER_AGO, last_nke_ago_s, "last_nke_ago", "s",
                      "last NTS-KE connection"),
};

// "plugins"
inline constexpr tactus_member plugin_row[] = {
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_TEXT, provider, "provider", "", "name of the provider"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_ENUM, kind, "kind", "", "what it provides", kind_names),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_FLAG, loaded, "loaded", "", "in use"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_TEXT, plugin, "plugin", "", "shared object that holds it"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_TEXT, version, "version", "", "of the plugin"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_U32, abi_major, "abi_major", "",
                      "plugin ABI that it was built for"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_U32, abi_minor, "abi_minor", "",
                      "lowest minor that it can live with"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_U32, options, "options", "", "options that it declares"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_TEXT, summary, "summary", "", "one line"),
    TACTUS_ROW_MEMBER(tactus_plugin_row, TACTUS_MEMBER_TEXT, problem, "problem", "", "why it cannot be loaded"),
};

// "plugin_options"
inline constexpr tactus_member plugin_option_row[] = {
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_TEXT, provider, "provider", "", "that declares it"),
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_TEXT, directive, "directive", "",
                      "line of the configuration"),
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_TEXT, option, "option", "", "of that line"),
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_ENUM, type, "type", "", "of its value", type_names),
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_TEXT, unit, "unit", "", "of its value"),
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_TEXT, default_text, "default", "", "when it is absent"),
    TACTUS_ROW_MEMBER(tactus_plugin_option_row, TACTUS_MEMBER_TEXT, doc, "doc", "", "one line"),
};

// "drops"
inline constexpr tactus_member drop_row[] = {
    TACTUS_ROW_MEMBER(tactus_drop_row, TACTUS_MEMBER_TEXT, stage, "stage", "", "where it was refused"),
    TACTUS_ROW_MEMBER(tactus_drop_row, TACTUS_MEMBER_TEXT, reason, "reason", "", "why"),
    TACTUS_ROW_MEMBER(tactus_drop_row, TACTUS_MEMBER_U64, count, "count", "", "how often"),
};

// "online", "offline"
inline constexpr tactus_member mask_args[] = {
    TACTUS_ROW_MEMBER(tactus_mask_args, TACTUS_MEMBER_ADDRESS, address, "address", "", "sources with this address"),
    TACTUS_ROW_MEMBER(tactus_mask_args, TACTUS_MEMBER_ADDRESS, mask, "mask", "", "bits of the address that count"),
};

// "burst"
inline constexpr tactus_member burst_args[] = {
    TACTUS_ROW_MEMBER(tactus_burst_args, TACTUS_MEMBER_U32, good, "good", "", "samples wanted"),
    TACTUS_ROW_MEMBER(tactus_burst_args, TACTUS_MEMBER_U32, total, "total", "", "requests at most"),
    TACTUS_ROW_MEMBER(tactus_burst_args, TACTUS_MEMBER_ADDRESS, address, "address", "", "sources with this address"),
    TACTUS_ROW_MEMBER(tactus_burst_args, TACTUS_MEMBER_ADDRESS, mask, "mask", "", "bits of the address that count"),
};

// "set_minpoll" and the other settings of one source
inline constexpr tactus_member source_value_args[] = {
    TACTUS_ROW_MEMBER(tactus_source_value_args, TACTUS_MEMBER_REFID, refid, "reference_id", "",
                      "reference clock, when there is no address"),
    TACTUS_ROW_MEMBER(tactus_source_value_args, TACTUS_MEMBER_ADDRESS, address, "address", "", "of the source"),
    TACTUS_ROW_MEMBER(tactus_source_value_args, TACTUS_MEMBER_I64, integer, "integer", "",
                      "new value of an integer setting"),
    TACTUS_ROW_MEMBER(tactus_source_value_args, TACTUS_MEMBER_REAL, real, "real", "", "new value of a real setting"),
};

// "set_select_options"
inline constexpr tactus_member select_args[] = {
    TACTUS_ROW_MEMBER(tactus_select_args, TACTUS_MEMBER_REFID, refid, "reference_id", "",
                      "reference clock, when there is no address"),
    TACTUS_ROW_MEMBER(tactus_select_args, TACTUS_MEMBER_ADDRESS, address, "address", "", "of the source"),
    TACTUS_ROW_MEMBER(tactus_select_args, TACTUS_MEMBER_BITS, mask, "mask", "", "options to be changed",
                      select_option_names),
    TACTUS_ROW_MEMBER(tactus_select_args, TACTUS_MEMBER_BITS, options, "options", "", "their new state",
                      select_option_names),
};

// "delete_source", "access_check", "cmd_access_check"
inline constexpr tactus_member address_args[] = {
    TACTUS_ROW_MEMBER(tactus_address_args, TACTUS_MEMBER_ADDRESS, address, "address", "", "of the source or client"),
};

// the commands that take one number or two
inline constexpr tactus_member value_args[] = {
    TACTUS_ROW_MEMBER(tactus_value_args, TACTUS_MEMBER_I64, integer, "integer", "", "integer value"),
    TACTUS_ROW_MEMBER(tactus_value_args, TACTUS_MEMBER_REAL, real, "real", "", "real value"),
};

// "allow", "deny", "cmdallow", "cmddeny"
inline constexpr tactus_member access_args[] = {
    TACTUS_ROW_MEMBER(tactus_access_args, TACTUS_MEMBER_FLAG, all, "all", "", "remove what is nested inside"),
    TACTUS_ROW_MEMBER(tactus_access_args, TACTUS_MEMBER_SUBNET, subnet, "subnet", "", "addresses concerned"),
};

// "local"
inline constexpr tactus_member local_args[] = {
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_FLAG, enable, "enable", "", "switch it on"),
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_U32, stratum, "stratum", "", "to be served"),
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_FLAG, orphan, "orphan", "", "orphan mode"),
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_REAL, distance_s, "distance", "s",
                      "root distance above which it is active"),
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_REAL, activate_s, "activate", "s",
                      "root distance that has to be reached first"),
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_REAL, wait_synced_s, "wait_synced", "s",
                      "wait after the last update"),
    TACTUS_ROW_MEMBER(tactus_local_args, TACTUS_MEMBER_REAL, wait_unsynced_s, "wait_unsynced", "s",
                      "wait after the start"),
};

// "add_source"
inline constexpr tactus_member add_source_args[] = {
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_ENUM, type, "type", "", "directive", add_type_names),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_TEXT, name, "name", "", "host name or address"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_BITS, flags, "flags", "", "options without value",
                      add_flag_names),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, port, "port", "", "UDP port"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, minpoll_log2_s, "minpoll", "log2_s",
                      "shortest polling interval"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, maxpoll_log2_s, "maxpoll", "log2_s",
                      "longest polling interval"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, presend_log2_s, "presend", "log2_s",
                      "shortest interval that is preceded by a presend"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, min_stratum, "minstratum", "",
                      "lowest stratum assumed"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, poll_target, "polltarget", "", "samples aimed at"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, version, "version", "", "NTP version; 0 not given"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, max_sources, "maxsources", "", "of a pool"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, min_samples, "minsamples", "", "-1 not given"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, max_samples, "maxsamples", "", "-1 not given"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, key, "key", "", "0 none"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, nts_port, "ntsport", "", "NTS-KE port"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, filter_length, "filter", "",
                      "polls per filtered sample; 0 off"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_U32, cert_set, "certset", "",
                      "set of trusted certificates"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_I32, max_unreach, "maxunreach", "", "updates out of reach"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, max_delay_s, "maxdelay", "s", "largest round trip"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, max_delay_ratio, "maxdelayratio", "",
                      "to the smallest one"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, max_delay_dev_ratio, "maxdelaydevratio", "",
                      "to the standard deviation"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, max_delay_quantile, "maxdelayquant", "",
                      "quantile of the delay"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, min_delay_s, "mindelay", "s",
                      "known smallest round trip"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, asymmetry, "asymmetry", "", "of the jitter"),
    TACTUS_ROW_MEMBER(tactus_add_source_args, TACTUS_MEMBER_REAL, offset_s, "offset", "s",
                      "correction of the measurements"),
};

// "smoothing"
inline constexpr tactus_member smoothing[] = {
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_FLAG, active, "active", "", "time smoothing is active"),
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_FLAG, leap_only, "leap_only", "", "leap seconds only"),
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_REAL, offset_s, "offset", "s",
                      "positive: the served time is ahead of the true one"),
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_REAL, frequency_ppm, "frequency", "ppm",
                      "positive: the served time runs fast"),
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_REAL, wander_ppm_per_s, "wander", "ppm_per_s",
                      "change of the frequency"),
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_REAL, last_update_ago_s, "last_update_ago", "s",
                      "0 while not active"),
    TACTUS_ROW_MEMBER(tactus_smoothing, TACTUS_MEMBER_REAL, remaining_time_s, "remaining_time", "s",
                      "until the served time is right; 0 while not active"),
};

// "rtcdata"
inline constexpr tactus_member rtcdata[] = {
    TACTUS_ROW_MEMBER(tactus_rtcdata, TACTUS_MEMBER_U32, samples, "samples", "", "held"),
    TACTUS_ROW_MEMBER(tactus_rtcdata, TACTUS_MEMBER_U32, runs, "runs", "", "of residuals with one sign"),
    TACTUS_ROW_MEMBER(tactus_rtcdata, TACTUS_MEMBER_U32, span_s, "span", "s", "from the oldest to the newest sample"),
    TACTUS_ROW_MEMBER(tactus_rtcdata, TACTUS_MEMBER_TIME, reference_time, "reference_time", "", "of the estimate"),
    TACTUS_ROW_MEMBER(tactus_rtcdata, TACTUS_MEMBER_REAL, fast_s, "fast", "s", "RTC minus true time"),
    TACTUS_ROW_MEMBER(tactus_rtcdata, TACTUS_MEMBER_REAL, gain_ppm, "gain", "ppm", "positive: the RTC runs fast"),
};

// "manual_list"
inline constexpr tactus_member manual_row[] = {
    TACTUS_ROW_MEMBER(tactus_manual_row, TACTUS_MEMBER_TIME, when, "when", "", "adjusted for later corrections"),
    TACTUS_ROW_MEMBER(tactus_manual_row, TACTUS_MEMBER_REAL, slewed_offset_s, "slewed_offset", "s",
                      "adjusted for later corrections"),
    TACTUS_ROW_MEMBER(tactus_manual_row, TACTUS_MEMBER_REAL, original_offset_s, "original_offset", "s", "as entered"),
    TACTUS_ROW_MEMBER(tactus_manual_row, TACTUS_MEMBER_REAL, residual_s, "residual", "s", "of the fit"),
};

// "settime"
inline constexpr tactus_member settime_args[] = {
    TACTUS_ROW_MEMBER(tactus_settime_args, TACTUS_MEMBER_TIME, time, "time", "", "true time"),
};

#undef TACTUS_ROW_MEMBER

}  // namespace tactus::members
