// SPDX-License-Identifier: Apache-2.0
// The options of a `refclock` line that all drivers share (configuration specification 6.1, refclock specification 1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tactus/option.h>
#include <tactus/result.hpp>

namespace tactus {

struct RefclockSettings {
  std::string driver;       // lower case
  std::uint32_t refid = 0;  // first character in bits 31..24
  int poll_log2_s = 4;      // of filtered samples
  int dpoll_log2_s = 0;     // of readings, <= poll
  int filter_length = 64;   // 1..256
  int rate = 1;             // pulses per second, >= 1
  int max_lock_age = 2;     // pulses, >= 0
  int stratum = 0;          // 0..15
  int min_samples = -1;     // -1: the global default
  int max_samples = -1;
  int max_unreach = -1;
  std::uint32_t lock_refid = 0;      // 0: none
  std::uint32_t select_options = 0;  // TACTUS_SELECT_*
  bool filter_given = false;         // `filter` or `maxdispersion` is written: the median filter is wanted
  bool pps = false;                  // readings are used as pulses
  bool tai = false;                  // the clock counts TAI
  double offset_s = 0.0;             // added to each sample
  double delay_s = 1e-9;             // root and peer delay
  double precision_s = 0.0;          // at least the clock's own
  double max_dispersion_s = 0.0;     // 0: no limit
  double width_s = 0.0;              // of the pulse; 0: unknown
};

// Default reference id of the index-th reference clock (refclock specification 1.1): "SHM0", from 10 on "SH10".
std::uint32_t default_refid(std::string_view driver, unsigned index);

// From a validated record of the directive "refclock". clock_precision_s is the least precision. Error: an option whose
// facility this version does not have.
Result<RefclockSettings> refclock_settings(const tactus_record& record, unsigned index, double clock_precision_s);

}  // namespace tactus
