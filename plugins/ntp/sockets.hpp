// SPDX-License-Identifier: Apache-2.0
// Sockets of the transport plugin as objects that close with their owner. The only way of this plugin to the network.
// NTP specification sections 5 and 25.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <tactus/address.hpp>
#include <tactus/sdk.hpp>

#include "settings.hpp"

namespace tactus::ntp {

class Socket;

// Receives what comes in on a socket. Called from the loop; may close the socket.
class SocketUser {
 public:
  virtual ~SocketUser() = default;
  virtual void on_datagram(Socket& socket, const tactus_datagram& datagram) = 0;
  virtual void on_transmit_stamp(std::uint64_t send_id, const tactus_stamp& stamp) = 0;
};

// A transport, looked up by name when it is needed first.
class Transport {
 public:
  Transport(Host host, const char* name) : host_(host), name_(name) {}
  // Empty when it is there; else why not.
  Result<void> load();
  [[nodiscard]] const tactus_transport_ops* ops() const noexcept { return ops_; }
  [[nodiscard]] void* instance() const noexcept { return instance_; }
  [[nodiscard]] const Host& host() const noexcept { return host_; }

 private:
  Host host_;
  const char* name_;
  const tactus_transport_ops* ops_ = nullptr;
  void* instance_ = nullptr;
};

class Socket {
 public:
  // The user outlives the socket.
  static Result<std::unique_ptr<Socket>> open(Transport& transport, const tactus_socket_params& params,
                                              SocketUser& user);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket();

  // False when it was not accepted. *stamp, when not null, becomes the daemon's time of sending.
  bool send(const tactus_datagram& datagram, tactus_stamp* stamp);
  [[nodiscard]] std::uint16_t family() const noexcept { return family_; }

 private:
  explicit Socket(Transport& transport, SocketUser& user) : transport_(transport), user_(user) {}
  static void received(void* user, const tactus_datagram* datagrams, std::uint32_t count);
  static void transmitted(void* user, std::uint64_t send_id, const tactus_stamp* stamp);
  static void failed(void* user, std::int32_t error_number);

  static const tactus_transport_sink sink;
  Transport& transport_;
  SocketUser& user_;
  void* handle_ = nullptr;
  std::uint16_t family_ = TACTUS_FAMILY_NONE;
  bool* closed_ = nullptr;  // set to true when it ends while it hands over datagrams
};

// Parameters by purpose.
tactus_socket_params server_socket_params(const Settings& settings, std::uint16_t family);
tactus_socket_params client_socket_params(const Settings& settings, const tactus_address& remote);
tactus_socket_params ptp_socket_params(const Settings& settings, std::uint16_t family);
tactus_socket_params acquisition_socket_params(const Settings& settings, std::uint16_t family);
// Whether packets to the address can leave this machine: a connected socket can be opened.
bool routable(Transport& transport, const Settings& settings, const tactus_address& remote);

}  // namespace tactus::ntp
