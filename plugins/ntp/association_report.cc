// SPDX-License-Identifier: Apache-2.0
// What an association tells about its packets: the ntpdata row and the entries of the measurement log.
// Command protocol specification, reply NTP_DATA2; configuration specification 13.1.
#include <algorithm>
#include <cmath>

#include "association.hpp"
#include "measurement_log.hpp"

namespace tactus::ntp {

void Association::note_report(const Verdict& verdict, const Header& header, const Arrival& arrival) {
  report_.any = true;
  report_.header = header;
  report_.verdict = verdict;
  report_.transmit_origin = local_transmit_.origin;
  report_.receive_origin = std::min<std::uint32_t>(arrival.stamp.origin, TACTUS_STAMP_HARDWARE);
  ++total_valid_;
  if (verdict.good) ++total_good_;
}

void Association::emit_measured(const Verdict& verdict, const Packet& packet, const Arrival& arrival,
                                std::uint32_t transmit_origin) {
  Measured measured{.header = packet.header,
                    .tests = verdict.tests,
                    .synchronised = verdict.synchronised,
                    .interleaved = verdict.interleaved,
                    .measurement = verdict.measurement,
                    .root_delay_s = verdict.root_delay_s,
                    .root_dispersion_s = verdict.root_dispersion_s,
                    .transmit_origin = transmit_origin,
                    .receive_origin = std::min<std::uint32_t>(arrival.stamp.origin, TACTUS_STAMP_HARDWARE)};
  if (!verdict.measured) measured.measurement.time = from_ns<Instant>(arrival.stamp.corrected_ns);
  events_.emplace_back(std::move(measured));
}

void Association::fill_report(tactus_ntpdata_row& row, double jitter_asymmetry) const noexcept {
  row.remote = remote_;
  row.local = local_;
  row.local.port = 0;
  row.authenticated = auth_ != nullptr ? 1 : 0;
  row.total_transmitted = total_sent_;
  row.total_received = total_received_;
  row.total_valid = total_valid_;
  row.total_good = total_good_;
  row.total_kernel_transmit = transmit_by_[TACTUS_STAMP_KERNEL];
  row.total_kernel_receive = receive_by_[TACTUS_STAMP_KERNEL];
  row.total_hardware_transmit = transmit_by_[TACTUS_STAMP_HARDWARE];
  row.total_hardware_receive = receive_by_[TACTUS_STAMP_HARDWARE];
  if (!report_.any) return;
  const Header& header = report_.header;
  const Verdict& verdict = report_.verdict;
  row.refid = header.refid;
  row.leap = header.leap;
  row.version = header.version;
  row.mode = static_cast<std::uint32_t>(header.mode);
  row.stratum = header.stratum;
  row.poll_log2_s = header.poll_log2_s;
  row.precision_log2_s = header.precision_log2_s;
  row.reference_time = to_ns(clock_.era.from_ntp(header.reference));
  row.root_delay_s = verdict.root_delay_s;
  row.root_dispersion_s = verdict.root_dispersion_s;
  row.offset_s = verdict.measurement.offset_s;
  row.peer_delay_s = verdict.measurement.peer_delay_s;
  row.peer_dispersion_s = verdict.measurement.peer_dispersion_s;
  row.response_time_s = std::abs(verdict.measurement.response_time_s);  // chrony tells no sign
  row.jitter_asymmetry = jitter_asymmetry;
  row.tests = verdict.tests;
  row.interleaved = verdict.interleaved ? 1 : 0;
  row.transmit_origin = static_cast<std::uint32_t>(stamp_letter(report_.transmit_origin));
  row.receive_origin = static_cast<std::uint32_t>(stamp_letter(report_.receive_origin));
}

}  // namespace tactus::ntp
