// SPDX-License-Identifier: Apache-2.0
// The core's own reports (tracking, sources, sourcestats, selectdata, drops) and commands, offered through the
// registry. Rows and arguments: reports.h; messages: configuration specification, sections 15.2 and 15.6.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <tactus/reports.h>

#include "clock/clock.hpp"
#include "control/registry.hpp"
#include "discipline/discipline.hpp"
#include "log/logger.hpp"

namespace tactus {

// Receives a row of the report "drops".
using DropSink = std::function<void(std::string_view stage, std::string_view reason, std::uint64_t count)>;

// What the daemon does for the core's commands. A command whose hook is empty is not offered.
struct ControlHooks {
  std::function<void()> shutdown;
  std::function<void()> cycle_logs;
  std::function<Result<void>()> dump;            // writes the sample histories
  std::function<Result<void>()> reload_sources;  // reads the *.sources files again
  // Sets the offset of the reference clock with this reference id; false: there is none.
  std::function<bool(std::uint32_t refid, double offset_s)> set_refclock_offset;
  // Further counters of refusals: the host's instances, reference clocks.
  std::vector<std::function<void(const DropSink&)>> drops;
};

class CoreControl {
 public:
  // All references outlive it.
  CoreControl(Registry& registry, Clock& clock, Discipline& discipline, Logger& logger, ControlHooks hooks);
  ~CoreControl();
  CoreControl(const CoreControl&) = delete;
  CoreControl& operator=(const CoreControl&) = delete;

  [[nodiscard]] Registry& registry() noexcept { return registry_; }
  [[nodiscard]] Clock& clock() noexcept { return clock_; }
  [[nodiscard]] Discipline& discipline() noexcept { return discipline_; }
  [[nodiscard]] Logger& logger() noexcept { return logger_; }
  [[nodiscard]] const ControlHooks& hooks() const noexcept { return hooks_; }

 private:
  void add_reports();   // core_reports.cc
  void add_commands();  // core_commands.cc

  Registry& registry_;
  Clock& clock_;
  Discipline& discipline_;
  Logger& logger_;
  ControlHooks hooks_;
};

}  // namespace tactus
