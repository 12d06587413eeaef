// SPDX-License-Identifier: Apache-2.0
// PTP event messages that carry an NTP packet in a TLV. IEEE 1588-2008 section 13, draft-ietf-ntp-over-ptp; NTP
// specification section 23. Bytes in, bytes out.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tactus/bytes.hpp>

namespace tactus::netptp {

inline constexpr std::size_t prefix_bytes = 48;  // PTP header, Delay_Req body, head of the TLV

// Why a datagram carries no NTP packet for us.
enum class Refusal : std::uint8_t {
  none,
  bad_length,  // not longer than the prefix, or the message says another length
  bad_type,    // neither Sync nor Delay_Req
  bad_version,
  bad_domain,
  bad_flags,  // not unicast only
  bad_tlv,    // another TLV, or one that does not end with the datagram
};
inline constexpr std::size_t refusal_count = 7;
// snake_case name for the drop report.
const char* name_of(Refusal reason) noexcept;

struct Unwrapped {
  Refusal refusal = Refusal::none;
  Bytes packet{};           // within the datagram
  double correction_s = 0;  // correction field: time spent in transparent clocks, s
};

// Judges a datagram of any length.
Unwrapped unwrap(Bytes datagram, std::uint8_t domain) noexcept;

// Writes the prefix of a message with a packet of packet_bytes octets (1..65487) to out[0..48).
void write_prefix(MutableBytes out, std::size_t packet_bytes, std::uint8_t domain, std::uint16_t sequence) noexcept;

}  // namespace tactus::netptp
