// SPDX-License-Identifier: Apache-2.0
// The clock of a simulated machine, and the descriptor.
#include "plugin.hpp"

#include <tactus/sdk.hpp>

#include "machine.hpp"
#include "refclocks.hpp"
#include "transport.hpp"

namespace tactus::sim {
namespace {

constexpr double step_error_s = 1e-7;
constexpr double frequency_delay_s = 1e-6;

class MachineClock {
 public:
  MachineClock(Host host, const Options&)
      : machine_(*static_cast<Machine*>(host.raw()->embedder(host.raw()))),
        free_((host.run_flags() & TACTUS_RUN_NO_CLOCK) != 0) {
    if (free_) host.info("Disabled control of system clock");
  }

  [[nodiscard]] tactus_clock_limits limits() const {
    if (free_) return {sizeof(tactus_clock_limits), 0, 0.0, 0.0, 0.0};
    const OscillatorModel& model = machine_.settings().clock;
    std::uint32_t flags = TACTUS_CLOCK_CAN_TAI;
    if (model.can_step) flags |= TACTUS_CLOCK_CAN_STEP;
    if (model.can_leap) flags |= TACTUS_CLOCK_CAN_LEAP;
    return {sizeof(tactus_clock_limits), flags, model.max_frequency_ppm, frequency_delay_s, step_error_s};
  }
  [[nodiscard]] RawTime read() const { return from_ns<RawTime>(machine_.read_real_ns()); }
  Result<double> get_frequency_ppm() { return machine_.clock().frequency_ppm(); }
  Result<double> set_frequency_ppm(double ppm) {
    if (free_) return 0.0;
    return machine_.set_frequency_ppm(ppm);
  }
  Result<void> step(double offset_s) {
    if (free_) return error_status(TACTUS_E_UNSUPPORTED, "clock control is off (-x)");
    if (!machine_.settings().clock.can_step) return error_status(TACTUS_E_UNSUPPORTED, "the clock cannot be stepped");
    machine_.step(offset_s);
    return {};
  }
  Result<void> set_leap(std::uint32_t leap, std::int32_t) {
    if (!free_ && machine_.settings().clock.can_leap) machine_.set_leap(leap);
    return {};
  }
  // Nothing in a simulated machine asks whether its kernel thinks itself synchronised.
  Result<void> set_status(const tactus_clock_status&) { return {}; }

 private:
  Machine& machine_;
  bool free_;
};

constexpr tactus_provider providers[] = {
    clock<MachineClock>("sim", {}, "the clock of a simulated machine"),
    transport<>("sim", &transport_ops, {}, "a simulated network"),
    refclock<SimulatedShm>("sim-shm", {}, "samples that somebody writes once a second"),
    refclock<SimulatedSock>("sim-sock", {}, "samples that somebody sends"),
    refclock<SimulatedPps, TACTUS_REFCLOCK_PULSES>("sim-pps", {}, "edges at whole seconds"),
    refclock<SimulatedPhc>("sim-phc", {}, "a clock that can be read at any time")};

constexpr tactus_plugin descriptor{sizeof(tactus_plugin),
                                   TACTUS_ABI_MAJOR,
                                   0,
                                   0,
                                   "sim",
                                   "1.0.0",
                                   "Apache-2.0",
                                   "Clock, network and reference clocks of a simulated machine",
                                   providers,
                                   sizeof providers / sizeof providers[0],
                                   0,
                                   nullptr};

struct StandIn {
  std::uint32_t kind;
  std::string_view name;
  std::string_view ours;
};
constexpr StandIn stand_ins[] = {
    {TACTUS_KIND_CLOCK, "timex", "sim"},        {TACTUS_KIND_CLOCK, "null", "sim"},
    {TACTUS_KIND_TRANSPORT, "udp", "sim"},      {TACTUS_KIND_REFCLOCK, "shm", "sim-shm"},
    {TACTUS_KIND_REFCLOCK, "sock", "sim-sock"}, {TACTUS_KIND_REFCLOCK, "pps", "sim-pps"},
    {TACTUS_KIND_REFCLOCK, "phc", "sim-phc"},   {TACTUS_KIND_ENDPOINT, "cmdmon", "sim-control"}};

}  // namespace

const tactus_plugin* plugin() noexcept { return &descriptor; }

std::string_view stand_in(std::uint32_t kind, std::string_view name) noexcept {
  for (const StandIn& one : stand_ins) {
    if (one.kind == kind && one.name == name) return one.ours;
  }
  return {};
}

}  // namespace tactus::sim
