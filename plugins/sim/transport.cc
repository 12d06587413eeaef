// SPDX-License-Identifier: Apache-2.0
#include "transport.hpp"

#include <algorithm>
#include <utility>

namespace tactus::sim {
namespace {

Transport& self(void* instance) { return *static_cast<Transport*>(instance); }

Machine& machine_of(const Host& host) { return *static_cast<Machine*>(host.raw()->embedder(host.raw())); }

}  // namespace

Transport::Transport(Host host, const Options&)
    : host_(host), machine_(machine_of(host)), unreachable_(&host.drop_counter("sim", "unreachable")) {}

Transport::~Transport() {
  while (!sockets_.empty()) close(sockets_.front().get());
}

Result<Transport::Socket*> Transport::open(const tactus_socket_params& params, const tactus_transport_sink& sink,
                                           void* user) {
  const std::uint32_t flags = host_.run_flags();
  const std::uint16_t family = params.local.family;
  if (((flags & TACTUS_RUN_IPV4_ONLY) != 0 && family == TACTUS_FAMILY_IPV6) ||
      ((flags & TACTUS_RUN_IPV6_ONLY) != 0 && family == TACTUS_FAMILY_IPV4)) {
    return error_status(TACTUS_E_FAMILY, "the address family is switched off (-4 or -6)");
  }
  auto socket = std::make_shared<Socket>();
  socket->role = params.role;
  socket->local = machine_.address(family);
  socket->local.family = family;
  socket->local.port = params.local.port;
  if (params.role == TACTUS_SOCKET_CLIENT) socket->remote = params.remote;
  socket->sink = sink;
  socket->user = user;
  std::weak_ptr<Socket> weak = socket;
  socket->id = machine_.open(socket->local.port, socket->remote, family, [this, weak](Arrival arrival) {
    if (const auto alive = weak.lock()) on_arrival(alive, std::move(arrival));
  });
  if (socket->id == 0) return error_status(TACTUS_E_EXISTS, "port {} is in use", params.local.port);
  sockets_.push_back(socket);
  return socket.get();
}

void Transport::close(Socket* socket) {
  const auto found =
      std::find_if(sockets_.begin(), sockets_.end(), [&](const auto& one) { return one.get() == socket; });
  if (found == sockets_.end()) return;
  const std::shared_ptr<Socket> kept = *found;
  sockets_.erase(found);
  machine_.close(kept->id);
  kept->open = false;
}

void Transport::complete(tactus_stamp& stamp) const {
  stamp.corrected_ns = to_ns(host_.correct(from_ns<RawTime>(stamp.raw_ns), &stamp.error_s));
}

tactus_status Transport::send(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count,
                              std::uint32_t& sent, tactus_stamp* stamps) {
  sent = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_datagram& datagram = *TACTUS_AT(tactus_datagram, datagrams, i);
    Packet packet{{datagram.data, datagram.data + datagram.length}, socket.local, datagram.remote};
    if (socket.role == TACTUS_SOCKET_CLIENT) {
      packet.to = socket.remote;
      packet.from = machine_.address(socket.local.family);
    } else if (datagram.local.family != TACTUS_FAMILY_NONE) {
      packet.from = datagram.local;
    } else {
      packet.from = machine_.address(socket.local.family);
    }
    packet.from.port = socket.local.port;
    if (packet.from.family != socket.local.family || !machine_.has(packet.from)) {
      ++*unreachable_;  // a machine without an address of that family
      return TACTUS_E_SYSTEM;
    }
    const Now now = host_.now();
    if (stamps != nullptr) {
      stamps[i] = {};
      stamps[i].raw_ns = to_ns(now.raw);
      stamps[i].corrected_ns = to_ns(now.corrected);
      stamps[i].error_s = now.error_s;
      stamps[i].origin = TACTUS_STAMP_DAEMON;
    }
    tactus_stamp better = machine_.transmit_stamp();
    machine_.send(packet);
    if (datagram.send_id != 0 && better.raw_ns != 0) {
      const auto owner =
          std::find_if(sockets_.begin(), sockets_.end(), [&](const auto& one) { return one.get() == &socket; });
      complete(better);
      departed_.push_back({*owner, datagram.send_id, better});
      timer_.start(host_, MonoTime{}, [this] { dispatch(); });
    }
    ++sent;
  }
  return TACTUS_OK;
}

void Transport::on_arrival(const std::shared_ptr<Socket>& socket, Arrival arrival) {
  socket->inbox.push_back(std::move(arrival));
  arrived_.push_back(socket);
  timer_.start(host_, MonoTime{}, [this] { dispatch(); });
}

void Transport::dispatch() {
  // Transmit timestamps first: the answer may be in the same wake-up.
  for (; !departed_.empty(); departed_.pop_front()) {
    const Departure& departure = departed_.front();
    if (const auto socket = departure.socket.lock(); socket && socket->open) {
      socket->sink.transmitted(socket->user, departure.send_id, &departure.stamp);
    }
  }
  while (!arrived_.empty()) {
    const auto socket = arrived_.front().lock();
    arrived_.pop_front();
    if (!socket || !socket->open || socket->inbox.empty()) continue;
    const Arrival arrival = std::move(socket->inbox.front());
    socket->inbox.pop_front();
    tactus_datagram out{};
    out.struct_size = sizeof out;
    out.data = arrival.packet.data.data();
    out.length = static_cast<std::uint32_t>(arrival.packet.data.size());
    out.remote = arrival.packet.from;
    out.local = arrival.packet.to;
    out.local.port = 0;
    out.interface_index = 1;
    out.stamp = arrival.stamp;
    out.stamp.interface_index = 1;
    if (out.stamp.raw_ns != 0) {
      complete(out.stamp);
    } else {
      const Now event = host_.event();
      out.stamp.raw_ns = to_ns(event.raw);
      out.stamp.corrected_ns = to_ns(event.corrected);
      out.stamp.error_s = event.error_s;
      out.stamp.origin = TACTUS_STAMP_DAEMON;
    }
    socket->sink.received(socket->user, &out, 1);
  }
}

namespace {

tactus_status open_socket(void* instance, const tactus_socket_params* params, const tactus_transport_sink* sink,
                          void* user, void** socket, tactus_error* error) noexcept {
  *socket = nullptr;
  return guarded(error, [&] {
    const auto opened = self(instance).open(*params, *sink, user);
    if (!opened) {
      set_error(error, opened.failure().text);
      return opened.failure().status;
    }
    *socket = *opened;
    return TACTUS_OK;
  });
}

void close_socket(void* instance, void* socket) noexcept {
  self(instance).close(static_cast<Transport::Socket*>(socket));
}

tactus_status send(void* instance, void* socket, const tactus_datagram* datagrams, std::uint32_t count,
                   std::uint32_t* sent, tactus_stamp* stamps) noexcept {
  *sent = 0;
  return guarded(nullptr, [&] {
    return self(instance).send(*static_cast<Transport::Socket*>(socket), datagrams, count, *sent, stamps);
  });
}

tactus_status local_address(void*, void* socket, tactus_address* address) noexcept {
  *address = static_cast<Transport::Socket*>(socket)->local;
  return TACTUS_OK;
}

}  // namespace

const tactus_transport_ops transport_ops{sizeof(tactus_transport_ops),
                                         0,
                                         instance_create<Transport>,
                                         instance_start<Transport>,
                                         instance_destroy<Transport>,
                                         &open_socket,
                                         &close_socket,
                                         &send,
                                         &local_address};

}  // namespace tactus::sim
