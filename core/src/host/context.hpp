// SPDX-License-Identifier: Apache-2.0
// What the daemon hands to the host: references to the parts of the core that stand behind the services.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "clock/clock.hpp"
#include "config/model.hpp"
#include "control/registry.hpp"
#include "discipline/discipline.hpp"
#include "log/logger.hpp"
#include "log/statlog.hpp"
#include "loop/loop.hpp"
#include "loop/resolver.hpp"
#include "refclock/port.hpp"

namespace tactus {

// All must outlive the host, and are its daemon's own.
struct HostContext {
  Logger& logger;
  Loop& loop;
  Resolver& resolver;
  StatLogs& statlogs;
  Registry& registry;
  config::Declarations& declarations;
  config::Model& model;
  std::uint32_t run_flags = 0;  // TACTUS_RUN_*
  // Makes the port of a reference clock; empty: there are none.
  RefclockFactory make_refclock;
  // Fills a buffer with random bytes; empty: the kernel's.
  std::function<void(void* buffer, std::size_t length)> random;
  // Records that a source provider does not get when it is created: they are added later. Empty: none.
  std::function<bool(const tactus_record& record)> hold_back;
  // Another provider that stands in for one, as a simulated network for udp: its name; empty: none does.
  std::function<std::string_view(std::uint32_t kind, std::string_view name)> stand_in;
  void* embedder = nullptr;  // for host->embedder
  // An instance logged TACTUS_LOG_FATAL; empty: the loop is stopped with status 1.
  std::function<void()> fatal;
};

}  // namespace tactus
