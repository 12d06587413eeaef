// SPDX-License-Identifier: Apache-2.0
// What a driver's readings go into: implemented by the refclock floor (polling, filtering, alignment), called by the
// services of a REFCLOCK instance. Refclock specification, sections 2.1 and 2.2.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tactus/host.h>
#include <tactus/option.h>
#include <tactus/plugin.h>
#include <tactus/result.hpp>

namespace tactus {

// One reference clock. Lives from before its driver's create() until after its destroy().
class RefclockPort {
 public:
  RefclockPort() = default;
  RefclockPort(const RefclockPort&) = delete;
  RefclockPort& operator=(const RefclockPort&) = delete;
  virtual ~RefclockPort() = default;

  // TACTUS_OK: taken. TACTUS_E_INVALID: refused and counted (the value is outside what host.h states, or too far off).
  virtual tactus_status reading(const tactus_reading& reading) = 0;
  virtual tactus_status pulse(const tactus_pulse& pulse) = 0;
  // The device is there or not; why: one line, "" when there is nothing to add.
  virtual void present(bool present, std::string_view why) = 0;
  // The driver was created: `poll` asks it for readings and is empty when it gives them by itself.
  virtual void driver_created(std::uint32_t driver_flags, std::function<void()> poll) = 0;
  // The loop is about to run: polling begins.
  virtual Result<void> start() = 0;
};

// Makes the port of one `refclock` record (declared by the core). name is the driver's, lower case.
using RefclockFactory =
    std::function<Result<std::unique_ptr<RefclockPort>>(std::string_view name, const tactus_record&)>;

}  // namespace tactus
