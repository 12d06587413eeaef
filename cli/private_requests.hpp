// SPDX-License-Identifier: Apache-2.0
// The endpoint's private requests (plugins/cmdmon/README.md): any report of tactusd by name, as JSON, over the Unix
// socket.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tactus/control.h>

#include "context.hpp"
#include "json.hpp"

namespace tactus::cli {

// What came of a private request.
struct PrivateAnswer {
  enum class Kind : unsigned char {
    rows,
    refused,  // the daemon has no such report, or it is off: `problem`
    silent,   // the daemon knows no private requests, or there is no Unix socket
  } kind = Kind::silent;
  std::vector<Json> rows;
  std::string problem;
};

// All rows of a report of the daemon's registry. Says nothing. Uses the server in use if it is a Unix socket; others
// are tried only when `look_for_socket`.
PrivateAnswer ask_private(Context& context, const std::string& report, bool look_for_socket);

// The same for commands that need it: what is wrong is said.
std::optional<std::vector<Json>> read_rows(Context& context, const std::string& report);

// Fills a row structure from its JSON form; members that are missing keep their value. False when a value is not of its
// member's kind.
bool fill_row(const Json& json, std::span<const tactus_member> members, void* row);

}  // namespace tactus::cli
