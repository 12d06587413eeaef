// SPDX-License-Identifier: Apache-2.0
// Commands about the daemon as a whole (client specification, sections 7, 7.4 and 9).
#include <cstdio>

#include "date.hpp"
#include "modify.hpp"
#include "reports.hpp"

namespace tactus::cli {

using cmdmon::Reply;
using cmdmon::Request;

namespace {

constexpr Session::Expected status_only{.report_success = true};

bool scan(const std::string& text, double& value) { return std::sscanf(text.c_str(), "%lf", &value) == 1; }

// A request with one number; `problem` is what is said when there is none.
bool real_value(Context& context, Request code, const std::string& rest, std::string_view problem) {
  cmdmon::FloatRequest request;
  if (!scan(rest, request.value)) {
    if (!problem.empty()) context.output.complain("{}", problem);
    return false;
  }
  return context.session.request(code, request, status_only);
}

bool send_integer(Context& context, Request code, std::int32_t value) {
  return context.session.request(code, cmdmon::IntRequest{value}, status_only);
}

bool wrong_syntax(Context& context, std::string_view command) {
  context.output.complain("Invalid syntax for {} command", command);
  return false;
}

struct LocalOptions {
  cmdmon::Local3Request request;
  bool newer = false;  // uses what daemons before 4.6 do not have
};

std::optional<LocalOptions> parse_local(const std::string& rest) {
  LocalOptions out;
  cmdmon::Local3Request& request = out.request;
  request.common = {1, 10, 1.0, 0};
  request.wait_unsynced = -1.0;
  std::string words = rest;
  while (!words.empty()) {
    const std::string word = take_word(words);
    if (equal_ignoring_case(word, "orphan")) {
      request.common.orphan = 1;
      continue;
    }
    const std::string value = take_word(words);
    bool good = false;
    if (equal_ignoring_case(word, "stratum")) {
      int& stratum = request.common.stratum;
      good = std::sscanf(value.c_str(), "%d", &stratum) == 1 && stratum >= 1 && stratum <= 15;
    } else if (equal_ignoring_case(word, "distance")) {
      good = scan(value, request.common.distance);
    } else if (equal_ignoring_case(word, "activate")) {
      good = scan(value, request.activate);
      out.newer = true;
    } else if (equal_ignoring_case(word, "waitsynced")) {
      good = scan(value, request.wait_synced);
      out.newer = true;
    } else if (equal_ignoring_case(word, "waitunsynced")) {
      good = scan(value, request.wait_unsynced);
      out.newer = true;
    }
    if (!good) return std::nullopt;
  }
  if (request.wait_unsynced < 0.0) request.wait_unsynced = request.common.orphan != 0 ? 300.0 : 0.0;
  return out;
}

}  // namespace

bool command_maxupdateskew(Context& context, const std::string& rest) {
  return real_value(context, Request::modify_maxupdateskew, rest, "");
}
bool command_reselectdist(Context& context, const std::string& rest) {
  return real_value(context, Request::reselect_distance, rest, "");
}
bool command_dfreq(Context& context, const std::string& rest) {
  return real_value(context, Request::dfreq, rest, "Invalid value");
}
bool command_doffset(Context& context, const std::string& rest) {
  return real_value(context, Request::doffset2, rest, "Invalid value");
}

bool command_makestep(Context& context, const std::string& rest) {
  if (rest.empty()) return context.session.request(Request::makestep, status_only);
  cmdmon::MakestepRequest request;
  if (std::sscanf(rest.c_str(), "%lf %d", &request.threshold, &request.limit) != 2) {
    context.output.complain("Bad syntax for makestep command");
    return false;
  }
  return context.session.request(Request::modify_makestep, request, status_only);
}

bool command_local(Context& context, const std::string& rest) {
  std::optional<LocalOptions> options;
  if (rest == "off") {
    options = LocalOptions{};
  } else {
    options = parse_local(rest);
  }
  if (!options) return wrong_syntax(context, "local");
  // A daemon before 4.6 knows the older form only.
  const bool may_fall_back = !context.settings.strict && !options->newer;
  const std::uint16_t invalid = static_cast<std::uint16_t>(cmdmon::Status::invalid);
  Session::Expected expected = status_only;
  if (may_fall_back) expected.quiet_status = invalid;
  if (context.session.request(Request::local3, options->request, expected)) return true;
  if (!may_fall_back || context.session.status() != invalid) return false;
  return context.session.request(Request::local2, options->request.common, status_only);
}

bool command_manual(Context& context, const std::string& rest) {
  if (rest == "off") return send_integer(context, Request::manual, 0);
  if (rest == "on") return send_integer(context, Request::manual, 1);
  if (rest == "reset") return send_integer(context, Request::manual, 2);
  if (rest.starts_with("list")) return report_manual_list(context, rest);
  if (!rest.starts_with("delete")) return wrong_syntax(context, "manual");
  std::string words = rest;
  take_word(words);
  int index = 0;
  if (std::sscanf(words.c_str(), "%d", &index) != 1) {
    context.output.complain("Bad syntax for manual delete command");
    return false;
  }
  return send_integer(context, Request::manual_delete, index);
}

bool command_smoothtime(Context& context, const std::string& rest) {
  if (rest == "reset") return send_integer(context, Request::smoothtime, 0);
  if (rest == "activate") return send_integer(context, Request::smoothtime, 1);
  return wrong_syntax(context, "smoothtime");
}

bool command_reload(Context& context, const std::string& rest) {
  if (rest != "sources") return wrong_syntax(context, "reload");
  return context.session.request(Request::reload_sources, status_only);
}

bool command_reset(Context& context, const std::string& rest) {
  if (rest != "sources") return wrong_syntax(context, "reset");
  return context.session.request(Request::reset_sources, status_only);
}

bool command_settime(Context& context, const std::string& rest) {
  const auto now = static_cast<std::int64_t>(context.session.channel().now_s());
  const auto seconds = parse_date(rest, now);
  if (!seconds) {
    context.output.print_line("510 - Could not parse date string");
    return false;
  }
  const cmdmon::SettimeRequest request{{*seconds, 0}};
  if (!context.session.request(Request::settime, request, {.reply = Reply::manual_timestamp, .report_success = true})) {
    return false;
  }
  const auto data = context.session.reply<cmdmon::ManualTimestampReply>();
  context.output.print_line("Clock was {:.2f} seconds fast.  Frequency change = {:.2f}ppm, new frequency = {:.2f}ppm",
                            data.offset, data.frequency_change_ppm, data.new_frequency_ppm);
  return true;
}

}  // namespace tactus::cli
