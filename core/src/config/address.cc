// SPDX-License-Identifier: Apache-2.0
// Text forms of addresses and of the allow/deny operand (configuration specification, sections 5 and 7.4).
#include "config/address.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <vector>

#include <tactus/address.hpp>

#include "config/words.hpp"

namespace tactus::config {

namespace {

// Decimal with an optional plus sign; nothing may follow. Saturates at UINT32_MAX.
std::optional<std::uint32_t> parse_decimal(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = std::min<std::uint64_t>(number * 10 + static_cast<std::uint64_t>(c - '0'), UINT32_MAX);
  }
  return static_cast<std::uint32_t>(number);
}

// One to three numbers: an IPv4 network that is padded with zeros. *bits: 8 per number.
std::optional<tactus_address> parse_short_network(std::string_view text, std::uint32_t* bits) {
  tactus_address address{};
  address.family = TACTUS_FAMILY_IPV4;
  std::size_t count = 0;
  for (;;) {
    const std::size_t dot = text.find('.');
    const auto number = parse_decimal(text.substr(0, dot));
    if (!number || *number > 255 || count == 3) return std::nullopt;
    address.bytes[count++] = static_cast<std::uint8_t>(*number);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  *bits = static_cast<std::uint32_t>(8 * count);
  return address;
}

std::uint32_t full_length(const tactus_address& address) { return address.family == TACTUS_FAMILY_IPV4 ? 32 : 128; }

}  // namespace

std::optional<tactus_address> parse_address(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  return tactus::parse_address(text);
}

std::string format_address(const tactus_address& address) { return to_text(address); }

std::optional<tactus_address> resolve_with_system(const std::string& name) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &wanted, &found) != 0) return std::nullopt;
  std::optional<tactus_address> first;
  for (const addrinfo* entry = found; entry != nullptr && !first; entry = entry->ai_next) {
    tactus_address address{};
    if (entry->ai_family == AF_INET) {
      sockaddr_in ipv4{};
      std::memcpy(&ipv4, entry->ai_addr, sizeof ipv4);
      address.family = TACTUS_FAMILY_IPV4;
      std::memcpy(address.bytes, &ipv4.sin_addr, sizeof ipv4.sin_addr);
      first = address;
    } else if (entry->ai_family == AF_INET6) {
      sockaddr_in6 ipv6{};
      std::memcpy(&ipv6, entry->ai_addr, sizeof ipv6);
      if (ipv6.sin6_scope_id != 0) continue;  // scoped addresses are dropped, section 5
      address.family = TACTUS_FAMILY_IPV6;
      std::memcpy(address.bytes, &ipv6.sin6_addr, sizeof ipv6.sin6_addr);
      first = address;
    }
  }
  freeaddrinfo(found);
  return first;
}

std::optional<AccessOperand> parse_access(std::string_view text, const Resolve& resolve) {
  AccessOperand out;
  std::vector<std::string_view> words = split_words(text);
  if (!words.empty() && words.front() == "all") {
    out.all = true;
    words.erase(words.begin());
  }
  if (words.empty()) return out;  // family NONE: every address
  if (words.size() > 1) return std::nullopt;

  const std::string_view word = words.front();
  const std::size_t slash = word.find('/');
  const bool with_length = slash != std::string_view::npos;
  const std::string_view host = word.substr(0, slash);
  std::optional<std::uint32_t> length;
  if (with_length) {
    length = parse_decimal(word.substr(slash + 1));
    if (!length) return std::nullopt;
  }
  std::uint32_t natural = 0;
  std::optional<tactus_address> address = parse_address(host);
  if (address) {
    natural = full_length(*address);
  } else {
    address = parse_short_network(host, &natural);
  }
  if (!address) {
    if (with_length || host.empty() || !resolve) return std::nullopt;
    address = resolve(std::string{host});
    if (!address) return std::nullopt;
    natural = full_length(*address);
  }
  out.subnet.address = *address;
  out.subnet.prefix = length.value_or(natural);
  return out;
}

}  // namespace tactus::config
