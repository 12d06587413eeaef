// SPDX-License-Identifier: Apache-2.0
// Decoder of a segment of the shared memory protocol that gpsd and ntpd drivers write (refclock specification, section
// 3). No I/O: it works on a copy of the 96 octets in native byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <tactus/time.hpp>

namespace tactus::shm {

inline constexpr std::size_t segment_size = 96;
inline constexpr std::int32_t segment_key_base = 0x4e545030;

enum class Verdict : std::uint8_t {
  good,
  not_ready,    // nothing new was written: valid is 0
  bad_mode,     // neither 0 nor 1
  torn,         // the writer was at work: count differs
  out_of_range  // sub-second parts or seconds that no clock has
};

struct Decoded {
  Verdict verdict = Verdict::not_ready;
  RawTime receive{};       // local clock at the event
  double offset_s = 0.0;   // clock minus receive, s
  std::uint32_t leap = 0;  // as written, not validated
};

// `segment` is a copy taken at once, `count_now` the segment's count read after the copy (mode 1 compares them).
Decoded decode(std::span<const std::uint8_t, segment_size> segment, std::int32_t count_now);

// Where the fields lie, for the rim: count and valid are read and written in place.
inline constexpr std::size_t count_offset = 4;
inline constexpr std::size_t valid_offset = 48;

}  // namespace tactus::shm
