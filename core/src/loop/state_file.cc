// SPDX-License-Identifier: Apache-2.0
// Small files that hold state between runs: temporary name, sync, rename.
#include "loop/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace tactus {
namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  // Some file systems tell of a failed write only here.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Some file systems cannot sync; the content is then as safe as it can be.
bool sync_file(int fd) { return ::fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS; }

Error give_up(const std::string& temporary, Error failure) {
  ::unlink(temporary.c_str());
  return failure;
}

}  // namespace

Result<void> write_state(const std::string& path, std::string_view data, mode_t mode) {
  const std::string temporary = path + ".tmp";
  // A left-over of a run that was killed, or a link that somebody planted, must not be written through.
  ::unlink(temporary.c_str());
  File file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file.fd() < 0) return error("Could not open {} : {}", temporary, std::strerror(errno));
  const bool written = ::fchmod(file.fd(), mode) == 0 && write_all(file.fd(), data) && sync_file(file.fd());
  if (!written || !file.close()) {
    return give_up(temporary, error("Could not write {} : {}", temporary, std::strerror(errno)));
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return give_up(temporary, error("Could not replace {} with {} : {}", path, temporary, std::strerror(errno)));
  }
  return {};
}

Result<std::string> read_state(const std::string& path, std::size_t limit_bytes) {
  // A FIFO in the place of the file must not stop the daemon.
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0) {
    return error_status(errno == ENOENT ? TACTUS_E_NOT_FOUND : TACTUS_E_SYSTEM, "Could not open {} : {}", path,
                        std::strerror(errno));
  }
  std::string data;
  char buffer[1024];
  for (;;) {
    const ssize_t got = ::read(file.fd(), buffer, sizeof buffer);
    if (got < 0) {
      if (errno == EINTR) continue;
      return error("Could not read {} : {}", path, std::strerror(errno));
    }
    if (got == 0) return data;
    if (data.size() + static_cast<std::size_t>(got) > limit_bytes) {
      return error_status(TACTUS_E_LIMIT, "{} is larger than {} bytes", path, limit_bytes);
    }
    data.append(buffer, static_cast<std::size_t>(got));
  }
}

}  // namespace tactus
