// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the NTP packet parser: what it accepts must keep its own rules. NTP specification sections 3 and 4.
// links: ntp_engine
#include <cstddef>
#include <cstdint>
#include <vector>

#include "packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tactus;
  using namespace tactus::ntp;
  const Bytes datagram(data, size);
  Packet packet;
  const ParseError error = parse(datagram, packet);
  for (std::size_t offset = 0; offset <= size; offset += 4) {
    if (const auto field = field_at(datagram, offset)) {
      TACTUS_ASSERT(offset + field->total_bytes <= size &&
                    field->body.size() + field_header_bytes == field->total_bytes);
      (void)read_monotonic_root(*field);
      (void)read_network_correction(*field);
    }
  }
  if (error != ParseError::none) return 0;

  TACTUS_ASSERT(size >= header_bytes && size <= packet_max_bytes && size % 4 == 0);
  TACTUS_ASSERT(packet.header.version >= 1 && packet.header.version <= version_max);
  TACTUS_ASSERT(packet.fields_end >= header_bytes && packet.fields_end <= size);
  TACTUS_ASSERT(packet.auth_offset >= header_bytes && packet.auth_offset <= size);
  TACTUS_ASSERT(packet.auth == AuthMode::none ? packet.auth_offset == size : packet.auth_offset < size);
  if (packet.mac_bytes != 0) TACTUS_ASSERT(packet.auth_offset + packet.mac_bytes == size);
  if (packet.header.version == version_max && packet.mac_bytes > 4) {
    TACTUS_ASSERT(packet.mac_bytes >= mac_min_bytes && packet.mac_bytes <= mac_max_bytes);
  }
  // Written again it is the same header.
  std::vector<std::uint8_t> written(header_bytes);
  write_header(packet.header, written);
  TACTUS_ASSERT(std::equal(written.begin(), written.end(), data));
  const Era era(218598736);
  for (const Ntp64 stamp : {packet.header.reference, packet.header.receive, packet.header.transmit}) {
    const Instant time = era.from_ntp(stamp);
    TACTUS_ASSERT(stamp.zero() || to_ntp(time).high() == stamp.high() || to_ns(time) == 0);
  }
  return 0;
}
