// SPDX-License-Identifier: Apache-2.0
// Random numbers of a simulation: the same seed gives the same numbers on every machine and with every library, which
// the distributions of <random> do not promise. Not for secrets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tactus::sim {

// xoshiro256** (Blackman and Vigna), seeded by splitmix64.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  // An independent stream for a part of the world: the same name and seed give the same stream, whatever else is there.
  Random(std::uint64_t seed, std::string_view name);

  std::uint64_t bits();
  double uniform();                      // [0, 1)
  double normal();                       // mean 0, standard deviation 1
  double exponential();                  // mean 1
  double gamma(double shape);            // scale 1, mean `shape`; shape > 0
  double pareto(double shape);           // minimum 1: (0, inf) tail P(X > x) = x^-shape; shape > 0
  std::size_t below(std::size_t count);  // 0..count-1; count > 0
  void fill(void* buffer, std::size_t length);

 private:
  std::array<std::uint64_t, 4> state_;
  double spare_normal_ = 0.0;
  bool has_spare_ = false;
};

}  // namespace tactus::sim
