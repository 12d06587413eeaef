// SPDX-License-Identifier: Apache-2.0
#include "daemon_rows.hpp"

#include <cstring>

#include <tactus/report_members.hpp>

#include "private_requests.hpp"
#include "reports.hpp"
#include "text.hpp"

namespace tactus::cli {

using cmdmon::Reply;
using cmdmon::Request;

namespace {

// Rows from tactusd; empty when they have to be asked for in chrony's protocol.
template <class Row, std::size_t N>
Rows<Row> from_registry(Context& context, const char* report, const tactus_member (&members)[N]) {
  if (context.settings.strict) return std::nullopt;
  const PrivateAnswer answer = ask_private(context, report, false);
  if (answer.kind != PrivateAnswer::Kind::rows) return std::nullopt;
  std::vector<Row> rows;
  for (const Json& json : answer.rows) {
    Row row{};
    row.struct_size = sizeof row;
    if (!fill_row(json, members, &row)) return std::nullopt;
    rows.push_back(row);
  }
  return rows;
}

void set_name(char (&name)[TACTUS_NAME_SIZE], const std::string& text) {
  std::memset(name, 0, sizeof name);
  std::memcpy(name, text.data(), std::min(text.size(), sizeof name - 1));
}

template <class Row>
void name_row(Context& context, Row& row) {
  const bool refclock = row.address.family == TACTUS_FAMILY_NONE;
  set_name(row.name, refclock ? format_refid(row.refid) : configured_name(context, row.address));
}

// Asks for each source by its number.
template <class Row, class Payload, class Convert>
Rows<Row> by_index(Context& context, Request request, Reply reply, Convert convert) {
  std::uint32_t count = 0;
  if (!count_sources(context, count)) return std::nullopt;
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!context.session.request(request, cmdmon::IntRequest{static_cast<std::int32_t>(i)}, {reply})) {
      return std::nullopt;
    }
    Row row{};
    row.struct_size = sizeof row;
    convert(context.session.reply<Payload>(), row);
    rows.push_back(row);
  }
  return rows;
}

// Letter of `sources` for one of `selectdata`.
std::uint32_t shown_letter(std::uint32_t letter) {
  return static_cast<unsigned char>(cmdmon::source_state_letters[cmdmon::source_state(static_cast<char>(letter))]);
}

void convert_source(const cmdmon::SourceDataReply& data, tactus_source_row& row) {
  const std::string_view letters = cmdmon::source_state_letters;
  const bool refclock = data.mode == TACTUS_SOURCE_MODE_REFCLOCK && data.address.family == TACTUS_FAMILY_IPV4;
  row.refid = address_refid(data.address);
  if (!refclock) row.address = data.address;
  row.poll_log2_s = data.poll;
  row.stratum = data.stratum;
  row.state = static_cast<unsigned char>(data.state < letters.size() ? letters[data.state] : '?');
  row.mode = data.mode;
  row.reach = data.reachability;
  row.last_sample_ago_s = data.since_sample;
  row.original_offset_s = data.original_offset;
  row.offset_s = data.offset;
  row.offset_error_s = data.offset_error;
}

void convert_stats(const cmdmon::SourcestatsReply& data, tactus_sourcestats_row& row) {
  row.refid = data.refid;
  row.address = data.address;
  row.samples = data.samples;
  row.runs = data.runs;
  row.span_s = data.span;
  row.stddev_s = data.stddev;
  row.residual_frequency_ppm = data.residual_frequency_ppm;
  row.skew_ppm = data.skew_ppm;
  row.offset_s = data.offset;
  row.offset_error_s = data.offset_error;
}

void convert_selection(const cmdmon::SelectDataReply& data, tactus_selectdata_row& row) {
  row.refid = data.refid;
  row.address = data.address;
  row.state = data.state;
  row.authenticated = data.authentication;
  row.leap = data.leap;
  row.configured_options = data.configured_options;
  row.effective_options = data.effective_options;
  row.last_sample_ago_s = data.last_sample_ago;
  row.score = data.score;
  row.low_s = data.low;
  row.high_s = data.high;
}

void convert_ntpdata(const cmdmon::NtpData2Reply& whole, tactus_ntpdata_row& row) {
  const cmdmon::NtpDataReply& data = whole.common;
  row.refid = data.refid;
  row.remote = data.remote;
  row.remote.port = data.remote_port;
  row.local = data.local;
  row.leap = data.leap;
  row.version = data.version;
  row.mode = data.mode;
  row.stratum = data.stratum;
  row.poll_log2_s = data.poll;
  row.precision_log2_s = data.precision;
  row.reference_time = wire_ns(data.reference_time);
  row.root_delay_s = data.root_delay;
  row.root_dispersion_s = data.root_dispersion;
  row.offset_s = data.offset;
  row.peer_delay_s = data.peer_delay;
  row.peer_dispersion_s = data.peer_dispersion;
  row.response_time_s = data.response_time;
  row.jitter_asymmetry = data.jitter_asymmetry;
  row.tests = data.flags & 0x3ffu;
  row.interleaved = (data.flags & cmdmon::ntp_flag_interleaved) != 0 ? 1 : 0;
  row.authenticated = (data.flags & cmdmon::ntp_flag_authenticated) != 0 ? 1 : 0;
  row.transmit_origin = data.tx_source;
  row.receive_origin = data.rx_source;
  row.total_transmitted = data.total_tx;
  row.total_received = data.total_rx;
  row.total_valid = data.total_valid;
  row.total_good = data.total_good;
  row.total_kernel_transmit = whole.total_kernel_tx;
  row.total_kernel_receive = whole.total_kernel_rx;
  row.total_hardware_transmit = whole.total_hardware_tx;
  row.total_hardware_receive = whole.total_hardware_rx;
}

bool ask_ntpdata(Context& context, const tactus_address& address, tactus_ntpdata_row& row, bool& older) {
  const Reply old_reply = context.settings.strict ? Reply::null : Reply::ntp_data;
  if (!context.session.request(Request::ntp_data, cmdmon::AddressRequest{address}, {Reply::ntp_data2, old_reply})) {
    return false;
  }
  older = context.session.older_reply();
  cmdmon::NtpData2Reply data;
  if (older) {
    data.common = context.session.reply<cmdmon::NtpDataReply>();
  } else {
    data = context.session.reply<cmdmon::NtpData2Reply>();
  }
  row = tactus_ntpdata_row{};
  row.struct_size = sizeof row;
  convert_ntpdata(data, row);
  return true;
}

// Replaces a row by the registry's one of the same source, which has every digit, and keeps the port.
bool take_digits(const std::vector<tactus_ntpdata_row>& full, tactus_ntpdata_row& row) {
  for (const tactus_ntpdata_row& other : full) {
    if (!cmdmon::same_address(other.remote, row.remote)) continue;
    const auto port = row.remote.port;
    row = other;
    row.remote.port = port;
    return true;
  }
  return false;
}

// Addresses of the NTP sources, by SOURCE_DATA.
bool ntp_addresses(Context& context, bool with_ids, std::vector<tactus_address>& out) {
  const auto sources = by_index<tactus_source_row, cmdmon::SourceDataReply>(context, Request::source_data,
                                                                            Reply::source_data, convert_source);
  if (!sources) return false;
  for (const tactus_source_row& source : *sources) {
    const bool id = source.address.family == TACTUS_FAMILY_ID;
    if (source.mode < TACTUS_SOURCE_MODE_REFCLOCK && (with_ids || !id)) out.push_back(source.address);
  }
  return true;
}

}  // namespace

std::string configured_name(Context& context, const tactus_address& address) {
  const auto mark = context.output.mark();
  std::string name;
  if (context.session.request(Request::ntp_source_name, cmdmon::AddressRequest{address}, {Reply::ntp_source_name})) {
    name = context.session.reply<cmdmon::NameReply>().name.text;
  }
  context.output.rewind(mark);
  return name;
}

Rows<tactus_tracking> read_tracking(Context& context) {
  if (auto rows = from_registry<tactus_tracking>(context, "tracking", members::tracking)) return rows;
  if (!context.session.request(Request::tracking, {Reply::tracking})) return std::nullopt;
  const auto data = context.session.reply<cmdmon::TrackingReply>();
  tactus_tracking row{};
  row.struct_size = sizeof row;
  row.refid = data.refid;
  row.address = data.address;
  row.stratum = data.stratum;
  row.leap = data.leap;
  row.reference_time = wire_ns(data.reference_time);
  row.correction_s = data.correction;
  row.last_offset_s = data.last_offset;
  row.rms_offset_s = data.rms_offset;
  row.frequency_ppm = data.frequency_ppm;
  row.residual_frequency_ppm = data.residual_frequency_ppm;
  row.skew_ppm = data.skew_ppm;
  row.root_delay_s = data.root_delay;
  row.root_dispersion_s = data.root_dispersion;
  row.update_interval_s = data.update_interval;
  return std::vector{row};
}

Rows<tactus_source_row> read_sources(Context& context) {
  if (auto rows = from_registry<tactus_source_row>(context, "sources", members::source_row)) {
    for (tactus_source_row& row : *rows) row.state = shown_letter(row.state);
    return rows;
  }
  auto rows = by_index<tactus_source_row, cmdmon::SourceDataReply>(context, Request::source_data, Reply::source_data,
                                                                   convert_source);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) name_row(context, (*rows)[i]);
  return rows;
}

Rows<tactus_sourcestats_row> read_sourcestats(Context& context) {
  if (auto rows = from_registry<tactus_sourcestats_row>(context, "sourcestats", members::sourcestats_row)) return rows;
  auto rows = by_index<tactus_sourcestats_row, cmdmon::SourcestatsReply>(context, Request::sourcestats,
                                                                         Reply::sourcestats, convert_stats);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) name_row(context, (*rows)[i]);
  return rows;
}

Rows<tactus_selectdata_row> read_selectdata(Context& context) {
  if (auto rows = from_registry<tactus_selectdata_row>(context, "selectdata", members::selectdata_row)) return rows;
  auto rows = by_index<tactus_selectdata_row, cmdmon::SelectDataReply>(context, Request::select_data,
                                                                       Reply::select_data, convert_selection);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) name_row(context, (*rows)[i]);
  return rows;
}

Rows<tactus_authdata_row> read_authdata(Context& context, bool unresolved) {
  if (auto rows = from_registry<tactus_authdata_row>(context, "authdata", members::authdata_row)) return rows;
  std::vector<tactus_address> addresses;
  if (!ntp_addresses(context, unresolved, addresses)) return std::nullopt;
  std::vector<tactus_authdata_row> rows;
  for (const tactus_address& address : addresses) {
    if (!context.session.request(Request::auth_data, cmdmon::AddressRequest{address}, {Reply::auth_data})) {
      return std::nullopt;
    }
    const auto data = context.session.reply<cmdmon::AuthDataReply>();
    tactus_authdata_row row{};
    row.struct_size = sizeof row;
    row.mode = data.mode;
    row.address = address;
    row.key_type = data.key_type;
    row.key_id = data.key_id;
    row.key_length_bits = data.key_length;
    row.ke_attempts = data.ke_attempts;
    row.last_ke_ago_s = data.last_ke_ago;
    row.cookies = data.cookies;
    row.cookie_length_bytes = data.cookie_length;
    row.nak = data.nak;
    set_name(row.name, configured_name(context, address));
    rows.push_back(row);
  }
  return rows;
}

Rows<tactus_ntpdata_row> read_ntpdata(Context& context, const tactus_address* source, bool& older) {
  older = false;
  std::vector<tactus_address> addresses;
  if (source != nullptr) {
    addresses.push_back(*source);
  } else if (!ntp_addresses(context, false, addresses)) {
    return std::nullopt;
  }
  const auto full = from_registry<tactus_ntpdata_row>(context, "ntpdata", members::ntpdata_row);
  std::vector<tactus_ntpdata_row> rows;
  for (const tactus_address& address : addresses) {
    tactus_ntpdata_row row{};
    if (!ask_ntpdata(context, address, row, older)) return std::nullopt;
    if (!full || !take_digits(*full, row)) set_name(row.name, configured_name(context, row.remote));
    rows.push_back(row);
  }
  return rows;
}

Rows<tactus_activity> read_activity(Context& context) {
  if (!context.session.request(Request::activity, {Reply::activity})) return std::nullopt;
  const auto data = context.session.reply<cmdmon::ActivityReply>();
  return std::vector{tactus_activity{sizeof(tactus_activity), data.online, data.offline, data.burst_online,
                                     data.burst_offline, data.unresolved}};
}

Rows<tactus_smoothing> read_smoothing(Context& context) {
  if (auto rows = from_registry<tactus_smoothing>(context, "smoothing", members::smoothing)) return rows;
  if (!context.session.request(Request::smoothing, {Reply::smoothing})) return std::nullopt;
  const auto data = context.session.reply<cmdmon::SmoothingReply>();
  return std::vector{tactus_smoothing{sizeof(tactus_smoothing), data.flags & 1u, data.flags >> 1 & 1u, 0, data.offset,
                                      data.frequency_ppm, data.wander_ppm, data.last_update_ago, data.remaining_time}};
}

Rows<tactus_rtcdata> read_rtcdata(Context& context) {
  if (auto rows = from_registry<tactus_rtcdata>(context, "rtcdata", members::rtcdata)) return rows;
  if (!context.session.request(Request::rtcreport, {Reply::rtc})) return std::nullopt;
  const auto data = context.session.reply<cmdmon::RtcReply>();
  return std::vector{tactus_rtcdata{sizeof(tactus_rtcdata), data.samples, data.runs, data.span,
                                    wire_ns(data.reference_time), data.fast, data.gain_ppm}};
}

Rows<tactus_manual_row> read_manual_list(Context& context) {
  if (auto rows = from_registry<tactus_manual_row>(context, "manual_list", members::manual_row)) return rows;
  if (!context.session.request(Request::manual_list, {Reply::manual_list})) return std::nullopt;
  const auto data = context.session.reply<cmdmon::ManualListReply>();
  std::vector<tactus_manual_row> rows;
  for (std::size_t i = 0; i < std::min<std::size_t>(data.count, data.samples.size()); ++i) {
    const cmdmon::ManualSample& sample = data.samples[i];
    rows.push_back({sizeof(tactus_manual_row), 0, wire_ns(sample.when), sample.slewed_offset, sample.original_offset,
                    sample.residual});
  }
  return rows;
}

}  // namespace tactus::cli
