// SPDX-License-Identifier: Apache-2.0
// Reference id of an address. RFC 5905 section 7.3; NTP specification section 2.4.
#include "refid.hpp"

#include <tactus/bytes.hpp>
#include <tactus/md5.hpp>

namespace tactus::ntp {

std::uint32_t refid_of(const tactus_address& address) noexcept {
  const Bytes octets(address.bytes);
  if (address.family == TACTUS_FAMILY_IPV4) return load_be<std::uint32_t>(octets, 0);
  if (address.family == TACTUS_FAMILY_IPV6) return load_be<std::uint32_t>(md5(octets), 0);
  return refid_unsynchronised;
}

}  // namespace tactus::ntp
