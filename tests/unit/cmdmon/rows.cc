// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <cstring>

namespace tactus::test {

using namespace cmdmon;

namespace {

template <class Payload>
Payload read(Bytes reply) {
  return read_payload<Payload>(reply, reply_header_size);
}

// Rows before the one that is asked for.
template <class Row>
void add_at(FakeBackend& backend, const char* report, Bytes request, const Row& row) {
  const auto index = read_payload<IntRequest>(request, request_header_size).value;
  for (std::int32_t i = 0; i < index; ++i) backend.add_row(report, Row{});
  backend.add_row(report, row);
}

char letter_of(std::uint16_t state) { return "*?x~+P"[state]; }

void add_source(FakeBackend& backend, Bytes request, const SourceDataReply& in) {
  tactus_source_row row{};
  row.address = in.address;
  row.mode = in.mode;
  if (in.mode == TACTUS_SOURCE_MODE_REFCLOCK) {
    row.refid = load_be<std::uint32_t>(in.address.bytes, 0);
    row.address = tactus_address{};
  }
  row.poll_log2_s = in.poll;
  row.stratum = in.stratum;
  row.state = static_cast<std::uint32_t>(letter_of(in.state));
  row.reach = in.reachability;
  row.last_sample_ago_s = in.since_sample;
  row.original_offset_s = in.original_offset;
  row.offset_s = in.offset;
  row.offset_error_s = in.offset_error;
  add_at(backend, "sources", request, row);
}

void add_tracking(FakeBackend& backend, const TrackingReply& in) {
  tactus_tracking row{};
  row.refid = in.refid;
  row.address = in.address;
  row.stratum = in.stratum;
  row.leap = in.leap;
  row.reference_time = wire_ns(in.reference_time);
  row.correction_s = in.correction;
  row.last_offset_s = in.last_offset;
  row.rms_offset_s = in.rms_offset;
  row.frequency_ppm = in.frequency_ppm;
  row.residual_frequency_ppm = in.residual_frequency_ppm;
  row.skew_ppm = in.skew_ppm;
  row.root_delay_s = in.root_delay;
  row.root_dispersion_s = in.root_dispersion;
  row.update_interval_s = in.update_interval;
  backend.add_row("tracking", row);
}

void add_sourcestats(FakeBackend& backend, Bytes request, const SourcestatsReply& in) {
  tactus_sourcestats_row row{};
  row.refid = in.refid;
  row.address = in.address;
  row.samples = in.samples;
  row.runs = in.runs;
  row.span_s = in.span;
  row.stddev_s = in.stddev;
  row.residual_frequency_ppm = in.residual_frequency_ppm;
  row.skew_ppm = in.skew_ppm;
  row.offset_s = in.offset;
  row.offset_error_s = in.offset_error;
  add_at(backend, "sourcestats", request, row);
}

void add_selectdata(FakeBackend& backend, Bytes request, const SelectDataReply& in) {
  tactus_selectdata_row row{};
  row.refid = in.refid;
  row.address = in.address;
  row.state = in.state;
  row.authenticated = in.authentication;
  row.leap = in.leap;
  row.configured_options = in.configured_options;
  row.effective_options = in.effective_options;
  row.last_sample_ago_s = in.last_sample_ago;
  row.score = in.score;
  row.low_s = in.low;
  row.high_s = in.high;
  add_at(backend, "selectdata", request, row);
}

void add_ntpdata(FakeBackend& backend, const NtpData2Reply& whole) {
  const NtpDataReply& in = whole.common;
  tactus_ntpdata_row row{};
  row.remote = in.remote;
  row.remote.port = in.remote_port;
  row.local = in.local;
  row.leap = in.leap;
  row.version = in.version;
  row.mode = in.mode;
  row.stratum = in.stratum;
  row.poll_log2_s = in.poll;
  row.precision_log2_s = in.precision;
  row.root_delay_s = in.root_delay;
  row.root_dispersion_s = in.root_dispersion;
  row.refid = in.refid;
  row.reference_time = wire_ns(in.reference_time);
  row.offset_s = in.offset;
  row.peer_delay_s = in.peer_delay;
  row.peer_dispersion_s = in.peer_dispersion;
  row.response_time_s = in.response_time;
  row.jitter_asymmetry = in.jitter_asymmetry;
  row.tests = in.flags & 0x3ffu;
  row.interleaved = (in.flags & ntp_flag_interleaved) != 0 ? 1 : 0;
  row.authenticated = (in.flags & ntp_flag_authenticated) != 0 ? 1 : 0;
  row.transmit_origin = in.tx_source;
  row.receive_origin = in.rx_source;
  row.total_transmitted = in.total_tx;
  row.total_received = in.total_rx;
  row.total_valid = in.total_valid;
  row.total_good = in.total_good;
  row.total_kernel_transmit = whole.total_kernel_tx;
  row.total_kernel_receive = whole.total_kernel_rx;
  row.total_hardware_transmit = whole.total_hardware_tx;
  row.total_hardware_receive = whole.total_hardware_rx;
  backend.add_row("ntpdata", row);
}

void add_authdata(FakeBackend& backend, Bytes request, const AuthDataReply& in) {
  tactus_authdata_row row{};
  row.address = read_payload<AddressRequest>(request, request_header_size).address;
  row.mode = in.mode;
  row.key_type = in.key_type;
  row.key_id = in.key_id;
  row.key_length_bits = in.key_length;
  row.ke_attempts = in.ke_attempts;
  row.last_ke_ago_s = in.last_ke_ago;
  row.cookies = in.cookies;
  row.cookie_length_bytes = in.cookie_length;
  row.nak = in.nak;
  backend.add_row("authdata", row);
}

void add_serverstats(FakeBackend& backend, const ServerStats4Reply& in) {
  tactus_serverstats row{};
  const auto counter = [&](ServerCounter which) { return in.counters[static_cast<std::size_t>(which)]; };
  row.ntp_hits = counter(ServerCounter::ntp_hits);
  row.nke_hits = counter(ServerCounter::nke_hits);
  row.cmd_hits = counter(ServerCounter::cmd_hits) - 1;  // the engine counts the request
  row.ntp_drops = counter(ServerCounter::ntp_drops);
  row.nke_drops = counter(ServerCounter::nke_drops);
  row.cmd_drops = counter(ServerCounter::cmd_drops);
  row.log_drops = counter(ServerCounter::log_drops);
  row.ntp_auth_hits = counter(ServerCounter::ntp_auth_hits);
  row.ntp_interleaved_hits = counter(ServerCounter::ntp_interleaved_hits);
  row.ntp_timestamps = counter(ServerCounter::ntp_timestamps);
  row.ntp_span_s = counter(ServerCounter::ntp_span_s);
  row.ntp_daemon_rx = counter(ServerCounter::ntp_daemon_rx);
  row.ntp_daemon_tx = counter(ServerCounter::ntp_daemon_tx);
  row.ntp_kernel_rx = counter(ServerCounter::ntp_kernel_rx);
  row.ntp_kernel_tx = counter(ServerCounter::ntp_kernel_tx);
  row.ntp_hardware_rx = counter(ServerCounter::ntp_hardware_rx);
  row.ntp_hardware_tx = counter(ServerCounter::ntp_hardware_tx);
  backend.add_row("serverstats", row);
}

void add_small(FakeBackend& backend, Reply code, Bytes reply) {
  if (code == Reply::activity) {
    const auto in = read<ActivityReply>(reply);
    backend.add_row("activity",
                    tactus_activity{0, in.online, in.offline, in.burst_online, in.burst_offline, in.unresolved});
  } else if (code == Reply::ntp_source_name) {
    tactus_sourcename_row row{};
    const std::string name = read<NameReply>(reply).name.text;
    std::memcpy(row.name, name.data(), name.size());
    backend.add_row("sourcename", row);
  } else if (code == Reply::smoothing) {
    const auto in = read<SmoothingReply>(reply);
    backend.add_row("smoothing", tactus_smoothing{0, in.flags & 1u, in.flags >> 1 & 1u, 0, in.offset, in.frequency_ppm,
                                                  in.wander_ppm, in.last_update_ago, in.remaining_time});
  } else if (code == Reply::manual_list) {
    const auto in = read<ManualListReply>(reply);
    for (std::size_t i = 0; i < in.count; ++i) {
      const ManualSample& sample = in.samples[i];
      backend.add_row("manual_list", tactus_manual_row{0, 0, wire_ns(sample.when), sample.slewed_offset,
                                                       sample.original_offset, sample.residual});
    }
  }
}

}  // namespace

bool rows_from_reply(FakeBackend& backend, Bytes request, Bytes reply) {
  const auto code = static_cast<Reply>(load_be<std::uint16_t>(reply, 6));
  switch (code) {
    case Reply::n_sources:
      for (std::uint32_t i = 0; i < read<NSourcesReply>(reply).count; ++i) {
        backend.add_row("sources", tactus_source_row{});
      }
      return true;
    case Reply::source_data:
      add_source(backend, request, read<SourceDataReply>(reply));
      return true;
    case Reply::tracking:
      add_tracking(backend, read<TrackingReply>(reply));
      return true;
    case Reply::sourcestats:
      add_sourcestats(backend, request, read<SourcestatsReply>(reply));
      return true;
    case Reply::select_data:
      add_selectdata(backend, request, read<SelectDataReply>(reply));
      return true;
    case Reply::ntp_data2:
      add_ntpdata(backend, read<NtpData2Reply>(reply));
      return true;
    case Reply::auth_data:
      add_authdata(backend, request, read<AuthDataReply>(reply));
      return true;
    case Reply::server_stats4:
      add_serverstats(backend, read<ServerStats4Reply>(reply));
      return true;
    case Reply::activity:
    case Reply::ntp_source_name:
    case Reply::smoothing:
    case Reply::manual_list:
      add_small(backend, code, reply);
      return true;
    default:
      return false;
  }
}

}  // namespace tactus::test
