// SPDX-License-Identifier: Apache-2.0
// Extension fields of NTPv4 packets: rules of RFC 7822 as NTP specification section 4 has them, and the two fields that
// this program understands itself: F323 (monotonic time and root values) and F324 (network correction).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <tactus/bytes.hpp>

#include "ntp_time.hpp"

namespace tactus::ntp {

inline constexpr std::size_t field_header_bytes = 4;
inline constexpr std::size_t field_min_bytes = 16;
inline constexpr std::size_t mac_min_bytes = 20;  // key id and 16 octets
inline constexpr std::size_t mac_max_bytes = 24;  // more would look like an extension field (RFC 7822)

inline constexpr std::uint16_t field_nts_unique = 0x0104;
inline constexpr std::uint16_t field_nts_cookie = 0x0204;
inline constexpr std::uint16_t field_nts_placeholder = 0x0304;
inline constexpr std::uint16_t field_nts_authenticator = 0x0404;
inline constexpr std::uint16_t field_monotonic_root = 0xf323;
inline constexpr std::uint16_t field_network_correction = 0xf324;

struct Field {
  std::uint16_t type = 0;
  std::size_t total_bytes = 0;  // with the 4 octets of type and length
  Bytes body{};
};

// The field that starts at `offset` of a packet (section 4.1): offset a multiple of 4 at or after 48, more than 24
// octets remain, length at least 16, a multiple of 4, not beyond the packet. Empty when one of these does not hold.
std::optional<Field> field_at(Bytes packet, std::size_t offset) noexcept;

// Appends a field to buffer[0..length) and raises length. False, with nothing changed, when the body is no multiple of
// 4, the field shorter than 16 octets, or the result longer than the buffer or than 1140 octets.
bool append_field(MutableBytes buffer, std::size_t& length, std::uint16_t type, Bytes body) noexcept;

// F323 (section 4.3). All zero in a request.
struct MonotonicRoot {
  static constexpr std::size_t body_bytes = 24;
  static constexpr std::uint32_t magic = 0xf5bedd9a;
  std::uint32_t root_delay_4_28 = 0;
  std::uint32_t root_dispersion_4_28 = 0;
  Ntp64 receive{};  // receive timestamp on the monotonic scale; zero: none
  std::uint32_t epoch = 0;
};
// Empty unless the field has that type, length and magic.
std::optional<MonotonicRoot> read_monotonic_root(const Field& field) noexcept;
bool append_monotonic_root(MutableBytes buffer, std::size_t& length, const MonotonicRoot& value) noexcept;

// F324 (section 4.4).
struct NetworkCorrection {
  static constexpr std::size_t body_bytes = 24;
  static constexpr std::uint32_t magic = 0x07ac2ceb;
  double correction_s = 0;
};
std::optional<NetworkCorrection> read_network_correction(const Field& field) noexcept;
bool append_network_correction(MutableBytes buffer, std::size_t& length, const NetworkCorrection& value) noexcept;

}  // namespace tactus::ntp
