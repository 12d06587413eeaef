// SPDX-License-Identifier: Apache-2.0
// Extension fields. RFC 7822; NTP specification section 4.
#include "extension.hpp"

#include <algorithm>
#include <array>

#include "packet.hpp"

namespace tactus::ntp {

std::optional<Field> field_at(Bytes packet, std::size_t offset) noexcept {
  if (offset < header_bytes || offset % 4 != 0 || offset > packet.size()) return std::nullopt;
  const std::size_t remaining = packet.size() - offset;
  if (remaining <= mac_max_bytes) return std::nullopt;
  const std::size_t total = load_be<std::uint16_t>(packet, offset + 2);
  if (total < field_min_bytes || total % 4 != 0 || total > remaining) return std::nullopt;
  return Field{.type = load_be<std::uint16_t>(packet, offset),
               .total_bytes = total,
               .body = packet.subspan(offset + field_header_bytes, total - field_header_bytes)};
}

bool append_field(MutableBytes buffer, std::size_t& length, std::uint16_t type, Bytes body) noexcept {
  const std::size_t total = field_header_bytes + body.size();
  const std::size_t limit = std::min(buffer.size(), packet_max_bytes);
  if (body.size() % 4 != 0 || total < field_min_bytes || length > limit || total > limit - length) return false;
  store_be<std::uint16_t>(buffer, length, type);
  store_be<std::uint16_t>(buffer, length + 2, static_cast<std::uint16_t>(total));
  std::copy(body.begin(), body.end(), buffer.begin() + static_cast<std::ptrdiff_t>(length + field_header_bytes));
  length += total;
  return true;
}

std::optional<MonotonicRoot> read_monotonic_root(const Field& field) noexcept {
  if (field.type != field_monotonic_root || field.body.size() != MonotonicRoot::body_bytes) return std::nullopt;
  if (load_be<std::uint32_t>(field.body, 0) != MonotonicRoot::magic) return std::nullopt;
  return MonotonicRoot{.root_delay_4_28 = load_be<std::uint32_t>(field.body, 4),
                       .root_dispersion_4_28 = load_be<std::uint32_t>(field.body, 8),
                       .receive = Ntp64{load_be<std::uint64_t>(field.body, 12)},
                       .epoch = load_be<std::uint32_t>(field.body, 20)};
}

bool append_monotonic_root(MutableBytes buffer, std::size_t& length, const MonotonicRoot& value) noexcept {
  std::array<std::uint8_t, MonotonicRoot::body_bytes> body{};
  store_be<std::uint32_t>(body, 0, MonotonicRoot::magic);
  store_be<std::uint32_t>(body, 4, value.root_delay_4_28);
  store_be<std::uint32_t>(body, 8, value.root_dispersion_4_28);
  store_be<std::uint64_t>(body, 12, value.receive.value);
  store_be<std::uint32_t>(body, 20, value.epoch);
  return append_field(buffer, length, field_monotonic_root, body);
}

std::optional<NetworkCorrection> read_network_correction(const Field& field) noexcept {
  if (field.type != field_network_correction || field.body.size() != NetworkCorrection::body_bytes) {
    return std::nullopt;
  }
  if (load_be<std::uint32_t>(field.body, 0) != NetworkCorrection::magic) return std::nullopt;
  return NetworkCorrection{.correction_s = seconds_from_32_32(Ntp64{load_be<std::uint64_t>(field.body, 4)})};
}

bool append_network_correction(MutableBytes buffer, std::size_t& length, const NetworkCorrection& value) noexcept {
  std::array<std::uint8_t, NetworkCorrection::body_bytes> body{};
  store_be<std::uint32_t>(body, 0, NetworkCorrection::magic);
  store_be<std::uint64_t>(body, 4, seconds_to_32_32(value.correction_s).value);
  return append_field(buffer, length, field_network_correction, body);
}

}  // namespace tactus::ntp
