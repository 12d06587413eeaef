// SPDX-License-Identifier: Apache-2.0
// Names, version and default paths of the daemon, its own and chrony's.
#include "daemon/identity.hpp"

#include <fmt/core.h>

#include "build_config.hpp"

namespace tactus {
namespace {

// The release of chrony that this daemon stands in for.
constexpr char chrony_version[] = "4.8";
constexpr char default_user[] = "root";

// In chrony's order (configuration specification 10.1); a plus where this version has the facility.
constexpr char features[] = "+CMDMON +REFCLOCK -RTC +PRIVDROP +SCFILTER -SIGND -NTS +SECHASH +IPV6 +DEBUG";

constexpr char option_lines[] =
    "\n"
    "Options:\n"
    "  -4\t\tIPv4 only\n"
    "  -6\t\tIPv6 only\n"
    "  -f FILE\tConfiguration file ({})\n"
    "  -n\t\tStay in the foreground\n"
    "  -d\t\tStay in the foreground, messages to stderr\n"
    "  -d -d\t\tDebug messages as well\n"
    "  -l FILE\tMessages to a file\n"
    "  -L LEVEL\tLowest severity of messages, -1 to 3 (0)\n"
    "  -p\t\tPrint the configuration and exit\n"
    "  -q\t\tSet the clock once and exit\n"
    "  -Q\t\tShow the offset once and exit\n"
    "  -r\t\tLoad the dump files\n"
    "  -R\t\tRestart: no initial corrections of the clock\n"
    "  -s\t\tSet the clock from the RTC\n"
    "  -t SECONDS\tExit after that time\n"
    "  -u USER\tRun as this user ({})\n"
    "  -U\t\tDo not require root\n"
    "  -F LEVEL\tLevel of the system call filter (0)\n"
    "  -P PRIORITY\tReal-time priority (0)\n"
    "  -m\t\tLock memory\n"
    "  -x\t\tDo not control the clock\n"
    "  -v, --version\tPrint the version and exit\n"
    "  -h, --help\tPrint this and exit\n";

}  // namespace

Identity identity_for(std::string_view argv0) {
  const std::string_view name = argv0.substr(argv0.rfind('/') + 1);
  Identity out;
  out.features = features;
  out.user = default_user;
  out.chrony = name == "chronyd";
  if (out.chrony) {
    out.program = "chronyd";
    out.project = "chrony";
    out.version = chrony_version;
    out.config_files[0] = "/etc/chrony/chrony.conf";
    out.config_files[1] = "/etc/chrony.conf";
    out.pid_file = "/run/chrony/chronyd.pid";
    out.command_socket = "/run/chrony/chronyd.sock";
  } else {
    out.program = "tactusd";
    out.project = "Tactus";
    out.version = build_version;
    out.config_files[0] = "/etc/tactus/tactus.yaml";
    out.config_files[1] = "/etc/tactus/tactus.conf";
    out.pid_file = "/run/tactus/tactusd.pid";
    out.command_socket = "/run/tactus/tactusd.sock";
  }
  return out;
}

std::string version_text(const Identity& identity) {
  return fmt::format("{} ({}) version {} ({})\n", identity.program, identity.project, identity.version,
                     identity.features);
}

std::string usage_text(const Identity& identity, std::string_view argv0) {
  return fmt::format("Usage: {} [OPTION]... [DIRECTIVE]...\n", argv0) +
         fmt::format(option_lines, identity.config_files[0], identity.user);
}

}  // namespace tactus
