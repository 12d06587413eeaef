// SPDX-License-Identifier: Apache-2.0
// Sockets that a service manager opened for the daemon (LISTEN_FDS: descriptors from 3 on). One is used when its type,
// address and port are exactly those wanted. Configuration specification, section 12.5.
#pragma once

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tactus/sockaddr.hpp>

namespace tactus {

inline constexpr int passed_socket_first = 3;
inline constexpr int passed_socket_max = 64;  // more are not looked at

// Number of sockets that were passed; 0 when the variable is absent or not a non-negative decimal number.
inline int passed_socket_count() noexcept {
  const char* text = std::getenv("LISTEN_FDS");
  if (text == nullptr) return 0;
  const std::string_view digits(text);
  int count = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (failed != std::errc{} || end != digits.data() + digits.size() || count < 0) return 0;
  return count < passed_socket_max ? count : passed_socket_max;
}

// The passed socket of this type (SOCK_DGRAM; SOCK_STREAM: listening) that is bound to exactly this address and port,
// made non-blocking and close-on-exec; -1 when there is none or the port is 0. It is never closed: it stays for the
// next use. *v6only becomes false for an IPv6 socket without IPV6_V6ONLY.
inline int passed_socket(int type, const tactus_address& wanted, bool* v6only = nullptr) noexcept {
  if (wanted.port == 0) return -1;
  const int count = passed_socket_count();
  for (int fd = passed_socket_first; fd < passed_socket_first + count; ++fd) {
    int value = 0;
    socklen_t length = sizeof(value);
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &length) != 0 || value != type) continue;
    sockaddr_storage bound{};
    socklen_t bound_length = sizeof(bound);
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &bound_length) != 0) continue;
    if (!same_endpoint(from_sockaddr(&bound, bound_length), wanted)) continue;
    if (type == SOCK_STREAM) {
      length = sizeof(value);
      if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) != 0 || value == 0) continue;
    }
    if (v6only != nullptr) {
      length = sizeof(value);
      *v6only = wanted.family != TACTUS_FAMILY_IPV6 ||
                (::getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, &length) == 0 && value != 0);
    }
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) continue;
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
  }
  return -1;
}

// Whether the descriptor is one of those that were passed: it must not be closed.
inline bool is_passed_socket(int fd) noexcept {
  return fd >= passed_socket_first && fd < passed_socket_first + passed_socket_count();
}

}  // namespace tactus
