// SPDX-License-Identifier: Apache-2.0
// A daemon that runs on a simulated machine: the real one, with virtual clock, network, names and random numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/daemon.hpp"

#include "result.hpp"
#include "scenario.hpp"
#include "world.hpp"

namespace tactus::sim {

// What all nodes of a run share.
struct NodeSetting {
  World& world;
  std::string plugin_folder;
  std::string module_folder;
  Resolver::Lookup lookup;
};

class RunningNode {
 public:
  // The plan, the machine and what the setting refers to outlive it. folder: the node's own, exists.
  RunningNode(const NodeSetting& setting, const Node& plan, Machine& machine, std::string folder);
  ~RunningNode();
  RunningNode(const RunningNode&) = delete;
  RunningNode& operator=(const RunningNode&) = delete;

  [[nodiscard]] const Node& plan() const noexcept { return plan_; }
  [[nodiscard]] Machine& machine() noexcept { return machine_; }
  [[nodiscard]] bool running() const noexcept { return daemon_ != nullptr; }
  [[nodiscard]] Daemon* daemon() noexcept { return daemon_.get(); }
  [[nodiscard]] std::int64_t started_ns() const noexcept { return started_ns_; }
  [[nodiscard]] std::optional<int> exit_status() const noexcept { return exit_status_; }
  [[nodiscard]] const std::vector<std::string>& log() const noexcept { return log_; }

  // Error: the daemon's own last message.
  Result<void> start();
  // Ends it: in order, or as if it were killed. Not from inside a call of the daemon.
  void stop(bool orderly);
  // One line for tctl at this machine; its answer.
  std::string command(const std::string& line);
  // The clock or what the daemon waits for has changed: looks when it has to be woken up.
  void schedule();
  // Called after each turn of the daemon.
  void set_after_turn(std::function<void(RunningNode&)> call) { after_turn_ = std::move(call); }

 private:
  DaemonEnvironment environment();
  Result<void> write_configuration();
  void make_folders() const;
  void turn();

  NodeSetting setting_;
  const Node& plan_;
  Machine& machine_;
  std::string folder_;
  Random random_;
  CommandLine command_line_;
  Identity identity_;
  std::unique_ptr<Logger> logger_;
  std::unique_ptr<Daemon> daemon_;
  std::int64_t started_ns_ = 0;
  std::optional<int> exit_status_;
  std::vector<std::string> log_;
  std::uint64_t wake_generation_ = 0;
  bool in_turn_ = false;
  std::function<void(RunningNode&)> after_turn_;
};

}  // namespace tactus::sim
