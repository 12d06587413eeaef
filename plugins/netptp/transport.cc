// SPDX-License-Identifier: Apache-2.0
// Wrapping, unwrapping and handing on.
#include "transport.hpp"

#include <algorithm>
#include <cstring>

namespace tactus::netptp {
namespace {

constexpr std::int64_t default_domain = 123;
constexpr std::uint32_t batch = 16;
constexpr const char* stage = "netptp";

Transport& transport_of(void* instance) { return *static_cast<Transport*>(instance); }

tactus_status open(void* instance, const tactus_socket_params* params, const tactus_transport_sink* sink, void* user,
                   void** socket, tactus_error* error) noexcept {
  *socket = nullptr;
  return guarded(error, [&] { return transport_of(instance).open(*params, *sink, user, socket, error); });
}

void close(void* instance, void* socket) noexcept { transport_of(instance).close(static_cast<Socket*>(socket)); }

tactus_status send(void* instance, void* socket, const tactus_datagram* datagrams, std::uint32_t count,
                   std::uint32_t* sent, tactus_stamp* stamps) noexcept {
  *sent = 0;
  return guarded(nullptr, [&] {
    return transport_of(instance).send(*static_cast<Socket*>(socket), datagrams, count, *sent, stamps);
  });
}

tactus_status local_address(void* instance, void* socket, tactus_address* address) noexcept {
  return transport_of(instance).local_address(*static_cast<Socket*>(socket), address);
}

}  // namespace

const tactus_transport_sink Transport::udp_sink{sizeof(tactus_transport_sink), 0, &Transport::received,
                                                &Transport::transmitted, &Transport::failed};

Transport::Transport(Host host, const Options& options)
    : domain_(static_cast<std::uint8_t>(options.integer("ptpdomain", default_domain))),
      too_long_(&host.drop_counter(stage, "too_long")) {
  for (std::size_t i = 1; i < refusal_count; ++i) {
    drops_[i] = &host.drop_counter(stage, name_of(static_cast<Refusal>(i)));
  }
  tactus_error error{};
  error.struct_size = sizeof error;
  const tactus_status status = host.raw()->transport(host.raw(), "udp", &udp_, &udp_instance_, &error);
  if (status != TACTUS_OK) fail(status, "{}", error.text);
}

Transport::~Transport() {
  while (!sockets_.empty()) close(sockets_.front().get());
}

tactus_status Transport::open(const tactus_socket_params& params, const tactus_transport_sink& sink, void* user,
                              void** socket, tactus_error* error) {
  auto added = std::make_shared<Socket>();
  added->transport = this;
  added->sink = sink;
  added->user = user;
  const tactus_status status = udp_->open(udp_instance_, &params, &udp_sink, added.get(), &added->handle, error);
  if (status != TACTUS_OK) return status;
  sockets_.push_back(added);
  *socket = added.get();
  return TACTUS_OK;
}

void Transport::close(Socket* socket) {
  const auto found = std::ranges::find(sockets_, socket, &std::shared_ptr<Socket>::get);
  if (found == sockets_.end()) return;
  const std::shared_ptr<Socket> kept = *found;
  sockets_.erase(found);
  kept->open = false;
  udp_->close(udp_instance_, kept->handle);
}

tactus_status Transport::local_address(const Socket& socket, tactus_address* address) const {
  return udp_->local_address(udp_instance_, socket.handle, address);
}

tactus_status Transport::send(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count,
                              std::uint32_t& sent, tactus_stamp* stamps) {
  std::array<std::uint8_t, TACTUS_DATAGRAM_MAX> buffer;
  for (sent = 0; sent < count; ++sent) {
    const tactus_datagram& datagram = *TACTUS_AT(tactus_datagram, datagrams, sent);
    if (datagram.length == 0 || datagram.length > buffer.size() - prefix_bytes) return TACTUS_E_INVALID;
    write_prefix(buffer, datagram.length, domain_, sequence_++);
    std::memcpy(buffer.data() + prefix_bytes, datagram.data, datagram.length);
    tactus_datagram message = datagram;
    message.struct_size = sizeof message;
    message.data = buffer.data();
    message.length = datagram.length + static_cast<std::uint32_t>(prefix_bytes);
    std::uint32_t accepted = 0;
    const tactus_status status =
        udp_->send(udp_instance_, socket.handle, &message, 1, &accepted, stamps != nullptr ? stamps + sent : nullptr);
    if (status != TACTUS_OK) return status;
    if (accepted == 0) return TACTUS_E_SYSTEM;
  }
  return TACTUS_OK;
}

// False when it is not for us.
bool Transport::open_message(const tactus_datagram& in, tactus_datagram& out) {
  if ((in.flags & TACTUS_DATAGRAM_TRUNCATED) != 0) {
    ++*too_long_;
    return false;
  }
  const Unwrapped message = unwrap({in.data, in.length}, domain_);
  if (message.refusal != Refusal::none) {
    ++*drops_[static_cast<std::size_t>(message.refusal)];
    return false;
  }
  out = in;
  out.struct_size = sizeof out;
  out.data = message.packet.data();
  out.length = static_cast<std::uint32_t>(message.packet.size());
  // Without the duration of the frame the corrections of both directions could not be compared.
  if (out.stamp.correction_s > 0) out.stamp.correction_s += message.correction_s;
  return true;
}

void Transport::deliver(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count) {
  const std::shared_ptr<Socket> kept = socket.shared_from_this();
  std::array<tactus_datagram, batch> opened{};
  std::uint32_t ready = 0;
  for (std::uint32_t i = 0; i < count && kept->open; ++i) {
    if (open_message(*TACTUS_AT(tactus_datagram, datagrams, i), opened[ready])) ++ready;
    if (ready == 0 || (ready < batch && i + 1 < count)) continue;
    kept->sink.received(kept->user, opened.data(), ready);
    ready = 0;
  }
}

void Transport::received(void* user, const tactus_datagram* datagrams, std::uint32_t count) {
  auto* socket = static_cast<Socket*>(user);
  socket->transport->deliver(*socket, datagrams, count);
}

void Transport::transmitted(void* user, std::uint64_t send_id, const tactus_stamp* stamp) {
  const auto* socket = static_cast<const Socket*>(user);
  socket->sink.transmitted(socket->user, send_id, stamp);
}

void Transport::failed(void* user, std::int32_t error_number) {
  const auto* socket = static_cast<const Socket*>(user);
  socket->sink.failed(socket->user, error_number);
}

const tactus_transport_ops* provider_ops() {
  static constexpr tactus_transport_ops ops{sizeof(tactus_transport_ops),
                                            0,
                                            instance_create<Transport>,
                                            instance_start<Transport>,
                                            instance_destroy<Transport>,
                                            &open,
                                            &close,
                                            &send,
                                            &local_address};
  return &ops;
}

}  // namespace tactus::netptp
