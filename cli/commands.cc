// SPDX-License-Identifier: Apache-2.0
// The table of commands and the way of a line through it (client specification 3.3).
#include <algorithm>

#include "beyond.hpp"
#include "clock_view.hpp"
#include "context.hpp"
#include "json_reports.hpp"
#include "modify.hpp"
#include "plot.hpp"
#include "reports.hpp"
#include "watch.hpp"

namespace tactus::cli {

using cmdmon::Request;

namespace {

constexpr std::string_view table_words = "-a -v";

constexpr Command command_table[] = {
    {"accheck", &command_accheck, false},
    {"activity", &report_activity, true, {}, Offer::always, &json_activity},
    {"add", &command_add, false, "peer pool server"},
    {"allow", &command_allow, false},
    {"authdata", &report_authdata, true, table_words, Offer::always, &json_authdata},
    {"burst", &command_burst, false},
    {"clients", &report_clients, true, {}, Offer::always, &json_clients},
    {"cmdaccheck", &command_cmdaccheck, false},
    {"cmdallow", &command_cmdallow, false},
    {"cmddeny", &command_cmddeny, false},
    {"cyclelogs", &plain<Request::cyclelogs>, false},
    {"delete", &command_delete, false},
    {"deny", &command_deny, false},
    {"dns", &command_dns, false},
    {"dump", &plain<Request::dump>, false},
    {"exit", &command_quit, false},
    {"help", &command_help, false, {}, Offer::always, nullptr, true},
    {"keygen", &command_keygen, true},
    {"local", &command_local, false},
    {"makestep", &command_makestep, false},
    {"manual", &command_manual, false, "on off delete list reset", Offer::always, &json_manual},
    {"maxdelay", &command_maxdelay, false},
    {"maxdelaydevratio", &command_maxdelaydevratio, false},
    {"maxdelayratio", &command_maxdelayratio, false},
    {"maxpoll", &command_maxpoll, false},
    {"maxupdateskew", &command_maxupdateskew, false},
    {"minpoll", &command_minpoll, false},
    {"minstratum", &command_minstratum, false},
    {"ntpdata", &report_ntpdata, true, {}, Offer::always, &json_ntpdata},
    {"offline", &command_offline, false},
    {"offset", &command_offset, false},
    {"online", &command_online, false},
    {"onoffline", &plain<Request::onoffline>, false},
    {"polltarget", &command_polltarget, false},
    {"quit", &command_quit, false},
    {"refresh", &plain<Request::refresh>, false},
    {"rekey", &plain<Request::rekey>, false},
    {"reload", &command_reload, false, "sources"},
    {"reselect", &plain<Request::reselect>, false},
    {"reselectdist", &command_reselectdist, false},
    {"reset", &command_reset, false, "sources"},
    {"retries", &command_retries, false},
    {"rtcdata", &report_rtcdata, true, {}, Offer::always, &json_rtcdata},
    {"selectdata", &report_selectdata, true, table_words, Offer::always, &json_selectdata},
    {"selectopts", &command_selectopts, false},
    {"serverstats", &report_serverstats, true, {}, Offer::always, &json_serverstats},
    {"settime", &command_settime, true},
    {"shutdown", &plain<Request::shutdown>, false},
    {"smoothing", &report_smoothing, true, {}, Offer::always, &json_smoothing},
    {"smoothtime", &command_smoothtime, false},
    {"sourcename", &report_sourcename, true, {}, Offer::always, &json_sourcename},
    {"sources", &report_sources, true, table_words, Offer::always, &json_sources},
    {"sourcestats", &report_sourcestats, true, table_words, Offer::always, &json_sourcestats},
    {"timeout", &command_timeout, false},
    {"tracking", &report_tracking, true, {}, Offer::always, &json_tracking},
    {"trimrtc", &plain<Request::trimrtc>, false},
    {"waitsync", &wait_for_synchronisation, true, {}, Offer::always, &json_wait},
    {"writertc", &plain<Request::writertc>, false},
    // not documented
    {"authhash", &command_no_authentication, false, {}, Offer::hidden},
    {"dfreq", &command_dfreq, false, {}, Offer::hidden},
    {"doffset", &command_doffset, false, {}, Offer::hidden},
    {"password", &command_no_authentication, false, {}, Offer::hidden},
    // what chronyc does not have
    {"drops", &report_drops, true, {}, Offer::beyond, &json_drops},
    {"explain", &command_explain, true, {}, Offer::beyond, &json_explain},
    {"plot", &command_plot, true, "-o --live", Offer::beyond, nullptr, true},
    {"plugins", &report_plugins, true, "info", Offer::beyond, &json_plugins},
    {"simulate", &command_simulate, true, {}, Offer::beyond, nullptr, true},
    {"watch", &command_watch, true, {}, Offer::beyond},
};

}  // namespace

std::span<const Command> commands() { return command_table; }

const Command* find_command(std::string_view name) {
  const auto* found = std::find_if(std::begin(command_table), std::end(command_table),
                                   [&](const Command& command) { return command.name == name; });
  return found == std::end(command_table) ? nullptr : found;
}

namespace {

// One JSON value, whatever happens. Nothing else reaches stdout; stderr stays as it is without --json.
bool run_as_json(Context& context, const Command& command, const std::string& rest) {
  const auto mark = context.output.mark();
  context.json.clear();
  context.output.hold(true);
  const bool success = (command.run_json != nullptr ? command.run_json : command.run)(context, rest);
  context.output.hold(false);
  const std::string out = context.output.out().substr(mark.out);
  const std::string err = context.output.err().substr(mark.err);
  context.output.rewind({mark.out, context.output.err().size()});
  if (context.json.empty()) context.json = wrap_output(success, out, err);
  context.output.print_line("{}", context.json);
  return success;
}

}  // namespace

bool run_line(Context& context, std::string_view line) {
  constexpr std::string_view comment_marks = "!;#%";
  std::string rest = normalize(line);
  if (rest.empty() || comment_marks.find(rest.front()) != std::string_view::npos) return true;
  const Command* command = find_command(take_word(rest));
  // Under chronyc's name there is nothing that chronyc lacks.
  if (command != nullptr && command->offer == Offer::beyond && context.settings.strict) command = nullptr;
  bool success = false;
  if (command != nullptr && context.settings.json) {
    success = run_as_json(context, *command, rest);
  } else if (command != nullptr) {
    success = command->run(context, rest);
  } else {
    context.output.complain("Unrecognized command");
    if (context.settings.json) context.output.print_line("{}", wrap_output(false, {}, "Unrecognized command"));
  }
  if (context.settings.end_dot) context.output.print_line(".");
  if (!context.output.flush()) {
    context.output.complain("Could not write to stdout");
    context.output.flush();
    if (command != nullptr && command->report) success = false;
  }
  return success;
}

bool run_words(Context& context, std::span<const std::string> words, bool several) {
  constexpr std::size_t longest = 2047;
  bool success = true;
  if (several) {
    for (const std::string& line : words) {
      success = run_line(context, line);
      if (!success || context.quit) break;
    }
    return success;
  }
  std::string line;
  for (const std::string& word : words) line += word + ' ';
  if (line.size() > longest) {
    context.output.complain("Command too long");
    context.output.flush();
    return false;
  }
  return run_line(context, line);
}

}  // namespace tactus::cli
