// SPDX-License-Identifier: Apache-2.0
// Arithmetic of the Linux kernel clock (adjtimex(2)): frequencies as tick and freq, steps as seconds and nanoseconds,
// and who else turns the same knobs. No system call here. Discipline specification, section 11.1.
#pragma once

#include <cstdint>
#include <string_view>

namespace tactus::timex {

// What the kernel is told: microseconds per tick, and 2^-16 ppm, positive = faster.
struct Setting {
  long tick;
  long freq;
};

class FrequencyScale {
 public:
  // ticks_per_s: USER_HZ, sysconf(_SC_CLK_TCK), > 0.
  explicit FrequencyScale(int ticks_per_s);

  // For a clock that is fast by `ppm`, |ppm| <= max_ppm(). Whole ticks are kept from one call to the next while they
  // suffice: changing them costs a second system-wide recalculation and gains nothing.
  Setting to_setting(double ppm);
  // What a setting compensates for, ppm, positive = the uncompensated clock is fast.
  [[nodiscard]] double to_ppm(const Setting& setting) const;
  // Largest frequency: a tenth of the nominal tick.
  [[nodiscard]] double max_ppm() const;
  [[nodiscard]] long nominal_tick() const { return nominal_tick_; }

 private:
  int ticks_per_s_;
  long nominal_tick_;     // microseconds
  long delta_ticks_ = 0;  // of the last setting
};

// seconds + nanoseconds == offset, 0 <= nanoseconds < 1e9.
struct StepParts {
  std::int64_t seconds;
  std::int64_t nanoseconds;
};
// offset_s: finite, |offset| < 9.2e9 s; rounded to the nearest nanosecond.
StepParts to_step_parts(double offset_s);

// How late a change of frequency may take effect, s: with the next update of the kernel's timekeeper, or at once since
// Linux 4.19. `release` is that of uname(2).
double frequency_delay_s(std::string_view release);

// Remembers what the kernel's clock parameters were after each call, to notice another program that sets them.
class InterferenceWatch {
 public:
  struct Seen {
    bool pll;
    long constant;
    long freq;
  };
  struct SetByCall {
    bool pll;
    bool constant;
    bool freq;
  };
  // True when one of them changed although this call did not set it.
  bool observe(const Seen& now, const SetByCall& set);

 private:
  Seen last_{};
  bool known_ = false;
};

}  // namespace tactus::timex
