// SPDX-License-Identifier: Apache-2.0
// Servers, sockets, waiting (command protocol specification, sections 4.1 and 4.2).
#include "transport.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): nanosleep and clock_gettime are POSIX
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "resolver.hpp"
#include "signals.hpp"

namespace tactus::cli {

namespace {

constexpr double longest_wait_s = 3600.0;

timespec to_timespec(double seconds) {
  const double whole = std::floor(seconds);
  timespec out{};
  out.tv_sec = static_cast<time_t>(whole);
  out.tv_nsec = static_cast<long>((seconds - whole) * 1e9);
  return out;
}

}  // namespace

SocketChannel::SocketChannel(const std::string& servers, std::uint16_t port, Family family, Output& output)
    : output_(output) {
  std::string_view rest = servers;
  while (!rest.empty()) {
    const std::string element(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(element.size() + 1, rest.size()));
    if (element.empty()) break;
    if (element.front() == '/') {
      servers_.emplace_back(element);
      continue;
    }
    for (tactus_address address : lookup_all(element, family)) {
      address.port = port;
      servers_.emplace_back(address);
    }
  }
}

std::string advice_without_daemon(const std::string& servers, std::uint16_t port) {
  std::string list;
  std::string closed;  // a socket that only others may open
  bool udp = false;
  for (std::size_t begin = 0; begin < servers.size();) {
    const std::size_t end = std::min(servers.find(',', begin), servers.size());
    const std::string server = servers.substr(begin, end - begin);
    begin = end + 1;
    if (server.empty()) break;
    const bool path = server.front() == '/';
    if (path && ::access(server.c_str(), R_OK | W_OK) != 0 && errno == EACCES) closed = server;
    udp = udp || !path;
    if (!list.empty()) list += begin > servers.size() ? " or " : ", ";
    list += server;
  }
  const std::string ports = udp ? fmt::format(" (UDP port {})", port) : "";
  if (!closed.empty()) {
    return fmt::format(
        "No time daemon answers at {}{}: {} may be opened by root and the daemon's group only, so try "
        "again as root.",
        list, ports, closed);
  }
  return fmt::format("No time daemon answers at {}{}: start one (systemctl start tactusd), or name its socket with -h.",
                     list, ports);
}

Fd SocketChannel::open_udp(const tactus_address& address) {
  const bool v4 = address.family == TACTUS_FAMILY_IPV4;
  Fd fd{::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0)};
  if (!fd) return fd;
  (void)::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  (void)::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  int status = 0;
  if (v4) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    std::memcpy(&to.sin_addr, address.bytes, 4);
    status = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(address.port);
    std::memcpy(&to.sin6_addr, address.bytes, 16);
    status = ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  if (status != 0) fd.reset();
  return fd;
}

bool SocketChannel::open_next() {
  close();
  while (next_ < servers_.size()) {
    const Server& server = servers_[next_++];
    if (const auto* path = std::get_if<std::string>(&server)) {
      const std::uint64_t name = std::uint64_t{random()} << 32 | random();
      fd_ = unix_.open(*path, name, output_);
    } else {
      fd_ = open_udp(std::get<tactus_address>(server));
    }
    if (fd_) return true;
  }
  next_ = 0;
  return false;
}

void SocketChannel::close() {
  fd_.reset();
  unix_.close();
}

bool SocketChannel::is_local() const {
  return fd_ && next_ > 0 && std::holds_alternative<std::string>(servers_[next_ - 1]);
}

bool SocketChannel::send(Bytes datagram) {
  iovec data{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  return ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL) == static_cast<ssize_t>(datagram.size());
}

std::ptrdiff_t SocketChannel::receive(MutableBytes buffer, double timeout_s) {
  pollfd entry{fd_.get(), POLLIN, 0};
  const int timeout_ms = static_cast<int>(std::ceil(std::clamp(timeout_s, 0.0, longest_wait_s) * 1000.0));
  const int ready = ::poll(&entry, 1, timeout_ms);
  if (ready == 0 || (ready < 0 && errno == EINTR)) return timed_out;
  if (ready < 0) return failed;
  iovec data{buffer.data(), buffer.size()};
  alignas(cmsghdr) char control[256];
  sockaddr_storage from{};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t length = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  return length < 0 ? failed : length;
}

double SocketChannel::now_s() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::uint32_t SocketChannel::random() {
  std::uint32_t value = 0;
  if (::getrandom(&value, sizeof value, 0) != sizeof value) value = static_cast<std::uint32_t>(now_s() * 1e6);
  return value;
}

bool SocketChannel::sleep(double seconds) {
  const timespec time = to_timespec(seconds);
  (void)::nanosleep(&time, nullptr);
  return !signal_received();
}

bool SocketChannel::interrupted() const { return signal_received(); }

}  // namespace tactus::cli
