// SPDX-License-Identifier: Apache-2.0
// A daemon's parts around a plugin host, in virtual time, with a record of what was logged.
#pragma once

#include <poll.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/loader.hpp"
#include "host/plugin_host.hpp"

namespace tactus::test {

// Sleeps in virtual time when no descriptor is ready.
class VirtualWaiter final : public Waiter {
 public:
  int wait(std::span<pollfd> descriptors, Duration timeout) override {
    const int ready = ::poll(descriptors.data(), descriptors.size(), 0);
    if (ready == 0 && timeout.count() > 0) now_ += timeout;
    return ready;
  }
  MonoTime monotonic() override { return now_; }

 private:
  MonoTime now_ = from_ns<MonoTime>(1'000'000'000);
};

class World {
 public:
  explicit World(std::vector<std::string> folders = {HOST_PLUGINS, ABI_PLUGINS}, std::uint32_t run_flags = 0)
      : loop(std::make_unique<VirtualWaiter>()),
        logger([this](Level level, std::string_view text) {
          log.emplace_back(text);
          if (level == Level::fatal) ++fatals;
        }),
        resolver(loop, logger),
        statlogs(logger),
        model(&declarations) {
    LoaderSettings settings;
    settings.folders = std::move(folders);
    HostContext context{logger,    loop, resolver, statlogs, registry, declarations, model,
                        run_flags, {},   {},       {},       {},       {},           {}};
    context.make_refclock = [this](std::string_view name, const tactus_record& record) {
      return make_refclock(name, record);
    };
    host = std::make_unique<PluginHost>(std::move(context), std::move(settings));
  }
  ~World() {
    host->destroy_all();
    discipline.reset();
    clock.reset();
  }

  // Reads a configuration; the problems, joined by "; ".
  std::string read(std::string_view text) {
    config::LoadOptions options;
    options.stop_at_first = false;
    options.on_unknown = [this](std::string_view keyword, const config::CatalogueEntry* entry) {
      std::string why;
      const bool known = host->on_unknown(keyword, entry, &why);
      if (!why.empty()) log.push_back(why);
      return known;
    };
    config::Loader loader(declarations, model, std::move(options));
    loader.read_text(text, "test.conf");
    std::string problems;
    for (const auto& problem : loader.problems()) problems += (problems.empty() ? "" : "; ") + problem.text;
    return problems;
  }
  void attach_clock() {
    const auto declared = host->declare("exercise");
    TACTUS_ASSERT(declared.ok());
    auto backend = host->create_clock("exercise_clock");
    TACTUS_ASSERT(backend.ok());
    clock = std::make_unique<Clock>(loop, logger, *backend, 1e-7);
    discipline = std::make_unique<Discipline>(*clock, loop, logger, DisciplineSettings{}, DisciplineHooks{});
    host->attach(*clock, *discipline);
  }
  void run(double seconds) {
    const MonoTime end = loop.read_monotonic() + from_seconds(seconds);
    while (loop.read_monotonic() < end && !loop.stopping()) loop.run_once(end - loop.read_monotonic());
  }
  [[nodiscard]] bool logged(std::string_view text) const {
    return std::any_of(log.begin(), log.end(), [&](const std::string& line) { return line == text; });
  }
  // Lines that begin with the prefix, in order, without it.
  [[nodiscard]] std::vector<std::string> said(std::string_view prefix) const {
    std::vector<std::string> out;
    for (const std::string& line : log) {
      if (line.starts_with(prefix)) out.push_back(line.substr(prefix.size()));
    }
    return out;
  }

  std::vector<std::string> log;
  int fatals = 0;
  Loop loop;
  Logger logger;
  Resolver resolver;
  StatLogs statlogs;
  Registry registry;
  config::Declarations declarations;
  config::Model model;
  std::function<Result<std::unique_ptr<RefclockPort>>(std::string_view, const tactus_record&)> make_refclock =
      [](std::string_view, const tactus_record&) -> Result<std::unique_ptr<RefclockPort>> {
    return error("no reference clocks in this test");
  };
  std::unique_ptr<PluginHost> host;
  std::unique_ptr<Clock> clock;
  std::unique_ptr<Discipline> discipline;
};

}  // namespace tactus::test
