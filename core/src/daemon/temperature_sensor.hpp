// SPDX-License-Identifier: Apache-2.0
// Reads the sensor of `tempcomp` at its interval and lets the clock compensate. The rim of discipline/temperature.hpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "clock/clock.hpp"
#include "config/model.hpp"
#include "discipline/temperature.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

// Heading of tempcomp.log (configuration specification 13.6).
inline constexpr std::string_view tempcomp_heading = "   Date (UTC) Time        Temp.       Comp.";

class TemperatureSensor {
 public:
  // Nothing when the configuration has no `tempcomp`. log: a line of tempcomp.log; empty: off. Error: the points file
  // cannot be used (configuration specification 8.1). All references outlive it.
  static Result<std::unique_ptr<TemperatureSensor>> make(const config::Model& model, Loop& loop, Clock& clock,
                                                         Logger& logger, std::function<void(std::string_view)> log);
  ~TemperatureSensor();
  TemperatureSensor(const TemperatureSensor&) = delete;
  TemperatureSensor& operator=(const TemperatureSensor&) = delete;

  // Reads at once, and from then on at the interval.
  void start() { read(); }

 private:
  TemperatureSensor(TemperatureCurve curve, std::string file, Duration interval, Loop& loop, Clock& clock,
                    Logger& logger, std::function<void(std::string_view)> log);
  void read();
  void apply(double temperature);

  TemperatureCurve curve_;
  std::string file_;
  Duration interval_;
  Loop& loop_;
  Clock& clock_;
  Logger& logger_;
  std::function<void(std::string_view)> log_;
  TimerId timer_ = 0;
};

}  // namespace tactus
