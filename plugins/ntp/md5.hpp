// SPDX-License-Identifier: Apache-2.0
// The MD5 message digest (RFC 1321), for reference ids of IPv6 addresses only (RFC 5905 section 7.3). Not for secrets.
#pragma once

#include <array>
#include <cstdint>

#include <tactus/bytes.hpp>

namespace tactus::ntp {

// Digest of a message of any length.
std::array<std::uint8_t, 16> md5(Bytes message) noexcept;

}  // namespace tactus::ntp
