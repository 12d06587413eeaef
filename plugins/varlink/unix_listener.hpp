// SPDX-License-Identifier: Apache-2.0
// The listening socket in the file system, and who is at the other end.
#pragma once

#include <string>

#include <sys/types.h>

#include <tactus/sdk.hpp>

namespace tactus::varlink {

class UnixListener {
 public:
  UnixListener() = default;
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;
  ~UnixListener();

  // Binds to the path and listens. A socket that is there already is replaced; any other file is an error. mode:
  // permission bits of the new file.
  Result<Fd> open(const std::string& path, mode_t mode);

 private:
  std::string path_;
};

// The most that the peer may: TACTUS_ACCESS_CONTROL for root and for the daemon's own user. Others may read what is
// for local users of a private socket (TACTUS_ACCESS_READ), or, when the socket's mode lets everybody in, what is for
// everybody (TACTUS_ACCESS_MONITOR).
std::uint32_t access_of_peer(int fd, mode_t socket_mode);

}  // namespace tactus::varlink
