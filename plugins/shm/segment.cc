// SPDX-License-Identifier: Apache-2.0
// Decoder of the shared memory segment, see segment.hpp.
#include "segment.hpp"

#include <cstring>

namespace tactus::shm {
namespace {

// Years up to 2262 fit int64 nanoseconds; nothing before 1970 is a time of a running system.
constexpr std::int64_t max_seconds = 9'200'000'000;
constexpr std::int64_t second_ns = 1'000'000'000;

template <class Number>
Number field(std::span<const std::uint8_t, segment_size> segment, std::size_t offset) {
  Number value;
  std::memcpy(&value, segment.data() + offset, sizeof(value));
  return value;
}

bool in_range(std::int64_t seconds, std::int32_t microseconds) {
  return seconds >= 0 && seconds <= max_seconds && microseconds >= 0 && microseconds < 1'000'000;
}

}  // namespace

Decoded decode(std::span<const std::uint8_t, segment_size> segment, std::int32_t count_now) {
  Decoded out;
  const auto mode = field<std::int32_t>(segment, 0);
  if (field<std::int32_t>(segment, valid_offset) == 0) return out;
  out.verdict = Verdict::bad_mode;
  if (mode != 0 && mode != 1) return out;
  out.verdict = Verdict::torn;
  if (mode == 1 && field<std::int32_t>(segment, count_offset) != count_now) return out;

  const auto clock_s = field<std::int64_t>(segment, 8);
  const auto clock_us = field<std::int32_t>(segment, 16);
  const auto receive_s = field<std::int64_t>(segment, 24);
  const auto receive_us = field<std::int32_t>(segment, 32);
  out.verdict = Verdict::out_of_range;
  if (!in_range(clock_s, clock_us) || !in_range(receive_s, receive_us)) return out;

  // Nanoseconds count only when both agree with the microseconds: old writers leave them unset.
  const auto clock_written = field<std::uint32_t>(segment, 52);
  const auto receive_written = field<std::uint32_t>(segment, 56);
  const bool fine = clock_written / 1000 == static_cast<std::uint32_t>(clock_us) &&
                    receive_written / 1000 == static_cast<std::uint32_t>(receive_us);
  const std::int64_t clock_ns = fine ? clock_written : std::int64_t{clock_us} * 1000;
  const std::int64_t receive_ns = fine ? receive_written : std::int64_t{receive_us} * 1000;

  out.verdict = Verdict::good;
  out.receive = from_ns<RawTime>(receive_s * second_ns + receive_ns);
  // Seconds and fractions apart, so that an offset of decades keeps its nanoseconds.
  out.offset_s = static_cast<double>(clock_s - receive_s) + static_cast<double>(clock_ns - receive_ns) * 1e-9;
  out.leap = field<std::uint32_t>(segment, 36);
  return out;
}

}  // namespace tactus::shm
