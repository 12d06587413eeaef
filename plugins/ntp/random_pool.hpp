// SPDX-License-Identifier: Apache-2.0
// Random bits that are cheap per packet: a pool that is filled a block at a time by the function it was given (the
// host's generator, or a seeded one in tests). The engine itself never calls a generator of the system.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tactus::ntp {

// Fills `length` bytes at `buffer` with random bits.
using RandomFill = void (*)(void* user, void* buffer, std::uint32_t length);

class RandomPool {
 public:
  RandomPool(RandomFill fill, void* user) noexcept : fill_(fill), user_(user) {}

  std::uint64_t bits64() noexcept {
    std::uint64_t value = 0;
    take(&value, sizeof value);
    return value;
  }
  std::uint32_t bits32() noexcept {
    std::uint32_t value = 0;
    take(&value, sizeof value);
    return value;
  }
  // True with probability 2^-log2 (log2 in 0..31).
  bool one_in_power(std::uint32_t log2) noexcept { return (bits32() & ((1U << log2) - 1U)) == 0; }
  // Uniform in [0, 1).
  double uniform() noexcept { return static_cast<double>(bits64() >> 11) * 0x1p-53; }

 private:
  void take(void* out, std::size_t length) noexcept {
    if (used_ + length > block_.size()) {
      fill_(user_, block_.data(), static_cast<std::uint32_t>(block_.size()));
      used_ = 0;
    }
    std::memcpy(out, block_.data() + used_, length);
    std::memset(block_.data() + used_, 0, length);  // what was handed out is not to be found in memory again
    used_ += length;
  }

  RandomFill fill_;
  void* user_;
  std::array<std::uint8_t, 512> block_{};
  std::size_t used_ = 512;
};

}  // namespace tactus::ntp
