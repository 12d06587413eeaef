// SPDX-License-Identifier: Apache-2.0
// Options of tctl, which are chronyc's (client specification, section 1).
#include "arguments.hpp"

#include <cstdlib>
#include <cstring>
#include <string_view>

#include <unistd.h>

#include <fmt/format.h>

#include "build_config.hpp"

namespace tactus::cli {

namespace {

constexpr const char* default_servers = "/run/tactus/tactusd.sock,127.0.0.1,::1";
constexpr const char* default_servers_as_chronyc = "/run/chrony/chronyd.sock,127.0.0.1,::1";
constexpr const char* option_string = "+46acdef:h:mnNp:u:v";

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// --version and --help count wherever they stand.
bool find_long_option(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const bool version = std::strcmp(argv[i], "--version") == 0;
    if (!version && std::strcmp(argv[i], "--help") != 0) continue;
    out.action = version ? Arguments::Action::version : Arguments::Action::help;
    return true;
  }
  return false;
}

void apply_option(int option, Arguments& out) {
  switch (option) {
    case '4':
      out.settings.family = Family::ipv4;
      break;
    case '6':
      out.settings.family = Family::ipv6;
      break;
    case 'c':
      out.settings.csv = true;
      break;
    case 'e':
      out.settings.end_dot = true;
      break;
    case 'h':
      out.servers = optarg;
      break;
    case 'm':
      out.several = true;
      break;
    case 'n':
      out.settings.no_names = true;
      break;
    case 'N':
      out.settings.source_names = true;
      break;
    case 'p':
      out.port = static_cast<std::uint16_t>(std::atoi(optarg));  // NOLINT(cert-err34-c): leading number counts
      break;
    case 'u':
      out.user = optarg;
      break;
    case 'v':
      out.action = Arguments::Action::version;
      break;
    case 'a':
    case 'd':
    case 'f':
      break;  // accepted and ignored
    default:
      out.action = Arguments::Action::usage_error;
      break;
  }
}

}  // namespace

Arguments parse_arguments(int argc, char** argv) {
  Arguments out;
  out.as_chronyc = argc > 0 && base_name(argv[0]) == "chronyc";
  out.settings.strict = out.as_chronyc;
  out.servers = out.as_chronyc ? default_servers_as_chronyc : default_servers;
  if (find_long_option(argc, argv, out)) return out;
  optind = 0;  // starts anew whatever was parsed before
  for (int option = 0; (option = ::getopt(argc, argv, option_string)) != -1;) {
    apply_option(option, out);
    if (out.action != Arguments::Action::run) return out;
  }
  out.commands_given = optind < argc;
  for (int i = optind; i < argc; ++i) out.commands.emplace_back(argv[i]);
  return out;
}

// Under chronyc's name: the release whose interface this is, in the form that scripts look for.
std::string version_line(bool as_chronyc) {
  constexpr std::string_view features = "+READLINE +SECHASH +IPV6 -DEBUG";
  if (as_chronyc) return fmt::format("chronyc (chrony) version 4.8 ({})", features);
  return fmt::format("tctl (tactus) version {} ({})", build_version, features);
}

std::string usage_text(const char* program) {
  return fmt::format(
      "Usage: {} [OPTION]... [COMMAND]...\n\n"
      "Asks the time daemon and commands it. Without COMMAND, lines are read from standard input; `help` lists "
      "them.\n\n"
      "Options:\n"
      "  -4, -6         resolve names to IPv4 or IPv6 addresses only\n"
      "  -n             print addresses, not names\n"
      "  -N             print sources by the names they were configured with\n"
      "  -c             print comma-separated values\n"
      "  -e             print a line with a dot after each command\n"
      "  -m             take each argument as one command\n"
      "  -h SERVERS     sockets and hosts to try, separated by commas\n"
      "  -p PORT        UDP port (323)\n"
      "  -u USER        user to become when started by root\n"
      "  -d, -a, -f F   accepted for compatibility\n"
      "  -v, --version  print the version\n"
      "  --help         print this text\n\n"
      "simulate SCENARIO.yaml... runs daemons in virtual time; simulate --help says more.\n",
      program);
}

}  // namespace tactus::cli
