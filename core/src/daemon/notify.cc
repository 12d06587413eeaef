// SPDX-License-Identifier: Apache-2.0
// Messages to the service manager.
#include "daemon/notify.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace tactus {

Result<void> Notifier::send(std::string_view state) const {
  if (path_.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.front() != '/' || path_.size() >= sizeof address.sun_path) return error("Unsupported notification socket");
  std::memcpy(address.sun_path, path_.data(), path_.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) return error("Could not send notification to $NOTIFY_SOCKET");
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  const ssize_t sent =
      ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::close(fd);
  if (sent != std::ssize(state)) return error("Could not send notification to $NOTIFY_SOCKET");
  return {};
}

}  // namespace tactus
