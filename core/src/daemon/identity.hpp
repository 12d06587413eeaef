// SPDX-License-Identifier: Apache-2.0
// Who the daemon is: started under the name chronyd it has chrony's name, version, feature list and default paths, else
// its own. Configuration specification, sections 1.1 and 10.1.
#pragma once

#include <string>
#include <string_view>

namespace tactus {

struct Identity {
  bool chrony = false;
  std::string program;  // "tactusd" or "chronyd": in messages and for syslog
  std::string project;  // "Tactus" or "chrony"
  std::string version;
  std::string features;  // "+CMDMON ..."
  // Candidates for the configuration file; the first that exists counts, the last is named when none does.
  std::string config_files[2];
  std::string pid_file;
  std::string command_socket;  // of the Unix command socket
  std::string user;
};

// argv0: as started; its last component decides.
Identity identity_for(std::string_view argv0);

// "chronyd (chrony) version 4.8 (+CMDMON ...)"
std::string version_text(const Identity& identity);
// argv0 as getopt shows it.
std::string usage_text(const Identity& identity, std::string_view argv0);

}  // namespace tactus
