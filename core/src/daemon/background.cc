// SPDX-License-Identifier: Apache-2.0
// Going into the background.
#include "daemon/background.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

namespace tactus {
namespace {

constexpr int first_passed = 3;
constexpr int highest_closed = 1024;
constexpr int most_passed = 1000;
constexpr char status_started = 's';
constexpr char status_failed = 'f';

// What the process that was started does: waits for the daemon's report or its end.
[[noreturn]] void wait_for_report(int fd) {
  std::string report;
  char buffer[256];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    report.append(buffer, static_cast<std::size_t>(got));
    if (report.front() == status_started) ::_exit(0);
  }
  if (!report.empty()) {
    report.erase(0, 1);
    report += '\n';
    static_cast<void>(!::write(STDERR_FILENO, report.data(), report.size()));
  }
  ::_exit(1);
}

Error failed_call(const char* call) { return error("Could not detach, {} failed : {}", call, std::strerror(errno)); }

void close_others(int keep, int passed) {
  for (int fd = 0; fd < highest_closed; ++fd) {
    const bool is_passed = fd >= first_passed && fd < first_passed + passed;
    if (fd != keep && !is_passed) ::close(fd);
  }
}

}  // namespace

int passed_descriptors(const char* listen_fds) noexcept {
  if (listen_fds == nullptr) return 0;
  int count = 0;
  const char* const end = listen_fds + std::strlen(listen_fds);
  const auto parsed = std::from_chars(listen_fds, end, count);
  if (parsed.ec != std::errc{} || parsed.ptr != end || count < 0) return 0;
  return std::min(count, most_passed);
}

StartReport::StartReport(StartReport&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
StartReport& StartReport::operator=(StartReport&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
StartReport::~StartReport() {
  if (fd_ >= 0) ::close(fd_);
}

bool StartReport::send(char status, std::string_view text) noexcept {
  if (fd_ < 0) return true;
  const int fd = std::exchange(fd_, -1);
  const bool sent = ::write(fd, &status, 1) == 1 && (text.empty() || ::write(fd, text.data(), text.size()) > 0);
  ::close(fd);
  return sent;
}

bool StartReport::succeeded() noexcept { return send(status_started, {}); }
void StartReport::failed(std::string_view text) noexcept { static_cast<void>(send(status_failed, text)); }

Result<StartReport> go_to_background(int passed) {
  // Writing to a waiting process that was killed is an error to be seen, not an end.
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  if (::pipe(ends) != 0) return failed_call("pipe()");
  // Out of the way of the descriptors that were passed or will be the standard ones.
  const int out = ::fcntl(ends[1], F_DUPFD_CLOEXEC, first_passed + passed);
  if (out < 0) return failed_call("fcntl()");
  pid_t pid = ::fork();
  if (pid < 0) return failed_call("fork()");
  if (pid > 0) {
    ::close(ends[1]);
    ::close(out);
    wait_for_report(ends[0]);
  }
  StartReport report(out);
  ::setsid();
  pid = ::fork();
  if (pid < 0) return failed_call("fork()");
  if (pid > 0) ::_exit(0);
  if (::chdir("/") != 0) return failed_call("chdir()");
  close_others(out, passed);
  // 0, 1 and 2 are free now: the next three descriptors are those.
  if (::open("/dev/null", O_RDWR) != STDIN_FILENO || ::dup(STDIN_FILENO) != STDOUT_FILENO ||
      ::dup(STDIN_FILENO) != STDERR_FILENO) {
    return failed_call("open()");
  }
  return report;
}

}  // namespace tactus
