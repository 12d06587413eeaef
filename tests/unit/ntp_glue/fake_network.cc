// SPDX-License-Identifier: Apache-2.0
// The transport and the authentication scheme of the world in virtual time.
#include <algorithm>
#include <cstring>

#include "fake_world.hpp"

namespace tactus::ntp::test {
namespace {

constexpr std::uint32_t the_key = 7;
constexpr std::uint32_t mac_length = 20;
std::uint16_t next_port = 40000;

FakeHost& host_of(void* instance) { return *static_cast<FakeHost*>(instance); }

FakeSocket* receiver(FakeWorld& world, const tactus_address& from, const tactus_address& to) {
  for (FakeHost* host : world.hosts) {
    const bool here = std::ranges::any_of(host->addresses, [&](const auto& own) { return same_address(own, to); });
    if (!here) continue;
    FakeSocket* open = nullptr;
    for (const auto& socket : host->sockets) {
      if (socket->local.port != to.port || socket->local.family != to.family) continue;
      if (socket->params.role == TACTUS_SOCKET_CLIENT) {
        if (same_endpoint(socket->params.remote, from)) return socket.get();
      } else {
        open = socket.get();
      }
    }
    return open;
  }
  return nullptr;
}

tactus_stamp stamp_of(const FakeHost& host, std::uint32_t origin) {
  tactus_stamp stamp{};
  host.host.correct(&host.host, 0, nullptr);
  tactus_instant now{};
  host.host.now(&host.host, &now);
  stamp.raw_ns = now.raw_ns;
  stamp.corrected_ns = now.corrected_ns;
  stamp.origin = origin;
  return stamp;
}

tactus_status open_socket(void* instance, const tactus_socket_params* params, const tactus_transport_sink* sink,
                          void* user, void** handle, tactus_error*) {
  FakeHost& host = host_of(instance);
  if (params->role == TACTUS_SOCKET_CLIENT) {
    for (const auto& lost : host.world.unroutable) {
      if (same_address(lost, params->remote)) return TACTUS_E_SYSTEM;
    }
  }
  const auto own = std::ranges::find(host.addresses, params->local.family, &tactus_address::family);
  if (own == host.addresses.end()) return TACTUS_E_FAMILY;
  auto socket = std::make_unique<FakeSocket>();
  socket->host = &host;
  socket->params = *params;
  socket->local = *own;
  socket->local.port = params->local.port != 0 ? params->local.port : next_port++;
  socket->sink = sink;
  socket->user = user;
  *handle = socket.get();
  host.sockets.push_back(std::move(socket));
  return TACTUS_OK;
}

void close_socket(void* instance, void* handle) {
  std::erase_if(host_of(instance).sockets, [&](const auto& socket) { return socket.get() == handle; });
}

bool still_open(const FakeHost& host, const FakeSocket* socket) {
  return std::ranges::any_of(host.sockets, [&](const auto& each) { return each.get() == socket; });
}

void deliver(FakeWorld& world, const tactus_address& from, const tactus_address& to,
             const std::vector<std::uint8_t>& bytes) {
  FakeSocket* socket = receiver(world, from, to);
  if (socket == nullptr) return;
  tactus_datagram datagram{};
  datagram.struct_size = sizeof datagram;
  datagram.length = static_cast<std::uint32_t>(bytes.size());
  datagram.data = bytes.data();
  datagram.remote = from;
  datagram.local = to;
  datagram.local.port = 0;
  datagram.stamp = stamp_of(*socket->host, TACTUS_STAMP_KERNEL);
  socket->sink->received(socket->user, &datagram, 1);
}

tactus_status send_datagrams(void* instance, void* handle, const tactus_datagram* datagrams, std::uint32_t count,
                             std::uint32_t* sent, tactus_stamp* stamps) {
  FakeHost& host = host_of(instance);
  auto* socket = static_cast<FakeSocket*>(handle);
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_datagram& datagram = datagrams[i];
    const tactus_address to = socket->params.role == TACTUS_SOCKET_CLIENT ? socket->params.remote : datagram.remote;
    const tactus_address from = socket->local;
    const std::vector<std::uint8_t> bytes(datagram.data, datagram.data + datagram.length);
    FakeWorld& world = host.world;
    world.at(world.now + world.delay, [&world, from, to, bytes] { deliver(world, from, to, bytes); });
    if (stamps != nullptr) stamps[i] = stamp_of(host, TACTUS_STAMP_DAEMON);
    if (datagram.send_id != 0) {
      tactus_stamp better = stamp_of(host, TACTUS_STAMP_KERNEL);
      better.raw_ns += 1000;
      better.corrected_ns += 1000;
      const std::uint64_t id = datagram.send_id;
      world.at(world.now + 1000, [&host, socket, id, better] {
        if (still_open(host, socket)) socket->sink->transmitted(socket->user, id, &better);
      });
    }
    ++host.packets_sent;
  }
  *sent = count;
  return TACTUS_OK;
}

tactus_status local_address(void*, void* handle, tactus_address* address) {
  *address = static_cast<FakeSocket*>(handle)->local;
  return TACTUS_OK;
}

// ---- the scheme ----------------------------------------------------------------------------------------------------

void make_mac(const std::uint8_t* data, std::uint32_t length, std::uint32_t key, std::uint8_t* mac) {
  std::uint32_t sum = key * 2654435761U;
  for (std::uint32_t i = 0; i < length; ++i) sum = sum * 31 + data[i];
  std::memset(mac, 0, mac_length);
  for (std::uint32_t i = 0; i < 4; ++i) {
    mac[i] = static_cast<std::uint8_t>(key >> (24 - 8 * i));
    mac[4 + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
  }
}

tactus_status append_mac(std::uint32_t key, tactus_packet* packet) {
  if (packet->capacity - packet->length < mac_length) return TACTUS_E_LIMIT;
  make_mac(packet->data, packet->length, key, packet->data + packet->length);
  packet->length += mac_length;
  return TACTUS_OK;
}

tactus_status check_mac(const tactus_packet* packet) {
  if (packet->length < 48 + mac_length) return TACTUS_E_DENIED;
  std::uint8_t mac[mac_length];
  make_mac(packet->data, packet->length - mac_length, the_key, mac);
  return std::memcmp(mac, packet->data + packet->length - mac_length, mac_length) == 0 ? TACTUS_OK : TACTUS_E_DENIED;
}

tactus_status new_client(void*, const tactus_auth_params* params, tactus_auth_redirect_fn, void*, void** client,
                         tactus_error*) {
  *client = new std::uint32_t(params->key_id);
  return TACTUS_OK;
}
void free_client(void*, void* client) { delete static_cast<std::uint32_t*>(client); }
std::uint32_t client_version(void*, void*) { return 4; }
tactus_status client_prepare(void*, void* client) {
  return *static_cast<std::uint32_t*>(client) == the_key ? TACTUS_OK : TACTUS_E_NOT_FOUND;
}
tactus_status client_sign(void*, void* client, tactus_packet* packet) {
  const std::uint32_t key = *static_cast<std::uint32_t*>(client);
  return key == the_key ? append_mac(key, packet) : TACTUS_E_NOT_FOUND;
}
tactus_status client_check(void*, void*, const tactus_packet* packet) { return check_mac(packet); }
void client_address(void*, void*, const tactus_address*) {}
void client_report(void*, void* client, tactus_authdata_row* row) {
  row->mode = 1;
  row->key_id = *static_cast<std::uint32_t*>(client);
  row->key_type = 1;
}
tactus_status server_check(void*, const tactus_packet* packet, std::uint64_t* token) {
  *token = the_key;
  return check_mac(packet);
}
tactus_status server_sign(void*, const tactus_packet*, std::uint64_t token, tactus_packet* response) {
  return append_mac(static_cast<std::uint32_t>(token), response);
}

}  // namespace

const tactus_transport_ops* fake_transport() {
  static constexpr tactus_transport_ops ops{sizeof(tactus_transport_ops),
                                            0,
                                            nullptr,
                                            nullptr,
                                            nullptr,
                                            &open_socket,
                                            &close_socket,
                                            &send_datagrams,
                                            &local_address};
  return &ops;
}

const tactus_auth_ops* fake_auth() {
  static const tactus_auth_ops ops = [] {
    tactus_auth_ops out{};
    out.struct_size = sizeof out;
    out.client_new = &new_client;
    out.client_free = &free_client;
    out.client_version = &client_version;
    out.client_prepare = &client_prepare;
    out.client_sign = &client_sign;
    out.client_check = &client_check;
    out.client_address = &client_address;
    out.client_report = &client_report;
    out.server_check = &server_check;
    out.server_sign = &server_sign;
    return out;
  }();
  return &ops;
}

}  // namespace tactus::ntp::test
