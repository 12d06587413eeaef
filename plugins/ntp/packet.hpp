// SPDX-License-Identifier: Apache-2.0
// The NTP packet: header codec and the parser of datagrams, which also tells how a packet is authenticated.
// RFC 5905 section 7.3, RFC 7822; NTP specification sections 2.1, 3 and 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <tactus/abi.h>
#include <tactus/host.h>
#include <tactus/bytes.hpp>

#include "extension.hpp"
#include "ntp_time.hpp"

namespace tactus::ntp {

inline constexpr std::size_t header_bytes = 48;
inline constexpr std::size_t packet_max_bytes = 1140;  // header, 1024 of fields, 68 of the longest MAC
inline constexpr std::uint8_t version_max = 4;
inline constexpr std::uint8_t stratum_max = 16;  // unsynchronised
inline constexpr std::int8_t client_precision_log2_s = 32;

enum class Mode : std::uint8_t { undefined, active, passive, client, server, broadcast, control, reserved };

// All fields of the header, in host order. Root values are 16.16 as they stand in the packet.
struct Header {
  std::uint8_t leap = 0;     // TACTUS_LEAP_*, 0..3
  std::uint8_t version = 4;  // 0..7
  Mode mode = Mode::undefined;
  std::uint8_t stratum = 0;
  std::int8_t poll_log2_s = 0;
  std::int8_t precision_log2_s = 0;
  std::uint32_t root_delay_16_16 = 0;
  std::uint32_t root_dispersion_16_16 = 0;
  std::uint32_t refid = 0;
  Ntp64 reference{};
  Ntp64 origin{};
  Ntp64 receive{};
  Ntp64 transmit{};
};

// bytes.size() >= 48.
Header read_header(Bytes bytes);
void write_header(const Header& header, MutableBytes out);

// How a packet is authenticated, told from its form alone.
enum class AuthMode : std::uint8_t { none, symmetric, ms_sntp, ms_sntp_extended, nts };

enum class ParseError : std::uint8_t {
  none,
  too_short,    // less than 48 octets
  too_long,     // more than 1140 octets
  bad_length,   // no multiple of 4
  bad_version,  // not 1..4
  bad_fields,   // what follows the header is neither fields nor a MAC
};
// snake_case name for counters; "none" for none.
const char* name_of(ParseError error) noexcept;

struct Packet {
  Header header{};
  AuthMode auth = AuthMode::none;
  std::uint32_t field_count = 0;
  std::uint32_t key_id = 0;      // of the MAC
  std::size_t length = 0;        // octets of the datagram
  std::size_t fields_end = 48;   // where the last extension field ends; 48 when there is none
  std::size_t auth_offset = 48;  // where the authenticator begins: MAC, or first field of NTS; == length without
  std::size_t mac_bytes = 0;     // key id and digest
  std::optional<MonotonicRoot> monotonic_root{};          // the last F323
  std::optional<NetworkCorrection> network_correction{};  // the last F324
};

// Judges a datagram of any length. `out` is complete only when the result is ParseError::none.
ParseError parse(Bytes datagram, Packet& out) noexcept;

// Fills what a packet of ours says about our clock (all but the timestamps of the exchange): leap, stratum, refid,
// precision, reference timestamp, root values. smoothing_s of the reference is added when there is a receive time.
// Section 7 and section 18.2 ("effect on served packets").
void fill_reference(Header& header, const tactus_reference& reference, double local_precision_s, bool has_receive_time);
// Turns a response into a kiss: leap 3, stratum 0, the code as reference id.
void make_kiss(Header& header, std::uint32_t code) noexcept;

// Timestamps with random low bits that differ from those they must not be equal to (section 7, step 4).
Ntp64 draw_unlike(Ntp64 timestamp, int precision_log2_s, Ntp64 other, Ntp64 another, RandomPool& random) noexcept;

}  // namespace tactus::ntp
