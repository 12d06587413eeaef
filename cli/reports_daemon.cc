// SPDX-License-Identifier: Apache-2.0
// Reports about the daemon as a whole: tracking, activity, serverstats, smoothing, rtcdata, manual list, waitsync
// (client specification 6.5 and 6.7 to 6.14).
#include <cmath>
#include <cstdio>

#include "json_reports.hpp"
#include "reports.hpp"
#include "text.hpp"

namespace tactus::cli {

using cmdmon::Reply;
using cmdmon::Request;

namespace {

constexpr std::uint32_t local_refid = 0x7f7f0101;

// A number with decimals: width in text mode only.
Field real(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  return {text, text};
}
Field signed_real(double value, int decimals) {
  return {fmt::format("{:+.{}f}", value, decimals), fmt::format("{:.{}f}", value, decimals)};
}

}  // namespace

std::string host_name(Context& context, const tactus_address& address, std::size_t width) {
  if (context.settings.no_names || context.settings.csv) return format_address(address);
  std::string name = context.resolver.reverse(address);
  if (name.empty()) return format_address(address);
  if (width > 0 && name.size() > width) name = name.substr(0, width - 1) + ">";
  return name;
}

std::string source_name(Context& context, const tactus_address& address, bool refclock, std::uint32_t refid,
                        std::size_t width) {
  if (refclock) return format_refid(refid);
  if (!context.settings.source_names) return host_name(context, address, width);
  if (!context.session.request(Request::ntp_source_name, cmdmon::AddressRequest{address}, {Reply::ntp_source_name})) {
    return "?";
  }
  const auto reply = context.session.reply<cmdmon::NameReply>();
  const auto bad = [](char c) { return c <= ' ' || c > '~'; };
  if (!reply.name.terminated || std::any_of(reply.name.text.begin(), reply.name.text.end(), bad)) return "?";
  return reply.name.text;
}

bool report_tracking(Context& context, const std::string&) {
  if (!context.session.request(Request::tracking, {Reply::tracking})) return false;
  const auto data = context.session.reply<cmdmon::TrackingReply>();
  const bool refclock = data.address.family == TACTUS_FAMILY_NONE;
  const std::string name = source_name(context, data.address, refclock, data.refid, 0);
  Record record(context.output, context.settings.csv);
  record.label("Reference ID    : ").field(format_hex(data.refid)).label(" (").field(name);
  record.label(")\nStratum         : ").field(fmt::to_string(data.stratum));
  record.label("\nRef time (UTC)  : ").field(format_date(data.reference_time));
  record.label("\nSystem time     : ").field(format_slow_fast(data.correction));
  record.label(" of NTP time\nLast offset     : ").field(signed_real(data.last_offset, 9));
  record.label(" seconds\nRMS offset      : ").field(real(data.rms_offset, 9));
  record.label(" seconds\nFrequency       : ").field(format_fast_slow(data.frequency_ppm));
  record.label("\nResidual freq   : ").field(signed_real(data.residual_frequency_ppm, 3));
  record.label(" ppm\nSkew            : ").field(real(data.skew_ppm, 3));
  record.label(" ppm\nRoot delay      : ").field(real(data.root_delay, 9));
  record.label(" seconds\nRoot dispersion : ").field(real(data.root_dispersion, 9));
  record.label(" seconds\nUpdate interval : ").field(real(data.update_interval, 1));
  record.label(" seconds\nLeap status     : ").field(format_leap(data.leap)).end();
  return true;
}

bool report_activity(Context& context, const std::string&) {
  const bool csv = context.settings.csv;
  if (!context.session.request(Request::activity, {Reply::activity})) return false;
  const auto data = context.session.reply<cmdmon::ActivityReply>();
  const auto number = [](std::int32_t value) { return fmt::to_string(static_cast<std::uint32_t>(value)); };
  Record record(context.output, csv);
  record.label("200 OK\n").field(number(data.online)).label(" sources online\n");
  record.field(number(data.offline)).label(" sources offline\n");
  record.field(number(data.burst_online)).label(" sources doing burst (return to online)\n");
  record.field(number(data.burst_offline)).label(" sources doing burst (return to offline)\n");
  record.field(number(data.unresolved)).label(" sources with unknown address").end();
  return true;
}

bool report_serverstats(Context& context, const std::string&) {
  using cmdmon::ServerCounter;
  struct Line {
    std::string_view label;
    ServerCounter counter;
  };
  static constexpr Line lines[] = {
      {"NTP packets received", ServerCounter::ntp_hits},
      {"NTP packets dropped", ServerCounter::ntp_drops},
      {"Command packets received", ServerCounter::cmd_hits},
      {"Command packets dropped", ServerCounter::cmd_drops},
      {"Client log records dropped", ServerCounter::log_drops},
      {"NTS-KE connections accepted", ServerCounter::nke_hits},
      {"NTS-KE connections dropped", ServerCounter::nke_drops},
      {"Authenticated NTP packets", ServerCounter::ntp_auth_hits},
      {"Interleaved NTP packets", ServerCounter::ntp_interleaved_hits},
      {"NTP timestamps held", ServerCounter::ntp_timestamps},
      {"NTP timestamp span", ServerCounter::ntp_span_s},
      {"NTP daemon RX timestamps", ServerCounter::ntp_daemon_rx},
      {"NTP daemon TX timestamps", ServerCounter::ntp_daemon_tx},
      {"NTP kernel RX timestamps", ServerCounter::ntp_kernel_rx},
      {"NTP kernel TX timestamps", ServerCounter::ntp_kernel_tx},
      {"NTP hardware RX timestamps", ServerCounter::ntp_hardware_rx},
      {"NTP hardware TX timestamps", ServerCounter::ntp_hardware_tx},
  };
  const Reply older = context.settings.strict ? Reply::null : Reply::server_stats3;
  if (!context.session.request(Request::server_stats, {Reply::server_stats4, older})) return false;
  cmdmon::ServerStats4Reply data;
  std::size_t count = std::size(lines);
  if (context.session.older_reply()) {
    const auto shorter = context.session.reply<cmdmon::ServerStats3Reply>();
    std::copy(shorter.counters.begin(), shorter.counters.end(), data.counters.begin());
    count = cmdmon::server_stats3_counters;
  } else {
    data = context.session.reply<cmdmon::ServerStats4Reply>();
  }
  Record record(context.output, context.settings.csv);
  for (std::size_t i = 0; i < count; ++i) {
    record.label(i == 0 ? "" : "\n").label(pad_right(lines[i].label, 27)).label(": ");
    record.field(fmt::to_string(data.counters[static_cast<std::size_t>(lines[i].counter)]));
  }
  record.end();
  return true;
}

bool report_smoothing(Context& context, const std::string&) {
  if (!context.session.request(Request::smoothing, {Reply::smoothing})) return false;
  const auto data = context.session.reply<cmdmon::SmoothingReply>();
  Record record(context.output, context.settings.csv);
  record.label("Active         : ").field(format_yes_no((data.flags & 1u) != 0)).label(" ");
  record.field((data.flags & 2u) != 0 ? "(leap second only)" : "");
  record.label("\nOffset         : ").field(signed_real(data.offset, 9));
  record.label(" seconds\nFrequency      : ").field(signed_real(data.frequency_ppm, 6));
  record.label(" ppm\nWander         : ").field(signed_real(data.wander_ppm, 6));
  record.label(" ppm per second\nLast update    : ").field(real(data.last_update_ago, 1));
  record.label(" seconds ago\nRemaining time : ").field(real(data.remaining_time, 1)).label(" seconds").end();
  return true;
}

bool report_rtcdata(Context& context, const std::string&) {
  if (!context.session.request(Request::rtcreport, {Reply::rtc})) return false;
  const auto data = context.session.reply<cmdmon::RtcReply>();
  Record record(context.output, context.settings.csv);
  record.label("RTC ref time (UTC) : ").field(format_date(data.reference_time));
  record.label("\nNumber of samples  : ").field(fmt::to_string(data.samples));
  record.label("\nNumber of runs     : ").field(fmt::to_string(data.runs));
  record.label("\nSample span period : ").field(format_interval(data.span));
  record.label("\nRTC is fast by     : ");
  record.field({fmt::format("{:12.6f}", data.fast), fmt::format("{:.6f}", data.fast)});
  record.label(" seconds\nRTC gains time at  : ");
  record.field({fmt::format("{:9.3f}", data.gain_ppm), fmt::format("{:.3f}", data.gain_ppm)}).label(" ppm").end();
  return true;
}

bool report_manual_list(Context& context, const std::string&) {
  const bool csv = context.settings.csv;
  if (!context.session.request(Request::manual_list, {Reply::manual_list})) return false;
  const auto data = context.session.reply<cmdmon::ManualListReply>();
  if (!csv) {
    context.output.print_line("210 n_samples = {}", data.count);
    print_header(context.output, "#    Date     Time(UTC)    Slewed   Original   Residual");
  }
  const std::size_t count = std::min<std::size_t>(data.count, data.samples.size());
  for (std::size_t i = 0; i < count; ++i) {
    const cmdmon::ManualSample& sample = data.samples[i];
    const auto column = [](double value) {
      return Field{fmt::format("{:10.2f}", value), fmt::format("{:.2f}", value)};
    };
    Record record(context.output, csv);
    record.field({fmt::format("{:2}", i), fmt::to_string(i)}).label(" ").field(format_log_date(sample.when)).label(" ");
    record.field(column(sample.slewed_offset)).label(" ").field(column(sample.original_offset)).label(" ");
    record.field(column(sample.residual)).end();
  }
  return true;
}

namespace {

struct WaitOptions {
  int max_tries = 0;
  double max_correction = 0.0;
  double max_skew = 0.0;
  double interval_s = 10.0;
};
WaitOptions parse_wait(const std::string& rest) {
  WaitOptions out;
  std::sscanf(rest.c_str(), "%d %lf %lf %lf", &out.max_tries, &out.max_correction, &out.max_skew, &out.interval_s);
  out.interval_s = std::max(out.interval_s, 0.1);
  return out;
}

bool is_good_enough(const cmdmon::TrackingReply& data, const WaitOptions& options) {
  const bool has_source = data.address.family != TACTUS_FAMILY_NONE || (data.refid != 0 && data.refid != local_refid);
  return has_source && (options.max_correction == 0.0 || std::fabs(data.correction) <= options.max_correction) &&
         (options.max_skew == 0.0 || data.skew_ppm <= options.max_skew);
}

// note: called with each answer and the number of the attempt. Returns the attempts that were made.
int wait_until(Context& context, const WaitOptions& options, bool& good,
               const std::function<void(const cmdmon::TrackingReply&, int)>& note) {
  good = false;
  for (int attempt = 1;; ++attempt) {
    if (context.session.request(Request::tracking, {Reply::tracking})) {
      const auto data = context.session.reply<cmdmon::TrackingReply>();
      note(data, attempt);
      good = is_good_enough(data, options);
      if (good) return attempt;
    }
    context.output.pause();
    const bool ended = (options.max_tries != 0 && attempt == options.max_tries);
    if (ended || context.session.channel().interrupted() || !context.session.channel().sleep(options.interval_s)) {
      return attempt;
    }
  }
}

}  // namespace

bool wait_for_synchronisation(Context& context, const std::string& rest) {
  bool good = false;
  wait_until(context, parse_wait(rest), good, [&](const cmdmon::TrackingReply& data, int attempt) {
    Record record(context.output, context.settings.csv);
    record.label("try: ").field(fmt::to_string(attempt)).label(", refid: ").field(format_hex(data.refid));
    record.label(", correction: ").field(real(std::fabs(data.correction), 9));
    record.label(", skew: ").field(real(data.skew_ppm, 3)).end();
  });
  return good;
}

bool json_wait(Context& context, const std::string& rest) {
  bool good = false;
  std::optional<cmdmon::TrackingReply> last;
  const int tries = wait_until(context, parse_wait(rest), good, [&](const auto& data, int) { last = data; });
  context.json = fmt::format("{{\"synchronised\":{},\"tries\":{}", good, tries);
  if (last) {
    context.json += fmt::format(",\"reference_id\":\"{}\",\"correction_s\":{},\"skew_ppm\":{}", format_hex(last->refid),
                                std::fabs(last->correction), last->skew_ppm);
  } else {
    context.json += ",\"reference_id\":null,\"correction_s\":null,\"skew_ppm\":null";
  }
  context.json += good ? "}" : ",\"error\":\"not synchronised\",\"code\":null}";
  return good;
}

}  // namespace tactus::cli
