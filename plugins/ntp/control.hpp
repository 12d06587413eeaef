// SPDX-License-Identifier: Apache-2.0
// What an instance tells and what it can be told: its reports and commands in the host's registry. Command protocol
// specification, sections 11 and 12.
#pragma once

#include <tactus/control.h>
#include <tactus/sdk.hpp>

#include "environment.hpp"
#include "server_rim.hpp"
#include "sources.hpp"

namespace tactus::ntp {

class Control {
 public:
  // All three outlive it.
  Control(Environment& environment, Sources& sources, Server& server)
      : environment_(environment), sources_(sources), server_(server) {}
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // Throws Failure when the host takes one of them not.
  void install_reports();
  void install_commands();

  [[nodiscard]] Environment& environment() noexcept { return environment_; }
  [[nodiscard]] Sources& sources() noexcept { return sources_; }
  [[nodiscard]] Server& server() noexcept { return server_; }

 private:
  Environment& environment_;
  Sources& sources_;
  Server& server_;
};

}  // namespace tactus::ntp
