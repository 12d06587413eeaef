// SPDX-License-Identifier: Apache-2.0
// Text forms of addresses and of the allow/deny operand (configuration specification, sections 5 and 7.4).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tactus/abi.h>

namespace tactus::config {

// Looks up a host name while reading (allow/deny, initstepslew): first address only. Empty: not found.
using Resolve = std::function<std::optional<tactus_address>(const std::string& name)>;
// getaddrinfo; may block for as long as the resolver does.
std::optional<tactus_address> resolve_with_system(const std::string& name);

// Dotted quad or IPv6 text as inet_pton takes them; no scope, no port.
std::optional<tactus_address> parse_address(std::string_view text);
std::string format_address(const tactus_address& address);

struct AccessOperand {
  tactus_subnet subnet{};
  bool all = false;
};
// `[all] [SUBNET]`. A prefix length that does not fit the family is kept as it is (chrony refuses it only at start, see
// checks.hpp). Empty: syntax error, or the name was not found.
std::optional<AccessOperand> parse_access(std::string_view text, const Resolve& resolve);

}  // namespace tactus::config
