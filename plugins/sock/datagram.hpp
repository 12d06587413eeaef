// SPDX-License-Identifier: Apache-2.0
// Decoder of the datagrams that gpsd and others send to a SOCK reference clock (refclock specification, section 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include <tactus/bytes.hpp>
#include <tactus/time.hpp>

namespace tactus::sock {

inline constexpr std::size_t datagram_size = 40;
inline constexpr std::int32_t magic = 0x534f434b;

// Why a datagram was refused.
enum class Refusal : std::uint8_t { bad_length, bad_magic, bad_time };
const char* refusal_text(Refusal refusal);

// A message with full time. offset_s: true minus system, s.
struct TimeMessage {
  RawTime when;
  double offset_s;
  std::uint32_t leap;  // as sent, not validated
};
// A pulse. second_s: how far the system clock was after the second; the same field with the opposite sense (section 4).
struct PulseMessage {
  RawTime when;
  double second_s;
};
using Message = std::variant<TimeMessage, PulseMessage, Refusal>;

// Native byte order, 64-bit time.
Message decode(Bytes datagram);

}  // namespace tactus::sock
