// SPDX-License-Identifier: Apache-2.0
// `initstepslew`: some servers are asked once, the clock is corrected, and only then do the configured sources begin.
// Configuration specification, section 4.1; discipline specification 10.2.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/declarations.hpp"
#include "config/loader.hpp"
#include "discipline/discipline.hpp"
#include "host/plugin_host.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

// Holds back information as long as it lives: sources that are configured are added without a word. Debug output stays
// whole.
class Quiet {
 public:
  explicit Quiet(Logger& logger)
      : logger_(logger), holds_(!logger.enabled(Level::debug) && logger.enabled(Level::info)) {
    if (holds_) logger_.set_minimum(Level::warning);
  }
  ~Quiet() {
    if (holds_) logger_.set_minimum(Level::info);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  Logger& logger_;
  bool holds_;
};

class InitialCorrection {
 public:
  // All references outlive it.
  InitialCorrection(PluginHost& host, const config::Declarations& declarations, Discipline& discipline, Loop& loop,
                    Logger& logger);
  ~InitialCorrection();
  InitialCorrection(const InitialCorrection&) = delete;
  InitialCorrection& operator=(const InitialCorrection&) = delete;

  // Asks the hosts. done: called from the loop when that has ended, with its sources removed, or at once when there is
  // no host to ask.
  void start(const std::vector<std::string>& hosts, std::function<void()> done);

 private:
  void add(const std::string& host);
  void watch();
  void end();

  PluginHost& host_;
  const config::Declarations& declarations_;
  Discipline& discipline_;
  Loop& loop_;
  Logger& logger_;
  std::vector<config::RecordPtr> records_;  // of the sources
  std::function<void()> done_;
  TimerId timer_ = 0;
  TimerId idle_timer_ = 0;
  int polls_ = 0;  // answered or not, when the last look was taken
};

}  // namespace tactus
