// SPDX-License-Identifier: Apache-2.0
// Statistic log files.
#include "log/statlog.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace tactus {
namespace {

constexpr mode_t stat_file_mode = 0644;

// measurements and rawmeasurements are two settings of one file.
std::string_view file_name(std::string_view log) { return log == "rawmeasurements" ? "measurements" : log; }

// A line of '=' as long as the heading, the heading, the line again.
std::string banner_of(std::string_view heading) {
  while (!heading.empty() && heading.back() == '\n') heading.remove_suffix(1);
  const std::string rule(heading.size(), '=');
  return fmt::format("{}\n{}\n{}\n", rule, heading, rule);
}

}  // namespace

struct StatLogs::File {
  std::string name;    // without directory and ".log"
  std::string banner;  // three lines
  int fd = -1;
  bool silent = false;        // failed since the last cycle
  std::uint64_t entries = 0;  // since it was opened

  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
    silent = false;
    entries = 0;
  }
};

StatLogs::StatLogs(Logger& logger) : logger_(logger) {}
StatLogs::~StatLogs() { cycle(); }

void StatLogs::configure(std::string directory, std::uint32_t banner_every) {
  if (directory != directory_) cycle();
  directory_ = std::move(directory);
  banner_every_ = banner_every;
}

void StatLogs::enable(std::string_view name) {
  if (!enabled(name)) enabled_.emplace_back(name);
}
void StatLogs::disable_all() {
  cycle();
  enabled_.clear();
}
bool StatLogs::enabled(std::string_view name) const {
  return std::find(enabled_.begin(), enabled_.end(), name) != enabled_.end();
}

int StatLogs::open(std::string_view name, std::string_view heading) {
  if (!enabled(name)) return -1;
  const std::string_view wanted = file_name(name);
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (files_[i]->name == wanted) return static_cast<int>(i);
  }
  auto file = std::make_unique<File>();
  file->name = wanted;
  file->banner = banner_of(heading);
  files_.push_back(std::move(file));
  return static_cast<int>(files_.size() - 1);
}

bool StatLogs::open_file(File& file) {
  if (file.fd >= 0) return true;
  if (file.silent) return false;
  file.silent = true;
  if (directory_.empty()) {
    logger_.warning("logdir not specified");
    return false;
  }
  const std::string path = fmt::format("{}/{}.log", directory_, file.name);
  file.fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, stat_file_mode);
  if (file.fd < 0) {
    logger_.error("Could not open {} : {}", path, std::strerror(errno));
    return false;
  }
  file.silent = false;
  return true;
}

bool StatLogs::append(File& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      logger_.error("Could not write {}/{}.log : {}", directory_, file.name, std::strerror(errno));
      file.close();
      file.silent = true;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void StatLogs::write(int handle, std::string_view line) {
  if (handle < 0 || static_cast<std::size_t>(handle) >= files_.size()) return;
  File& file = *files_[static_cast<std::size_t>(handle)];
  const bool raw_counts = file.name == "measurements" && enabled("rawmeasurements");
  if ((!enabled(file.name) && !raw_counts) || !open_file(file)) return;
  // Banner and entry go out in one write, so that a reader never sees half of them.
  std::string text;
  if (banner_every_ > 0 && file.entries % banner_every_ == 0) text = file.banner;
  text.append(line).push_back('\n');
  if (append(file, text)) ++file.entries;
}

void StatLogs::cycle() {
  for (const auto& file : files_) file->close();
}

}  // namespace tactus
