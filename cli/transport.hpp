// SPDX-License-Identifier: Apache-2.0
// The real channel: a list of servers, UDP and Unix datagram sockets (command protocol specification, section 4).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include <tactus/sdk/host.hpp>

#include "channel.hpp"
#include "output.hpp"

namespace tactus::cli {

// The client's end of a Unix socket: bound below a directory of its own next to the server's (4.3). Everything is
// removed again when it ends.
class UnixClient {
 public:
  UnixClient() = default;
  UnixClient(const UnixClient&) = delete;
  UnixClient& operator=(const UnixClient&) = delete;
  ~UnixClient() { close(); }
  // Connects to the server's path. A failure that the user should know of is complained about.
  Fd open(const std::string& path, std::uint64_t random, Output& output);
  void close();

 private:
  bool make_directories(const std::string& path, std::uint64_t random, Output& output);
  std::string directory_;
  std::string inner_;
  std::string socket_;
};

// What to do when none of these servers answers: one sentence. Looks whether a socket is there and may be opened.
std::string advice_without_daemon(const std::string& servers, std::uint16_t port);

class SocketChannel final : public Channel {
 public:
  // servers: comma-separated paths and hosts.
  SocketChannel(const std::string& servers, std::uint16_t port, Family family, Output& output);
  ~SocketChannel() override { close(); }

  [[nodiscard]] bool is_open() const override { return static_cast<bool>(fd_); }
  bool open_next() override;
  void close() override;
  bool send(Bytes datagram) override;
  std::ptrdiff_t receive(MutableBytes buffer, double timeout_s) override;
  [[nodiscard]] bool is_local() const override;
  double now_s() override;
  std::uint32_t random() override;
  bool sleep(double seconds) override;
  [[nodiscard]] bool interrupted() const override;

 private:
  using Server = std::variant<std::string, tactus_address>;  // path, or address with port
  Fd open_udp(const tactus_address& address);

  Output& output_;
  std::vector<Server> servers_;
  std::size_t next_ = 0;
  Fd fd_;
  UnixClient unix_;
};

}  // namespace tactus::cli
