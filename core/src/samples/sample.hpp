// SPDX-License-Identifier: Apache-2.0
// One measurement of a source as the core keeps it, and how it follows changes of the local clock (discipline
// specification, sections 1, 5 and 7). Offsets: local minus reference, positive = the local clock is fast.
#pragma once

#include <tactus/time.hpp>

namespace tactus {

struct Sample {
  Instant time{};                  // corrected local time of the measurement
  double offset_s = 0.0;           // positive: local clock fast
  double peer_delay_s = 0.0;       // round trip to the source, >= 0
  double peer_dispersion_s = 0.0;  // bound of the measurement's own error, >= 0
  double root_delay_s = 0.0;       // to the primary reference, >= 0
  double root_dispersion_s = 0.0;  // >= 0
};

// A change of the local clock as histories see it: at `corrected` (read just before the change) the clock was moved by
// -offset_s and slowed by the ratio `frequency`. Section 7.
struct HistoryChange {
  Instant corrected{};
  double frequency = 0.0;  // df, ratio
  double offset_s = 0.0;   // doff, s; positive: the clock was moved back
};

// How far a stored time moves, s: (corrected - time)*df - doff. An offset measured at it (positive = fast) moves as
// far.
inline double history_delta_s(const HistoryChange& change, Instant time) noexcept {
  return to_seconds(change.corrected - time) * change.frequency - change.offset_s;
}

}  // namespace tactus
