// SPDX-License-Identifier: Apache-2.0
// A transport over the transport "udp" that puts each datagram into a PTP message. NTP specification section 23.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>

#include <tactus/plugin.h>
#include <tactus/sdk.hpp>

#include "message.hpp"

namespace tactus::netptp {

class Transport;

// Kept alive by whoever is handing over its datagrams, so that a sink may close it.
struct Socket : std::enable_shared_from_this<Socket> {
  Transport* transport = nullptr;
  void* handle = nullptr;  // the socket of udp
  tactus_transport_sink sink{};
  void* user = nullptr;
  bool open = true;
};

class Transport {
 public:
  // Throws Failure when there is no transport "udp".
  Transport(Host host, const Options& options);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  tactus_status open(const tactus_socket_params& params, const tactus_transport_sink& sink, void* user, void** socket,
                     tactus_error* error);
  void close(Socket* socket);
  tactus_status send(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count, std::uint32_t& sent,
                     tactus_stamp* stamps);
  tactus_status local_address(const Socket& socket, tactus_address* address) const;

 private:
  static void received(void* user, const tactus_datagram* datagrams, std::uint32_t count);
  static void transmitted(void* user, std::uint64_t send_id, const tactus_stamp* stamp);
  static void failed(void* user, std::int32_t error_number);
  static const tactus_transport_sink udp_sink;

  void deliver(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count);
  bool open_message(const tactus_datagram& in, tactus_datagram& out);

  const tactus_transport_ops* udp_ = nullptr;
  void* udp_instance_ = nullptr;
  std::uint8_t domain_;
  std::uint16_t sequence_ = 0;  // over all sockets
  std::list<std::shared_ptr<Socket>> sockets_;
  std::array<std::uint64_t*, refusal_count> drops_{};
  std::uint64_t* too_long_;
};

// The provider's operations, for the descriptor and for tests.
const tactus_transport_ops* provider_ops();

}  // namespace tactus::netptp
