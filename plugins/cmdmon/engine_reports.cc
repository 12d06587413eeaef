// SPDX-License-Identifier: Apache-2.0
// Requests that read: from the rows of the registry to the replies (command protocol specification, sections 11 and
// 12). A report that nobody offers is answered as chrony answers without that feature.
#include "engine.hpp"

namespace tactus::cmdmon {

namespace {

struct Counter {
  std::uint32_t rows = 0;
  static tactus_status take(void* user, const void*, std::uint32_t) noexcept {
    ++static_cast<Counter*>(user)->rows;
    return TACTUS_OK;
  }
};

Status no_source_or(tactus_status status) {
  return status == TACTUS_OK ? Status::success
                             : (status == TACTUS_E_NOT_FOUND ? Status::no_such_source : Status::failed);
}

std::uint32_t bounded(std::uint32_t value, std::uint32_t limit) { return std::min(value, limit); }
std::uint16_t to_u16(std::uint32_t value) { return static_cast<std::uint16_t>(bounded(value, 0xffff)); }
std::uint8_t to_u8(std::uint32_t value) { return static_cast<std::uint8_t>(value); }

}  // namespace

Status Engine::n_sources(Call& call) {
  Counter counter;
  backend_.read("sources", make_query(), &Counter::take, &counter);
  return call.give(Reply::n_sources, NSourcesReply{counter.rows});
}

Status Engine::source_data(Call& call) {
  const auto index = static_cast<std::uint32_t>(call.payload<IntRequest>().value);
  tactus_source_row row;
  if (const tactus_status status = read_row(backend_, "sources", index_query(index), row); status != TACTUS_OK) {
    return no_source_or(status);
  }
  SourceDataReply out;
  const bool refclock = row.mode == TACTUS_SOURCE_MODE_REFCLOCK;
  out.address = refclock ? make_refid_address(row.refid) : row.address;
  out.poll = static_cast<std::int16_t>(row.poll_log2_s);
  out.stratum = to_u16(row.stratum);
  out.state = source_state(static_cast<char>(row.state));
  out.mode = to_u16(row.mode);
  out.reachability = to_u16(row.reach);
  out.since_sample = row.last_sample_ago_s;
  out.original_offset = row.original_offset_s;
  out.offset = row.offset_s;
  out.offset_error = row.offset_error_s;
  return call.give(Reply::source_data, out);
}

Status Engine::sourcestats(Call& call) {
  const auto index = static_cast<std::uint32_t>(call.payload<IntRequest>().value);
  tactus_sourcestats_row row;
  if (const tactus_status status = read_row(backend_, "sourcestats", index_query(index), row); status != TACTUS_OK) {
    return no_source_or(status);
  }
  SourcestatsReply out;
  out.refid = row.refid;
  out.address = row.address;
  out.samples = row.samples;
  out.runs = row.runs;
  out.span = row.span_s;
  out.stddev = row.stddev_s;
  out.residual_frequency_ppm = row.residual_frequency_ppm;
  out.skew_ppm = row.skew_ppm;
  out.offset = row.offset_s;
  out.offset_error = row.offset_error_s;
  return call.give(Reply::sourcestats, out);
}

Status Engine::select_data(Call& call) {
  const auto index = static_cast<std::uint32_t>(call.payload<IntRequest>().value);
  tactus_selectdata_row row;
  if (const tactus_status status = read_row(backend_, "selectdata", index_query(index), row); status != TACTUS_OK) {
    return no_source_or(status);
  }
  SelectDataReply out;
  out.refid = row.refid;
  out.address = row.address;
  out.state = to_u8(row.state);
  out.authentication = to_u8(row.authenticated);
  out.leap = to_u8(row.leap);
  out.configured_options = to_u16(row.configured_options);
  out.effective_options = to_u16(row.effective_options);
  out.last_sample_ago = row.last_sample_ago_s;
  out.score = row.score;
  out.low = row.low_s;
  out.high = row.high_s;
  return call.give(Reply::select_data, out);
}

Status Engine::tracking(Call& call) {
  tactus_tracking row;
  if (read_row(backend_, "tracking", make_query(), row) != TACTUS_OK) return Status::failed;
  TrackingReply out;
  out.refid = row.refid;
  out.address = row.address;
  out.stratum = to_u16(row.stratum);
  out.leap = to_u16(row.leap);
  out.reference_time = wire_time(row.reference_time);
  out.correction = row.correction_s;
  out.last_offset = row.last_offset_s;
  out.rms_offset = row.rms_offset_s;
  out.frequency_ppm = row.frequency_ppm;
  out.residual_frequency_ppm = row.residual_frequency_ppm;
  out.skew_ppm = row.skew_ppm;
  out.root_delay = row.root_delay_s;
  out.root_dispersion = row.root_dispersion_s;
  out.update_interval = row.update_interval_s;
  return call.give(Reply::tracking, out);
}

Status Engine::activity(Call& call) {
  tactus_activity row{};
  read_row(backend_, "activity", make_query(), row);  // without NTP sources all counts are zero
  ActivityReply out;
  out.online = row.online;
  out.offline = row.offline;
  out.burst_online = row.burst_online;
  out.burst_offline = row.burst_offline;
  out.unresolved = row.unresolved;
  return call.give(Reply::activity, out);
}

Status Engine::ntp_data(Call& call) {
  const tactus_address address = call.payload<AddressRequest>().address;
  if (address.family == TACTUS_FAMILY_NONE) return Status::no_such_source;
  tactus_ntpdata_row row;
  if (const tactus_status status = read_row(backend_, "ntpdata", address_query(address), row); status != TACTUS_OK) {
    return no_source_or(status);
  }
  NtpDataReply out;
  out.remote = row.remote;
  out.local = row.local;
  out.remote_port = row.remote.port;
  out.leap = to_u8(row.leap);
  out.version = to_u8(row.version);
  out.mode = to_u8(row.mode);
  out.stratum = to_u8(row.stratum);
  out.poll = static_cast<std::int8_t>(row.poll_log2_s);
  out.precision = static_cast<std::int8_t>(row.precision_log2_s);
  out.root_delay = row.root_delay_s;
  out.root_dispersion = row.root_dispersion_s;
  out.refid = row.refid;
  out.reference_time = wire_time(row.reference_time);
  out.offset = row.offset_s;
  out.peer_delay = row.peer_delay_s;
  out.peer_dispersion = row.peer_dispersion_s;
  out.response_time = row.response_time_s;
  out.jitter_asymmetry = row.jitter_asymmetry;
  out.flags = static_cast<std::uint16_t>(row.tests & 0x3ff);
  if (row.interleaved != 0) out.flags |= ntp_flag_interleaved;
  if (row.authenticated != 0) out.flags |= ntp_flag_authenticated;
  out.tx_source = to_u8(row.transmit_origin);
  out.rx_source = to_u8(row.receive_origin);
  out.total_tx = row.total_transmitted;
  out.total_rx = row.total_received;
  out.total_valid = row.total_valid;
  out.total_good = row.total_good;
  // The length of the request tells which form the client knows (13.2).
  if (call.request.size() < reply_length(Reply::ntp_data2)) return call.give(Reply::ntp_data, out);
  return call.give(Reply::ntp_data2, NtpData2Reply{out, row.total_kernel_transmit, row.total_kernel_receive,
                                                   row.total_hardware_transmit, row.total_hardware_receive});
}

Status Engine::auth_data(Call& call) {
  const tactus_address address = call.payload<AddressRequest>().address;
  if (address.family == TACTUS_FAMILY_NONE) return Status::no_such_source;
  tactus_authdata_row row;
  if (const tactus_status status = read_row(backend_, "authdata", address_query(address), row); status != TACTUS_OK) {
    return no_source_or(status);
  }
  AuthDataReply out;
  out.mode = to_u16(row.mode);
  out.key_type = to_u16(row.key_type);
  out.key_id = row.key_id;
  out.key_length = to_u16(row.key_length_bits);
  out.ke_attempts = to_u16(row.ke_attempts);
  out.last_ke_ago = row.last_ke_ago_s;
  out.cookies = to_u16(row.cookies);
  out.cookie_length = to_u16(row.cookie_length_bytes);
  out.nak = to_u16(row.nak);
  return call.give(Reply::auth_data, out);
}

Status Engine::ntp_source_name(Call& call) {
  const tactus_address address = call.payload<AddressRequest>().address;
  if (address.family == TACTUS_FAMILY_NONE) return Status::no_such_source;
  tactus_sourcename_row row;
  if (const tactus_status status = read_row(backend_, "sourcename", address_query(address), row); status != TACTUS_OK) {
    return no_source_or(status);
  }
  row.name[TACTUS_NAME_SIZE - 1] = '\0';
  return call.give(Reply::ntp_source_name, NameReply{WireName{row.name, true}});
}

Status Engine::server_stats(Call& call) {
  tactus_serverstats row{};
  read_row(backend_, "serverstats", make_query(), row);  // without a server all counts are zero
  ServerStats4Reply out;
  // Command packets are counted here and nowhere else.
  const std::uint64_t hits = row.cmd_hits + packets_.udp + packets_.local;
  out.counters = {row.ntp_hits,        row.nke_hits,       hits,
                  row.ntp_drops,       row.nke_drops,      row.cmd_drops + packets_.rate_limited,
                  row.log_drops,       row.ntp_auth_hits,  row.ntp_interleaved_hits,
                  row.ntp_timestamps,  row.ntp_span_s,     row.ntp_daemon_rx,
                  row.ntp_daemon_tx,   row.ntp_kernel_rx,  row.ntp_kernel_tx,
                  row.ntp_hardware_rx, row.ntp_hardware_tx};
  if (call.request.size() >= reply_length(Reply::server_stats4)) return call.give(Reply::server_stats4, out);
  ServerStats3Reply shorter;
  for (std::size_t i = 0; i < shorter.counters.size(); ++i) {
    shorter.counters[i] = static_cast<std::uint32_t>(out.counters[i]);
  }
  return call.give(Reply::server_stats3, shorter);
}

Status Engine::rtcreport(Call& call) {
  tactus_rtcdata row;
  if (read_row(backend_, "rtcdata", make_query(), row) != TACTUS_OK) return Status::no_rtc;
  RtcReply out;
  out.reference_time = wire_time(row.reference_time);
  out.samples = to_u16(row.samples);
  out.runs = to_u16(row.runs);
  out.span = row.span_s;
  out.fast = row.fast_s;
  out.gain_ppm = row.gain_ppm;
  return call.give(Reply::rtc, out);
}

Status Engine::smoothing(Call& call) {
  tactus_smoothing row;
  if (read_row(backend_, "smoothing", make_query(), row) != TACTUS_OK) return Status::not_enabled;
  SmoothingReply out;
  out.flags = (row.active != 0 ? 1u : 0u) | (row.leap_only != 0 ? 2u : 0u);
  out.offset = row.offset_s;
  out.frequency_ppm = row.frequency_ppm;
  out.wander_ppm = row.wander_ppm_per_s;
  out.last_update_ago = row.last_update_ago_s;
  out.remaining_time = row.remaining_time_s;
  return call.give(Reply::smoothing, out);
}

Status Engine::manual_list(Call& call) {
  struct Sink {
    ManualListReply out;
    static tactus_status take(void* user, const void* data, std::uint32_t size) noexcept {
      ManualListReply& out = static_cast<Sink*>(user)->out;
      if (out.count >= manual_samples_max) return TACTUS_E_LIMIT;
      tactus_manual_row row{};
      std::memcpy(&row, data, std::min<std::size_t>(size, sizeof row));
      out.samples[out.count++] = {wire_time(row.when), row.slewed_offset_s, row.original_offset_s, row.residual_s};
      return TACTUS_OK;
    }
  } sink;
  backend_.read("manual_list", make_query(), &Sink::take, &sink);  // without manual input the list is empty
  return call.give(Reply::manual_list, sink.out);
}

}  // namespace tactus::cmdmon
