// SPDX-License-Identifier: Apache-2.0
// Reference clock driver "phc": reads a PTP hardware clock once per driver poll.
#include <algorithm>
#include <cmath>
#include <string>

#include <tactus/sdk.hpp>
#include <tactus/sdk/ptp_device.hpp>

#include "device.hpp"
#include "options.hpp"

namespace tactus::phc {
namespace {

// How much a sample is worth (reference clock specification, section 7.3).
constexpr std::uint32_t quality_quick = 2;  // of readings as quick as usual
constexpr std::uint32_t quality_slow = 1;   // of the quickest of slow ones, for want of better, or it tells something
constexpr std::uint32_t quality_alive = 0;
constexpr std::int64_t dpoll_limit = 32;

// As the core's: the larger of the clock's and the option's.
double precision_of(const Host& host, const Options& options) {
  return std::max(host.clock_precision_s(), options.first().real("precision", 0.0));
}

PtpClock::Limits limits_of(const Options& options) {
  const Record common = options.first();
  const std::int64_t dpoll = std::min(common.integer("dpoll", 0), common.integer("poll", 4));
  PtpClock::Limits out;
  out.min_separation_s = std::exp2(static_cast<double>(std::clamp(dpoll, -dpoll_limit, dpoll_limit)));
  return out;
}

class Phc final : public Refclock {
 public:
  Phc(RefclockHost host, const Options& options)
      : Refclock(host),
        precision_s_(precision_of(host, options)),
        readings_(host.clock_precision_s(),
                  [host] { return static_cast<double>(host.random<std::uint32_t>()) / 0x1p32; }),
        clock_(limits_of(options)) {
    const std::string name{options.parameter()};
    auto device = open_clock(name);
    if (!device) {
      host.error("Could not open PHC (of) {}", name);
      fail(device.failure().status, "Could not open PHC : {}", device.failure().text);
    }
    device_ = std::move(*device);
    if (const auto driver = options.driver()) {
      cross_ = !driver->flag("nocrossts");
      if (driver->flag("extpps")) {
        fail(TACTUS_E_UNSUPPORTED, "refclock PHC {}: option extpps is not in this version, remove it", name);
      }
    }
    const tactus_status status = host.raw()->clock_listen(host.raw(), &Phc::clock_changed, nullptr, this);
    if (status != TACTUS_OK) fail(status, "the clock cannot be followed");
  }

  void poll() {
    const auto readings = read_ptp_clock(device_.get(), cross_, method_);
    if (readings.empty()) {
      ++host().drop_counter("driver", drop_name(Drop::io_error));
      host().present(false, "the device gives no readings");
      return;
    }
    host().present(true);
    const auto sample = readings_.combine(readings, ptp_reading_ratio(host(), readings), precision_s_);
    if (!sample) {
      host().drop(Drop::out_of_range, "The system clock went back while the PHC was read");
      return;
    }
    double error_s = 0;
    const Instant local = host().correct(sample->raw, &error_s);
    const std::uint32_t quality = sample->used > 0               ? quality_quick
                                  : clock_.wants(*sample, local) ? quality_slow
                                                                 : quality_alive;
    host().debug("Combined {} readings of {} error={:.9f} quality={}", sample->used, readings.size(), sample->error_s,
                 quality);
    if (quality != quality_alive && !clock_.add(sample->ptp_ns, local, sample->error_s + error_s)) {
      host().debug("PHC tracking reset");
    }
    host().sample({.when = sample->raw,
                   .offset_s = static_cast<double>(sample->ptp_ns - to_ns(sample->raw)) * 1e-9,
                   .quality = quality});
  }

 private:
  static void clock_changed(void* user, const tactus_clock_change* change) {
    static_cast<Phc*>(user)->clock_.on_clock_change(*change);
  }

  Fd device_;
  bool cross_ = true;
  PtpMethod method_ = PtpMethod::untried;
  double precision_s_;
  PtpReadings readings_;
  PtpClock clock_;  // only to judge slow readings
};

}  // namespace
}  // namespace tactus::phc

TACTUS_PLUGIN_NEEDS("phc", "0.1.0", "Reference clock of PTP hardware (network cards, virtual machines)", "Apache-2.0",
                    TACTUS_NEEDS_DEVICES,
                    tactus::refclock<tactus::phc::Phc>("phc", tactus::phc::directives(), "PTP hardware clock"))
