// SPDX-License-Identifier: Apache-2.0
// The PID file: never through a link, never over a living daemon's.
#include "daemon/pid_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "loop/state_file.hpp"

namespace tactus {
namespace {

constexpr std::size_t limit_bytes = 64;
constexpr std::size_t stat_limit_bytes = 4096;
constexpr mode_t pid_mode = 0644;

std::optional<pid_t> read_pid(const std::string& path) {
  const Result<std::string> text = read_state(path, limit_bytes);
  if (!text) return std::nullopt;
  pid_t pid = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), pid);
  if (parsed.ec != std::errc{} || pid <= 0) return std::nullopt;
  return pid;
}

// The state letter follows the command's name, which is in brackets and may hold any character.
bool is_zombie(pid_t pid) {
  const Result<std::string> stat = read_state(fmt::format("/proc/{}/stat", pid), stat_limit_bytes);
  if (!stat) return false;
  const std::size_t bracket = stat->rfind(')');
  return bracket != std::string::npos && stat->compare(bracket, 3, ") Z") == 0;
}

}  // namespace

Result<void> check_pid_file(const std::string& path, const std::string& program) {
  const std::optional<pid_t> pid = read_pid(path);
  if (!pid || *pid == ::getpid() || ::getsid(*pid) < 0 || is_zombie(*pid)) return {};
  return error("Another {} may already be running (pid={}), check {}", program, *pid, path);
}

Result<void> remove_pid_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return error("Could not remove {} : {}", path, std::strerror(errno));
}

Result<void> write_pid_file(const std::string& path) {
  if (auto removed = remove_pid_file(path); !removed) return removed;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, pid_mode);
  if (fd < 0) return error("Could not open {} : {}", path, std::strerror(errno));
  const std::string text = fmt::format("{}\n", ::getpid());
  const bool written = ::fchmod(fd, pid_mode) == 0 && ::write(fd, text.data(), text.size()) == std::ssize(text);
  const int failure = errno;
  ::close(fd);
  if (!written) return error("Could not write {} : {}", path, std::strerror(failure));
  return {};
}

}  // namespace tactus
