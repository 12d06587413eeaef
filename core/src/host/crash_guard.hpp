// SPDX-License-Identifier: Apache-2.0
// While a third party's create() or start() runs: if it crashes, one message names the plugin before the process ends
// by the same signal.
#pragma once

#include <csignal>
#include <memory>
#include <string_view>

namespace tactus {

// One at a time in a process; the outer one counts when they are nested. Restores the handlers when it ends.
class CrashGuard {
 public:
  // "Fatal error : Plugin NAME crashed in WHAT" with the signal's number is written to stderr, or to the system log
  // when stderr goes nowhere.
  CrashGuard(std::string_view plugin, std::string_view what);
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

 private:
  struct Saved;
  std::unique_ptr<Saved> saved_;
};

}  // namespace tactus
