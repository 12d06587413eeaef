// SPDX-License-Identifier: Apache-2.0
// The child that tries a plugin. It writes its finding to a pipe; what it cannot write (a crash, a hang) is in how it
// ends.
#include "host/probe.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "host/shared_object.hpp"

namespace tactus {

namespace {

constexpr std::size_t finding_limit = 1024;
constexpr int status_told = 0;
constexpr int status_silent = 1;

void default_signals() {
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGKILL && number != SIGSTOP) std::signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void try_in_child(const std::string& path, std::string_view file_name, int report, unsigned limit_s) {
  default_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::alarm(limit_s);
  // What it prints is not the one message.
  const int nowhere = ::open("/dev/null", O_RDWR);
  if (nowhere >= 0) {
    for (const int fd : {0, 1, 2}) ::dup2(nowhere, fd);
  }
  auto object = SharedObject::open(path, file_name);
  if (object) object->unmap();  // its destructors are tried as well
  // The first byte is the status, the rest the text. Success is said as well: a constructor may end the process.
  std::string finding(1, static_cast<char>(object ? TACTUS_OK : -object.failure().status));
  if (!object) finding += object.failure().text.substr(0, finding_limit - 1);
  if (::write(report, finding.data(), finding.size()) < 0) ::_exit(status_silent);
  ::_exit(status_told);
}

std::string read_all(int fd) {
  std::string text(finding_limit, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t got = ::read(fd, text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

}  // namespace

Result<void> probe_plugin(const std::string& path, std::string_view file_name, unsigned limit_s) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return error("cannot be tried: {}", std::strerror(errno));
  const pid_t child = ::fork();
  if (child < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return error("cannot be tried: {}", std::strerror(reason));
  }
  if (child == 0) {
    ::close(ends[0]);
    try_in_child(path, file_name, ends[1], limit_s);
  }
  ::close(ends[1]);
  const std::string finding = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return error("cannot be tried: {}", std::strerror(errno));
  }
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    if (number == SIGALRM) return error_status(TACTUS_E_INTERNAL, "did not finish loading within {} s", limit_s);
    return error_status(TACTUS_E_INTERNAL, "crashed while it was loaded (signal {}: {})", number, ::strsignal(number));
  }
  if (WEXITSTATUS(status) == status_told && !finding.empty()) {
    const auto answer = -static_cast<tactus_status>(static_cast<unsigned char>(finding[0]));
    return answer == TACTUS_OK ? Result<void>{} : Error{finding.substr(1), answer};
  }
  return error_status(TACTUS_E_INTERNAL, "ended the process while it was loaded (status {})", WEXITSTATUS(status));
}

}  // namespace tactus
