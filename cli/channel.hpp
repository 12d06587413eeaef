// SPDX-License-Identifier: Apache-2.0
// What the request procedure needs of the outside: servers one after the other, datagrams, a clock, random numbers, and
// names. The real one is transport.hpp; tests have their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tactus/abi.h>
#include <tactus/bytes.hpp>

namespace tactus::cli {

class Channel {
 public:
  static constexpr std::ptrdiff_t timed_out = -1;
  static constexpr std::ptrdiff_t failed = -2;

  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  [[nodiscard]] virtual bool is_open() const = 0;
  // Opens the next server of the list that can be opened; false at the end of the list, after which it begins anew.
  virtual bool open_next() = 0;
  virtual void close() = 0;
  virtual bool send(Bytes datagram) = 0;
  // Length of a datagram, timed_out or failed. Surplus bytes of the datagram are lost.
  virtual std::ptrdiff_t receive(MutableBytes buffer, double timeout_s) = 0;
  // The current server is a Unix socket.
  [[nodiscard]] virtual bool is_local() const = 0;
  // Wall clock, s since 1970.
  virtual double now_s() = 0;
  virtual std::uint32_t random() = 0;
  // Sleeps; false when a signal asked to end.
  virtual bool sleep(double seconds) = 0;
  // A signal asked to end.
  [[nodiscard]] virtual bool interrupted() const = 0;
};

// Which addresses names may resolve to (-4, -6).
enum class Family : std::uint8_t { any, ipv4, ipv6 };

class Resolver {
 public:
  Resolver() = default;
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  virtual ~Resolver() = default;
  // The first address of a host name that fits; literals are filtered in the same way.
  virtual std::optional<tactus_address> lookup(const std::string& name, Family family) = 0;
  // Name of an address; empty when it has none.
  virtual std::string reverse(const tactus_address& address) = 0;
};

// An address literal; no filter.
std::optional<tactus_address> parse_literal(const std::string& text);

}  // namespace tactus::cli
