// SPDX-License-Identifier: Apache-2.0
// One instance of a provider: its table of services, its life (create, start, destroy), and all that it holds of the
// host, so that what it did not give back is released after destroy().
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/plugin.h>
#include <tactus/result.hpp>

#include "config/record.hpp"
#include "control/registry.hpp"
#include "host/context.hpp"

namespace tactus {

class PluginHost;
class Instance;

// What a plugin's `struct tactus_source *` points to.
struct SourceHandle {
  Instance* instance = nullptr;
  Source* source = nullptr;
  tactus_source_callbacks callbacks{};
  void* user = nullptr;
};

// A counter of refusals. The cell's address is constant.
struct DropCell {
  std::string stage;
  std::string reason;
  std::uint64_t count = 0;
};
inline constexpr std::size_t drop_cell_limit = 512;  // per instance; what is beyond shares one cell

// What an instance acquired and has not given back.
struct Holdings {
  std::map<std::uint64_t, TimerId> timers;
  std::map<std::uint64_t, WatchId> watches;
  std::map<std::uint64_t, std::uint64_t> names;  // name resolutions
  std::vector<std::uint64_t> clock_handlers;
  std::map<SourceHandle*, std::unique_ptr<SourceHandle>> sources;
  std::vector<config::RecordPtr> records;
  std::deque<DropCell> drops;
  std::uint64_t next_id = 1;
};

class Instance {
 public:
  struct Identity {
    std::string plugin;  // file name
    std::string label;   // "ntp", "shm.SHM0": in messages and in the report of refusals
    OwnerId owner = 0;
    bool own = true;  // of the project's own build
  };
  Instance(PluginHost& host, const tactus_provider& provider, Identity identity);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // REFCLOCK: before create().
  void set_port(std::unique_ptr<RefclockPort> port) { port_ = std::move(port); }
  // The records live as long as the instance. Error: the plugin's text; nothing is left of the instance.
  Result<void> create(std::vector<const tactus_record*> records);
  Result<void> start();
  // Calls the plugin's destroy, then releases what it holds. Twice is fine.
  void destroy();

  [[nodiscard]] const tactus_provider& provider() const noexcept { return provider_; }
  [[nodiscard]] void* instance() const noexcept { return instance_; }
  [[nodiscard]] const Identity& identity() const noexcept { return identity_; }
  [[nodiscard]] const std::deque<DropCell>& drops() const noexcept { return held_.drops; }
  [[nodiscard]] bool created() const noexcept { return created_; }
  template <class Ops>
  [[nodiscard]] const Ops& ops() const noexcept {
    return *static_cast<const Ops*>(provider_.ops);
  }

  // ---- for the services
  [[nodiscard]] PluginHost& host() noexcept { return host_; }
  [[nodiscard]] HostContext& context() noexcept;
  [[nodiscard]] Holdings& held() noexcept { return held_; }
  [[nodiscard]] RefclockPort* port() noexcept { return port_.get(); }
  [[nodiscard]] const tactus_host* services() const noexcept { return &services_; }
  // Runs a plugin's callback; what it throws is logged.
  template <class Call>
  void call_plugin(Call call) noexcept {
    try {
      call();
    } catch (...) {
      report_exception();
    }
  }

 private:
  void report_exception() noexcept;
  void release();
  Result<void> run_create(const tactus_config& config);

  PluginHost& host_;
  const tactus_provider& provider_;
  Identity identity_;
  tactus_host services_;
  std::unique_ptr<RefclockPort> port_;
  Holdings held_;
  std::vector<const tactus_record*> records_;
  void* instance_ = nullptr;
  bool created_ = false;
  bool started_ = false;
};

}  // namespace tactus
