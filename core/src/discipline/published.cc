// SPDX-License-Identifier: Apache-2.0
// What the reference shows to others: served time values, the local reference, the tracking report. Discipline
// specification, section 13; NTP specification 17.
#include <algorithm>
#include <cmath>

#include "discipline/reference.hpp"

namespace tactus {
namespace {

constexpr std::uint32_t local_refid = 0x7f7f0101;
constexpr std::uint32_t unsynchronised_stratum = 16;
constexpr double orphan_wait_s = 300.0;
constexpr Duration local_renewal = std::chrono::seconds(64);
constexpr Duration local_least_age = std::chrono::seconds(1);

}  // namespace

// Whether the local reference takes over. Latches the activation.
bool Reference::local_active(Instant at) {
  const LocalSettings& local = settings_.local;
  if (!local.enabled) return false;
  const double distance_s = 0.5 * root_delay_s_ + (synchronised_ ? root_dispersion_s(at) : 0.0);
  if (local.activate_s == 0.0 || (synchronised_ && distance_s < local.activate_s)) local_activated_ = true;
  if (!local_activated_) return false;
  if (synchronised_) {
    return distance_s > local.distance_s && to_seconds(at - *time_) >= local.wait_synced_s;
  }
  const double wait_s = local.wait_unsynced_s >= 0.0 ? local.wait_unsynced_s : local.orphan ? orphan_wait_s : 0.0;
  return to_seconds(loop_.now() - unsynchronised_since_) >= wait_s;
}

tactus_reference Reference::at(Instant at) {
  tactus_reference out{};
  out.struct_size = sizeof out;
  out.precision_log2_s = clock_.precision_log2_s();
  if (settings_.local.enabled && settings_.local.orphan) out.flags |= TACTUS_REFERENCE_ORPHAN;
  if (leap_.close(at, 0.0)) out.flags |= TACTUS_REFERENCE_LEAP_CLOSE;
  out.smoothing_s = smoothing_.offset_s(at);
  if (local_active(at)) {
    if (!local_time_ || at - *local_time_ > local_renewal || at - *local_time_ < local_least_age) {
      local_time_ = at - local_least_age - from_seconds(random());
    }
    out.flags |= TACTUS_REFERENCE_LOCAL;
    out.leap = TACTUS_LEAP_NORMAL;
    out.stratum = static_cast<std::uint32_t>(settings_.local.stratum);
    out.refid = local_refid;
    out.reference_time_ns = to_ns(*local_time_);
  } else if (synchronised_) {
    out.flags |= TACTUS_REFERENCE_SYNCHRONISED;
    out.leap = leap_.served();
    out.stratum = std::min(static_cast<std::uint32_t>(stratum_), unsynchronised_stratum);
    out.refid = refid_;
    out.reference_time_ns = to_ns(*time_);
    out.root_delay_s = root_delay_s_;
    out.root_dispersion_s = root_dispersion_s(at);
    out.address = address_;
  } else {
    out.leap = TACTUS_LEAP_UNSYNCHRONISED;
    out.stratum = unsynchronised_stratum;
    out.root_delay_s = 1.0;
    out.root_dispersion_s = 1.0;
  }
  return out;
}

void Reference::fill(tactus_tracking& row) {
  const tactus_reference reference = at(clock_.now());
  const bool synchronised = (reference.flags & TACTUS_REFERENCE_SYNCHRONISED) != 0;
  row.refid = reference.refid;
  row.address = reference.address;
  row.stratum = reference.stratum < unsynchronised_stratum ? reference.stratum : 0;
  row.leap = reference.leap;
  row.reference_time = reference.reference_time_ns;
  row.correction_s = clock_.correction_s(clock_.raw());
  row.last_offset_s = last_offset_s_;
  row.rms_offset_s = std::sqrt(average_square_);
  row.frequency_ppm = clock_.frequency_ppm();
  row.residual_frequency_ppm = synchronised ? residual_ * 1e6 : 0.0;
  row.skew_ppm = synchronised ? skew_ * 1e6 : 0.0;
  row.root_delay_s = reference.root_delay_s;
  row.root_dispersion_s = reference.root_dispersion_s;
  row.update_interval_s = interval_s_;
}

// ---- smoothing

tactus_status Reference::fill(tactus_smoothing& row) const {
  if (!smoothing_.enabled()) return TACTUS_E_DISABLED;
  const Smoothing::State state = smoothing_.at(clock_.now());
  row.active = smoothing_.active() ? 1 : 0;
  row.leap_only = smoothing_.leap_only() ? 1 : 0;
  row.reserved = 0;
  row.offset_s = state.offset_s;
  // Here a positive frequency makes the served time fast.
  row.frequency_ppm = -state.frequency * 1e6;
  row.wander_ppm_per_s = -state.wander * 1e6;
  row.last_update_ago_s = state.age_s;
  row.remaining_time_s = state.remaining_s;
  return TACTUS_OK;
}

void Reference::activate_smoothing() {
  if (smoothing_.active()) return;
  smoothing_.activate(clock_.now());
  say_smoothing_active();
}

void Reference::say_smoothing_active() {
  logger_.info("Activated time smoothing{}", smoothing_.leap_only() ? " (leap seconds only)" : "");
}

void Reference::reset_smoothing() {
  if (smoothing_.active()) smoothing_.reset(clock_.now());
  logger_.info("Reset time smoothing");
}

void Reference::leap_applied(int leap) { smoothing_.leap(clock_.now(), leap); }

// A TAI time is later than UTC by what is looked for.
std::optional<int> Reference::tai_offset_s(Instant tai) const {
  if (!hooks_.leap_table) return std::nullopt;
  auto known = hooks_.leap_table(tai);
  if (known) known = hooks_.leap_table(tai - std::chrono::seconds(known->tai_offset_s));
  if (!known) return std::nullopt;
  return known->tai_offset_s;
}

}  // namespace tactus
