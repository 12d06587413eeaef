// SPDX-License-Identifier: Apache-2.0
// The MD5 message digest (RFC 1321 section 3), for reference ids of IPv6 addresses only (RFC 5905 section 7.3). Not for
// secrets.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <tactus/bytes.hpp>

namespace tactus {

namespace md5_detail {

using State = std::array<std::uint32_t, 4>;
using Block = std::array<std::uint8_t, 64>;

// Rotations of the four rounds (section 3.4).
inline constexpr std::array<std::array<int, 4>, 4> rotations{
    {{{7, 12, 17, 22}}, {{5, 9, 14, 20}}, {{4, 11, 16, 23}}, {{6, 10, 15, 21}}}};

// T[i] of section 3.4: the integer part of 2^32 times abs(sin(i)), i from 1 to 64, in radians.
inline std::array<std::uint32_t, 64> sine_table() noexcept {
  std::array<std::uint32_t, 64> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint32_t>(std::abs(std::sin(static_cast<double>(i + 1))) * 0x1p32);
  }
  return table;
}

inline void digest_block(State& state, const Block& block, const std::array<std::uint32_t, 64>& sines) noexcept {
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t k = 0; k < 4; ++k) words[i] |= static_cast<std::uint32_t>(block[4 * i + k]) << (8 * k);
  }
  auto [a, b, c, d] = state;
  for (std::size_t step = 0; step < 64; ++step) {
    const std::size_t round = step / 16;
    std::uint32_t mixed = 0;
    std::size_t word = 0;
    switch (round) {
      case 0:
        mixed = (b & c) | (~b & d);
        word = step;
        break;
      case 1:
        mixed = (b & d) | (c & ~d);
        word = (5 * step + 1) % 16;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = (3 * step + 5) % 16;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = (7 * step) % 16;
        break;
    }
    const std::uint32_t sum = a + mixed + words[word] + sines[step];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, rotations[round][step % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace md5_detail

// Digest of a message of any length.
inline std::array<std::uint8_t, 16> md5(Bytes message) noexcept {
  using namespace md5_detail;
  const auto sines = sine_table();
  State state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U};
  Block block{};
  std::size_t done = 0;
  for (; message.size() - done >= block.size(); done += block.size()) {
    std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(done), block.size(), block.begin());
    digest_block(state, block, sines);
  }
  // The rest, one bit, zeros, and the length in bits (sections 3.1 and 3.2).
  const std::size_t rest = message.size() - done;
  block.fill(0);
  std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(done), rest, block.begin());
  block[rest] = 0x80;
  if (rest >= 56) {
    digest_block(state, block, sines);
    block.fill(0);
  }
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  for (std::size_t i = 0; i < 8; ++i) block[56 + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  digest_block(state, block, sines);

  std::array<std::uint8_t, 16> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (8 * (i % 4)));
  }
  return digest;
}

}  // namespace tactus
