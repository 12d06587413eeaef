// SPDX-License-Identifier: Apache-2.0
// The provider "ntp" of kind SOURCE: one instance manages all associations and the server.
#pragma once

#include <memory>

#include <tactus/plugin.h>
#include <tactus/sdk.hpp>

#include "broadcast.hpp"
#include "control.hpp"
#include "environment.hpp"
#include "server_rim.hpp"
#include "sources.hpp"

namespace tactus::ntp {

class Instance {
 public:
  Instance(Host host, const Options& options);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void start();
  Result<void> add(const Record& record);
  Result<void> remove(const Record& record);

 private:
  void open_logs();
  void add_configured(const Options& options);
  static void clock_changed(void* user, const tactus_clock_change* change);

  Environment environment_;
  Sources sources_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Broadcasts> broadcasts_;
  std::unique_ptr<Control> control_;
};

// The provider's operations, for the descriptor and for tests.
const tactus_source_provider_ops* provider_ops();

}  // namespace tactus::ntp
