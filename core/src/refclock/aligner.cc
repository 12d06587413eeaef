// SPDX-License-Identifier: Apache-2.0
// Alignment and filtering of readings and pulses, see aligner.hpp. Section numbers: refclock specification.
#include "refclock/aligner.hpp"

#include <algorithm>
#include <cmath>

namespace tactus {
namespace {

constexpr double keep_ratio = 0.6;             // section 2.4 step 2
constexpr double max_offset_s = 4294967296.0;  // NTP specification 2.2
constexpr double lock_margin = 0.4;            // share of the period that decides between neighbouring pulses

FilterSettings filter_settings(const RefclockSettings& settings, double precision_s) {
  return {.minimum = 1,
          .maximum = settings.filter_length,
          .max_deviation_s = settings.max_dispersion_s,
          .keep_ratio = keep_ratio,
          .precision_s = precision_s};
}

bool sane(Instant when, double offset_s) {
  return std::isfinite(offset_s) && std::fabs(offset_s) < max_offset_s && to_ns(when) > 0 &&
         to_seconds(when.time_since_epoch()) + offset_s >= 0.0;
}

}  // namespace

const char* taken_name(Taken taken) {
  switch (taken) {
    case Taken::sample:
      return "sample";
    case Taken::alive:
      return "alive_only";
    case Taken::bad_value:
      return "bad_value";
    case Taken::too_old:
      return "too_old";
    case Taken::in_future:
      return "in_future";
    case Taken::bad_leap:
      return "bad_leap";
    case Taken::no_lock:
      return "no_lock_sample";
    case Taken::lock_too_old:
      return "lock_too_old";
    case Taken::ambiguous:
      return "ambiguous_pulse";
    case Taken::edge:
      return "wrong_edge";
    case Taken::unsynchronised:
      return "unsynchronised";
    case Taken::not_later:
      return "not_later";
    case Taken::count_:
      break;
  }
  return "other";
}

Aligner::Aligner(const RefclockSettings& settings, double clock_precision_s)
    : settings_(settings), filter_(filter_settings(settings, clock_precision_s)) {}

Taken Aligner::check_age(Instant when, Instant now) const noexcept {
  const double age_s = to_seconds(now - when);
  if (age_s < 0.0) return Taken::in_future;
  return age_s > std::ldexp(1.0, settings_.poll_log2_s + 1) ? Taken::too_old : Taken::sample;
}

Taken Aligner::reading(const tactus_reading& reading, const CorrectedTime& at, Instant now, const LockedClock* lock,
                       const tactus_reference& reference) {
  if (!std::isfinite(reading.offset_s) || !(reading.dispersion_s >= 0.0)) return Taken::bad_value;
  if (settings_.pps) {
    // Only the part below a second counts: how far the local clock is after the reference's second.
    const double second_s = -std::remainder(reading.offset_s, 1.0);
    const tactus_pulse as_pulse{sizeof(tactus_pulse), reading.quality, reading.raw_ns, second_s, reading.dispersion_s};
    return pulse(as_pulse, at, now, lock, reference);
  }
  if (!sane(at.when, reading.offset_s)) return Taken::bad_value;
  if (const Taken age = check_age(at.when, now); age != Taken::sample) return age;
  if (reading.leap > TACTUS_LEAP_DELETE) return Taken::bad_leap;
  leap_ = reading.leap;
  pulse_active_ = false;
  const double offset_s = reading.offset_s - at.correction_s + settings_.offset_s;
  return accumulate(at.when, offset_s, reading.dispersion_s + at.error_s + settings_.precision_s, reading.quality);
}

Taken Aligner::pulse(const tactus_pulse& pulse, const CorrectedTime& at, Instant now, const LockedClock* lock,
                     const tactus_reference& reference) {
  if (!std::isfinite(pulse.second_s) || !(pulse.dispersion_s >= 0.0)) return Taken::bad_value;
  const double second_s = pulse.second_s + at.correction_s;
  if (!sane(at.when, second_s)) return Taken::bad_value;
  if (const Taken age = check_age(at.when, now); age != Taken::sample) return age;
  const double dispersion_s = pulse.dispersion_s + at.error_s + settings_.precision_s;

  // Into [-0.5, 0.5) of a period.
  const double period_s = 1.0 / settings_.rate;
  double offset_s = -second_s + settings_.offset_s;
  offset_s -= std::floor(offset_s / period_s + 0.5) * period_s;

  const Taken aligned = settings_.lock_refid != 0 && lock != nullptr
                            ? align_to_lock(offset_s, dispersion_s, at.when, *lock)
                            : align_to_reference(offset_s, at.when, reference);
  if (aligned != Taken::sample) return aligned;
  pulse_active_ = true;
  return accumulate(at.when, offset_s, dispersion_s, pulse.quality);
}

// Section 2.2 step 3: the whole pulses come from the locked clock's newest sample.
Taken Aligner::align_to_lock(double& offset_s, double dispersion_s, Instant when, const LockedClock& lock) {
  if (!lock.filter->last()) return Taken::no_lock;
  const Sample& last = *lock.filter->last();
  const double period_s = 1.0 / settings_.rate;
  if (std::fabs(to_seconds(when - last.time)) >= settings_.max_lock_age * period_s) return Taken::lock_too_old;
  const double coarse_s = -last.offset_s;
  offset_s += std::round((coarse_s - offset_s) * settings_.rate) * period_s;
  const double difference_s = coarse_s - offset_s;
  const double distance_s = last.root_dispersion_s + lock.filter->average_deviation_s();
  if (std::fabs(difference_s) + distance_s + dispersion_s > lock_margin * period_s) return Taken::ambiguous;
  if (near_edge(difference_s, 0.0)) return Taken::edge;
  leap_ = lock.leap;
  return Taken::sample;
}

// Section 2.2 step 3, without lock: only a synchronised clock knows which second it is.
Taken Aligner::align_to_reference(double offset_s, Instant, const tactus_reference& reference) {
  const double distance_s = std::fabs(reference.root_delay_s) / 2.0 + reference.root_dispersion_s;
  if (reference.leap == TACTUS_LEAP_UNSYNCHRONISED || distance_s >= 0.5 / settings_.rate) {
    filter_.drop();
    return Taken::unsynchronised;
  }
  if (near_edge(offset_s, distance_s)) return Taken::edge;
  leap_ = reference.leap;
  return Taken::sample;
}

// Section 2.3.
bool Aligner::near_edge(double difference_s, double distance_s) const noexcept {
  if (settings_.width_s <= 0.0) return false;
  const double limit_s = 0.5 * std::min(settings_.width_s, 1.0 / settings_.rate - settings_.width_s);
  return std::fabs(difference_s) > limit_s || distance_s > limit_s;
}

Taken Aligner::accumulate(Instant when, double offset_s, double dispersion_s, std::uint32_t quality) {
  ++reached_;
  if (quality == 0) return Taken::alive;
  last_offset_s_ = offset_s;
  last_dispersion_s_ = dispersion_s;
  const Sample sample{.time = when,
                      .offset_s = -offset_s,
                      .peer_delay_s = settings_.delay_s,
                      .peer_dispersion_s = dispersion_s,
                      .root_delay_s = settings_.delay_s,
                      .root_dispersion_s = dispersion_s};
  return filter_.accumulate(sample) == SampleFilter::Refusal::none ? Taken::sample : Taken::not_later;
}

bool Aligner::take_reached() noexcept {
  const bool reached = reached_ > 0;
  reached_ = 0;
  return reached;
}

}  // namespace tactus
