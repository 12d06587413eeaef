// SPDX-License-Identifier: Apache-2.0
// Opening of UDP sockets with the options that time keeping needs. NTP specification, sections 25 and 26.1;
// configuration specification, section 12.5 for sockets that were passed.
#pragma once

#include <cstdint>

#include <tactus/plugin.h>
#include <tactus/sdk.hpp>

namespace tactus::udp {

// How the kernel's timestamps are asked for on a socket.
enum class Stamping : std::uint8_t {
  none,          // the kernel refused
  receive,       // received packets only
  every_packet,  // and all that are sent
  on_request,    // and those sent packets that ask for it by a control message
};

struct OpenSocket {
  int fd = -1;
  Fd owned;  // closes it; empty when the service manager passed it, for then it stays open for its next use
  Stamping stamping = Stamping::none;
  bool hardware = false;  // timestamps of the network card are asked for, too
};

// Non-blocking and close-on-exec. Error: the call that failed, with TACTUS_E_FAMILY (no such address family here),
// TACTUS_E_DENIED, TACTUS_E_ABSENT (no route, no such address or interface yet), TACTUS_E_INVALID or TACTUS_E_SYSTEM.
// hardware: ask for the network card's timestamps beside the kernel's.
Result<OpenSocket> open_socket(const tactus_socket_params& params, const Host& host, bool hardware);

// A socket that does nothing but keep the kernel's receive timestamps switched on: it takes them only while somebody
// asks, and begins late. Empty when that fails.
Fd open_stamp_keeper(std::uint16_t family);

// Address and port that it is bound to; family NONE when that cannot be read.
tactus_address bound_address(int fd);

}  // namespace tactus::udp
