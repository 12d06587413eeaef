// SPDX-License-Identifier: Apache-2.0
// Host names and addresses (client specification, sections 3.4 and 5).
#include "resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <cstring>

#include <tactus/cmdmon.hpp>

namespace tactus::cli {

namespace {
bool fits(const tactus_address& address, Family family) {
  if (family == Family::ipv4) return address.family == TACTUS_FAMILY_IPV4;
  if (family == Family::ipv6) return address.family == TACTUS_FAMILY_IPV6;
  return true;
}
}  // namespace

std::optional<tactus_address> parse_literal(const std::string& text) {
  tactus_address out{};
  if (::inet_pton(AF_INET, text.c_str(), out.bytes) == 1) {
    out.family = TACTUS_FAMILY_IPV4;
    return out;
  }
  if (::inet_pton(AF_INET6, text.c_str(), out.bytes) == 1) {
    out.family = TACTUS_FAMILY_IPV6;
    return out;
  }
  return std::nullopt;
}

std::vector<tactus_address> lookup_all(const std::string& name, Family family) {
  std::vector<tactus_address> out;
  if (const auto literal = parse_literal(name)) {
    if (fits(*literal, family)) out.push_back(*literal);
    return out;
  }
  addrinfo hints{};
  hints.ai_family = family == Family::any ? AF_UNSPEC : (family == Family::ipv4 ? AF_INET : AF_INET6);
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return out;
  for (const addrinfo* entry = list; entry != nullptr && out.size() < addresses_per_name; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET && entry->ai_addrlen >= sizeof(sockaddr_in)) {
      sockaddr_in v4;
      std::memcpy(&v4, entry->ai_addr, sizeof v4);
      std::uint8_t bytes[4];
      std::memcpy(bytes, &v4.sin_addr, sizeof bytes);
      out.push_back(cmdmon::make_address(TACTUS_FAMILY_IPV4, bytes));
    } else if (entry->ai_family == AF_INET6 && entry->ai_addrlen >= sizeof(sockaddr_in6)) {
      sockaddr_in6 v6;
      std::memcpy(&v6, entry->ai_addr, sizeof v6);
      if (v6.sin6_scope_id != 0) continue;
      std::uint8_t bytes[16];
      std::memcpy(bytes, &v6.sin6_addr, sizeof bytes);
      out.push_back(cmdmon::make_address(TACTUS_FAMILY_IPV6, bytes));
    }
  }
  ::freeaddrinfo(list);
  std::erase_if(out, [family](const tactus_address& address) { return !fits(address, family); });
  return out;
}

std::optional<tactus_address> SystemResolver::lookup(const std::string& name, Family family) {
  const auto all = lookup_all(name, family);
  if (all.empty()) return std::nullopt;
  return all.front();
}

std::string SystemResolver::reverse(const tactus_address& address) {
  char name[NI_MAXHOST] = "";
  int status = EAI_FAMILY;
  if (address.family == TACTUS_FAMILY_IPV4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes, 4);
    status =
        ::getnameinfo(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, name, sizeof name, nullptr, 0, NI_NAMEREQD);
  } else if (address.family == TACTUS_FAMILY_IPV6) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes, 16);
    status =
        ::getnameinfo(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, name, sizeof name, nullptr, 0, NI_NAMEREQD);
  }
  return status == 0 ? name : "";
}

}  // namespace tactus::cli
