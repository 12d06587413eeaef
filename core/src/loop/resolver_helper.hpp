// SPDX-License-Identifier: Apache-2.0
// The resolver's helper process and the messages between it and the daemon. Private to this folder. Both ends are the
// same binary, so the messages are structures; what comes back is checked all the same, because the helper reads DNS.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include <sys/types.h>

#include <tactus/host.h>
#include <tactus/result.hpp>

namespace tactus::resolver {

inline constexpr std::size_t name_max = 253;  // octets, RFC 1035 section 2.3.4 without the length octets

struct Question {
  std::uint64_t id;
  std::uint32_t family;  // TACTUS_FAMILY_NONE, _IPV4, _IPV6
  std::uint32_t name_length;
  std::array<char, name_max + 1> name;  // NUL-terminated
};

struct Reply {
  std::uint64_t id;
  std::int32_t status;  // TACTUS_OK, _NOT_FOUND, _ABSENT
  std::uint32_t count;  // 0..TACTUS_RESOLVE_MAX
  std::array<tactus_address, TACTUS_RESOLVE_MAX> addresses;
};

// False when a field is outside its range.
bool plausible(const Reply& reply) noexcept;

struct Child {
  pid_t pid;
  int fd;  // a sequenced-packet socket, non-blocking and close-on-exec
};
// Forks a helper that serves questions until its socket is closed. setup runs in it first.
Result<Child> start(const std::function<void()>& setup);

}  // namespace tactus::resolver
