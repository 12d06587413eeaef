// SPDX-License-Identifier: Apache-2.0
// All directives of the core, in one list.
#include "config/core_directives.hpp"

#include "config/declarations.hpp"

namespace tactus::config {

std::span<const tactus_directive* const> core_directives() {
  static const std::vector<const tactus_directive*> all = [] {
    std::vector<const tactus_directive*> out;
    for (const auto table : {clock_directives(), refclock_directives(), server_directives(), daemon_directives(),
                             later_directives(), later_nts_directives(), obsolete_directives()}) {
      for (const tactus_directive& directive : table) out.push_back(&directive);
    }
    return out;
  }();
  return all;
}

}  // namespace tactus::config
