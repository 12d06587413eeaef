// SPDX-License-Identifier: Apache-2.0
// IP addresses as values: text to struct tactus_address and back, comparison, classes of addresses. Pure functions, for
// the core and for plugins. Text forms: RFC 4291 section 2.2, RFC 5952, RFC 4007 section 11 (zone as a number).
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <arpa/inet.h>

#include <fmt/core.h>
#include <tactus/abi.h>

namespace tactus {

// Longest accepted text of an address: IPv6 with a zone of ten digits.
inline constexpr std::size_t address_text_max = 46 + 1 + 10;

// An IPv4 dotted quad or IPv6 literal; "%" and a decimal zone may follow an IPv6 address. Port 0. No brackets, no white
// space, no host names, no interface names (see parse_scoped_address in sockaddr.hpp).
inline std::optional<tactus_address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > address_text_max || text.find('\0') != text.npos) return std::nullopt;
  tactus_address out{};
  std::string_view zone;
  if (const auto percent = text.find('%'); percent != text.npos) {
    zone = text.substr(percent + 1);
    text = text.substr(0, percent);
    const auto [end, failed] = std::from_chars(zone.data(), zone.data() + zone.size(), out.scope);
    if (zone.empty() || failed != std::errc{} || end != zone.data() + zone.size()) return std::nullopt;
  }
  std::array<char, address_text_max + 1> copy{};
  std::copy(text.begin(), text.end(), copy.begin());
  if (zone.empty() && ::inet_pton(AF_INET, copy.data(), out.bytes) == 1) {
    out.family = TACTUS_FAMILY_IPV4;
    return out;
  }
  if (::inet_pton(AF_INET6, copy.data(), out.bytes) == 1) {
    out.family = TACTUS_FAMILY_IPV6;
    return out;
  }
  return std::nullopt;
}

// "192.0.2.1", "2001:db8::1", "fe80::1%2"; "ID#0000000001" for the number of an unresolved source; "[UNSPEC]" for no
// address. The port is not shown.
inline std::string to_text(const tactus_address& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  switch (address.family) {
    case TACTUS_FAMILY_IPV4:
      ::inet_ntop(AF_INET, address.bytes, buffer.data(), buffer.size());
      return buffer.data();
    case TACTUS_FAMILY_IPV6:
      ::inet_ntop(AF_INET6, address.bytes, buffer.data(), buffer.size());
      return address.scope == 0 ? std::string(buffer.data()) : fmt::format("{}%{}", buffer.data(), address.scope);
    case TACTUS_FAMILY_ID: {
      std::uint32_t id = 0;
      for (std::size_t i = 0; i < 4; ++i) id = id << 8 | address.bytes[i];
      return fmt::format("ID#{:010}", id);
    }
    default:
      return "[UNSPEC]";
  }
}

// "192.0.2.1:123", "[2001:db8::1]:123".
inline std::string to_text_with_port(const tactus_address& address) {
  return address.family == TACTUS_FAMILY_IPV6 ? fmt::format("[{}]:{}", to_text(address), address.port)
                                              : fmt::format("{}:{}", to_text(address), address.port);
}

// Octets of an address of this family: 4, 16, or 0 for none.
constexpr std::size_t address_length(const tactus_address& address) noexcept {
  switch (address.family) {
    case TACTUS_FAMILY_IPV4:
    case TACTUS_FAMILY_ID:
      return 4;
    case TACTUS_FAMILY_IPV6:
      return 16;
    default:
      return 0;
  }
}

// Order by family, then octets, then zone; the port does not count.
inline std::strong_ordering compare_address(const tactus_address& a, const tactus_address& b) noexcept {
  if (const auto order = a.family <=> b.family; order != 0) return order;
  const int bytes = std::memcmp(a.bytes, b.bytes, address_length(a));
  if (bytes != 0) return bytes <=> 0;
  return a.scope <=> b.scope;
}
inline bool same_address(const tactus_address& a, const tactus_address& b) noexcept {
  return compare_address(a, b) == 0;
}
// Address and port.
inline bool same_endpoint(const tactus_address& a, const tactus_address& b) noexcept {
  return a.port == b.port && same_address(a, b);
}
// For ordered containers: by address, then port.
struct EndpointLess {
  bool operator()(const tactus_address& a, const tactus_address& b) const noexcept {
    const auto order = compare_address(a, b);
    return order != 0 ? order < 0 : a.port < b.port;
  }
};

constexpr bool is_ip(const tactus_address& address) noexcept {
  return address.family == TACTUS_FAMILY_IPV4 || address.family == TACTUS_FAMILY_IPV6;
}
// 0.0.0.0 or ::
inline bool is_any(const tactus_address& address) noexcept {
  return is_ip(address) && std::all_of(address.bytes, address.bytes + address_length(address),
                                       [](std::uint8_t byte) { return byte == 0; });
}
// RFC 5771 (224.0.0.0/4), RFC 4291 section 2.7.
constexpr bool is_multicast(const tactus_address& address) noexcept {
  return address.family == TACTUS_FAMILY_IPV4   ? (address.bytes[0] & 0xf0) == 0xe0
         : address.family == TACTUS_FAMILY_IPV6 ? address.bytes[0] == 0xff
                                                : false;
}
// RFC 3927 (169.254.0.0/16), RFC 4291 section 2.5.6.
constexpr bool is_link_local(const tactus_address& address) noexcept {
  return address.family == TACTUS_FAMILY_IPV4   ? address.bytes[0] == 169 && address.bytes[1] == 254
         : address.family == TACTUS_FAMILY_IPV6 ? address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80
                                                : false;
}
// 127.0.0.0/8 or ::1
inline bool is_loopback(const tactus_address& address) noexcept {
  if (address.family == TACTUS_FAMILY_IPV4) return address.bytes[0] == 127;
  return address.family == TACTUS_FAMILY_IPV6 && address.bytes[15] == 1 &&
         std::all_of(address.bytes, address.bytes + 15, [](std::uint8_t byte) { return byte == 0; });
}
// Whether the subnet holds the address. Family NONE with prefix 0 holds every address.
inline bool contains(const tactus_subnet& subnet, const tactus_address& address) noexcept {
  if (subnet.address.family == TACTUS_FAMILY_NONE) return subnet.prefix == 0;
  if (subnet.address.family != address.family || subnet.prefix > address_length(address) * 8) return false;
  const std::size_t whole = subnet.prefix / 8;
  if (std::memcmp(subnet.address.bytes, address.bytes, whole) != 0) return false;
  const unsigned rest = subnet.prefix % 8;
  if (rest == 0) return true;
  const unsigned mask = (0xff00u >> rest) & 0xffu;
  return ((subnet.address.bytes[whole] ^ address.bytes[whole]) & mask) == 0;
}
// 0.0.0.0 or :: of a family, with a port.
constexpr tactus_address any_address(std::uint16_t family, std::uint16_t port) noexcept {
  tactus_address out{};
  out.family = family;
  out.port = port;
  return out;
}

}  // namespace tactus
