// SPDX-License-Identifier: Apache-2.0
// Message authentication codes of symmetric keys: HASH(key || message) and AES-CMAC (RFC 5905 7.3, RFC 8573;
// authentication specification, sections 2 and 3). Computation by libtomcrypt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <tactus/bytes.hpp>

namespace tactus::symkey {

// Codes of the `authdata` report (section 2).
enum class Algorithm : std::uint8_t {
  md5 = 1,
  sha1 = 2,
  sha256 = 3,
  sha384 = 4,
  sha512 = 5,
  sha3_224 = 6,
  sha3_256 = 7,
  sha3_384 = 8,
  sha3_512 = 9,
  tiger = 10,
  whirlpool = 11,
  aes128 = 13,
  aes256 = 14
};

inline constexpr std::size_t max_digest_size = 64;
inline constexpr std::size_t key_id_size = 4;
inline constexpr std::size_t ntp4_digest_limit = 20;  // longer digests are cut in NTPv4 packets

struct AlgorithmInfo {
  Algorithm algorithm;
  std::string_view name;        // as in the key file
  std::size_t digest_size;      // octets
  std::size_t cipher_key_size;  // octets that a cipher key must have; 0 for hashes
};
// By name, case-sensitive; nullptr when unknown.
const AlgorithmInfo* find_algorithm(std::string_view name);
const AlgorithmInfo& info(Algorithm algorithm);

// Whether this build of the library has it.
bool available(Algorithm algorithm);

// Octets of the digest in a packet of an NTP version (1..4).
std::size_t mac_digest_size(Algorithm algorithm, unsigned version);

// Writes the whole digest; false when the library fails (a cipher key of wrong length).
bool digest(Algorithm algorithm, Bytes key, Bytes message, std::span<std::uint8_t, max_digest_size> out);

// In constant time.
bool equal(Bytes left, Bytes right);

}  // namespace tactus::symkey
