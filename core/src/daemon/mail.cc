// SPDX-License-Identifier: Apache-2.0
// See mail.hpp.
#include "daemon/mail.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace tactus {
namespace {

constexpr int first_inherited_descriptor = 3;
constexpr int last_inherited_descriptor = 1024;

// In the second child, which nobody waits for.
[[noreturn]] void become_mailer(const char* program, int input) {
  char option[] = "-t";
  std::string name(program);
  char* const arguments[] = {name.data(), option, nullptr};
  const int nowhere = ::open("/dev/null", O_WRONLY);
  if (::dup2(input, STDIN_FILENO) < 0 || nowhere < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0 ||
      ::dup2(nowhere, STDERR_FILENO) < 0) {
    ::_exit(1);
  }
  for (int fd = first_inherited_descriptor; fd < last_inherited_descriptor; ++fd) ::close(fd);
  ::execv(program, arguments);
  ::_exit(1);
}

}  // namespace

std::string mail_text(const std::string& address, const std::string& host, Instant now, double offset_s,
                      double threshold_s) {
  const auto whole = static_cast<std::time_t>(to_ns(now) / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char when[64];
  std::strftime(when, sizeof when, "%a %d %b %Y at %H:%M:%S UTC", &parts);
  return fmt::format(
      "To: {}\nSubject: chronyd reports change to system clock on node [{}]\n\n"
      "On {} the system clock of this node was found to need\na correction of {:.3f} seconds. "
      "This is beyond the limit of {:.3f} seconds that is set by mailonchange.\n",
      address, host, when, -offset_s, threshold_s);
}

Result<void> send_mail(const std::string& program, const std::string& text) {
  if (::access(program.c_str(), X_OK) != 0) return error("Could not run {} : {}", program, std::strerror(errno));
  const int file = ::memfd_create("mail", 0);
  if (file < 0) return error("Could not make a file for a mail : {}", std::strerror(errno));
  Result<void> result;
  if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::lseek(file, 0, SEEK_SET) != 0) {
    result = error("Could not write a mail : {}", std::strerror(errno));
  } else if (const pid_t child = ::fork(); child == 0) {
    if (const pid_t second = ::fork(); second != 0) ::_exit(second < 0 ? 1 : 0);
    become_mailer(program.c_str(), file);
  } else {
    int status = 0;
    // The first child does nothing but start the second.
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
      result = error("Could not start {}", program);
    }
  }
  ::close(file);
  return result;
}

}  // namespace tactus
