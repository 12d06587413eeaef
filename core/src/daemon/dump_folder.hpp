// SPDX-License-Identifier: Apache-2.0
// Sample histories in `dumpdir`: written at exit and by command, read back at a start with -r. Configuration
// specification, section 14.2.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "discipline/discipline.hpp"
#include "log/logger.hpp"

namespace tactus {

// "192.0.2.1.dat", "refid:50505330.dat"; nothing while the source's address is not known.
std::optional<std::string> dump_file_name(const Source& source);
// Whether a file is one of those: an address or "refid:" before ".dat".
bool is_dump_file_name(std::string_view name);

class DumpFolder {
 public:
  // folder: empty when none is configured, then nothing happens. Discipline and logger outlive it.
  DumpFolder(std::string folder, Discipline& discipline, Logger& logger);

  // At the start, after the sources were made. restore: reads the histories of the sources that have an address; those
  // of the others wait until they get one. All dump files are deleted in any case.
  void begin(bool restore);
  // A source got an address: its history, if one waits.
  void addressed(Source& source);
  // Writes a file for each source that has samples. Error: the last failure; each is logged.
  Result<void> write();

 private:
  bool load(Source& source);

  std::string folder_;
  Discipline& discipline_;
  Logger& logger_;
  std::map<std::string, std::string> waiting_;  // file name to text
};

}  // namespace tactus
