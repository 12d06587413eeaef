// SPDX-License-Identifier: Apache-2.0
// From the timestamps of an exchange to a measurement: offset, delay, dispersion. RFC 5905 section 8, RFC 9769;
// NTP specification sections 8.3 and 4.4. Pure functions.
#pragma once

#include <cstdint>

#include <tactus/abi.h>
#include <tactus/time.hpp>

namespace tactus::ntp {

// A local timestamp of a packet. The zero time means that there is none.
struct LocalStamp {
  Instant time{};           // corrected
  double error_s = 0;       // bound, >= 0
  double duration_s = 0;    // of the frame on reception; 0 unknown
  double correction_s = 0;  // PTP correction plus duration; for transmission: what the source told (F324)
  std::uint32_t origin = TACTUS_STAMP_DAEMON;

  [[nodiscard]] bool present() const noexcept { return to_ns(time) != 0; }
  static LocalStamp from(const tactus_stamp& stamp) noexcept;
};

// The four times of one exchange and what belongs to them.
struct Exchange {
  LocalStamp transmit{};      // T1
  Instant remote_receive{};   // T2
  Instant remote_transmit{};  // T3
  LocalStamp receive{};       // T4
  double root_delay_s = 0;    // of the source
  double root_dispersion_s = 0;
  double response_time_s = 0;  // how long the source took
  int remote_precision_log2_s = 0;
};

struct Measurement {
  Instant time{};           // middle of the exchange, local
  double offset_s = 0;      // reference minus local: positive = the local clock is slow
  double peer_delay_s = 0;  // >= precision_s
  double peer_dispersion_s = 0;
  double root_delay_s = 0;  // of the source plus ours, as measured
  double root_dispersion_s = 0;
  double precision_s = 0;  // both clocks together
  double response_time_s = 0;
};

inline constexpr double worst_frequency = 2000e-6;  // assumed bound of a clock's frequency error

// skew: bound of our frequency error against the source, ratio, limited to worst_frequency here. offset_s: the source's
// configured correction.
Measurement measure(const Exchange& exchange, double local_precision_s, double skew, double offset_s) noexcept;

// Applies the corrections of PTP clocks on the way (section 4.4), when both directions have one that makes sense.
// client_to_server_s is what the source told in field F324.
enum class Corrected : std::uint8_t { absent, applied, invalid };
Corrected apply_network_correction(Measurement& measurement, const LocalStamp& receive,
                                   double client_to_server_s) noexcept;

}  // namespace tactus::ntp
