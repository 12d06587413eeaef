// SPDX-License-Identifier: Apache-2.0
// From a driver's readings and pulses to filtered samples: corrections, sanity, alignment of pulses to whole seconds,
// the filter. No clock, no I/O. Refclock specification, section 2; offsets here are reference minus local (NTP's sign).
#pragma once

#include <cstdint>
#include <optional>

#include <tactus/host.h>
#include <tactus/time.hpp>

#include "refclock/settings.hpp"
#include "samples/sample_filter.hpp"

namespace tactus {

// What became of a reading or pulse.
enum class Taken : std::uint8_t {
  sample,          // it is in the filter
  alive,           // of quality 0: counts for reachability only
  bad_value,       // not finite, negative dispersion, or a time that cannot be
  too_old,         // older than two polls
  in_future,       // later than now
  bad_leap,        // neither normal, insert nor delete
  no_lock,         // the locked clock has no sample
  lock_too_old,    // its newest sample is older than maxlockage pulses
  ambiguous,       // cannot tell which second the pulse marks
  edge,            // closer to the other edge of the pulse
  unsynchronised,  // no lock, and the reference is not good enough to tell the second
  not_later,       // not later than the last one
  count_
};
const char* taken_name(Taken taken);

// A raw time of the driver with its correction, as the clock gives it.
struct CorrectedTime {
  Instant when{};             // corrected
  double correction_s = 0.0;  // corrected minus raw
  double error_s = 0.0;       // bound on the correction's error
};

// The clock that a pulse is locked to: its newest sample and how much it is to be trusted.
struct LockedClock {
  const SampleFilter* filter;
  std::uint32_t leap;
};

class Aligner {
 public:
  Aligner(const RefclockSettings& settings, double clock_precision_s);

  // A reading with full time. now: corrected time of this wake-up.
  Taken reading(const tactus_reading& reading, const CorrectedTime& at, Instant now, const LockedClock* lock,
                const tactus_reference& reference);
  // A pulse. lock: the locked clock, nullptr without the option. reference: served values at `at.when`.
  Taken pulse(const tactus_pulse& pulse, const CorrectedTime& at, Instant now, const LockedClock* lock,
              const tactus_reference& reference);

  // Whether pulses need a lock that is configured but not there.
  [[nodiscard]] bool pulsed() const noexcept { return pulse_active_; }
  [[nodiscard]] std::uint32_t leap() const noexcept { return leap_; }
  // Whether anything came since the last call (2.4 step 1).
  bool take_reached() noexcept;
  // The filtered sample, if one can be made; offset positive = local clock fast, as stores have it.
  std::optional<Sample> filtered() { return filter_.output(); }
  [[nodiscard]] const SampleFilter& filter() const noexcept { return filter_; }
  // Offset of the newest sample in NTP's sign, for the log.
  [[nodiscard]] double last_offset_s() const noexcept { return last_offset_s_; }
  [[nodiscard]] double last_dispersion_s() const noexcept { return last_dispersion_s_; }

  void adjust(const HistoryChange& change) noexcept { filter_.adjust(change); }
  void disperse(double dispersion_s) noexcept { filter_.disperse(dispersion_s); }
  void drop() noexcept { filter_.drop(); }

 private:
  [[nodiscard]] Taken check_age(Instant when, Instant now) const noexcept;
  Taken align_to_lock(double& offset_s, double dispersion_s, Instant when, const LockedClock& lock);
  Taken align_to_reference(double offset_s, Instant when, const tactus_reference& reference);
  [[nodiscard]] bool near_edge(double difference_s, double distance_s) const noexcept;
  Taken accumulate(Instant when, double offset_s, double dispersion_s, std::uint32_t quality);

  RefclockSettings settings_;
  SampleFilter filter_;
  std::uint32_t leap_ = TACTUS_LEAP_UNSYNCHRONISED;
  bool pulse_active_ = false;
  unsigned reached_ = 0;
  double last_offset_s_ = 0.0;
  double last_dispersion_s_ = 0.0;
};

}  // namespace tactus
