// SPDX-License-Identifier: Apache-2.0
// Names through the C library.
#pragma once

#include <vector>

#include "channel.hpp"

namespace tactus::cli {

inline constexpr std::size_t addresses_per_name = 16;

// Addresses of a host name in the resolver's order, at most 16; IPv6 addresses with a scope are left out.
std::vector<tactus_address> lookup_all(const std::string& name, Family family);

class SystemResolver final : public Resolver {
 public:
  std::optional<tactus_address> lookup(const std::string& name, Family family) override;
  std::string reverse(const tactus_address& address) override;
};

}  // namespace tactus::cli
