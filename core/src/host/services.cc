// SPDX-License-Identifier: Apache-2.0
// Services: log, statistic logs, counters, timers, watches.
#include "host/services.hpp"

#include <unistd.h>

#include "host/plugin_host.hpp"

namespace tactus {

tactus_host make_services(Instance& instance) {
  tactus_host table{};
  table.struct_size = sizeof table;
  table.abi_minor = TACTUS_ABI_MINOR;
  table.context = &instance;
  services::fill_log(table);
  services::fill_loop(table);
  services::fill_clock(table);
  services::fill_sources(table);
  services::fill_state(table);
  services::fill_control(table);
  return table;
}

namespace services {

namespace {

constexpr std::size_t key_limit = 64;

Level level_of(std::uint32_t level) noexcept {
  return level <= TACTUS_LOG_FATAL ? static_cast<Level>(level) : Level::error;
}

void end_on_fatal(Instance& instance, std::uint32_t level) {
  if (level != TACTUS_LOG_FATAL) return;
  if (instance.context().fatal) {
    instance.context().fatal();
  } else {
    instance.context().loop.stop(1);
  }
}

void log(const tactus_host* host, std::uint32_t level, const char* text) {
  guarded_void(host, [&](Instance& instance) {
    Logger& logger = instance.context().logger;
    if (text != nullptr && logger.enabled(level_of(level))) logger.write(level_of(level), text);
    end_on_fatal(instance, level);
  });
}

void log_limited(const tactus_host* host, std::uint32_t level, const char* key, const char* text) {
  guarded_void(host, [&](Instance& instance) {
    HostContext& core = instance.context();
    if (text == nullptr || !core.logger.enabled(level_of(level))) return;
    const std::string_view whole = key != nullptr ? key : "";
    core.logger.write_limited(level_of(level),
                              fmt::format("{}:{}", instance.identity().label, whole.substr(0, key_limit)), text,
                              core.loop.now());
    end_on_fatal(instance, level);
  });
}

tactus_status statlog_open(const tactus_host* host, const char* name, const char* banner, std::int32_t* handle) {
  return guarded(host, [&](Instance& instance) {
    if (name == nullptr || handle == nullptr) return TACTUS_E_INVALID;
    *handle = instance.context().statlogs.open(name, banner != nullptr ? banner : "");
    return *handle < 0 ? TACTUS_E_DISABLED : TACTUS_OK;
  });
}

void statlog_write(const tactus_host* host, std::int32_t handle, const char* line) {
  guarded_void(host, [&](Instance& instance) {
    if (handle >= 0 && line != nullptr) instance.context().statlogs.write(handle, line);
  });
}

std::uint64_t* drop_counter(const tactus_host* host, const char* stage, const char* reason) {
  Instance& instance = self(host);
  std::deque<DropCell>& cells = instance.held().drops;
  const std::string_view where = stage != nullptr ? stage : "";
  const std::string_view why = reason != nullptr ? reason : "";
  for (DropCell& cell : cells) {
    if (cell.stage == where && cell.reason == why) return &cell.count;
  }
  if (cells.size() < drop_cell_limit) return &cells.emplace_back(DropCell{std::string{where}, std::string{why}}).count;
  if (cells.size() == drop_cell_limit) cells.emplace_back(DropCell{"other", "other"});
  return &cells.back().count;
}

tactus_status timer_start(const tactus_host* host, std::int64_t monotonic_ns, tactus_timer_fn fn, void* user,
                          std::uint64_t* id) {
  return guarded(host, [&](Instance& instance) {
    if (fn == nullptr || id == nullptr) return TACTUS_E_INVALID;
    Holdings& held = instance.held();
    const std::uint64_t number = held.next_id++;
    const auto fire = [&instance, number, fn, user] {
      instance.held().timers.erase(number);
      instance.call_plugin([&] { fn(user); });
    };
    held.timers[number] = instance.context().loop.start_timer(from_ns<MonoTime>(monotonic_ns), fire);
    *id = number;
    return TACTUS_OK;
  });
}

void timer_stop(const tactus_host* host, std::uint64_t id) {
  guarded_void(host, [&](Instance& instance) {
    const auto at = instance.held().timers.find(id);
    if (at == instance.held().timers.end()) return;
    instance.context().loop.stop_timer(at->second);
    instance.held().timers.erase(at);
  });
}

Events events_of(std::uint32_t bits) noexcept {
  Events events = Events::none;
  if ((bits & TACTUS_WATCH_READ) != 0) events = events | Events::read;
  if ((bits & TACTUS_WATCH_WRITE) != 0) events = events | Events::write;
  if ((bits & TACTUS_WATCH_ERROR) != 0) events = events | Events::error;
  return events;
}

tactus_status watch(const tactus_host* host, std::int32_t fd, std::uint32_t events, tactus_watch_fn fn, void* user,
                    std::uint64_t* id) {
  return guarded(host, [&](Instance& instance) {
    if (fn == nullptr || id == nullptr || fd < 0) return TACTUS_E_INVALID;
    Holdings& held = instance.held();
    const std::uint64_t number = held.next_id++;
    const auto ready = [&instance, fd, fn, user](Events now) {
      std::uint32_t bits = 0;
      if (has(now, Events::read)) bits |= TACTUS_WATCH_READ;
      if (has(now, Events::write)) bits |= TACTUS_WATCH_WRITE;
      if (has(now, Events::error)) bits |= TACTUS_WATCH_ERROR;
      instance.call_plugin([&] { fn(user, fd, bits); });
    };
    held.watches[number] = instance.context().loop.watch(fd, events_of(events), ready);
    *id = number;
    return TACTUS_OK;
  });
}

tactus_status watch_events(const tactus_host* host, std::uint64_t id, std::uint32_t events) {
  return guarded(host, [&](Instance& instance) {
    const auto at = instance.held().watches.find(id);
    if (at == instance.held().watches.end()) return TACTUS_E_NOT_FOUND;
    instance.context().loop.set_events(at->second, events_of(events));
    return TACTUS_OK;
  });
}

void unwatch(const tactus_host* host, std::uint64_t id) {
  guarded_void(host, [&](Instance& instance) {
    const auto at = instance.held().watches.find(id);
    if (at == instance.held().watches.end()) return;
    instance.context().loop.unwatch(at->second);
    instance.held().watches.erase(at);
  });
}

}  // namespace

void report_host_exception(Instance& instance, std::string_view what) noexcept {
  try {
    instance.context().logger.error("Internal error in plugin {} : {}", instance.identity().label, what);
  } catch (...) {  // no memory for the message either: the status tells
    return;
  }
}

void fill_log(tactus_host& table) {
  table.log = &log;
  table.log_limited = &log_limited;
  table.statlog_open = &statlog_open;
  table.statlog_write = &statlog_write;
  table.drop_counter = &drop_counter;
}

void fill_loop(tactus_host& table) {
  table.timer_start = &timer_start;
  table.timer_stop = &timer_stop;
  table.watch = &watch;
  table.watch_events = &watch_events;
  table.unwatch = &unwatch;
}

}  // namespace services

}  // namespace tactus
