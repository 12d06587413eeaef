// SPDX-License-Identifier: Apache-2.0
// Opening, sending, handing over.
#include "sockets.hpp"

namespace tactus::ntp {
namespace {

std::size_t family_index(std::uint16_t family) { return family == TACTUS_FAMILY_IPV6 ? 1 : 0; }

tactus_socket_params params_for(std::uint32_t role, const tactus_address& bind, std::uint16_t family,
                                std::uint16_t port, const std::string& device, std::uint32_t dscp) {
  tactus_socket_params params{};
  params.struct_size = sizeof params;
  params.role = role;
  params.local = bind.family == family ? bind : any_address(family, 0);
  params.local.port = port;
  params.interface_name = device.empty() ? nullptr : device.c_str();
  params.dscp = dscp;
  return params;
}

// Does nothing with what arrives.
class Nobody final : public SocketUser {
 public:
  void on_datagram(Socket&, const tactus_datagram&) override {}
  void on_transmit_stamp(std::uint64_t, const tactus_stamp&) override {}
};

}  // namespace

const tactus_transport_sink Socket::sink{sizeof(tactus_transport_sink), 0, &Socket::received, &Socket::transmitted,
                                         &Socket::failed};

Result<void> Transport::load() {
  if (ops_ != nullptr) return {};
  tactus_error error{};
  error.struct_size = sizeof error;
  const tactus_status status = host_.raw()->transport(host_.raw(), name_, &ops_, &instance_, &error);
  if (status == TACTUS_OK) return {};
  ops_ = nullptr;
  return Error{error.text[0] != '\0' ? error.text : "the transport udp is not installed", status};
}

Result<std::unique_ptr<Socket>> Socket::open(Transport& transport, const tactus_socket_params& params,
                                             SocketUser& user) {
  if (auto loaded = transport.load(); !loaded) return loaded.failure();
  std::unique_ptr<Socket> socket{new Socket(transport, user)};
  tactus_error error{};
  error.struct_size = sizeof error;
  const tactus_status status =
      transport.ops()->open(transport.instance(), &params, &sink, socket.get(), &socket->handle_, &error);
  if (status != TACTUS_OK) {
    socket->handle_ = nullptr;
    return Error{error.text, status};
  }
  socket->family_ = params.local.family;
  return socket;
}

Socket::~Socket() {
  if (closed_ != nullptr) *closed_ = true;
  if (handle_ != nullptr) transport_.ops()->close(transport_.instance(), handle_);
}

bool Socket::send(const tactus_datagram& datagram, tactus_stamp* stamp) {
  std::uint32_t sent = 0;
  const tactus_status status = transport_.ops()->send(transport_.instance(), handle_, &datagram, 1, &sent, stamp);
  return status == TACTUS_OK && sent == 1;
}

void Socket::received(void* user, const tactus_datagram* datagrams, std::uint32_t count) {
  auto* self = static_cast<Socket*>(user);
  const tactus_host* host = self->transport_.host().raw();
  bool closed = false;
  self->closed_ = &closed;
  tactus_error error{};
  error.struct_size = sizeof error;
  for (std::uint32_t i = 0; i < count && !closed; ++i) {
    const tactus_status status =
        guarded(&error, [&] { self->user_.on_datagram(*self, *TACTUS_AT(tactus_datagram, datagrams, i)); });
    if (status != TACTUS_OK) host->log_limited(host, TACTUS_LOG_ERROR, "ntp-receive", error.text);
  }
  if (!closed) self->closed_ = nullptr;
}

void Socket::transmitted(void* user, std::uint64_t send_id, const tactus_stamp* stamp) {
  auto* self = static_cast<Socket*>(user);
  const tactus_host* host = self->transport_.host().raw();
  tactus_error error{};
  error.struct_size = sizeof error;
  if (guarded(&error, [&] { self->user_.on_transmit_stamp(send_id, *stamp); }) != TACTUS_OK) {
    host->log_limited(host, TACTUS_LOG_ERROR, "ntp-transmit", error.text);
  }
}

// Refused or unreachable: the missing answer is what counts.
void Socket::failed(void*, std::int32_t) {}

tactus_socket_params server_socket_params(const Settings& settings, std::uint16_t family) {
  tactus_socket_params params = params_for(TACTUS_SOCKET_SERVER, settings.bind_server[family_index(family)], family,
                                           settings.port, settings.server_device, settings.dscp);
  params.flags = TACTUS_SOCKET_BROADCAST;
  return params;
}

tactus_socket_params ptp_socket_params(const Settings& settings, std::uint16_t family) {
  return params_for(TACTUS_SOCKET_SERVER, settings.bind_server[family_index(family)], family, settings.ptp_port,
                    settings.server_device, settings.dscp);
}

tactus_socket_params client_socket_params(const Settings& settings, const tactus_address& remote) {
  tactus_socket_params params = params_for(TACTUS_SOCKET_CLIENT, settings.bind_client[family_index(remote.family)],
                                           remote.family, 0, settings.client_device, settings.dscp);
  params.remote = remote;
  return params;
}

tactus_socket_params acquisition_socket_params(const Settings& settings, std::uint16_t family) {
  return params_for(TACTUS_SOCKET_ACQUIRE, settings.bind_client[family_index(family)], family,
                    settings.acquisition_port.value_or(0), settings.client_device, settings.dscp);
}

bool routable(Transport& transport, const Settings& settings, const tactus_address& remote) {
  Nobody nobody;
  return Socket::open(transport, client_socket_params(settings, remote), nobody).ok();
}

}  // namespace tactus::ntp
