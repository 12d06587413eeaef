// SPDX-License-Identifier: Apache-2.0
// MD5, RFC 1321 section 3, for messages that fit one block.
#include "md5.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace tactus::cli {

namespace {

constexpr std::size_t block_size = 64;
constexpr std::size_t longest = block_size - 9;
constexpr int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// Element i of the table T: the integer part of 2^32 * |sin(i + 1)|.
std::uint32_t sine_word(int i) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(std::ldexp(std::fabs(std::sin(i + 1.0)), 32)));
}

std::uint32_t mix(int round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (b & d) | (c & ~d);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}

int word_index(int round, int i) {
  constexpr int factor[] = {1, 5, 3, 7};
  constexpr int offset[] = {0, 1, 5, 0};
  return (factor[round] * i + offset[round]) % 16;
}

}  // namespace

std::array<std::uint8_t, 16> md5_of_short(Bytes message) {
  TACTUS_ASSERT(message.size() <= longest);
  std::array<std::uint8_t, block_size> block{};
  if (!message.empty()) std::memcpy(block.data(), message.data(), message.size());
  block[message.size()] = 0x80;
  block[56] = static_cast<std::uint8_t>(message.size() * 8);
  block[57] = static_cast<std::uint8_t>(message.size() * 8 >> 8);

  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < block_size; ++i) words[i / 4] |= static_cast<std::uint32_t>(block[i]) << (8 * (i % 4));
  constexpr std::array<std::uint32_t, 4> start = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<std::uint32_t, 4> s = start;
  for (int i = 0; i < 64; ++i) {
    const int round = i / 16;
    const auto word = words[static_cast<std::size_t>(word_index(round, i))];
    const std::uint32_t sum = s[0] + mix(round, s[1], s[2], s[3]) + word + sine_word(i);
    s = {s[3], s[1] + std::rotl(sum, shifts[round][i % 4]), s[1], s[2]};
  }
  std::array<std::uint8_t, 16> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>((s[i / 4] + start[i / 4]) >> (8 * (i % 4)));
  }
  return out;
}

}  // namespace tactus::cli
