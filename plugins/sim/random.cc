// SPDX-License-Identifier: Apache-2.0
#include "random.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include <tactus/result.hpp>

namespace tactus::sim {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t out = 0xcbf29ce484222325U;
  for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return out;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = splitmix(seed);
}

Random::Random(std::uint64_t seed, std::string_view name) : Random(seed * 0x9e3779b97f4a7c15U ^ hash(name)) {}

std::uint64_t Random::bits() {
  const std::uint64_t out = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return out;
}

double Random::uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

// Marsaglia's polar method: two numbers at a time.
double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  double u = 0.0;
  double v = 0.0;
  double square = 0.0;
  do {
    u = 2.0 * uniform() - 1.0;
    v = 2.0 * uniform() - 1.0;
    square = u * u + v * v;
  } while (square >= 1.0 || square == 0.0);
  const double scale = std::sqrt(-2.0 * std::log(square) / square);
  spare_normal_ = v * scale;
  has_spare_ = true;
  return u * scale;
}

double Random::exponential() { return -std::log1p(-uniform()); }

// Marsaglia and Tsang (2000); a shape below 1 is raised by one and brought back.
double Random::gamma(double shape) {
  TACTUS_ASSERT(shape > 0.0);
  if (shape < 1.0) return gamma(shape + 1.0) * std::pow(1.0 - uniform(), 1.0 / shape);
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal();
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (std::log(1.0 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double Random::pareto(double shape) {
  TACTUS_ASSERT(shape > 0.0);
  return std::pow(1.0 - uniform(), -1.0 / shape);
}

std::size_t Random::below(std::size_t count) {
  TACTUS_ASSERT(count > 0);
  return static_cast<std::size_t>(uniform() * static_cast<double>(count));
}

void Random::fill(void* buffer, std::size_t length) {
  auto* to = static_cast<unsigned char*>(buffer);
  while (length > 0) {
    const std::uint64_t word = bits();
    const std::size_t part = length < sizeof word ? length : sizeof word;
    std::memcpy(to, &word, part);
    to += part;
    length -= part;
  }
}

}  // namespace tactus::sim
