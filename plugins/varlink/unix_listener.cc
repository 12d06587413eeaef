// SPDX-License-Identifier: Apache-2.0
#include "unix_listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tactus::varlink {

namespace {
constexpr int backlog = 256;  // as many as there may be sessions
}

UnixListener::~UnixListener() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<Fd> UnixListener::open(const std::string& path, mode_t mode) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return error("path too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  struct stat there;
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) return error("there is a file that is no socket: remove it");
    ::unlink(path.c_str());
  }
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return error("{}", std::strerror(errno));
  // The file must never have been open to more than the mode says.
  const mode_t before = ::umask(static_cast<mode_t>(~mode & 0777));
  const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int reason = errno;
  ::umask(before);
  if (bound != 0) return error("{}", std::strerror(reason));
  path_ = path;
  if (::listen(fd.get(), backlog) != 0) return error("{}", std::strerror(errno));
  return fd;
}

std::uint32_t access_of_peer(int fd, mode_t socket_mode) {
  ucred peer{};
  socklen_t length = sizeof peer;
  const bool known = ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0;
  if (known && (peer.uid == 0 || peer.uid == ::geteuid())) return TACTUS_ACCESS_CONTROL;
  return (socket_mode & S_IRWXO) == 0 ? TACTUS_ACCESS_READ : TACTUS_ACCESS_MONITOR;
}

}  // namespace tactus::varlink
