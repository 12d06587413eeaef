// SPDX-License-Identifier: Apache-2.0
// Decoder of SOCK datagrams, see datagram.hpp.
#include "datagram.hpp"

#include <cmath>
#include <cstring>

namespace tactus::sock {
namespace {

constexpr std::int64_t max_seconds = 9'200'000'000;  // int64 nanoseconds reach 2262
constexpr double max_offset_s = 4294967296.0;        // an era of NTP, the specification's bound of a sane offset

template <class Number>
Number field(Bytes datagram, std::size_t offset) {
  Number value;
  std::memcpy(&value, datagram.data() + offset, sizeof(value));
  return value;
}

}  // namespace

const char* refusal_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::bad_length:
      return "SOCK message has a wrong length: it has to be 40 octets";
    case Refusal::bad_magic:
      return "SOCK message has a wrong magic number: is it from another program?";
    case Refusal::bad_time:
      return "SOCK message holds a time or an offset that no clock can have";
  }
  return "SOCK message refused";
}

Message decode(Bytes datagram) {
  if (datagram.size() != datagram_size) return Refusal::bad_length;
  if (field<std::int32_t>(datagram, 36) != magic) return Refusal::bad_magic;
  const auto seconds = field<std::int64_t>(datagram, 0);
  const auto microseconds = field<std::int64_t>(datagram, 8);
  const auto offset_s = field<double>(datagram, 16);
  if (seconds < 0 || seconds > max_seconds || microseconds < 0 || microseconds >= 1'000'000) return Refusal::bad_time;
  if (!std::isfinite(offset_s) || std::fabs(offset_s) >= max_offset_s) return Refusal::bad_time;
  if (static_cast<double>(seconds) + offset_s < 0.0) return Refusal::bad_time;
  const auto when = from_ns<RawTime>(seconds * 1'000'000'000 + microseconds * 1000);
  if (field<std::int32_t>(datagram, 24) != 0) return PulseMessage{when, offset_s};
  return TimeMessage{when, offset_s, field<std::uint32_t>(datagram, 28)};
}

}  // namespace tactus::sock
