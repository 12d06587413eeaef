// SPDX-License-Identifier: Apache-2.0
// Datagrams over the simulated network.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>

#include <tactus/plugin.h>
#include <tactus/sdk.hpp>

#include "machine.hpp"

namespace tactus::sim {

class Transport {
 public:
  Transport(Host host, const Options& options);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  struct Socket {
    std::uint64_t id = 0;
    std::uint32_t role = 0;
    tactus_address local{};   // with port
    tactus_address remote{};  // CLIENT
    tactus_transport_sink sink{};
    void* user = nullptr;
    std::deque<Arrival> inbox;
    bool open = true;
  };

  Result<Socket*> open(const tactus_socket_params& params, const tactus_transport_sink& sink, void* user);
  void close(Socket* socket);
  tactus_status send(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count, std::uint32_t& sent,
                     tactus_stamp* stamps);

 private:
  struct Departure {
    std::weak_ptr<Socket> socket;
    std::uint64_t send_id;
    tactus_stamp stamp;
  };

  void on_arrival(const std::shared_ptr<Socket>& socket, Arrival arrival);
  void dispatch();  // hands over what has come
  void complete(tactus_stamp& stamp) const;

  Host host_;
  Machine& machine_;
  std::list<std::shared_ptr<Socket>> sockets_;
  std::deque<std::weak_ptr<Socket>> arrived_;  // one entry per datagram, in order
  std::deque<Departure> departed_;
  Timer timer_;
  std::uint64_t* unreachable_;
};

extern const tactus_transport_ops transport_ops;

}  // namespace tactus::sim
