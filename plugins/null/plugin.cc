// SPDX-License-Identifier: Apache-2.0
// Provider "null": the system clock is read and left alone (options -x and -Q). A largest frequency of 0 tells the core
// to keep the whole correction between raw and corrected time. Discipline specification, section 11.5.
#include <ctime>

#include <tactus/sdk.hpp>

namespace {

using tactus::Result;

class FreeClock {
 public:
  FreeClock(tactus::Host host, const tactus::Options&) { host.info("Disabled control of system clock"); }

  [[nodiscard]] tactus_clock_limits limits() const { return {sizeof(tactus_clock_limits), 0, 0.0, 0.0, 0.0}; }

  [[nodiscard]] tactus::RawTime read() const {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return tactus::from_ns<tactus::RawTime>(static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
  }

  Result<double> get_frequency_ppm() { return 0.0; }
  Result<double> set_frequency_ppm(double) { return 0.0; }
  Result<void> step(double) { return tactus::error_status(TACTUS_E_UNSUPPORTED, "clock control is off (-x)"); }
  Result<void> set_leap(std::uint32_t, std::int32_t) { return {}; }
  Result<void> set_status(const tactus_clock_status&) { return {}; }
};

}  // namespace

TACTUS_PLUGIN("null", "1.0.0", "Clock control off", "Apache-2.0",
              tactus::clock<FreeClock>("null", {}, "the system clock is read, never adjusted"))
