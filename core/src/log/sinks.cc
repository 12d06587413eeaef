// SPDX-License-Identifier: Apache-2.0
// Terminal, file and syslog sinks.
#include "log/sinks.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

namespace tactus {
namespace {

constexpr std::string_view fatal_prefix = "Fatal error : ";
constexpr mode_t log_file_mode = 0640;

// Lines are whole or missing: a full disk or a closed terminal must not stop the daemon.
void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Holds the identity that openlog(3) keeps a pointer to.
struct Syslog {
  explicit Syslog(std::string name) : identity(std::move(name)) { ::openlog(identity.c_str(), LOG_PID, LOG_DAEMON); }
  Syslog(const Syslog&) = delete;
  Syslog& operator=(const Syslog&) = delete;
  ~Syslog() { ::closelog(); }
  std::string identity;
};

}  // namespace

std::string format_log_line(Level level, std::string_view text, std::time_t when) {
  std::tm utc{};
  ::gmtime_r(&when, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z {}{}\n", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, level == Level::fatal ? fatal_prefix : "", text);
}

Logger::Sink descriptor_sink(int fd) {
  return [fd](Level level, std::string_view text) { write_all(fd, format_log_line(level, text, std::time(nullptr))); };
}

Result<Logger::Sink> file_sink(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, log_file_mode);
  if (fd < 0) {
    const int why = errno;
    return error_status(why == ENOENT ? TACTUS_E_NOT_FOUND : TACTUS_E_SYSTEM, "Could not open {} : {}", path,
                        std::strerror(why));
  }
  // Shared, because sinks are copied.
  const std::shared_ptr<int> owner(new int(fd), [](int* held) {
    ::close(*held);
    delete held;
  });
  return Logger::Sink([owner, write = descriptor_sink(fd)](Level level, std::string_view text) { write(level, text); });
}

int syslog_priority(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return LOG_DEBUG;
    case Level::info:
      return LOG_INFO;
    case Level::warning:
      return LOG_WARNING;
    case Level::error:
      return LOG_ERR;
    case Level::fatal:
      return LOG_CRIT;
  }
  return LOG_CRIT;
}

Logger::Sink syslog_sink(std::string identity) {
  auto log = std::make_shared<Syslog>(std::move(identity));
  return [log](Level level, std::string_view text) {
    const std::string_view prefix = level == Level::fatal ? fatal_prefix : "";
    ::syslog(syslog_priority(level), "%.*s%.*s", static_cast<int>(prefix.size()), prefix.data(),
             static_cast<int>(text.size()), text.data());
  };
}

}  // namespace tactus
