// SPDX-License-Identifier: Apache-2.0
// What a typed time does to the clock. Discipline specification, section 15.1.
#include <cmath>

#include "discipline/discipline.hpp"

namespace tactus {
namespace {

constexpr double manual_skew = 0.099999999;         // nobody knows how good a typed time is
constexpr std::uint32_t manual_refid = 0x4d414e55;  // "MANU"

}  // namespace

Result<tactus_settime_result> Discipline::set_time(std::int64_t entered_ns) {
  if (!settings_.manual) return error_status(TACTUS_E_DISABLED, "manual input is off");
  if (entered_ns <= 0) return error_status(TACTUS_E_INVALID, "the time is out of range");
  const Instant now = clock_.now();
  const auto estimate = manual_.add(now, to_seconds(now - from_ns<Instant>(entered_ns)));
  if (!estimate) return estimate.failure();
  tactus_settime_result out{};
  out.struct_size = sizeof out;
  out.offset_s = estimate->offset_s;
  out.frequency_change_ppm = estimate->frequency * 1e6;
  update_by_hand(*estimate);
  out.frequency_ppm = clock_.frequency_ppm();
  return out;
}

Result<void> Discipline::delete_manual(std::size_t index) {
  const auto estimate = manual_.remove(index);
  if (!estimate) return estimate.failure();
  if (*estimate) update_by_hand(**estimate);
  return {};
}

void Discipline::update_by_hand(const ManualInput::Estimate& estimate) {
  const double frequency_ppm = estimate.frequency * 1e6;
  if (manual_.entries().size() > 1) {
    logger_.info("Making a frequency change of {:.3f} ppm and a slew of {:.6f}", frequency_ppm, estimate.offset_s);
  } else {
    logger_.info("Making a slew of {:.6f}", estimate.offset_s);
  }
  ReferenceUpdate update;
  update.manual = true;
  update.combined.offset_s = estimate.offset_s;
  update.combined.frequency = estimate.frequency;
  update.combined.skew = manual_skew;
  update.combined.reference_time = manual_.entries().back().when;
  update.combined.sources = 1;
  update.refid = manual_refid;
  update.label = "MANU";
  update.root_delay_s = manual_skew;
  reference_.update(update);
}

}  // namespace tactus
