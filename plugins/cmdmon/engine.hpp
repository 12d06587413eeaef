// SPDX-License-Identifier: Apache-2.0
// The server side of the command protocol: a request datagram in, a reply datagram out. No sockets, no clock. Order of
// the checks, access rules and replies: command protocol specification, sections 3, 6.4 and 12.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <tactus/reports.h>
#include <tactus/access.hpp>
#include <tactus/cmdmon.hpp>
#include <tactus/time.hpp>

#include "backend.hpp"
#include "command_clients.hpp"

namespace tactus::cmdmon {

// Why a datagram got no answer.
enum class Drop : std::uint8_t {
  truncated,
  not_allowed,
  bad_length,
  bad_header,
  rate_limited,
  old_version,
  amplification,
  no_sender,    // Unix: nowhere to reply to
  send_failed,  // the reply could not be sent
};
inline constexpr std::size_t drop_reasons = 9;
const char* drop_name(Drop reason);

// Set of request codes that are open to UDP.
using OpenCodes = std::bitset<256>;
// The codes that a word of `opencommands` opens are added; false for an unknown word. Case is ignored.
bool open_word(OpenCodes& codes, std::string_view word);
OpenCodes default_open_codes();

struct Settings {
  OpenCodes open = default_open_codes();
  std::optional<RateLimit> rate_limit;
  bool client_log = true;  // false: noclientlog
};

// Command packets that passed the checks of address, length and header, and those of them that were over the rate.
struct PacketCounters {
  std::uint64_t udp = 0;
  std::uint64_t local = 0;  // over the Unix socket
  std::uint64_t rate_limited = 0;
};

// Where a datagram came from.
struct Sender {
  bool local_socket = false;  // the Unix socket: everything is permitted
  tactus_address address{};   // UDP only
};

class Engine {
 public:
  // The backend must outlive the engine.
  Engine(Settings settings, Backend& backend);

  // Answers one datagram. Returns the length of the reply, 0 when there is none (the reason is counted).
  // truncated: the datagram was longer than what was received of it.
  std::size_t answer(const Sender& sender, Bytes request, bool truncated, MonoTime now,
                     std::span<std::uint8_t, reply_max_size> reply);

  // Counts a datagram that the rim had to give up.
  void count_drop(Drop reason) { ++drops_[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] std::uint64_t drops(Drop reason) const { return drops_[static_cast<std::size_t>(reason)]; }

  [[nodiscard]] const PacketCounters& packets() const { return packets_; }

  // Rules of cmdallow and cmddeny. TACTUS_E_INVALID: not a subnet.
  tactus_status set_access(const tactus_subnet& subnet, bool allow, bool all);
  [[nodiscard]] bool allowed(const tactus_address& address) const { return access_.allowed(address); }

 private:
  struct Call;  // one request under way
  using Handler = Status (Engine::*)(Call&);

  [[nodiscard]] bool accepts(const Sender& sender) const;
  bool admit(const Sender& sender, MonoTime now);
  [[nodiscard]] Status check(const RequestHeader& header, std::size_t length, const Sender& sender) const;
  static Handler report_handler(Request code);
  Status execute(Call& call);

  // engine_reports.cc
  Status n_sources(Call& call);
  Status source_data(Call& call);
  Status sourcestats(Call& call);
  Status select_data(Call& call);
  Status tracking(Call& call);
  Status activity(Call& call);
  Status ntp_data(Call& call);
  Status auth_data(Call& call);
  Status ntp_source_name(Call& call);
  Status server_stats(Call& call);
  Status rtcreport(Call& call);
  Status smoothing(Call& call);
  Status manual_list(Call& call);
  // engine_clients.cc
  Status client_accesses(Call& call);
  // engine_commands.cc
  Status command(Call& call);
  Status plain_command(Call& call);
  Status mask_command(Call& call, const char* name);
  Status burst(Call& call);
  Status source_integer(Call& call, const char* name);
  Status source_real(Call& call, const char* name);
  Status set_value(Call& call, const char* name);
  Status set_offset(Call& call);
  Status set_select_options(Call& call);
  Status set_makestep(Call& call);
  Status local_reference(Call& call);
  Status add_source(Call& call);
  Status delete_source(Call& call);
  Status settime(Call& call);
  Status manual(Call& call);
  Status manual_delete(Call& call);
  Status smoothtime(Call& call);
  Status access_rule(Call& call, bool commands, bool allow, bool all);
  Status access_check(Call& call, bool commands);

  Settings settings_;
  Backend& backend_;
  AccessTable access_;
  CommandClients clients_;
  PacketCounters packets_;
  std::array<std::uint64_t, drop_reasons> drops_{};
};

// One request under way: what came, and the reply as it grows.
struct Engine::Call {
  const RequestInfo& info;
  Bytes request;
  MonoTime now;
  std::span<std::uint8_t, reply_max_size> reply;
  Reply reply_code = Reply::null;

  template <class Payload>
  [[nodiscard]] Payload payload() const {
    return read_payload<Payload>(request, request_header_size);
  }
  template <class Payload>
  Status give(Reply code, const Payload& payload) {
    reply_code = code;
    write_payload(reply, reply_header_size, payload);
    return Status::success;
  }
};

// What a command's result means in the protocol, unless a request has an own rule.
Status to_status(tactus_status status);
// A subnet as the log writes it: `any address`, the address, or address/length.
std::string subnet_text(const tactus_subnet& subnet);

}  // namespace tactus::cmdmon
