// SPDX-License-Identifier: Apache-2.0
// Order of checks from the received bytes to the handler (command protocol specification, sections 3.1 and 6.4).
#include "engine.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>

namespace tactus::cmdmon {

namespace {

constexpr std::uint8_t loopback4[4] = {127, 0, 0, 1};

bool is_loopback(const tactus_address& address) {
  if (address.family == TACTUS_FAMILY_IPV4) return std::memcmp(address.bytes, loopback4, sizeof loopback4) == 0;
  if (address.family != TACTUS_FAMILY_IPV6) return false;
  return std::all_of(address.bytes, address.bytes + 15, [](std::uint8_t b) { return b == 0; }) &&
         address.bytes[15] == 1;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

}  // namespace

const char* drop_name(Drop reason) {
  switch (reason) {
    case Drop::truncated:
      return "truncated";
    case Drop::not_allowed:
      return "not_allowed";
    case Drop::bad_length:
      return "bad_length";
    case Drop::bad_header:
      return "bad_header";
    case Drop::rate_limited:
      return "rate_limited";
    case Drop::old_version:
      return "old_version";
    case Drop::amplification:
      return "amplification";
    case Drop::no_sender:
      return "no_sender";
    case Drop::send_failed:
      return "send_failed";
  }
  return "other";
}

bool open_word(OpenCodes& codes, std::string_view word) {
  for (const OpenCommand& entry : open_commands) {
    if (!equal_ignoring_case(entry.word, word)) continue;
    codes.set(static_cast<std::size_t>(entry.first));
    if (entry.second) codes.set(static_cast<std::size_t>(*entry.second));
    return true;
  }
  return false;
}

OpenCodes default_open_codes() {
  OpenCodes codes;
  for (const OpenCommand& entry : open_commands) {
    if (entry.by_default) open_word(codes, entry.word);
  }
  return codes;
}

std::string subnet_text(const tactus_subnet& subnet) {
  const tactus_address& address = subnet.address;
  if (address.family == TACTUS_FAMILY_NONE) return "any address";
  const bool v4 = address.family == TACTUS_FAMILY_IPV4;
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes, text, sizeof text);
  std::string out = text;
  if (subnet.prefix != (v4 ? 32u : 128u)) out += "/" + std::to_string(subnet.prefix);
  return out;
}

Engine::Engine(Settings settings, Backend& backend)
    : settings_(settings), backend_(backend), clients_(settings.rate_limit, backend.random()) {}

tactus_status Engine::set_access(const tactus_subnet& subnet, bool allow, bool all) {
  return access_.set(subnet, allow, all);
}

bool Engine::accepts(const Sender& sender) const {
  return sender.local_socket || is_loopback(sender.address) || access_.allowed(sender.address);
}

// Counts the packet and applies the rate limit.
bool Engine::admit(const Sender& sender, MonoTime now) {
  ++(sender.local_socket ? packets_.local : packets_.udp);
  if (sender.local_socket || !settings_.client_log) return true;
  CommandClients::Record& record = clients_.hit(sender.address, now);
  if (is_loopback(sender.address)) return true;
  if (clients_.allow(record, backend_.random())) return true;
  ++packets_.rate_limited;
  return false;
}

Status Engine::check(const RequestHeader& header, std::size_t length, const Sender& sender) const {
  if (header.version != protocol_version) return Status::bad_packet_version;
  const RequestInfo* info = find_request(header.command);
  if (info == nullptr) return Status::invalid;
  // LOCAL2 is for the clients of 4.3 to 4.5: they send exactly its length (13.2).
  if (length < accepted_length(*info)) return Status::bad_packet_length;
  if (sender.local_socket) return Status::success;
  if (info->access != Access::monitor || !settings_.open.test(header.command)) return Status::unauthorised;
  return Status::success;
}

std::size_t Engine::answer(const Sender& sender, Bytes request, bool truncated, MonoTime now,
                           std::span<std::uint8_t, reply_max_size> reply) {
  const auto drop = [this](Drop reason) -> std::size_t {
    count_drop(reason);
    return 0;
  };
  if (truncated) return drop(Drop::truncated);
  if (!accepts(sender)) return drop(Drop::not_allowed);
  if (request.size() < request_min_size || request.size() > request_max_size) return drop(Drop::bad_length);
  const auto header = read_payload<RequestHeader>(request, 0);
  if (header.type != packet_request || header.reserved1 != 0 || header.reserved2 != 0) return drop(Drop::bad_header);
  if (!admit(sender, now)) return drop(Drop::rate_limited);
  if (header.version < oldest_answered_version) return drop(Drop::old_version);

  std::fill(reply.begin(), reply.end(), std::uint8_t{0});
  ReplyHeader out;
  out.command = header.command;
  out.sequence = header.sequence;
  Status status = check(header, request.size(), sender);
  if (status == Status::success) {
    Call call{*find_request(header.command), request, now, reply};
    status = execute(call);
    if (status == Status::success) out.reply = static_cast<std::uint16_t>(call.reply_code);
  }
  out.status = static_cast<std::uint16_t>(status);
  const std::size_t length = reply_length(out.reply);
  if (length > request.size()) return drop(Drop::amplification);
  write_payload(reply, 0, out);
  return length;
}

Engine::Handler Engine::report_handler(Request code) {
  switch (code) {
    case Request::n_sources:
      return &Engine::n_sources;
    case Request::source_data:
      return &Engine::source_data;
    case Request::sourcestats:
      return &Engine::sourcestats;
    case Request::select_data:
      return &Engine::select_data;
    case Request::tracking:
      return &Engine::tracking;
    case Request::activity:
      return &Engine::activity;
    case Request::ntp_data:
      return &Engine::ntp_data;
    case Request::auth_data:
      return &Engine::auth_data;
    case Request::ntp_source_name:
      return &Engine::ntp_source_name;
    case Request::server_stats:
      return &Engine::server_stats;
    case Request::rtcreport:
      return &Engine::rtcreport;
    case Request::smoothing:
      return &Engine::smoothing;
    case Request::manual_list:
      return &Engine::manual_list;
    case Request::client_accesses:
      return &Engine::client_accesses;
    default:
      return &Engine::command;
  }
}

Status Engine::execute(Call& call) { return (this->*report_handler(call.info.code))(call); }

}  // namespace tactus::cmdmon
