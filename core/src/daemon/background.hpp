// SPDX-License-Identifier: Apache-2.0
// Going into the background: the process that was started waits until the daemon has started or failed, and tells it by
// its exit status. Configuration specification, sections 12.1 (steps 2, 3) and 12.2.
#pragma once

#include <string_view>

#include <tactus/result.hpp>

namespace tactus {

// How many descriptors from 3 on were passed by a service manager: the value of LISTEN_FDS when it is a non-negative
// decimal number, else 0. At most 1000.
int passed_descriptors(const char* listen_fds) noexcept;

// The daemon's end of the pipe to the waiting process. Empty in the foreground.
class StartReport {
 public:
  StartReport() = default;
  explicit StartReport(int fd) noexcept : fd_(fd) {}
  StartReport(StartReport&& other) noexcept;
  StartReport& operator=(StartReport&& other) noexcept;
  StartReport(const StartReport&) = delete;
  StartReport& operator=(const StartReport&) = delete;
  ~StartReport();
  // The waiting process exits 0. False: it is not there any more, and the daemon should end too.
  bool succeeded() noexcept;
  // The waiting process prints `text` and exits 1. Only the first report counts.
  void failed(std::string_view text) noexcept;

 private:
  bool send(char status, std::string_view text) noexcept;
  int fd_ = -1;
};

// Forks twice and returns in the daemon: session leader's child, directory /, standard descriptors on /dev/null, all
// others closed except `passed` ones from 3 on. The waiting process never returns from here. Error: a call failed.
Result<StartReport> go_to_background(int passed);

}  // namespace tactus
