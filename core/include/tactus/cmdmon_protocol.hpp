// SPDX-License-Identifier: Apache-2.0
// Messages of the command protocol: codes, status, headers, and the table of requests with their lengths and access
// classes (command protocol specification, sections 3.2, 6, 8, 9 and 11).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tactus/bytes.hpp>

namespace tactus::cmdmon {

inline constexpr std::uint16_t default_port = 323;
inline constexpr std::uint8_t protocol_version = 6;
inline constexpr std::uint8_t oldest_answered_version = 5;  // older ones are dropped, this one is told the version
inline constexpr std::uint8_t oldest_client_version = 4;    // of a reply that a client takes notice of
inline constexpr std::uint8_t packet_request = 1;
inline constexpr std::uint8_t packet_reply = 2;
inline constexpr std::size_t request_header_size = 20;
inline constexpr std::size_t reply_header_size = 28;
inline constexpr std::size_t request_min_size = 28;
inline constexpr std::size_t request_max_size = 860;
inline constexpr std::size_t reply_max_size = 520;

enum class Request : std::uint16_t {
  online = 1,
  offline = 2,
  burst = 3,
  modify_minpoll = 4,
  modify_maxpoll = 5,
  dump = 6,
  modify_maxdelay = 7,
  modify_maxdelayratio = 8,
  modify_maxupdateskew = 9,
  settime = 11,
  manual = 13,
  n_sources = 14,
  source_data = 15,
  rekey = 16,
  allow = 17,
  allow_all = 18,
  deny = 19,
  deny_all = 20,
  cmdallow = 21,
  cmdallow_all = 22,
  cmddeny = 23,
  cmddeny_all = 24,
  accheck = 25,
  cmdaccheck = 26,
  del_source = 29,
  writertc = 30,
  dfreq = 31,
  tracking = 33,
  sourcestats = 34,
  rtcreport = 35,
  trimrtc = 36,
  cyclelogs = 37,
  manual_list = 41,
  manual_delete = 42,
  makestep = 43,
  activity = 44,
  modify_minstratum = 45,
  modify_polltarget = 46,
  modify_maxdelaydevratio = 47,
  reselect = 48,
  reselect_distance = 49,
  modify_makestep = 50,
  smoothing = 51,
  smoothtime = 52,
  refresh = 53,
  server_stats = 54,
  local2 = 56,
  ntp_data = 57,
  shutdown = 62,
  onoffline = 63,
  add_source = 64,
  ntp_source_name = 65,
  reset_sources = 66,
  auth_data = 67,
  client_accesses = 68,
  select_data = 69,
  reload_sources = 70,
  doffset2 = 71,
  modify_selectopts = 72,
  modify_offset = 73,
  local3 = 74,
};

enum class Reply : std::uint16_t {
  null = 1,
  n_sources = 2,
  source_data = 3,
  tracking = 5,
  sourcestats = 6,
  rtc = 7,
  activity = 12,
  smoothing = 13,
  ntp_data = 16,  // 4.3 to 4.5
  manual_timestamp = 17,
  manual_list = 18,
  ntp_source_name = 19,
  auth_data = 20,
  client_accesses = 21,
  select_data = 23,
  server_stats3 = 24,  // 4.3
  server_stats4 = 25,
  ntp_data2 = 26,
};

enum class Status : std::uint16_t {
  success = 0,
  failed = 1,
  unauthorised = 2,
  invalid = 3,
  no_such_source = 4,
  invalid_timestamp = 5,
  not_enabled = 6,
  bad_subnet = 7,
  access_allowed = 8,
  access_denied = 9,
  no_host_access = 10,
  source_already_known = 11,
  too_many_sources = 12,
  no_rtc = 13,
  bad_rtc_file = 14,
  inactive = 15,
  bad_sample = 16,
  invalid_family = 17,
  bad_packet_version = 18,
  bad_packet_length = 19,
  invalid_name = 21,
};

// Who may send a request (section 8).
enum class Access : std::uint8_t {
  monitor,    // anybody, over UDP when the code is open
  read_only,  // Unix socket only
  control,    // Unix socket only, changes the daemon
};

struct RequestInfo {
  Request code;
  std::uint16_t payload;  // bytes behind the header
  std::uint16_t length;   // of the whole request in version 6, padding included: the smallest that is accepted
  Reply reply;            // on success
  Access access;
};

// Whole length of a reply; 0 for codes that are unknown or out of use.
constexpr std::size_t reply_length(std::uint16_t code) noexcept {
  switch (static_cast<Reply>(code)) {
    case Reply::null:
      return 28;
    case Reply::n_sources:
      return 32;
    case Reply::source_data:
      return 76;
    case Reply::tracking:
      return 104;
    case Reply::sourcestats:
      return 84;
    case Reply::rtc:
      return 56;
    case Reply::activity:
      return 48;
    case Reply::smoothing:
      return 52;
    case Reply::ntp_data:
      return 152;
    case Reply::manual_timestamp:
      return 40;
    case Reply::manual_list:
      return 416;
    case Reply::ntp_source_name:
      return 284;
    case Reply::auth_data:
      return 52;
    case Reply::client_accesses:
      return 520;
    case Reply::select_data:
      return 76;
    case Reply::server_stats3:
      return 72;
    case Reply::server_stats4:
      return 196;
    case Reply::ntp_data2:
      return 172;
  }
  return 0;
}
constexpr std::size_t reply_length(Reply code) noexcept { return reply_length(static_cast<std::uint16_t>(code)); }

namespace detail {
// The length rule (section 6.3): no reply is longer than its request.
constexpr RequestInfo row(Request code, std::uint16_t payload, Reply reply, Access access) noexcept {
  const auto length = static_cast<std::uint16_t>(std::max(request_header_size + payload, reply_length(reply)));
  return {code, payload, length, reply, access};
}
constexpr RequestInfo command(Request code, std::uint16_t payload, Access access = Access::control) noexcept {
  return row(code, payload, Reply::null, access);
}
constexpr RequestInfo report(Request code, std::uint16_t payload, Reply reply) noexcept {
  return row(code, payload, reply, Access::monitor);
}
}  // namespace detail

// Every supported request, by rising code.
inline constexpr auto request_table = std::to_array<RequestInfo>({
    detail::command(Request::online, 40),
    detail::command(Request::offline, 40),
    detail::command(Request::burst, 48),
    detail::command(Request::modify_minpoll, 24),
    detail::command(Request::modify_maxpoll, 24),
    detail::command(Request::dump, 4),
    detail::command(Request::modify_maxdelay, 24),
    detail::command(Request::modify_maxdelayratio, 24),
    detail::command(Request::modify_maxupdateskew, 4),
    detail::row(Request::settime, 12, Reply::manual_timestamp, Access::control),
    detail::command(Request::manual, 4),
    detail::report(Request::n_sources, 0, Reply::n_sources),
    detail::report(Request::source_data, 4, Reply::source_data),
    detail::command(Request::rekey, 0),
    detail::command(Request::allow, 24),
    detail::command(Request::allow_all, 24),
    detail::command(Request::deny, 24),
    detail::command(Request::deny_all, 24),
    detail::command(Request::cmdallow, 24),
    detail::command(Request::cmdallow_all, 24),
    detail::command(Request::cmddeny, 24),
    detail::command(Request::cmddeny_all, 24),
    detail::command(Request::accheck, 20, Access::read_only),
    detail::command(Request::cmdaccheck, 20, Access::read_only),
    detail::command(Request::del_source, 20),
    detail::command(Request::writertc, 0),
    detail::command(Request::dfreq, 4),
    detail::report(Request::tracking, 0, Reply::tracking),
    detail::report(Request::sourcestats, 4, Reply::sourcestats),
    detail::report(Request::rtcreport, 0, Reply::rtc),
    detail::command(Request::trimrtc, 0),
    detail::command(Request::cyclelogs, 0),
    detail::report(Request::manual_list, 0, Reply::manual_list),
    detail::command(Request::manual_delete, 4),
    detail::command(Request::makestep, 0),
    detail::report(Request::activity, 0, Reply::activity),
    detail::command(Request::modify_minstratum, 24),
    detail::command(Request::modify_polltarget, 24),
    detail::command(Request::modify_maxdelaydevratio, 24),
    detail::command(Request::reselect, 0),
    detail::command(Request::reselect_distance, 4),
    detail::command(Request::modify_makestep, 8),
    detail::report(Request::smoothing, 0, Reply::smoothing),
    detail::command(Request::smoothtime, 4),
    detail::command(Request::refresh, 0),
    detail::report(Request::server_stats, 0, Reply::server_stats4),
    detail::command(Request::local2, 16),
    detail::report(Request::ntp_data, 20, Reply::ntp_data2),
    detail::command(Request::shutdown, 0),
    detail::command(Request::onoffline, 0),
    detail::command(Request::add_source, 352),
    detail::report(Request::ntp_source_name, 20, Reply::ntp_source_name),
    detail::command(Request::reset_sources, 0),
    detail::report(Request::auth_data, 20, Reply::auth_data),
    detail::report(Request::client_accesses, 16, Reply::client_accesses),
    detail::report(Request::select_data, 4, Reply::select_data),
    detail::command(Request::reload_sources, 0),
    detail::command(Request::doffset2, 4),
    detail::command(Request::modify_selectopts, 32),
    detail::command(Request::modify_offset, 28),
    detail::command(Request::local3, 28),
});

// The row of a code; null when the code is not served.
constexpr const RequestInfo* find_request(std::uint16_t code) noexcept {
  for (const RequestInfo& info : request_table) {
    if (static_cast<std::uint16_t>(info.code) == code) return &info;
  }
  return nullptr;
}
constexpr const RequestInfo& request_info(Request code) noexcept {
  const RequestInfo* info = find_request(static_cast<std::uint16_t>(code));
  TACTUS_ASSERT(info != nullptr);
  return *info;
}

// Smallest length that a server accepts. Two requests exist in an older, shorter form that older clients send (13.2).
constexpr std::size_t accepted_length(const RequestInfo& info) noexcept {
  if (info.code == Request::server_stats) return reply_length(Reply::server_stats3);
  if (info.code == Request::ntp_data) return reply_length(Reply::ntp_data);
  return info.length;
}

// ---- open commands (section 3.2)
// ----------------------------------------------------------------------------------------
struct OpenCommand {
  std::string_view word;  // of the directive opencommands
  Request first;
  std::optional<Request> second;
  bool by_default;
};
inline constexpr auto open_commands = std::to_array<OpenCommand>({
    {"activity", Request::activity, {}, true},
    {"authdata", Request::n_sources, Request::auth_data, false},
    {"clients", Request::client_accesses, {}, false},
    {"manual", Request::manual_list, {}, true},
    {"ntpdata", Request::n_sources, Request::ntp_data, false},
    {"rtcdata", Request::rtcreport, {}, true},
    {"selectdata", Request::n_sources, Request::select_data, false},
    {"serverstats", Request::server_stats, {}, false},
    {"smoothing", Request::smoothing, {}, true},
    {"sourcename", Request::ntp_source_name, {}, true},
    {"sources", Request::n_sources, Request::source_data, true},
    {"sourcestats", Request::n_sources, Request::sourcestats, true},
    {"tracking", Request::tracking, {}, true},
});

// ---- headers (sections 6.1 and 6.2)
// ----------------------------------------------------------------------------------------
struct RequestHeader {
  std::uint8_t version = protocol_version;
  std::uint8_t type = packet_request;
  std::uint8_t reserved1 = 0;
  std::uint8_t reserved2 = 0;
  std::uint16_t command = 0;
  std::uint16_t attempt = 0;
  std::uint32_t sequence = 0;  // random, echoed

  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.version), pass(self.type), pass(self.reserved1), pass(self.reserved2);
    pass(self.command), pass(self.attempt), pass(self.sequence);
    pass.skip(8);
  }
};

struct ReplyHeader {
  std::uint8_t version = protocol_version;
  std::uint8_t type = packet_reply;
  std::uint8_t reserved1 = 0;
  std::uint8_t reserved2 = 0;
  std::uint16_t command = 0;
  std::uint16_t reply = static_cast<std::uint16_t>(Reply::null);
  std::uint16_t status = 0;
  std::uint32_t sequence = 0;

  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.version), pass(self.type), pass(self.reserved1), pass(self.reserved2);
    pass(self.command), pass(self.reply), pass(self.status);
    pass.skip(6);
    pass(self.sequence);
    pass.skip(8);
  }
};

}  // namespace tactus::cmdmon
