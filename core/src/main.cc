// SPDX-License-Identifier: Apache-2.0
// Argument handling; everything else is in the folders. Configuration specification, section 10.
#include <unistd.h>

#include <string_view>
#include <vector>

#include "daemon/command_line.hpp"
#include "daemon/identity.hpp"
#include "daemon/run.hpp"

namespace {

void print(int fd, std::string_view text) { static_cast<void>(!::write(fd, text.data(), text.size())); }

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argv0 = argc > 0 ? argv[0] : "tactusd";
  const std::vector<std::string_view> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const tactus::Identity identity = tactus::identity_for(argv0);
  const tactus::CommandLine options = tactus::parse_command_line(argv0, arguments);
  switch (options.action) {
    case tactus::Action::usage:
      print(STDOUT_FILENO, tactus::usage_text(identity, argv0));
      return 0;
    case tactus::Action::version:
      print(STDOUT_FILENO, tactus::version_text(identity));
      return 0;
    case tactus::Action::usage_error:
      print(STDERR_FILENO, options.complaint + "\n");
      print(STDOUT_FILENO, tactus::usage_text(identity, argv0));
      return 1;
    case tactus::Action::fatal:
      return tactus::early_fatal(options.complaint);
    case tactus::Action::run:
      break;
  }
  return tactus::run_process(options, identity);
}
