// SPDX-License-Identifier: Apache-2.0
// Whether a file is a whole shared object for this machine. The dynamic linker maps a truncated file without complaint
// and dies of SIGBUS later, so headers and sizes are compared before it sees the file. ELF: gABI chapters 4 and 5.
#pragma once

#include <string>

#include <tactus/result.hpp>

namespace tactus {

struct ElfInfo {
  // Version in the note that the project's own build puts into its plugins ("Tactus", type 1); empty: somebody else's.
  std::string own_version;
};

// Reads headers, segments and notes through the descriptor. Error: what is wrong, without the file's name ("is cut
// short: ...").
Result<ElfInfo> check_elf(int fd);

}  // namespace tactus
