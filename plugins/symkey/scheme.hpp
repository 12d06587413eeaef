// SPDX-License-Identifier: Apache-2.0
// Signing and checking of NTP packets with symmetric keys (authentication specification, sections 3 and 4). No I/O.
#pragma once

#include <cstdint>

#include <tactus/plugin.h>

#include "key_file.hpp"

namespace tactus::symkey {

inline constexpr std::size_t short_key_bits = 80;  // shorter secrets of sources are warned of

// Appends key id and digest. TACTUS_E_NOT_FOUND: no such key; TACTUS_E_LIMIT: no room.
tactus_status sign(const KeyRing& keys, std::uint32_t key_id, tactus_packet& packet);

// The key id of the packet's MAC; 0 when it has none.
std::uint32_t mac_key_id(const tactus_packet& packet);

// TACTUS_OK when the packet ends in a MAC of exactly this key and it verifies; TACTUS_E_DENIED otherwise.
tactus_status check(const KeyRing& keys, std::uint32_t key_id, const tactus_packet& packet);

// NTP version of requests when none is configured: 3 for digests that NTPv4 would cut, else 4. 4 for a missing key.
std::uint32_t request_version(const KeyRing& keys, std::uint32_t key_id);

}  // namespace tactus::symkey
