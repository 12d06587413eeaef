// SPDX-License-Identifier: Apache-2.0
// Signing and checking with symmetric keys, see scheme.hpp.
#include "scheme.hpp"

#include <algorithm>
#include <array>

namespace tactus::symkey {
namespace {

Bytes covered(const tactus_packet& packet, std::uint32_t length) { return Bytes{packet.data, length}; }

}  // namespace

tactus_status sign(const KeyRing& keys, std::uint32_t key_id, tactus_packet& packet) {
  const Key* key = keys.find(key_id);
  if (key == nullptr) return TACTUS_E_NOT_FOUND;
  const std::size_t size = mac_digest_size(key->algorithm, packet.version);
  if (packet.length > packet.capacity || packet.capacity - packet.length < key_id_size + size) return TACTUS_E_LIMIT;
  std::array<std::uint8_t, max_digest_size> out{};
  if (!digest(key->algorithm, key->secret, covered(packet, packet.length), out)) return TACTUS_E_INTERNAL;
  packet.auth_offset = packet.length;
  store_be<std::uint32_t>(MutableBytes{packet.data, packet.capacity}, packet.length, key_id);
  std::copy_n(out.begin(), size, packet.data + packet.length + key_id_size);
  packet.length += static_cast<std::uint32_t>(key_id_size + size);
  return TACTUS_OK;
}

std::uint32_t mac_key_id(const tactus_packet& packet) {
  if (packet.auth_offset > packet.length || packet.length - packet.auth_offset < key_id_size) return 0;
  return load_be<std::uint32_t>(Bytes{packet.data, packet.length}, packet.auth_offset);
}

tactus_status check(const KeyRing& keys, std::uint32_t key_id, const tactus_packet& packet) {
  const Key* key = keys.find(key_id);
  if (key == nullptr || key_id == 0 || mac_key_id(packet) != key_id) return TACTUS_E_DENIED;
  const std::size_t size = mac_digest_size(key->algorithm, packet.version);
  if (packet.length - packet.auth_offset != key_id_size + size) return TACTUS_E_DENIED;
  std::array<std::uint8_t, max_digest_size> expected{};
  if (!digest(key->algorithm, key->secret, covered(packet, packet.auth_offset), expected)) return TACTUS_E_DENIED;
  const Bytes received{packet.data + packet.auth_offset + key_id_size, size};
  return equal(received, Bytes{expected.data(), size}) ? TACTUS_OK : TACTUS_E_DENIED;
}

std::uint32_t request_version(const KeyRing& keys, std::uint32_t key_id) {
  const Key* key = keys.find(key_id);
  return key != nullptr && info(key->algorithm).digest_size > ntp4_digest_limit ? 3 : 4;
}

}  // namespace tactus::symkey
