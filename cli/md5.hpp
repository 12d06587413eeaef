// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321) of the few bytes of an IPv6 address: the reference id that NTP derives from it (RFC 5905 figure 12).
#pragma once

#include <array>
#include <cstdint>

#include <tactus/bytes.hpp>

namespace tactus::cli {

// Digest of at most 55 bytes: one block.
std::array<std::uint8_t, 16> md5_of_short(Bytes message);

}  // namespace tactus::cli
