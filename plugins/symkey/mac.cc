// SPDX-License-Identifier: Apache-2.0
// Message authentication codes by libtomcrypt, see mac.hpp.
#include "mac.hpp"

#include <algorithm>
#include <array>

#include <tomcrypt.h>

namespace tactus::symkey {
namespace {

constexpr std::array<AlgorithmInfo, 13> algorithms{{{Algorithm::md5, "MD5", 16, 0},
                                                    {Algorithm::sha1, "SHA1", 20, 0},
                                                    {Algorithm::sha256, "SHA256", 32, 0},
                                                    {Algorithm::sha384, "SHA384", 48, 0},
                                                    {Algorithm::sha512, "SHA512", 64, 0},
                                                    {Algorithm::sha3_224, "SHA3-224", 28, 0},
                                                    {Algorithm::sha3_256, "SHA3-256", 32, 0},
                                                    {Algorithm::sha3_384, "SHA3-384", 48, 0},
                                                    {Algorithm::sha3_512, "SHA3-512", 64, 0},
                                                    {Algorithm::tiger, "TIGER", 24, 0},
                                                    {Algorithm::whirlpool, "WHIRLPOOL", 64, 0},
                                                    {Algorithm::aes128, "AES128", 16, 16},
                                                    {Algorithm::aes256, "AES256", 16, 32}}};

const ltc_hash_descriptor* hash(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::md5:
      return &md5_desc;
    case Algorithm::sha1:
      return &sha1_desc;
    case Algorithm::sha256:
      return &sha256_desc;
    case Algorithm::sha384:
      return &sha384_desc;
    case Algorithm::sha512:
      return &sha512_desc;
    case Algorithm::sha3_224:
      return &sha3_224_desc;
    case Algorithm::sha3_256:
      return &sha3_256_desc;
    case Algorithm::sha3_384:
      return &sha3_384_desc;
    case Algorithm::sha3_512:
      return &sha3_512_desc;
    case Algorithm::tiger:
      return &tiger_desc;
    case Algorithm::whirlpool:
      return &whirlpool_desc;
    case Algorithm::aes128:
    case Algorithm::aes256:
      return nullptr;
  }
  return nullptr;
}

// The library stops the program when it is handed a null pointer, even for no octets at all.
constexpr std::uint8_t no_octets = 0;
const std::uint8_t* data_of(Bytes bytes) { return bytes.empty() ? &no_octets : bytes.data(); }

bool cmac(Bytes key, Bytes message, std::span<std::uint8_t, max_digest_size> out) {
  // The library keeps ciphers in a table of the process; entering one twice gives the same index.
  const int cipher = register_cipher(&aes_desc);
  unsigned long length = 16;
  return cipher >= 0 && omac_memory(cipher, data_of(key), key.size(), data_of(message), message.size(), out.data(),
                                    &length) == CRYPT_OK;
}

}  // namespace

const AlgorithmInfo* find_algorithm(std::string_view name) {
  const auto* found = std::ranges::find(algorithms, name, &AlgorithmInfo::name);
  return found == algorithms.end() ? nullptr : found;
}

const AlgorithmInfo& info(Algorithm algorithm) {
  const auto* found = std::ranges::find(algorithms, algorithm, &AlgorithmInfo::algorithm);
  TACTUS_ASSERT(found != algorithms.end());
  return *found;
}

bool available(Algorithm algorithm) { return info(algorithm).cipher_key_size > 0 || hash(algorithm) != nullptr; }

std::size_t mac_digest_size(Algorithm algorithm, unsigned version) {
  const std::size_t whole = info(algorithm).digest_size;
  return version >= 4 ? std::min(whole, ntp4_digest_limit) : whole;
}

bool digest(Algorithm algorithm, Bytes key, Bytes message, std::span<std::uint8_t, max_digest_size> out) {
  const ltc_hash_descriptor* descriptor = hash(algorithm);
  if (descriptor == nullptr) return cmac(key, message, out);
  hash_state state;
  return descriptor->init(&state) == CRYPT_OK && descriptor->process(&state, data_of(key), key.size()) == CRYPT_OK &&
         descriptor->process(&state, data_of(message), message.size()) == CRYPT_OK &&
         descriptor->done(&state, out.data()) == CRYPT_OK;
}

bool equal(Bytes left, Bytes right) {
  return left.size() == right.size() && mem_neq(left.data(), right.data(), left.size()) == 0;
}

}  // namespace tactus::symkey
