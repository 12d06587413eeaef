// SPDX-License-Identifier: Apache-2.0
// What a client association needs of its authentication scheme. The rim maps it on struct tactus_auth_ops; tests use a
// fake. Authentication specification section 4.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tactus/bytes.hpp>

#include "packet.hpp"

namespace tactus::ntp {

enum class Readiness : std::uint8_t { ready, not_yet, no_key };

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // The kind that packets of this association must have, both ways.
  [[nodiscard]] virtual AuthMode mode() const = 0;
  // NTP version of requests when none is configured, 1..4.
  [[nodiscard]] virtual std::uint8_t default_version() const = 0;
  // Before each request.
  virtual Readiness prepare() = 0;
  // Appends the authenticator to buffer[0..length) and raises length; the buffer's size is the capacity.
  virtual bool sign(MutableBytes buffer, std::size_t& length, const Packet& packet) = 0;
  // True when the datagram is authentic; `packet` is what the parser made of it.
  virtual bool check(Bytes datagram, const Packet& packet) = 0;
};

}  // namespace tactus::ntp
