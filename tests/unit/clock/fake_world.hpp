// SPDX-License-Identifier: Apache-2.0
// A machine in virtual time for tests of the clock: an oscillator with a frequency error, the kernel's compensation,
// steps by the daemon and by strangers, and a waiter that lets time pass.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <poll.h>

#include <tactus/plugin.h>
#include <tactus/time.hpp>

#include "clock/clock.hpp"
#include "kernel_clock.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus::test {

class World {
 public:
  explicit World(double fast_ppm = 0.0) : fast_ppm_(fast_ppm) {}

  // Lets `local_s` pass on the monotonic clock.
  void pass(double local_s) {
    const double rate = (1.0 - compensated_ppm_ * 1e-6) / (1.0 - fast_ppm_ * 1e-6);
    true_s_ += local_s / rate;
    local_s_ += local_s;
  }
  void stranger_steps(double forward_s) { stepped_s_ += forward_s; }

  [[nodiscard]] RawTime raw() const { return from_ns<RawTime>(start_ns) + from_seconds(local_s_ + stepped_s_); }
  [[nodiscard]] MonoTime mono() const { return from_ns<MonoTime>(0) + from_seconds(local_s_); }
  [[nodiscard]] Instant truth() const { return from_ns<Instant>(start_ns) + from_seconds(true_s_); }

  // A backend over this world. steps, adjusts: what it can do.
  Backend backend(bool steps = true, bool adjusts = true) {
    steps_ = steps;
    adjusts_ = adjusts;
    return {&ops, this};
  }

  double initial_ppm = 0.0;
  bool refuse_steps = false;
  std::vector<tactus_clock_status> statuses;
  std::vector<std::uint32_t> leaps;
  std::vector<double> frequencies;

  static constexpr std::int64_t start_ns = 1'800'000'000'000'000'000;
  static constexpr double delay_s = 1e-5;

 private:
  static World& self(void* instance) { return *static_cast<World*>(instance); }
  static void limits(void* instance, tactus_clock_limits* out) {
    const World& world = self(instance);
    out->flags = world.steps_ ? TACTUS_CLOCK_CAN_STEP | TACTUS_CLOCK_CAN_LEAP : 0;
    out->max_frequency_ppm = world.adjusts_ ? 1e5 : 0.0;
    out->max_frequency_delay_s = world.adjusts_ ? delay_s : 0.0;
    out->step_error_s = 0.0;
  }
  static std::int64_t read(void* instance) { return to_ns(self(instance).raw()); }
  static tactus_status get_frequency(void* instance, double* ppm) {
    World& world = self(instance);
    world.compensated_ppm_ = *ppm = world.initial_ppm;
    return TACTUS_OK;
  }
  static tactus_status set_frequency(void* instance, double ppm, double* set_ppm) {
    World& world = self(instance);
    *set_ppm = world.scale_.to_ppm(world.scale_.to_setting(ppm));
    world.compensated_ppm_ = *set_ppm;
    world.frequencies.push_back(*set_ppm);
    return TACTUS_OK;
  }
  static tactus_status step(void* instance, double offset_s, tactus_error*) {
    if (self(instance).refuse_steps) return TACTUS_E_SYSTEM;
    self(instance).stepped_s_ += offset_s;
    return TACTUS_OK;
  }
  static tactus_status set_leap(void* instance, std::uint32_t leap, std::int32_t) {
    self(instance).leaps.push_back(leap);
    return TACTUS_OK;
  }
  static tactus_status set_status(void* instance, const tactus_clock_status* status) {
    self(instance).statuses.push_back(*status);
    return TACTUS_OK;
  }
  static constexpr tactus_clock_ops ops{sizeof(tactus_clock_ops),
                                        0,
                                        nullptr,
                                        nullptr,
                                        nullptr,
                                        limits,
                                        read,
                                        get_frequency,
                                        set_frequency,
                                        step,
                                        set_leap,
                                        set_status};

  timex::FrequencyScale scale_{100};
  double fast_ppm_;
  double compensated_ppm_ = 0.0;
  double true_s_ = 0.0;
  double local_s_ = 0.0;
  double stepped_s_ = 0.0;
  bool steps_ = true;
  bool adjusts_ = true;
};

class WorldWaiter final : public Waiter {
 public:
  explicit WorldWaiter(World& world) : world_(world) {}
  int wait(std::span<pollfd>, Duration timeout) override {
    if (timeout.count() > 0) world_.pass(to_seconds(timeout));
    return 0;
  }
  MonoTime monotonic() override { return world_.mono(); }

 private:
  World& world_;
};

// The clock of a world, with its loop and a record of what was said.
struct Machine {
  explicit Machine(World& the_world, bool steps = true, bool adjusts = true)
      : world(the_world),
        loop(std::make_unique<WorldWaiter>(the_world)),
        logger([this](Level, std::string_view text) { messages.emplace_back(text); }),
        clock(loop, logger, the_world.backend(steps, adjusts), 1e-7) {
    loop.set_wake_hook([this](Duration) { clock.on_wake(); });
    clock.on_change([this](const ClockChange& change) { changes.push_back(change); });
    clock.on_disperse([this](double s) { dispersed_s += s; });
  }
  // Runs the loop for `s` seconds of the monotonic clock.
  void run(double s) {
    const MonoTime end = loop.read_monotonic() + from_seconds(s);
    while (loop.read_monotonic() < end) loop.run_once(end - loop.read_monotonic());
  }
  // Corrected minus true time.
  [[nodiscard]] double error_s() const { return to_seconds(clock.now() - world.truth()); }
  // Raw minus true time.
  [[nodiscard]] double raw_error_s() const {
    return to_seconds(world.raw().time_since_epoch() - world.truth().time_since_epoch());
  }

  World& world;
  Loop loop;
  std::vector<std::string> messages;
  std::vector<ClockChange> changes;
  double dispersed_s = 0.0;
  Logger logger;
  Clock clock;
};

}  // namespace tactus::test
