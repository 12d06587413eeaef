// SPDX-License-Identifier: Apache-2.0
// UDP sockets of the command port (command protocol specification 2.1). Replies leave from the address that was asked.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "sockets.hpp"

namespace tactus::cmdmon {

namespace {

constexpr int first_passed_fd = 3;
constexpr std::size_t control_size = 256;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

SocketAddress to_system(const tactus_address& address, std::uint16_t family, std::uint16_t port) {
  SocketAddress out;
  if (family == TACTUS_FAMILY_IPV4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes, 4);
    std::memcpy(&out.storage, &v4, sizeof v4);
    out.length = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_scope_id = address.scope;
    std::memcpy(&v6.sin6_addr, address.bytes, 16);
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.length = sizeof v6;
  }
  return out;
}

tactus_address from_system(const sockaddr_storage& storage) {
  tactus_address out{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &storage, sizeof v4);
    out.family = TACTUS_FAMILY_IPV4;
    out.port = ntohs(v4.sin_port);
    std::memcpy(out.bytes, &v4.sin_addr, 4);
  } else if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &storage, sizeof v6);
    out.family = TACTUS_FAMILY_IPV6;
    out.port = ntohs(v6.sin6_port);
    out.scope = v6.sin6_scope_id;
    std::memcpy(out.bytes, &v6.sin6_addr, 16);
  }
  return out;
}

// A socket that the service manager passed (LISTEN_FDS) and that is bound to exactly this address and port; -1: none.
int passed_socket(const SocketAddress& wanted) {
  const char* text = std::getenv("LISTEN_FDS");
  if (text == nullptr || *text < '0' || *text > '9') return -1;
  const long count = std::min(std::strtol(text, nullptr, 10), 1024L);
  for (int fd = first_passed_fd; fd < first_passed_fd + static_cast<int>(count); ++fd) {
    int type = 0;
    socklen_t type_length = sizeof type;
    SocketAddress bound;
    bound.length = sizeof bound.storage;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) != 0 || type != SOCK_DGRAM) continue;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.length) != 0) continue;
    const tactus_address a = from_system(bound.storage);
    const tactus_address b = from_system(wanted.storage);
    if (a.family == b.family && a.port == b.port && std::memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0) {
      return ::fcntl(fd, F_DUPFD_CLOEXEC, first_passed_fd);  // the passed one stays open for others
    }
  }
  return -1;
}

void set_flag(int fd, int level, int option) {
  const int on = 1;
  (void)::setsockopt(fd, level, option, &on, sizeof on);
}

bool is_link_local(const tactus_address& address) {
  if (address.family == TACTUS_FAMILY_IPV4) return address.bytes[0] == 169 && address.bytes[1] == 254;
  return address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

}  // namespace

Result<void> UdpSocket::open(const Params& params) {
  family_ = params.family;
  const bool v4 = family_ == TACTUS_FAMILY_IPV4;
  const SocketAddress bind_to = to_system(params.address, family_, params.port);
  const int passed = passed_socket(bind_to);
  fd_ = Fd{passed >= 0 ? passed : ::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0)};
  if (!fd_) return error("{}", std::strerror(errno));
  const int fd = fd_.get();
  (void)::fcntl(fd, F_SETFD, FD_CLOEXEC);
  (void)::fcntl(fd, F_SETFL, O_NONBLOCK);
  if (v4) {
    set_flag(fd, IPPROTO_IP, IP_PKTINFO);
  } else {
    set_flag(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
  }
  if (passed >= 0) return {};
  if (!v4) set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  set_flag(fd, SOL_SOCKET, SO_REUSEADDR);
  set_flag(fd, SOL_SOCKET, SO_REUSEPORT);
  set_flag(fd, IPPROTO_IP, IP_FREEBIND);
  if (!params.device.empty() && ::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, params.device.c_str(),
                                             static_cast<socklen_t>(params.device.size() + 1)) != 0) {
    return error("binding to {}: {}", params.device, std::strerror(errno));
  }
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&bind_to.storage), bind_to.length) != 0) {
    return error("{}", std::strerror(errno));
  }
  return {};
}

std::ptrdiff_t UdpSocket::receive(MutableBytes buffer, Peer& peer, bool& truncated) const {
  sockaddr_storage from{};
  alignas(cmsghdr) char control[control_size];
  iovec data{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t length = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  if (length < 0) return -1;
  truncated = (message.msg_flags & MSG_TRUNC) != 0;
  peer = Peer{};
  peer.remote = from_system(from);
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      peer.local.family = TACTUS_FAMILY_IPV4;
      std::memcpy(peer.local.bytes, &info.ipi_addr, 4);
      peer.interface_index = static_cast<std::uint32_t>(info.ipi_ifindex);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      peer.local.family = TACTUS_FAMILY_IPV6;
      std::memcpy(peer.local.bytes, &info.ipi6_addr, 16);
      peer.interface_index = info.ipi6_ifindex;
    }
  }
  return length;
}

bool UdpSocket::send(Bytes bytes, const Peer& peer) const {
  SocketAddress to = to_system(peer.remote, peer.remote.family, peer.remote.port);
  alignas(cmsghdr) char control[control_size] = {};
  iovec data{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_name = &to.storage;
  message.msg_namelen = to.length;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  const std::uint32_t interface = is_link_local(peer.remote) ? peer.interface_index : 0;
  if (peer.local.family != TACTUS_FAMILY_NONE) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    if (peer.local.family == TACTUS_FAMILY_IPV4) {
      in_pktinfo info{};
      std::memcpy(&info.ipi_spec_dst, peer.local.bytes, 4);
      info.ipi_ifindex = static_cast<int>(interface);
      c->cmsg_level = IPPROTO_IP;
      c->cmsg_type = IP_PKTINFO;
      c->cmsg_len = CMSG_LEN(sizeof info);
      std::memcpy(CMSG_DATA(c), &info, sizeof info);
      message.msg_controllen = CMSG_SPACE(sizeof info);
    } else {
      in6_pktinfo info{};
      std::memcpy(&info.ipi6_addr, peer.local.bytes, 16);
      info.ipi6_ifindex = interface;
      c->cmsg_level = IPPROTO_IPV6;
      c->cmsg_type = IPV6_PKTINFO;
      c->cmsg_len = CMSG_LEN(sizeof info);
      std::memcpy(CMSG_DATA(c), &info, sizeof info);
      message.msg_controllen = CMSG_SPACE(sizeof info);
    }
  }
  return ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace tactus::cmdmon
