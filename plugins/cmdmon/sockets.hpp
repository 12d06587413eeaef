// SPDX-License-Identifier: Apache-2.0
// The sockets of the command protocol: UDP on the command port, a datagram socket in the file system (command protocol
// specification, section 2). Plain calls only, so that the network simulator can stand in for the kernel.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

#include <tactus/sdk.hpp>

namespace tactus::cmdmon {

// Reads one datagram and sends at most one reply. The bytes live in the object's own buffer.
inline constexpr std::size_t receive_size = 1024;  // longer than any request: surplus shows

// One UDP socket of the command port.
class UdpSocket {
 public:
  struct Params {
    tactus_address address{};  // IPv4 or IPv6, with port, to bind to
    std::string device;        // bindcmddevice; empty: none
  };
  // A datagram as it came: who sent it, and to which own address and interface.
  struct Peer {
    tactus_address remote{};
    tactus_address local{};
    std::uint32_t interface_index = 0;
  };

  // Opens and binds, or takes over a fitting socket of the service manager. The failure's text is the system's.
  Result<void> open(const Params& params);
  [[nodiscard]] int fd() const { return fd_.get(); }
  // Bytes received (0..capacity), or -1 when there was nothing. *truncated: it was longer.
  std::ptrdiff_t receive(MutableBytes buffer, Peer& peer, bool& truncated) const;
  // false: could not be sent.
  [[nodiscard]] bool send(Bytes bytes, const Peer& peer) const;

 private:
  Fd fd_;
};

// The Unix datagram socket.
class UnixSocket {
 public:
  struct Peer {
    sockaddr_un address{};
    socklen_t length = 0;
  };
  UnixSocket() = default;
  UnixSocket(const UnixSocket&) = delete;
  UnixSocket& operator=(const UnixSocket&) = delete;
  ~UnixSocket();

  // Binds to the path; an existing file is unlinked first.
  Result<void> open(const std::string& path);
  [[nodiscard]] int fd() const { return fd_.get(); }
  std::ptrdiff_t receive(MutableBytes buffer, Peer& peer, bool& truncated) const;
  [[nodiscard]] bool send(Bytes bytes, const Peer& peer) const;

 private:
  Fd fd_;
  std::string path_;
};

}  // namespace tactus::cmdmon
