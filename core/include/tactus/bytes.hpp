// SPDX-License-Identifier: Apache-2.0
// Big-endian readers and writers over byte spans, for codecs. Bounds are the caller's to check first; a violation is a
// programmer's mistake and stops the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <tactus/result.hpp>

namespace tactus {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

template <class Unsigned>
Unsigned load_be(Bytes bytes, std::size_t offset) {
  TACTUS_ASSERT(offset <= bytes.size() && bytes.size() - offset >= sizeof(Unsigned));
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    value = static_cast<Unsigned>((static_cast<std::uint64_t>(value) << 8) | bytes[offset + i]);
  }
  return value;
}

template <class Unsigned>
void store_be(MutableBytes bytes, std::size_t offset, Unsigned value) {
  TACTUS_ASSERT(offset <= bytes.size() && bytes.size() - offset >= sizeof(Unsigned));
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    bytes[offset + i] =
        static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(Unsigned) - 1 - i)));
  }
}

}  // namespace tactus
