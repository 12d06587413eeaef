// SPDX-License-Identifier: Apache-2.0
// Between struct tactus_address and the socket calls' structures. For the rim: files that own sockets.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tactus/address.hpp>

namespace tactus {

// AF_INET, AF_INET6, or AF_UNSPEC for what is no IP address.
constexpr int socket_family(const tactus_address& address) noexcept {
  return address.family == TACTUS_FAMILY_IPV4 ? AF_INET : address.family == TACTUS_FAMILY_IPV6 ? AF_INET6 : AF_UNSPEC;
}

// Fills `out` and returns its used length; 0 when the family is not IPv4 or IPv6.
inline socklen_t to_sockaddr(const tactus_address& address, sockaddr_storage& out) noexcept {
  std::memset(&out, 0, sizeof(out));
  if (address.family == TACTUS_FAMILY_IPV4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    std::memcpy(&in.sin_addr, address.bytes, 4);
    std::memcpy(&out, &in, sizeof(in));
    return sizeof(in);
  }
  if (address.family == TACTUS_FAMILY_IPV6) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(address.port);
    in.sin6_scope_id = address.scope;
    std::memcpy(&in.sin6_addr, address.bytes, 16);
    std::memcpy(&out, &in, sizeof(in));
    return sizeof(in);
  }
  return 0;
}

// Family NONE when it is too short or no IP address.
inline tactus_address from_sockaddr(const void* data, std::size_t length) noexcept {
  tactus_address out{};
  sa_family_t family = AF_UNSPEC;
  if (data == nullptr || length < sizeof(family)) return out;
  std::memcpy(&family, data, sizeof(family));  // sa_family is the first member on Linux
  if (family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, data, sizeof(in));
    out.family = TACTUS_FAMILY_IPV4;
    out.port = ntohs(in.sin_port);
    std::memcpy(out.bytes, &in.sin_addr, 4);
  } else if (family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, data, sizeof(in));
    out.family = TACTUS_FAMILY_IPV6;
    out.port = ntohs(in.sin6_port);
    out.scope = in.sin6_scope_id;
    std::memcpy(out.bytes, &in.sin6_addr, 16);
  }
  return out;
}

// As parse_address, but the zone may be the name of an interface ("fe80::1%eth0"). Asks the kernel for its index.
inline std::optional<tactus_address> parse_scoped_address(std::string_view text) {
  if (auto plain = parse_address(text)) return plain;
  const auto percent = text.find('%');
  if (percent == text.npos) return std::nullopt;
  const std::string zone(text.substr(percent + 1));
  if (zone.empty() || zone.size() >= IF_NAMESIZE) return std::nullopt;
  auto out = parse_address(text.substr(0, percent));
  if (!out || out->family != TACTUS_FAMILY_IPV6) return std::nullopt;
  out->scope = ::if_nametoindex(zone.c_str());
  return out->scope != 0 ? out : std::nullopt;
}

}  // namespace tactus
