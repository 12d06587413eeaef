// SPDX-License-Identifier: Apache-2.0
// The transport: its sockets, sending, and what comes back. NTP specification, sections 5, 25 and 26.
#pragma once

#include <cstdint>
#include <list>
#include <memory>

#include <tactus/plugin.h>
#include <tactus/sdk.hpp>

#include "control.hpp"
#include "hardware.hpp"
#include "sent.hpp"
#include "socket.hpp"

namespace tactus::udp {

// One open socket. Kept alive by whoever is in the middle of reading it, so that a sink may close it.
struct Socket {
  OpenSocket os;
  std::uint32_t role = 0;
  tactus_address local{};  // what it was bound to; family counts
  tactus_transport_sink sink{};
  void* user = nullptr;
  SentPackets sent{0};
  Watch watch;
  bool open = true;
};

class Transport {
 public:
  Transport(Host host, const Options& options);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Result<Socket*> open(const tactus_socket_params& params, const tactus_transport_sink& sink, void* user);
  void close(Socket* socket);
  // Stops at the first that is refused. *sent: how many were accepted. stamps: null, or room for `count`.
  tactus_status send(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count, std::uint32_t& sent,
                     tactus_stamp* stamps);

 private:
  struct Buffers;

  void on_ready(const std::shared_ptr<Socket>& socket, std::uint32_t events);
  void receive(Socket& socket);
  void receive_errors(Socket& socket);
  void on_looped(Socket& socket, Bytes frame, const Control& control);
  // Fills one datagram; false when it is dropped.
  bool fill(const Socket& socket, std::size_t index, std::size_t length, tactus_datagram& out);
  tactus_stamp receive_stamp(const Socket& socket, const Control& control, std::size_t payload, const Now& event);
  void on_hardware_looped(Socket& socket, Bytes frame, const Control& control);
  bool send_one(Socket& socket, const tactus_datagram& datagram, const Now& now);
  void keep_stamps_on(std::uint16_t family);
  tactus_stamp make_stamp(RawTime raw, std::uint32_t origin) const;

  [[nodiscard]] std::size_t sent_limit(std::uint32_t role) const noexcept;
  void trace(const Socket& socket, const char* what, const tactus_address& remote, std::size_t length,
             const Control& control) const;
  void trace_receive_stamp(const tactus_stamp& stamp, const Now& event) const;

  Host host_;
  std::size_t max_waiting_;  // of sent packets for their timestamps, of each socket; 0: by its role
  Hardware hardware_;
  std::list<std::shared_ptr<Socket>> sockets_;
  std::unique_ptr<Buffers> buffers_;  // made with the first socket
  Fd stamp_keeper_;
  bool stamp_keeper_tried_ = false;
  struct Counters {
    std::uint64_t* bad_source;
    std::uint64_t* control_truncated;
    std::uint64_t* receive_stamp_implausible;
    std::uint64_t* transmit_stamp_implausible;
    std::uint64_t* transmit_stamp_unmatched;
    std::uint64_t* send_refused;
  } drops_;
};

}  // namespace tactus::udp
