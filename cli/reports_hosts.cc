// SPDX-License-Identifier: Apache-2.0
// Reports about single hosts: ntpdata, sourcename, clients (client specification 6.6, 6.12, 6.13).
#include <cstdio>

#include <tactus/md5.hpp>

#include "reports.hpp"
#include "text.hpp"

namespace tactus::cli {

using cmdmon::Reply;
using cmdmon::Request;

std::uint32_t address_refid(const tactus_address& address) {
  if (address.family == TACTUS_FAMILY_IPV4) return load_be<std::uint32_t>(address.bytes, 0);
  if (address.family != TACTUS_FAMILY_IPV6) return 0;
  const auto digest = md5({address.bytes, 16});
  return load_be<std::uint32_t>(digest, 0);
}

namespace {

std::string bit_string(unsigned flags, int high, int low) {
  std::string out;
  for (int bit = high; bit >= low; --bit) out += (flags >> bit & 1u) != 0 ? '1' : '0';
  return out;
}

Field signed_seconds(double value) { return {fmt::format("{:+.9f}", value), fmt::format("{:.9f}", value)}; }
std::string seconds(double value) { return fmt::format("{:.9f}", value); }

void print_ntpdata(Context& context, const cmdmon::NtpData2Reply& whole, bool older) {
  const cmdmon::NtpDataReply& data = whole.common;
  Record record(context.output, context.settings.csv);
  record.label("Remote address  : ").field(format_address(data.remote)).label(" (");
  record.field(format_hex(address_refid(data.remote))).label(")\nRemote port     : ");
  record.field(fmt::to_string(data.remote_port));
  record.label("\nLocal address   : ").field(format_address(data.local)).label(" (");
  record.field(format_hex(address_refid(data.local))).label(")\nLeap status     : ").field(format_leap(data.leap));
  record.label("\nVersion         : ").field(fmt::to_string(data.version));
  record.label("\nMode            : ").field(format_ntp_mode(data.mode));
  record.label("\nStratum         : ").field(fmt::to_string(data.stratum));
  record.label("\nPoll interval   : ").field(fmt::to_string(data.poll)).label(" (");
  record.field(fmt::format("{:.0f}", power_of_two(data.poll)));
  record.label(" seconds)\nPrecision       : ").field(fmt::to_string(data.precision)).label(" (");
  record.field(seconds(power_of_two(data.precision)));
  record.label(" seconds)\nRoot delay      : ").field(fmt::format("{:.6f}", data.root_delay));
  record.label(" seconds\nRoot dispersion : ").field(fmt::format("{:.6f}", data.root_dispersion));
  record.label(" seconds\nReference ID    : ").field(format_hex(data.refid)).label(" (");
  record.field(data.stratum <= 1 ? format_refid(data.refid) : "");
  record.label(")\nReference time  : ").field(format_date(data.reference_time));
  record.label("\nOffset          : ").field(signed_seconds(data.offset));
  record.label(" seconds\nPeer delay      : ").field(seconds(data.peer_delay));
  record.label(" seconds\nPeer dispersion : ").field(seconds(data.peer_dispersion));
  record.label(" seconds\nResponse time   : ").field(seconds(data.response_time));
  record.label(" seconds\nJitter asymmetry: ");
  record.field({fmt::format("{:+.2f}", data.jitter_asymmetry), fmt::format("{:.2f}", data.jitter_asymmetry)});
  record.label("\nNTP tests       : ").field(bit_string(data.flags, 9, 7)).label(" ");
  record.field(bit_string(data.flags, 6, 4)).label(" ").field(bit_string(data.flags, 3, 0));
  record.label("\nInterleaved     : ").field(format_yes_no((data.flags & cmdmon::ntp_flag_interleaved) != 0));
  record.label("\nAuthenticated   : ").field(format_yes_no((data.flags & cmdmon::ntp_flag_authenticated) != 0));
  record.label("\nTX timestamping : ").field(format_stamp_source(data.tx_source));
  record.label("\nRX timestamping : ").field(format_stamp_source(data.rx_source));
  record.label("\nTotal TX        : ").field(fmt::to_string(data.total_tx));
  record.label("\nTotal RX        : ").field(fmt::to_string(data.total_rx));
  record.label("\nTotal valid RX  : ").field(fmt::to_string(data.total_valid));
  record.label("\nTotal good RX   : ").field(fmt::to_string(data.total_good));
  if (!older) {
    record.label("\nTotal kernel TX : ").field(fmt::to_string(whole.total_kernel_tx));
    record.label("\nTotal kernel RX : ").field(fmt::to_string(whole.total_kernel_rx));
    record.label("\nTotal HW TX     : ").field(fmt::to_string(whole.total_hardware_tx));
    record.label("\nTotal HW RX     : ").field(fmt::to_string(whole.total_hardware_rx));
  }
  record.end();
}

bool ntpdata_of(Context& context, const tactus_address& address, bool blank_line) {
  const Reply older = context.settings.strict ? Reply::null : Reply::ntp_data;
  if (!context.session.request(Request::ntp_data, cmdmon::AddressRequest{address}, {Reply::ntp_data2, older})) {
    return false;
  }
  const bool is_older = context.session.older_reply();
  cmdmon::NtpData2Reply data;
  if (is_older) {
    data.common = context.session.reply<cmdmon::NtpDataReply>();
  } else {
    data = context.session.reply<cmdmon::NtpData2Reply>();
  }
  if (blank_line && !context.settings.csv) context.output.print("\n");
  print_ntpdata(context, data, is_older);
  return true;
}

struct ClientsOptions {
  bool nts_ke = false;
  bool reset = false;
  std::uint32_t min_hits = 0;
};

bool parse_clients(const std::string& rest, ClientsOptions& options) {
  std::string words = rest;
  while (!words.empty()) {
    const std::string word = take_word(words);
    if (word == "-k") options.nts_ke = true;
    if (word == "-r") options.reset = true;
    if (word == "-p") {
      const std::string number = take_word(words);
      if (std::sscanf(number.c_str(), "%u", &options.min_hits) != 1) return false;
    }
  }
  return true;
}

void print_client(Context& context, const cmdmon::ClientRecord& client, bool nts_ke) {
  const auto number = [](std::uint32_t value, int width) {
    return Field{fmt::format("{:{}}", value, width), fmt::to_string(value)};
  };
  const std::string name = host_name(context, client.address, table_name_width);
  Record record(context.output, context.settings.csv);
  record.field(padded(name, 25)).label("  ");
  record.field(number(client.ntp_hits, 6)).label("  ").field(number(client.ntp_drops, 5)).label("  ");
  record.field(format_log_interval(client.ntp_interval)).label("  ");
  record.field(format_log_interval(client.ntp_timeout_interval)).label("  ");
  record.field(format_interval(client.last_ntp_hit_ago)).label("  ");
  record.field(number(nts_ke ? client.nke_hits : client.cmd_hits, 6)).label("  ");
  record.field(number(nts_ke ? client.nke_drops : client.cmd_drops, 5)).label("  ");
  record.field(format_log_interval(nts_ke ? client.nke_interval : client.cmd_interval)).label("  ");
  record.field(format_interval(nts_ke ? client.last_nke_hit_ago : client.last_cmd_hit_ago)).end();
}

}  // namespace

bool report_ntpdata(Context& context, const std::string& rest) {
  if (!rest.empty()) {
    const auto address = find_source(context, rest);
    if (!address) {
      context.output.complain("Could not get address for hostname");
      return false;
    }
    return ntpdata_of(context, *address, false);
  }
  std::uint32_t count = 0;
  if (!count_sources(context, count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!context.session.request(Request::source_data, cmdmon::IntRequest{static_cast<std::int32_t>(i)},
                                 {Reply::source_data})) {
      return false;
    }
    const auto source = context.session.reply<cmdmon::SourceDataReply>();
    const bool has_address = source.address.family == TACTUS_FAMILY_IPV4 || source.address.family == TACTUS_FAMILY_IPV6;
    if (source.mode >= TACTUS_SOURCE_MODE_REFCLOCK || !has_address) continue;
    if (!ntpdata_of(context, source.address, true)) return false;
  }
  return true;
}

bool report_sourcename(Context& context, const std::string& rest) {
  const auto address = find_source(context, rest);
  if (!address) {
    context.output.complain("Could not read address");
    return false;
  }
  if (!context.session.request(Request::ntp_source_name, cmdmon::AddressRequest{*address}, {Reply::ntp_source_name})) {
    return false;
  }
  const auto reply = context.session.reply<cmdmon::NameReply>();
  const auto bad = [](char c) { return c <= ' ' || c > '~'; };
  if (!reply.name.terminated || std::any_of(reply.name.text.begin(), reply.name.text.end(), bad)) return false;
  context.output.print_line("{}", reply.name.text);
  return true;
}

bool each_client(Context& context, const std::string& rest,
                 const std::function<void(const cmdmon::ClientRecord&)>& use) {
  ClientsOptions options;
  if (!parse_clients(rest, options)) {
    context.output.complain("Invalid syntax for clients command");
    return false;
  }
  cmdmon::ClientsRequest request;
  request.count = cmdmon::client_records_max;
  request.min_hits = options.min_hits;
  request.reset = options.reset ? 1 : 0;
  for (;;) {
    if (!context.session.request(Request::client_accesses, request, {Reply::client_accesses})) return false;
    const auto data = context.session.reply<cmdmon::ClientsReply>();
    for (std::size_t i = 0; i < std::min<std::size_t>(data.count, data.records.size()); ++i) {
      if (data.records[i].address.family != TACTUS_FAMILY_NONE) use(data.records[i]);
    }
    request.first_index = data.next_index;
    if (data.next_index >= data.indices || data.count < cmdmon::client_records_max) return true;
  }
}

bool report_clients(Context& context, const std::string& rest) {
  ClientsOptions options;
  // The header comes before the first request, so that it is there even when that fails.
  if (parse_clients(rest, options) && !context.settings.csv) {
    print_header(context.output,
                 fmt::format("Hostname                      NTP   Drop Int IntL Last  {:>6}   Drop Int  Last",
                             options.nts_ke ? "NTS-KE" : "Cmd"));
  }
  return each_client(context, rest,
                     [&](const cmdmon::ClientRecord& client) { print_client(context, client, options.nts_ke); });
}

}  // namespace tactus::cli
