// SPDX-License-Identifier: Apache-2.0
// Offset, delay and dispersion of an exchange. NTP specification sections 8.3 and 4.4.
#include "measurement.hpp"

#include <algorithm>
#include <cmath>

#include "ntp_time.hpp"

namespace tactus::ntp {

LocalStamp LocalStamp::from(const tactus_stamp& stamp) noexcept {
  return LocalStamp{.time = from_ns<Instant>(stamp.corrected_ns),
                    .error_s = stamp.error_s,
                    .duration_s = stamp.duration_s,
                    .correction_s = stamp.correction_s,
                    .origin = std::min<std::uint32_t>(stamp.origin, TACTUS_STAMP_HARDWARE)};
}

Measurement measure(const Exchange& exchange, double local_precision_s, double skew, double offset_s) noexcept {
  const Duration local_interval = exchange.receive.time - exchange.transmit.time;
  const Duration remote_interval = exchange.remote_transmit - exchange.remote_receive;
  const double local_s = to_seconds(local_interval);

  Measurement result;
  result.precision_s = local_precision_s + power_of_2(exchange.remote_precision_log2_s);
  result.peer_delay_s = std::max(std::abs(to_seconds(local_interval - remote_interval)), result.precision_s);
  // Each difference is exact to a nanosecond, so nothing is lost to the size of the times.
  result.offset_s = to_seconds(exchange.remote_receive - exchange.transmit.time) / 2 +
                    to_seconds(exchange.remote_transmit - exchange.receive.time) / 2 + offset_s;
  result.time = exchange.transmit.time + local_interval / 2;
  const double skew_used = skew < worst_frequency ? skew : worst_frequency;
  result.peer_dispersion_s = std::max({result.precision_s, exchange.transmit.error_s, exchange.receive.error_s}) +
                             skew_used * std::abs(local_s);
  result.root_delay_s = exchange.root_delay_s + result.peer_delay_s;
  result.root_dispersion_s = exchange.root_dispersion_s + result.peer_dispersion_s;
  result.response_time_s = exchange.response_time_s;
  return result;
}

Corrected apply_network_correction(Measurement& measurement, const LocalStamp& receive,
                                   double client_to_server_s) noexcept {
  constexpr double worst_link_frequency = 100e-6;
  if (!(receive.correction_s > receive.duration_s) || !(client_to_server_s > 0)) return Corrected::absent;
  const double inbound_s = receive.correction_s - receive.duration_s;
  const double outbound_s = client_to_server_s - receive.duration_s;
  const double least_s = (inbound_s + outbound_s) * (1 - worst_link_frequency);
  if (!(least_s >= 0 && least_s <= measurement.peer_delay_s)) return Corrected::invalid;
  measurement.offset_s += (inbound_s - outbound_s) / 2;
  measurement.peer_delay_s = std::max(measurement.peer_delay_s - least_s, measurement.precision_s);
  return Corrected::applied;
}

}  // namespace tactus::ntp
