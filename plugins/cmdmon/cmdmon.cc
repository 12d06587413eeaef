// SPDX-License-Identifier: Apache-2.0
// Endpoint "cmdmon": chrony's command protocol on the UDP command port and on a Unix socket (command protocol
// specification). This file wires the engine to sockets and to the host.
#include <array>
#include <memory>
#include <vector>

#include <unistd.h>

#include <tactus/address.hpp>
#include <tactus/report_members.hpp>
#include <tactus/sdk.hpp>
#include <tactus/sdk/run_directory.hpp>

#include "engine.hpp"
#include "host_backend.hpp"
#include "options.hpp"
#include "private_reports.hpp"
#include "sockets.hpp"

namespace tactus::cmdmon {
namespace {

constexpr const char* socket_path = "/run/tactus/tactusd.sock";
constexpr const char* socket_path_as_chrony = "/run/chrony/chronyd.sock";
constexpr int datagrams_per_turn = 8;

Settings read_settings(const Host& host, const Options& options) {
  Settings out;
  if (const auto record = options.last("opencommands")) {
    out.open.reset();
    for (const char* word : record->words(record->raw()->directive->fields[0].name)) {
      if (!open_word(out.open, word)) fail(TACTUS_E_INVALID, "Invalid command '{}' in opencommands", word);
    }
  }
  if (const auto record = options.last("cmdratelimit")) {
    const RateLimit standard;
    out.rate_limit = RateLimit{static_cast<int>(record->integer("interval", standard.interval_log2_s)),
                               static_cast<int>(record->integer("burst", standard.burst)),
                               static_cast<int>(record->integer("leak", standard.leak_log2))};
  }
  out.client_log = host.raw()->config(host.raw(), "noclientlog", 0) == nullptr;
  return out;
}

// Report "commandstats": one row.
struct CommandStats {
  std::uint32_t struct_size;
  std::uint32_t reserved;
  std::uint64_t udp_packets;
  std::uint64_t unix_packets;
  std::uint64_t rate_limited;
};
#define COMMAND_MEMBER(field, doc) \
  members::described(TACTUS_MEMBER_U64, offsetof(CommandStats, field), sizeof(CommandStats::field), #field, "", doc)
constexpr tactus_member command_members[] = {
    COMMAND_MEMBER(udp_packets, "command packets over UDP"),
    COMMAND_MEMBER(unix_packets, "command packets over the Unix socket"),
    COMMAND_MEMBER(rate_limited, "of those over UDP, dropped by the rate limit"),
};
#undef COMMAND_MEMBER

class Cmdmon final {
 public:
  Cmdmon(Host host, const Options& options)
      : host_(host), backend_(host), engine_(read_settings(host, options), backend_) {
    for (std::size_t i = 0; i < drop_reasons; ++i) {
      drop_cells_[i] = &host_.drop_counter("cmdmon", drop_name(static_cast<Drop>(i)));
    }
    const auto rule = [this](const Record& record, bool allow) { configured_rule(record, allow); };
    for (const tactus_record* raw : options.records()) {
      const Record record{raw};
      if (record.keyword() == "cmdallow") rule(record, true);
      if (record.keyword() == "cmddeny") rule(record, false);
    }
    add_commands();
    (void)host_.raw()->report_add(host_.raw(), &stats_report, this);
    if ((host_.run_flags() & TACTUS_RUN_NO_SERVER) != 0) return;
    bind_addresses(options);
    open_udp(options);
    if (!path_.empty()) {
      // As long as there are the rights for it; start() looks whether it is fit.
      if (auto made = create_run_directory(directory_of(path_), daemon_user(host_)); !made) {
        host_.error("{}", made.failure().text);
      }
    }
  }
  Cmdmon(const Cmdmon&) = delete;
  Cmdmon& operator=(const Cmdmon&) = delete;

  void start() {
    for (auto& entry : udp_) {
      entry->watch.start(host_, entry->socket.fd(), TACTUS_WATCH_READ,
                         [this, &socket = entry->socket](std::uint32_t) { on_udp(socket); });
    }
    if (!path_.empty()) open_unix();
  }

 private:
  struct UdpEntry {
    UdpSocket socket;
    Watch watch;  // stops before the socket closes
  };

  void configured_rule(const Record& record, bool allow) {
    const tactus_value& value = record.raw()->values[0];
    const bool all = value.integer == 1;
    const tactus_subnet subnet = value.present != 0 ? value.subnet : tactus_subnet{};
    if (engine_.set_access(subnet, allow, all) != TACTUS_OK) {
      fail(TACTUS_E_INVALID, "Invalid subnet in {}", record.keyword());
    }
    host_.debug("{}{} command access from {}", allow ? "Allowed" : "Denied", all ? " all" : "", subnet_text(subnet));
  }

  void bind_addresses(const Options& options) {
    v4_ = *parse_address("127.0.0.1");
    v6_ = *parse_address("::1");
    path_ = (host_.run_flags() & TACTUS_RUN_CHRONY) != 0 ? socket_path_as_chrony : socket_path;
    options.each("bindcmdaddress", [this](const Record& record) {
      const char* text = record.raw()->values[0].text;
      if (text[0] == '/') {
        path_ = text[1] == '\0' ? "" : text;
      } else if (const auto address = parse_address(text)) {
        (address->family == TACTUS_FAMILY_IPV4 ? v4_ : v6_) = *address;
      } else {
        fail(TACTUS_E_INVALID, "Invalid address in bindcmdaddress: {}", text);
      }
    });
  }

  void open_udp(const Options& options) {
    const auto port = static_cast<std::uint16_t>(options.integer("cmdport", default_port));
    if (port == 0) return;
    const std::uint32_t flags = host_.run_flags();
    for (const tactus_address* address : {&v4_, &v6_}) {
      const bool v4 = address->family == TACTUS_FAMILY_IPV4;
      if ((flags & (v4 ? TACTUS_RUN_IPV6_ONLY : TACTUS_RUN_IPV4_ONLY)) != 0) continue;
      auto entry = std::make_unique<UdpEntry>();
      const std::string device{options.text("bindcmddevice")};
      tactus_address own = *address;
      own.port = port;
      if (auto opened = entry->socket.open({own, device}); !opened) {
        host_.error("Could not open command socket on {}", to_text_with_port(own));
        host_.debug("{}", opened.failure().text);
        continue;
      }
      udp_.push_back(std::move(entry));
    }
  }

  void open_unix() {
    const std::string directory = directory_of(path_);
    const DaemonUser user{::geteuid(), ::getegid()};
    auto usable = create_run_directory(directory, user);
    if (usable) usable = check_run_directory(directory, user);
    if (!usable) {
      host_.error("{}", usable.failure().text);
      host_.warning("Disabled command socket {}", path_);
      return;
    }
    if (auto opened = unix_.open(path_); !opened) {
      host_.error("Could not open command socket on {}", path_);
      host_.debug("{}", opened.failure().text);
      return;
    }
    unix_watch_.start(host_, unix_.fd(), TACTUS_WATCH_READ, [this](std::uint32_t) { on_unix(); });
  }

  // A few datagrams for each wake-up: the loop stays free for others when somebody floods.
  void on_udp(const UdpSocket& socket) {
    for (int i = 0; i < datagrams_per_turn && answer_udp(socket); ++i) {
    }
    show_drops();
  }
  void on_unix() {
    for (int i = 0; i < datagrams_per_turn && answer_unix(); ++i) {
    }
    show_drops();
  }

  // False when there was no datagram.
  bool answer_udp(const UdpSocket& socket) {
    UdpSocket::Peer peer;
    bool truncated = false;
    const std::ptrdiff_t length = socket.receive(buffer_, peer, truncated);
    if (length < 0) return false;
    const Bytes request{buffer_.data(), static_cast<std::size_t>(length)};
    const Sender sender{false, peer.remote};
    const std::size_t reply = engine_.answer(sender, request, truncated, host_.event().monotonic, reply_);
    if (reply > 0 && !socket.send({reply_.data(), reply}, peer)) engine_.count_drop(Drop::send_failed);
    return true;
  }

  bool answer_unix() {
    UnixSocket::Peer peer;
    bool truncated = false;
    const std::ptrdiff_t length = unix_.receive(buffer_, peer, truncated);
    if (length < 0) return false;
    const Bytes request{buffer_.data(), static_cast<std::size_t>(length)};
    if (peer.length == 0) {
      engine_.count_drop(Drop::no_sender);
    } else if (!truncated && is_private_request(request)) {
      const std::string text = answer_private(request, backend_);
      const Bytes bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
      if (!unix_.send(bytes, peer)) engine_.count_drop(Drop::send_failed);
    } else {
      const Sender sender{true, {}};
      const std::size_t reply = engine_.answer(sender, request, truncated, host_.event().monotonic, reply_);
      if (reply > 0 && !unix_.send({reply_.data(), reply}, peer)) engine_.count_drop(Drop::send_failed);
    }
    return true;
  }

  void show_drops() {
    for (std::size_t i = 0; i < drop_reasons; ++i) *drop_cells_[i] = engine_.drops(static_cast<Drop>(i));
  }

  // The rules of this endpoint, for other endpoints to change.
  void add_commands() {
    const auto describe = [](const char* name, const char* doc, auto run) {
      return tactus_command{sizeof(tactus_command),
                            TACTUS_ACCESS_CONTROL,
                            sizeof(tactus_access_args),
                            members::count(members::access_args),
                            name,
                            doc,
                            members::access_args,
                            run};
    };
    commands_[0] = describe("cmdallow", "Lets addresses send monitoring commands over UDP", &run_rule<true>);
    commands_[1] = describe("cmddeny", "Keeps addresses from sending commands over UDP", &run_rule<false>);
    for (const tactus_command& command : commands_) (void)host_.raw()->command_add(host_.raw(), &command, this);
  }
  template <bool Allow>
  static tactus_status run_rule(void* user, const void* args, void*, tactus_error* error) noexcept {
    return guarded(error, [&] {
      auto* self = static_cast<Cmdmon*>(user);
      const auto* rule = static_cast<const tactus_access_args*>(args);
      const bool all = rule->all != 0;
      const tactus_status status = self->engine_.set_access(rule->subnet, Allow, all);
      if (status == TACTUS_OK) {
        self->host_.info("{}{} command access from {}", Allow ? "Allowed" : "Denied", all ? " all" : "",
                         subnet_text(rule->subnet));
      }
      return status;
    });
  }

  static tactus_status read_stats(void* user, const tactus_query*, tactus_row_sink sink, void* sink_user) {
    const PacketCounters& packets = static_cast<Cmdmon*>(user)->engine_.packets();
    const CommandStats row{sizeof(CommandStats), 0, packets.udp, packets.local, packets.rate_limited};
    return sink(sink_user, &row, sizeof row);
  }
  static constexpr tactus_report stats_report{sizeof(tactus_report), TACTUS_ACCESS_MONITOR,
                                              sizeof(CommandStats),  members::count(command_members),
                                              "commandstats",        "packets of the command protocol",
                                              command_members,       &read_stats};

  Host host_;
  HostBackend backend_;
  Engine engine_;
  std::array<std::uint64_t*, drop_reasons> drop_cells_{};
  std::array<tactus_command, 2> commands_{};
  tactus_address v4_{};
  tactus_address v6_{};
  std::string path_;  // of the Unix socket; empty: none
  std::vector<std::unique_ptr<UdpEntry>> udp_;
  UnixSocket unix_;
  Watch unix_watch_;  // stops before the socket closes
  std::array<std::uint8_t, receive_size> buffer_{};
  std::array<std::uint8_t, reply_max_size> reply_{};
};

}  // namespace
}  // namespace tactus::cmdmon

TACTUS_PLUGIN_NEEDS("cmdmon", "0.1.0", "chrony's command protocol: chronyc and tctl talk to it", "Apache-2.0",
                    TACTUS_NEEDS_NET | TACTUS_NEEDS_UNIX | TACTUS_NEEDS_NET_RAW,
                    tactus::endpoint<tactus::cmdmon::Cmdmon>("cmdmon", tactus::cmdmon::directives(),
                                                             "Command protocol for chronyc and tctl"))
