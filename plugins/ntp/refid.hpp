// SPDX-License-Identifier: Apache-2.0
// Reference ids: of an address, and the reserved ones. RFC 5905 section 7.3; NTP specification section 2.4.
#pragma once

#include <cstdint>

#include <tactus/abi.h>

namespace tactus::ntp {

inline constexpr std::uint32_t refid_unsynchronised = 0;
inline constexpr std::uint32_t refid_local = 0x7f7f0101;     // the local reference is active
inline constexpr std::uint32_t refid_smoothed = 0x7f7f01ff;  // smoothed time is served
inline constexpr std::uint32_t kiss_rate = 0x52415445;       // "RATE"

// IPv4: the four octets. IPv6: the first four octets of MD5 over the address. Anything else: 0.
std::uint32_t refid_of(const tactus_address& address) noexcept;

}  // namespace tactus::ntp
