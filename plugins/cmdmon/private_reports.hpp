// SPDX-License-Identifier: Apache-2.0
// Generic reading of any report as JSON, over the Unix socket only: what chrony's protocol has no request for
// (README.md of this folder). A datagram that begins with `tactus ` cannot be a request of the command protocol.
#pragma once

#include <string>

#include <tactus/bytes.hpp>

#include "backend.hpp"

namespace tactus::cmdmon {

inline constexpr std::size_t private_request_max = 128;     // bytes of a request
inline constexpr std::size_t private_reply_target = 16384;  // a reply takes rows until it is this long

// Whether the datagram is meant for answer_private().
bool is_private_request(Bytes datagram);

// `tactus report NAME FIRST ID`: the rows of a report from number FIRST on; ID is echoed. The answer is one JSON
// object, never empty.
std::string answer_private(Bytes datagram, Backend& backend);

// One row as a JSON object, by the report's table of members; a name gets its unit appended.
std::string row_to_json(const tactus_report& report, const void* row, std::uint32_t size);

}  // namespace tactus::cmdmon
