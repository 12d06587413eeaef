// SPDX-License-Identifier: Apache-2.0
// Server sockets, dispatch, access.
#include "server_rim.hpp"

#include <algorithm>

namespace tactus::ntp {
namespace {

constexpr const char* stage = "ntp.server";

ServerEngine::Config engine_config(const Environment& environment) {
  ServerEngine::Config config;
  config.log = environment.settings.log;
  config.precision_s = environment.clock.precision_s;
  config.network_correction = environment.settings.ptp_port != 0;
  config.hide_leap = environment.settings.hide_leap;
  return config;
}

std::string subnet_text(const tactus_subnet& subnet) {
  if (subnet.address.family == TACTUS_FAMILY_NONE) return "any address";
  const std::string address = to_text(subnet.address);
  return subnet.prefix == address_length(subnet.address) * 8 ? address : fmt::format("{}/{}", address, subnet.prefix);
}

Mode mode_of(const tactus_datagram& datagram) {
  return datagram.length == 0 ? Mode::client : static_cast<Mode>(datagram.data[0] & 7U);
}

}  // namespace

Server::Server(Environment& environment, Sources& sources)
    : environment_(environment),
      sources_(sources),
      auth_(environment.schemes),
      engine_(engine_config(environment), environment.random, &auth_),
      unexpected_(&environment.host.drop_counter(stage, "unexpected")),
      send_failed_(&environment.host.drop_counter(stage, "send_failed")) {
  for (std::size_t i = 0; i < refusal_count; ++i) {
    const auto reason = static_cast<Refusal>(i);
    engine_.count_refusals_in(reason, &environment_.host.drop_counter(stage, refusal_name(reason)));
  }
  for (const AccessRule& rule : environment_.settings.access) {
    if (set_access(rule, LogLevel::debug) != TACTUS_OK) {
      fail(TACTUS_E_INVALID, "Bad subnet in {}/{}", to_text(rule.subnet.address), rule.subnet.prefix);
    }
  }
  open_acquisition();
  open_ptp();
  update_sockets();
  environment_.sockets = this;
}

Server::~Server() { environment_.sockets = nullptr; }

// ---- sockets -------------------------------------------------------------------------------------------------------

bool Server::wants_server(std::uint16_t family) {
  const Settings& settings = environment_.settings;
  if (settings.port == 0 || !environment_.family_enabled(family)) return false;
  return access_.any_allowed(family) || at(family).users > 0 || settings.acquisition_port == settings.port;
}

void Server::open_server(std::uint16_t family) {
  Family& entry = at(family);
  const tactus_socket_params params = server_socket_params(environment_.settings, family);
  auto opened = Socket::open(environment_.transport, params, *this);
  if (opened) {
    entry.server = std::move(opened.value());
    entry.refused = false;
    return;
  }
  if (entry.refused) return;
  entry.refused = true;
  const tactus_status status = opened.failure().status;
  if (status == TACTUS_E_FAMILY || status == TACTUS_E_UNSUPPORTED) return;  // a machine without IPv6 is no error
  environment_.host.error("Could not open NTP socket on {}", to_text_with_port(params.local));
}

void Server::open_acquisition() {
  const Settings& settings = environment_.settings;
  if (!settings.acquisition_port) return;
  if (settings.acquisition_port == settings.port && settings.port != 0) {
    update_sockets();
    if (!any_server_socket()) fail(TACTUS_E_SYSTEM, "Could not open NTP sockets");
    return;
  }
  bool any = false;
  for (const std::uint16_t family : families) {
    if (!environment_.family_enabled(family)) continue;
    at(family).acquisition = open_permanent(environment_.transport, acquisition_socket_params(settings, family));
    any = any || at(family).acquisition != nullptr;
  }
  if (!any) fail(TACTUS_E_SYSTEM, "Could not open NTP sockets");
}

std::unique_ptr<Socket> Server::open_permanent(Transport& transport, const tactus_socket_params& params) {
  auto opened = Socket::open(transport, params, *this);
  if (opened) return std::move(opened.value());
  if (opened.failure().status != TACTUS_E_FAMILY && opened.failure().status != TACTUS_E_UNSUPPORTED) {
    environment_.host.error("Could not open NTP socket on {}", to_text_with_port(params.local));
  }
  return nullptr;
}

void Server::open_ptp() {
  const Settings& settings = environment_.settings;
  if (settings.ptp_port == 0) return;
  if (auto loaded = environment_.ptp_transport.load(); !loaded) throw Failure(loaded.failure());
  bool any = false;
  for (const std::uint16_t family : families) {
    if (!environment_.family_enabled(family)) continue;
    at(family).ptp = open_permanent(environment_.ptp_transport, ptp_socket_params(settings, family));
    any = any || at(family).ptp != nullptr;
  }
  if (!any) fail(TACTUS_E_SYSTEM, "Could not open PTP sockets");
}

void Server::update_sockets() {
  for (const std::uint16_t family : families) {
    const bool wanted = wants_server(family);
    if (!wanted) {
      at(family).server.reset();
    } else if (!at(family).server) {
      open_server(family);
    }
  }
  if (any_server_socket()) load_schemes();
}

// Keys are needed as soon as requests may carry a MAC.
void Server::load_schemes() {
  if (!environment_.settings.key_file) return;
  const bool served = access_.any_allowed(TACTUS_FAMILY_IPV4) || access_.any_allowed(TACTUS_FAMILY_IPV6);
  if (!served || environment_.schemes.loaded("symkey")) return;
  std::string why;
  if (!environment_.schemes.find("symkey", &why) && !why.empty()) environment_.host.warning("{}", why);
}

Socket* Server::server_socket(std::uint16_t family) { return at(family).server.get(); }

Socket* Server::acquisition_socket(std::uint16_t family) {
  return at(family).acquisition ? at(family).acquisition.get() : at(family).server.get();
}

bool Server::any_server_socket() const {
  return std::ranges::any_of(families_, [](const Family& entry) { return entry.server || entry.ptp; });
}

void Server::user_added(std::uint16_t family) {
  ++at(family).users;
  update_sockets();
}

void Server::user_removed(std::uint16_t family) {
  TACTUS_ASSERT(at(family).users > 0);
  --at(family).users;
  update_sockets();
}

tactus_status Server::set_access(const AccessRule& rule, LogLevel level) {
  const tactus_status status = access_.set(rule.subnet, rule.allow, rule.all);
  if (status != TACTUS_OK) return status;
  environment_.host.log(level, "{}{} NTP access from {}", rule.allow ? "Allowed" : "Denied", rule.all ? " all" : "",
                        subnet_text(rule.subnet));
  if (environment_.sockets != nullptr) update_sockets();
  return TACTUS_OK;
}

// ---- packets -------------------------------------------------------------------------------------------------------

void Server::on_datagram(Socket& socket, const tactus_datagram& datagram) {
  if ((datagram.flags & TACTUS_DATAGRAM_TRUNCATED) != 0) {
    ++*environment_.truncated;
    return;
  }
  const Mode mode = mode_of(datagram);
  if (mode != Mode::client) {
    Source* source = sources_.find_endpoint(datagram.remote);
    // A peer that we are only a client of asks like a stranger.
    if (source != nullptr && !(mode == Mode::active && !source->association().is_peer())) {
      source->on_shared_datagram(datagram, socket);
      return;
    }
  }
  const Family& family = families_[socket.family() == TACTUS_FAMILY_IPV6 ? 1 : 0];
  if (&socket != family.server.get() && &socket != family.ptp.get()) {
    ++*unexpected_;
    return;
  }
  on_request(socket, datagram);
}

void Server::on_request(Socket& socket, const tactus_datagram& datagram) {
  const Host& host = environment_.host;
  ServerRequest request;
  request.bytes = {datagram.data, datagram.length};
  request.remote = datagram.remote;
  request.received = datagram.stamp;
  request.now = host.event().monotonic;
  request.allowed = access_.allowed(datagram.remote);
  if (!engine_.accept(request)) return;

  const Instant now = host.now().corrected;
  const ServerEngine::Response response = engine_.respond(host.reference(now), now);
  if (response.bytes.empty()) return;
  tactus_datagram out{};
  out.struct_size = sizeof out;
  out.length = static_cast<std::uint32_t>(response.bytes.size());
  out.data = response.bytes.data();
  out.remote = datagram.remote;
  out.local = datagram.local;
  out.send_id = response.send_id;
  // Routing may be asymmetric, so the interface is the system's choice, but for addresses that mean nothing without it.
  out.interface_index = is_link_local(datagram.remote) ? datagram.interface_index : 0;
  tactus_stamp stamp{};
  if (!socket.send(out, response.send_id != 0 ? &stamp : nullptr)) {
    ++*send_failed_;
    return;
  }
  engine_.on_sent(response.send_id, stamp);
}

void Server::on_transmit_stamp(std::uint64_t send_id, const tactus_stamp& stamp) {
  if ((send_id & 1U) != 0) {
    engine_.on_transmitted(send_id, stamp);
  } else if (Source* source = sources_.find_number(Source::number_of(send_id)); source != nullptr) {
    source->on_shared_stamp(send_id, stamp);
  }
}

// ---- reports -------------------------------------------------------------------------------------------------------

void Server::fill(tactus_serverstats& row) {
  const ClientLog::Totals& totals = engine_.log().totals();
  const ServerEngine::Stats& stats = engine_.stats();
  row = tactus_serverstats{};
  row.struct_size = sizeof row;
  row.ntp_hits = totals.hits[0];
  row.nke_hits = totals.hits[1];
  row.cmd_hits = totals.hits[2];
  row.ntp_drops = totals.drops[0];
  row.nke_drops = totals.drops[1];
  row.cmd_drops = totals.drops[2];
  row.log_drops = totals.replaced;
  row.ntp_auth_hits = stats.authenticated;
  row.ntp_interleaved_hits = stats.interleaved;
  row.ntp_timestamps = engine_.timestamps().size();
  row.ntp_span_s = engine_.timestamps().span_s();
  row.ntp_daemon_rx = stats.received_by[TACTUS_STAMP_DAEMON];
  row.ntp_daemon_tx = stats.transmitted_by[TACTUS_STAMP_DAEMON];
  row.ntp_kernel_rx = stats.received_by[TACTUS_STAMP_KERNEL];
  row.ntp_kernel_tx = stats.transmitted_by[TACTUS_STAMP_KERNEL];
  row.ntp_hardware_rx = stats.received_by[TACTUS_STAMP_HARDWARE];
  row.ntp_hardware_tx = stats.transmitted_by[TACTUS_STAMP_HARDWARE];
}

tactus_status Server::clients(const tactus_query& query, tactus_row_sink sink, void* sink_user) {
  if (!environment_.settings.log.enabled) return TACTUS_E_DISABLED;
  ClientLog& log = engine_.log();
  const MonoTime now = environment_.host.now().monotonic;
  std::uint32_t given = 0;
  for (std::uint64_t i = query.argument; i < log.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    const ClientLog::Record& record = log.record(index);
    if (record.family == TACTUS_FAMILY_NONE) continue;
    tactus_client_row row{};
    row.struct_size = sizeof row;
    row.index = index;
    row.table_size = log.size();
    row.address.family = record.family;
    std::ranges::copy(record.address, row.address.bytes);
    if ((query.flags & TACTUS_QUERY_ADDRESS) != 0 && !same_address(row.address, query.address)) continue;
    row.ntp_hits = record.hits[0];
    row.ntp_drops = record.drops[0];
    row.nke_hits = record.hits[1];
    row.nke_drops = record.drops[1];
    row.ntp_interval_log2_s = ClientLog::reported_interval(record.rate[0]);
    row.ntp_timeout_interval_log2_s = ClientLog::reported_interval(record.timeout_rate);
    row.nke_interval_log2_s = ClientLog::reported_interval(record.rate[1]);
    row.last_ntp_ago_s = log.ago_s(record.last[0], now);
    row.last_nke_ago_s = log.ago_s(record.last[1], now);
    if ((query.flags & TACTUS_QUERY_RESET) != 0) log.reset_counters(index);
    if (const tactus_status status = sink(sink_user, &row, sizeof row); status != TACTUS_OK) return status;
    if (query.limit != 0 && ++given >= query.limit) break;
  }
  return TACTUS_OK;
}

}  // namespace tactus::ntp
