// SPDX-License-Identifier: Apache-2.0
// Provider "timex": the Linux system clock through adjtimex(2): frequency, steps, leap seconds, TAI offset and the
// kernel's idea of being synchronised. Discipline specification, sections 11.1, 11.5 and 12.
#include <sys/prctl.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>

#include <linux/capability.h>
#include <tactus/sdk.hpp>

#include "kernel_clock.hpp"

namespace {

using tactus::Error;
using tactus::Result;

constexpr double step_error_s = 1e-6;  // between the reading and the writing of the clock in the kernel
constexpr double largest_kernel_error_s = 16.0;

int user_hz() {
  const long hz = ::sysconf(_SC_CLK_TCK);
  return hz > 0 && hz <= 100'000 ? static_cast<int>(hz) : 100;
}

double kernel_delay_s() {
  utsname name{};
  return ::uname(&name) == 0 ? tactus::timex::frequency_delay_s(name.release) : 1e-2;
}

long to_us(double seconds) { return std::lround(std::clamp(seconds, 0.0, largest_kernel_error_s) * 1e6); }

class SystemClock {
 public:
  SystemClock(tactus::Host host, const tactus::Options&)
      : host_(host), scale_(user_hz()), frequency_delay_s_(kernel_delay_s()) {
    if (::prctl(PR_CAPBSET_READ, CAP_SYS_TIME, 0, 0, 0) == 0) host_.warning("CAP_SYS_TIME not present");
    reset();
  }

  [[nodiscard]] tactus_clock_limits limits() const {
    return {sizeof(tactus_clock_limits), TACTUS_CLOCK_CAN_STEP | TACTUS_CLOCK_CAN_LEAP | TACTUS_CLOCK_CAN_TAI,
            scale_.max_ppm(), frequency_delay_s_, step_error_s};
  }

  [[nodiscard]] tactus::RawTime read() const {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return tactus::from_ns<tactus::RawTime>(static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec);
  }

  Result<double> get_frequency_ppm() {
    timex txc{};
    if (auto called = call(txc); !called) return called.failure();
    return scale_.to_ppm({txc.tick, txc.freq});
  }

  // The core cannot go on with a clock that does not obey: a failure ends the daemon.
  Result<double> set_frequency_ppm(double ppm) {
    const tactus::timex::Setting setting = scale_.to_setting(ppm);
    timex txc{};
    txc.modes = ADJ_TICK | ADJ_FREQUENCY;
    txc.tick = setting.tick;
    txc.freq = setting.freq;
    auto called = call(txc);
    if (!called) {
      host_.log(tactus::LogLevel::fatal, "{}", called.failure().text);
      return called.failure();
    }
    return scale_.to_ppm(setting);
  }

  Result<void> step(double offset_s) {
    const tactus::timex::StepParts parts = tactus::timex::to_step_parts(offset_s);
    timex txc{};
    txc.modes = ADJ_SETOFFSET | ADJ_NANO;
    txc.time.tv_sec = static_cast<decltype(txc.time.tv_sec)>(parts.seconds);
    txc.time.tv_usec = static_cast<decltype(txc.time.tv_usec)>(parts.nanoseconds);
    return call(txc);
  }

  Result<void> set_leap(std::uint32_t leap, std::int32_t tai_offset_s) {
    const int flag = leap == TACTUS_LEAP_INSERT ? STA_INS : leap == TACTUS_LEAP_DELETE ? STA_DEL : 0;
    status_ = (status_ & ~(STA_INS | STA_DEL)) | flag;
    timex txc{};
    txc.modes = ADJ_STATUS;
    txc.status = status_;
    if (auto called = call(txc); !called) return called;
    return tai_offset_s != 0 ? set_tai(tai_offset_s) : Result<void>{};
  }

  Result<void> set_status(const tactus_clock_status& status) {
    status_ &= ~STA_UNSYNC;
    // A kernel that believes to be synchronised copies the time to the RTC every eleven minutes.
    if (status.synchronised == 0 || status.copy_to_rtc == 0) status_ |= STA_UNSYNC;
    timex txc{};
    txc.modes = ADJ_ESTERROR | ADJ_MAXERROR | ADJ_STATUS;
    txc.esterror = to_us(status.estimated_error_s);
    txc.maxerror = to_us(status.maximum_error_s);
    txc.status = status_;
    return call(txc);
  }

 private:
  // Stops whatever adjtime(3) or a phase-locked loop of an earlier program still does. The frequency stays.
  void reset() {
    timex txc{};
    txc.modes = ADJ_OFFSET_SINGLESHOT;
    if (auto called = call(txc); !called) throw tactus::Failure(called.failure());
    txc = {};
    txc.modes = ADJ_OFFSET | ADJ_STATUS;
    txc.status = STA_PLL | STA_UNSYNC;
    if (auto called = call(txc); !called) throw tactus::Failure(called.failure());
    txc = {};
    txc.modes = ADJ_STATUS;
    txc.status = status_;
    if (auto called = call(txc); !called) throw tactus::Failure(called.failure());
  }

  Result<void> call(timex& txc) {
    const unsigned modes = txc.modes;
    if (::adjtimex(&txc) < 0) return tactus::error("adjtimex(0x{:x}) failed : {}", modes, std::strerror(errno));
    const bool singleshot = modes == ADJ_OFFSET_SINGLESHOT;
    const tactus::timex::InterferenceWatch::SetByCall set{
        .pll = singleshot || (modes & ADJ_STATUS) != 0,
        .constant = singleshot || (modes & ADJ_TIMECONST) != 0,
        .freq = singleshot || (modes & (ADJ_FREQUENCY | ADJ_OFFSET)) != 0};
    if (interference_.observe({(txc.status & STA_PLL) != 0, txc.constant, txc.freq}, set)) {
      host_.log_limited(tactus::LogLevel::warning, "interference",
                        "System clock interference detected (another NTP client?)");
    }
    return {};
  }

  Result<void> set_tai(std::int32_t tai_offset_s) {
    timex txc{};
    txc.modes = ADJ_TAI;
    txc.constant = tai_offset_s;
    return call(txc);
  }

  tactus::Host host_;
  tactus::timex::FrequencyScale scale_;
  tactus::timex::InterferenceWatch interference_;
  double frequency_delay_s_;
  int status_ = STA_UNSYNC;
};

}  // namespace

TACTUS_PLUGIN_NEEDS("timex", "1.0.0", "The Linux system clock", "Apache-2.0", TACTUS_NEEDS_CLOCK,
                    tactus::clock<SystemClock>("timex", {}, "the system clock, adjusted with adjtimex(2)"))
