// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <cerrno>

#include <unistd.h>

namespace tactus::cli {

namespace {
bool write_all(int fd, std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  const bool whole = done == text.size();
  text.clear();
  return whole;
}
}  // namespace

bool StandardOutput::flush() {
  const bool written = write_all(STDOUT_FILENO, out_);
  (void)write_all(STDERR_FILENO, err_);
  return written;
}

}  // namespace tactus::cli
