// SPDX-License-Identifier: Apache-2.0
// NTP in PTP event messages: NTP specification section 23.
#include "message.hpp"

#include <algorithm>
#include <array>

#include <tactus/result.hpp>

namespace tactus::netptp {
namespace {

constexpr std::uint8_t type_sync = 0x00;
constexpr std::uint8_t type_delay_request = 0x01;
constexpr std::uint8_t version_2_0 = 0x02;
constexpr std::uint8_t version_2_1 = 0x12;
constexpr std::uint16_t flags_unicast = 0x0400;
constexpr std::uint16_t tlv_ntp = 0x2023;

constexpr std::size_t at_length = 2;
constexpr std::size_t at_domain = 4;
constexpr std::size_t at_minor_sdo = 5;
constexpr std::size_t at_flags = 6;
constexpr std::size_t at_correction = 8;
constexpr std::size_t at_sequence = 30;
constexpr std::size_t at_tlv_type = 44;
constexpr std::size_t at_tlv_length = 46;
constexpr double correction_unit_s = 1e-9 / 65536.0;

bool known_version(Bytes datagram) noexcept {
  return datagram[1] == version_2_0 || (datagram[1] == version_2_1 && datagram[at_minor_sdo] == 0);
}

Refusal judge(Bytes datagram, std::uint8_t domain) noexcept {
  if (datagram.size() <= prefix_bytes || load_be<std::uint16_t>(datagram, at_length) != datagram.size()) {
    return Refusal::bad_length;
  }
  if (datagram[0] != type_sync && datagram[0] != type_delay_request) return Refusal::bad_type;
  if (!known_version(datagram)) return Refusal::bad_version;
  if (datagram[at_domain] != domain) return Refusal::bad_domain;
  if (load_be<std::uint16_t>(datagram, at_flags) != flags_unicast) return Refusal::bad_flags;
  if (load_be<std::uint16_t>(datagram, at_tlv_type) != tlv_ntp ||
      load_be<std::uint16_t>(datagram, at_tlv_length) != datagram.size() - prefix_bytes) {
    return Refusal::bad_tlv;
  }
  return Refusal::none;
}

}  // namespace

const char* name_of(Refusal reason) noexcept {
  static constexpr std::array<const char*, refusal_count> names{"none",       "bad_length", "bad_type", "bad_version",
                                                                "bad_domain", "bad_flags",  "bad_tlv"};
  return names[static_cast<std::size_t>(reason)];
}

Unwrapped unwrap(Bytes datagram, std::uint8_t domain) noexcept {
  Unwrapped out;
  out.refusal = judge(datagram, domain);
  if (out.refusal != Refusal::none) return out;
  out.packet = datagram.subspan(prefix_bytes);
  const auto correction = static_cast<std::int64_t>(load_be<std::uint64_t>(datagram, at_correction));
  out.correction_s = static_cast<double>(correction) * correction_unit_s;
  return out;
}

void write_prefix(MutableBytes out, std::size_t packet_bytes, std::uint8_t domain, std::uint16_t sequence) noexcept {
  TACTUS_ASSERT(out.size() >= prefix_bytes && packet_bytes <= UINT16_MAX - prefix_bytes);
  std::fill_n(out.begin(), prefix_bytes, std::uint8_t{0});
  out[0] = type_delay_request;
  out[1] = version_2_0;
  out[at_domain] = domain;
  store_be<std::uint16_t>(out, at_length, static_cast<std::uint16_t>(packet_bytes + prefix_bytes));
  store_be<std::uint16_t>(out, at_flags, flags_unicast);
  store_be<std::uint16_t>(out, at_sequence, sequence);
  store_be<std::uint16_t>(out, at_tlv_type, tlv_ntp);
  store_be<std::uint16_t>(out, at_tlv_length, static_cast<std::uint16_t>(packet_bytes));
}

}  // namespace tactus::netptp
