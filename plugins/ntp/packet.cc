// SPDX-License-Identifier: Apache-2.0
// Header codec and parser of NTP packets. RFC 5905 section 7.3, RFC 7822; NTP specification sections 2.1, 3 and 7.
#include "packet.hpp"

#include <algorithm>
#include <cmath>

#include "refid.hpp"

namespace tactus::ntp {

namespace {

// NTPv3 packets of Microsoft's scheme have a fixed form: a key id and an authenticator left to be filled (section 3).
constexpr std::size_t ms_sntp_bytes = 20;
constexpr std::size_t ms_sntp_extended_bytes = 72;

bool all_zero(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t octet) { return octet == 0; });
}

void set_mac(Packet& packet, Bytes datagram, std::size_t offset) noexcept {
  packet.auth = AuthMode::symmetric;
  packet.auth_offset = offset;
  packet.mac_bytes = datagram.size() - offset;
  packet.key_id = load_be<std::uint32_t>(datagram, offset);
}

// Versions 1 to 3: all that follows the header is a MAC.
void parse_old_tail(Bytes datagram, Packet& packet) noexcept {
  set_mac(packet, datagram, header_bytes);
  if (packet.header.version != 3 || packet.key_id == 0) return;
  const Bytes rest = datagram.subspan(header_bytes);
  if (rest.size() == ms_sntp_bytes && all_zero(rest.subspan(4))) packet.auth = AuthMode::ms_sntp;
  if (rest.size() == ms_sntp_extended_bytes && all_zero(rest.subspan(8))) packet.auth = AuthMode::ms_sntp_extended;
}

void note_field(Packet& packet, const Field& field, std::size_t offset) noexcept {
  ++packet.field_count;
  switch (field.type) {
    case field_nts_unique:
    case field_nts_cookie:
    case field_nts_placeholder:
    case field_nts_authenticator:
      if (packet.auth != AuthMode::nts) packet.auth_offset = offset;
      packet.auth = AuthMode::nts;
      break;
    default:
      if (auto root = read_monotonic_root(field)) packet.monotonic_root = root;
      if (auto correction = read_network_correction(field)) packet.network_correction = correction;
      break;
  }
}

// Version 4: fields, then possibly a MAC of 20 to 24 octets, or a crypto-NAK.
ParseError parse_tail(Bytes datagram, Packet& packet) noexcept {
  if (datagram.size() == header_bytes + 4 && all_zero(datagram.subspan(header_bytes))) {
    set_mac(packet, datagram, header_bytes);
    return ParseError::none;
  }
  std::size_t offset = header_bytes;
  while (offset < datagram.size()) {
    const std::size_t remaining = datagram.size() - offset;
    if (remaining >= mac_min_bytes && remaining <= mac_max_bytes) break;
    const auto field = field_at(datagram, offset);
    if (!field) return ParseError::bad_fields;
    note_field(packet, *field, offset);
    offset += field->total_bytes;
  }
  packet.fields_end = offset;
  if (offset < datagram.size()) set_mac(packet, datagram, offset);
  return ParseError::none;
}

}  // namespace

const char* name_of(ParseError error) noexcept {
  switch (error) {
    case ParseError::none:
      return "none";
    case ParseError::too_short:
      return "too_short";
    case ParseError::too_long:
      return "too_long";
    case ParseError::bad_length:
      return "bad_length";
    case ParseError::bad_version:
      return "bad_version";
    case ParseError::bad_fields:
      return "bad_fields";
  }
  return "unknown";
}

Header read_header(Bytes bytes) {
  TACTUS_ASSERT(bytes.size() >= header_bytes);
  return Header{.leap = static_cast<std::uint8_t>(bytes[0] >> 6),
                .version = static_cast<std::uint8_t>((bytes[0] >> 3) & 7U),
                .mode = static_cast<Mode>(bytes[0] & 7U),
                .stratum = bytes[1],
                .poll_log2_s = static_cast<std::int8_t>(bytes[2]),
                .precision_log2_s = static_cast<std::int8_t>(bytes[3]),
                .root_delay_16_16 = load_be<std::uint32_t>(bytes, 4),
                .root_dispersion_16_16 = load_be<std::uint32_t>(bytes, 8),
                .refid = load_be<std::uint32_t>(bytes, 12),
                .reference = Ntp64{load_be<std::uint64_t>(bytes, 16)},
                .origin = Ntp64{load_be<std::uint64_t>(bytes, 24)},
                .receive = Ntp64{load_be<std::uint64_t>(bytes, 32)},
                .transmit = Ntp64{load_be<std::uint64_t>(bytes, 40)}};
}

void write_header(const Header& header, MutableBytes out) {
  TACTUS_ASSERT(out.size() >= header_bytes);
  out[0] = static_cast<std::uint8_t>((header.leap & 3U) << 6 | (header.version & 7U) << 3 |
                                     (static_cast<unsigned>(header.mode) & 7U));
  out[1] = header.stratum;
  out[2] = static_cast<std::uint8_t>(header.poll_log2_s);
  out[3] = static_cast<std::uint8_t>(header.precision_log2_s);
  store_be<std::uint32_t>(out, 4, header.root_delay_16_16);
  store_be<std::uint32_t>(out, 8, header.root_dispersion_16_16);
  store_be<std::uint32_t>(out, 12, header.refid);
  store_be<std::uint64_t>(out, 16, header.reference.value);
  store_be<std::uint64_t>(out, 24, header.origin.value);
  store_be<std::uint64_t>(out, 32, header.receive.value);
  store_be<std::uint64_t>(out, 40, header.transmit.value);
}

ParseError parse(Bytes datagram, Packet& out) noexcept {
  out = Packet{};
  out.length = datagram.size();
  if (datagram.size() < header_bytes) return ParseError::too_short;
  if (datagram.size() > packet_max_bytes) return ParseError::too_long;
  if (datagram.size() % 4 != 0) return ParseError::bad_length;
  out.header = read_header(datagram);
  out.auth_offset = datagram.size();
  if (out.header.version < 1 || out.header.version > version_max) return ParseError::bad_version;
  if (datagram.size() == header_bytes) return ParseError::none;
  if (out.header.version < version_max) {
    parse_old_tail(datagram, out);
    return ParseError::none;
  }
  return parse_tail(datagram, out);
}

void fill_reference(Header& header, const tactus_reference& reference, double local_precision_s,
                    bool has_receive_time) {
  header.leap = static_cast<std::uint8_t>(reference.leap & 3U);
  header.stratum = reference.stratum >= stratum_max ? std::uint8_t{0} : static_cast<std::uint8_t>(reference.stratum);
  header.precision_log2_s = static_cast<std::int8_t>(std::clamp(reference.precision_log2_s, -128, 127));
  header.root_delay_16_16 = seconds_to_16_16(reference.root_delay_s);
  header.root_dispersion_16_16 = seconds_to_16_16(reference.root_dispersion_s);
  header.refid = reference.refid;
  Instant reference_time = from_ns<Instant>(reference.reference_time_ns);
  if (has_receive_time && std::abs(reference.smoothing_s) > local_precision_s) {
    header.refid = refid_smoothed;
    if (reference.reference_time_ns != 0) reference_time += from_seconds(reference.smoothing_s);
  }
  header.reference = to_ntp(reference_time);
}

void make_kiss(Header& header, std::uint32_t code) noexcept {
  header.leap = TACTUS_LEAP_UNSYNCHRONISED;
  header.stratum = 0;
  header.refid = code;
}

Ntp64 draw_unlike(Ntp64 timestamp, int precision_log2_s, Ntp64 other, Ntp64 another, RandomPool& random) noexcept {
  // The precision is at least 2^-30 s, so two bits are random at the least and a few draws will do.
  for (;;) {
    const Ntp64 drawn = fuzzed(timestamp, std::max(precision_log2_s, -30), random);
    if (drawn.zero() || (drawn != other && drawn != another)) return drawn;
  }
}

}  // namespace tactus::ntp
