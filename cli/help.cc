// SPDX-License-Identifier: Apache-2.0
// `help`: two columns, the second at column 29 (client specification, section 8).
#include "help.hpp"
#include "modify.hpp"
#include "text.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t second_column = 28;

constexpr HelpLine help_table[] = {
    {"", "System clock"},
    {"tracking", "How right the clock is, and from which source"},
    {"makestep", "Step the clock by what is still to be corrected"},
    {"makestep <threshold> <updates>", "Set when the clock may be stepped"},
    {"maxupdateskew <skew>", "Set the largest skew at which the frequency is adjusted"},
    {"waitsync [<tries> [<corr> [<skew> [<interval>]]]]", "Wait until the clock is synchronised"},
    {"", "Time sources"},
    {"sources [-a] [-v]", "List the sources"},
    {"sourcestats [-a] [-v]", "List the statistics of the sources"},
    {"selectdata [-a] [-v]", "Show how the sources were selected"},
    {"selectopts <address|refid> <+|-option>...", "Change selection options of a source"},
    {"reselect", "Run the selection again"},
    {"reselectdist <dist>", "Set the distance that a change of source must gain"},
    {"offset <address|refid> <offset>", "Set the offset correction of a source"},
    {"", "NTP sources"},
    {"activity", "Count the sources that are online and offline"},
    {"authdata [-a] [-v]", "Show the authentication of the sources"},
    {"ntpdata [<address>]", "Show the last measurement of the sources"},
    {"add server <name> [options]", "Add a server"},
    {"add pool <name> [options]", "Add a pool of servers"},
    {"add peer <name> [options]", "Add a peer"},
    {"delete <address>", "Remove a server or peer"},
    {"burst <good>/<max> [<mask>/<address>]", "Start a series of quick measurements"},
    {"maxdelay <address> <delay>", "Set the largest accepted delay"},
    {"maxdelayratio <address> <ratio>", "Set the largest ratio of delay to the smallest delay"},
    {"maxdelaydevratio <address> <ratio>", "Set the largest ratio of delay deviation to jitter"},
    {"minpoll <address> <poll>", "Set the smallest polling interval"},
    {"maxpoll <address> <poll>", "Set the largest polling interval"},
    {"minstratum <address> <stratum>", "Set the smallest stratum"},
    {"polltarget <address> <target>", "Set the wanted number of samples"},
    {"offline [<mask>/<address>]", "Stop asking sources"},
    {"online [<mask>/<address>]", "Ask sources again"},
    {"onoffline", "Set all sources online or offline by whether they can be reached"},
    {"refresh", "Resolve the names of the sources again"},
    {"reload sources", "Read the source directories again"},
    {"reset sources", "Forget all measurements"},
    {"sourcename <address>", "Show the name that a source was given in the configuration"},
    {"", "Manual input of time"},
    {"manual off|on|reset", "Disable, enable or reset manual input"},
    {"manual list", "List the times that were entered"},
    {"manual delete <index>", "Forget one of them"},
    {"settime <time>", "Enter the true time"},
    {"", "NTP access"},
    {"accheck <address>", "Check whether an address may ask for time"},
    {"clients [-p <packets>] [-k] [-r]", "List the clients"},
    {"serverstats", "Show counters of the server"},
    {"allow [all] [<subnet>]", "Allow access"},
    {"deny [all] [<subnet>]", "Deny access"},
    {"local [options]", "Serve time without being synchronised"},
    {"local off", "Serve only synchronised time"},
    {"smoothing", "Show the smoothing of the served time"},
    {"smoothtime reset|activate", "Reset or activate it"},
    {"", "Monitoring access"},
    {"cmdaccheck <address>", "Check whether an address may monitor"},
    {"cmdallow [all] [<subnet>]", "Allow monitoring"},
    {"cmddeny [all] [<subnet>]", "Deny monitoring"},
    {"", "Real-time clock"},
    {"rtcdata", "Show what is known of the RTC"},
    {"trimrtc", "Correct the RTC"},
    {"writertc", "Save its parameters"},
    {"", "The daemon"},
    {"cyclelogs", "Close and reopen the log files"},
    {"dump", "Save measurements, cookies and keys"},
    {"rekey", "Read the keys again"},
    {"shutdown", "End the daemon"},
    {"", "What chronyc does not have", true},
    {"explain", "Say in plain words whether the clock is right, and what would help", true},
    {"watch [<seconds>]", "Show the sources and the clock on a screen that follows them", true},
    {"plot [-o <file>] [--live <seconds>|<logdir>]", "Draw offset, frequency and error bound as SVG", true},
    {"simulate <scenario> [options]", "Run daemons in virtual time (only as arguments of tctl)", true},
    {"plugins [info <name>]", "List the plugins, or describe one", true},
    {"drops [-a]", "Count what was refused, by stage and reason", true},
    {"", "This program"},
    {"dns -n|+n", "Print addresses or names"},
    {"dns -4|-6|-46", "Choose the family that names resolve to"},
    {"timeout <milliseconds>", "Set the first timeout of a request"},
    {"retries <retries>", "Set how often a request is repeated"},
    {"keygen [<id> [<type> [<bits>]]]", "Make a line for the key file"},
    {"exit|quit", "Leave"},
    {"help", "Print this help"},
};

}  // namespace

std::span<const HelpLine> help_lines() { return help_table; }

bool command_help(Context& context, const std::string&) {
  bool first = true;
  for (const HelpLine& line : help_table) {
    if (line.beyond && context.settings.strict) continue;
    if (line.usage.empty()) {
      context.output.print_line("{}{}:", first ? "" : "\n", line.text);
    } else if (line.usage.size() >= second_column) {
      context.output.print_line("{}\n{}{}", line.usage, std::string(second_column, ' '), line.text);
    } else {
      context.output.print_line("{}{}", pad_right(line.usage, second_column), line.text);
    }
    first = false;
  }
  if (context.settings.strict) context.output.print_line("{}", std::string(second_column, ' '));  // as chronyc ends
  return true;
}

}  // namespace tactus::cli
