// SPDX-License-Identifier: Apache-2.0
// UDP sockets of the command port (command protocol specification 2.1). Replies leave from the address that was asked.
#include <fcntl.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include <tactus/passed_socket.hpp>
#include <tactus/sockaddr.hpp>

#include "sockets.hpp"

namespace tactus::cmdmon {

namespace {

constexpr std::size_t control_size = 256;

void set_flag(int fd, int level, int option) {
  const int on = 1;
  (void)::setsockopt(fd, level, option, &on, sizeof on);
}

}  // namespace

Result<void> UdpSocket::open(const Params& params) {
  const bool v4 = params.address.family == TACTUS_FAMILY_IPV4;
  sockaddr_storage bind_to;
  const socklen_t bind_length = to_sockaddr(params.address, bind_to);
  // The service manager's own descriptor stays open for others.
  const int found = passed_socket(SOCK_DGRAM, params.address);
  const int passed = found >= 0 ? ::fcntl(found, F_DUPFD_CLOEXEC, passed_socket_first) : -1;
  fd_ = Fd{passed >= 0 ? passed : ::socket(socket_family(params.address), SOCK_DGRAM, 0)};
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
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&bind_to), bind_length) != 0) {
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
  peer.remote = from_sockaddr(&from, message.msg_namelen);
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
  sockaddr_storage to;
  const socklen_t to_length = to_sockaddr(peer.remote, to);
  alignas(cmsghdr) char control[control_size] = {};
  iovec data{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = to_length;
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
