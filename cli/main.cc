// SPDX-License-Identifier: Apache-2.0
// tctl: arguments, rights, the way to the daemon, commands (client specification, section 2).
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>

#include "arguments.hpp"
#include "interactive.hpp"
#include "json_reports.hpp"
#include "resolver.hpp"
#include "signals.hpp"
#include "simulate.hpp"
#include "transport.hpp"

namespace tactus::cli {
namespace {

// -u: what root starts runs as that user, before any socket is opened.
bool drop_privileges(const std::string& user, Output& output) {
  if (user.empty() || user == "root" || ::geteuid() != 0) return true;
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) {
    output.complain("Could not get user/group ID of {}", user);
    return false;
  }
  if (::setgroups(0, nullptr) != 0 || ::setgid(entry->pw_gid) != 0 || ::setuid(entry->pw_uid) != 0) {
    output.complain("Could not drop root privileges");
    return false;
  }
  return true;
}

// chronyc wants a connection whatever the command is; under our own name some do without.
bool works_without_daemon(const Arguments& arguments) {
  if (arguments.as_chronyc || arguments.commands.empty()) return false;
  const Command* command = find_command(arguments.commands.front());
  return command != nullptr && command->offline;
}

int run(const Arguments& arguments) {
  const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
  StandardOutput output(::isatty(STDOUT_FILENO) != 0);
  if (!drop_privileges(arguments.user, output)) {
    output.flush();
    return 1;
  }
  if (terminal && !arguments.commands_given) {
    output.print_line("{}", version_line(arguments.as_chronyc));
    output.print_line("Type `help` for the commands, Ctrl-D to leave.\n");
    output.flush();
  }
  catch_signals();
  SocketChannel channel(arguments.servers, arguments.port, arguments.settings.family, output);
  const std::string advice =
      arguments.as_chronyc ? std::string{} : advice_without_daemon(arguments.servers, arguments.port);
  if (!channel.open_next() && !works_without_daemon(arguments)) {
    constexpr std::string_view message = "Could not open connection to daemon";
    if (arguments.settings.json) output.print_line("{}", wrap_output(false, {}, message));
    output.complain("{}", message);
    if (!advice.empty()) output.complain("{}", advice);
    output.flush();
    return 1;
  }
  Session session(channel, output);
  session.set_advice(advice);
  SystemResolver resolver;
  Context context{arguments.settings, session, resolver, output};
  const bool success = arguments.commands_given
                           ? run_words(context, arguments.commands, arguments.several)
                           : run_input(context, terminal, arguments.as_chronyc ? "chronyc> " : "tctl> ");
  channel.close();
  output.flush();
  return success ? 0 : 1;
}

}  // namespace
}  // namespace tactus::cli

int main(int argc, char** argv) {
  using tactus::cli::Arguments;
  if (tactus::cli::is_simulate(argc, argv)) return tactus::cli::become_simulator(argv);
  const Arguments arguments = tactus::cli::parse_arguments(argc, argv);
  switch (arguments.action) {
    case Arguments::Action::version:
      std::printf("%s\n", tactus::cli::version_line(arguments.as_chronyc).c_str());
      return 0;
    case Arguments::Action::help:
      std::printf("%s", tactus::cli::usage_text(argv[0], arguments.as_chronyc).c_str());
      return 0;
    case Arguments::Action::usage_error:
      std::printf("%s", tactus::cli::usage_text(argv[0], arguments.as_chronyc).c_str());
      return 1;
    case Arguments::Action::run:
      break;
  }
  return tactus::cli::run(arguments);
}
