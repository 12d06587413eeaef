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

constexpr OptionLine option_table[] = {
    {"-4, -6", "", "resolve names to IPv4 or IPv6 addresses only"},
    {"-n", "", "print addresses, not names"},
    {"-N", "", "print sources by the names they were configured with"},
    {"-c", "", "print comma-separated values"},
    {"--json", "", "print one JSON value for each command", true},
    {"-e", "", "print a line with a dot after each command"},
    {"-m", "", "take each argument as one command"},
    {"-h", "SERVERS", "sockets and hosts to try, separated by commas"},
    {"-p", "PORT", "UDP port (323)"},
    {"-u", "USER", "user to become when started by root"},
    {"-d, -a", "", "accepted for compatibility"},
    {"-f", "FILE", "accepted for compatibility"},
    {"-v, --version", "", "print the version"},
    {"--help", "", "print this text"},
};

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

// --json counts wherever it stands, and is taken out.
int take_json(int argc, char** argv, Arguments& out) {
  int kept = 0;
  for (int i = 0; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      out.settings.json = true;
    } else {
      argv[kept++] = argv[i];
    }
  }
  argv[kept] = nullptr;
  return kept;
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
  if (!out.as_chronyc) argc = take_json(argc, argv, out);
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

std::span<const OptionLine> option_lines() { return option_table; }

std::string usage_text(const char* program, bool as_chronyc) {
  std::string out = fmt::format(
      "Usage: {} [OPTION]... [COMMAND]...\n\n"
      "Asks the time daemon and commands it. Without COMMAND, lines are read from standard input; `help` lists "
      "them.\n\n"
      "Options:\n",
      program);
  for (const OptionLine& line : option_table) {
    if (line.beyond && as_chronyc) continue;
    const std::string flags = fmt::format("{}{}{}", line.flags, line.argument.empty() ? "" : " ", line.argument);
    out += fmt::format("  {:<15}{}\n", flags, line.text);
  }
  return out;
}

}  // namespace tactus::cli
