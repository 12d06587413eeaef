// SPDX-License-Identifier: Apache-2.0
// The command socket in the file system (command protocol specification 2.2).
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "sockets.hpp"

namespace tactus::cmdmon {

UnixSocket::~UnixSocket() {
  if (fd_) ::unlink(path_.c_str());
}

Result<void> UnixSocket::open(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return error("path too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd fd{::socket(AF_UNIX, SOCK_DGRAM, 0)};
  if (!fd) return error("{}", std::strerror(errno));
  (void)::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  (void)::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  ::unlink(path.c_str());
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return error("{}", std::strerror(errno));
  }
  path_ = path;
  fd_ = std::move(fd);
  return {};
}

std::ptrdiff_t UnixSocket::receive(MutableBytes buffer, Peer& peer, bool& truncated) const {
  iovec data{buffer.data(), buffer.size()};
  peer = Peer{};
  msghdr message{};
  message.msg_name = &peer.address;
  message.msg_namelen = sizeof peer.address;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  const ssize_t length = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  if (length < 0) return -1;
  truncated = (message.msg_flags & MSG_TRUNC) != 0;
  // An unbound sender has no path: nothing behind the family.
  peer.length = message.msg_namelen > offsetof(sockaddr_un, sun_path) ? message.msg_namelen : 0;
  return length;
}

bool UnixSocket::send(Bytes bytes, const Peer& peer) const {
  iovec data{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  Peer to = peer;
  msghdr message{};
  message.msg_name = &to.address;
  message.msg_namelen = to.length;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  return ::sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace tactus::cmdmon
