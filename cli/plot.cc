// SPDX-License-Identifier: Apache-2.0
#include "plot.hpp"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "daemon_rows.hpp"
#include "plot_data.hpp"
#include "terminal_text.hpp"
#include "watch_screen.hpp"

namespace tactus::cli {

namespace {

constexpr const char* usual_folders[] = {"/var/log/tactus", "/var/log/chrony"};
constexpr double longest_live_s = 7.0 * 86400.0;
constexpr double live_interval_s = 1.0;

struct PlotOptions {
  std::string output;  // empty: stdout
  double live_s = 0.0;
  std::string folder;
};

bool parse_plot(const std::string& rest, PlotOptions& out) {
  std::string words = rest;
  while (!words.empty()) {
    const std::string word = take_word(words);
    if (word == "-o" && !words.empty()) {
      out.output = take_word(words);
    } else if (word == "--live") {
      const std::string number = take_word(words);
      char* end = nullptr;
      out.live_s = std::strtod(number.c_str(), &end);
      if (number.empty() || *end != '\0' || !(out.live_s >= 1.0 && out.live_s <= longest_live_s)) return false;
    } else if (word.starts_with('-') || !out.folder.empty()) {
      return false;
    } else {
      out.folder = word;
    }
  }
  return out.live_s == 0.0 || out.folder.empty();
}

// Empty when there is no such file, or it cannot be read (said).
std::optional<std::string> read_file(Context& context, const std::string& path, bool must) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    if (must || errno != ENOENT) context.output.complain("Could not read {}: {}", path, std::strerror(errno));
    return std::nullopt;
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

void tell_damage(Context& context, const std::string& path, const LogCount& count) {
  if (count.damaged == 0) return;
  context.output.complain("{}: {} of {} lines {} damaged and left out; the first is line {}", path, count.damaged,
                          count.entries + count.damaged, count.damaged == 1 ? "is" : "are", count.first_damaged);
}

bool read_logs(Context& context, std::string folder, PlotData& data) {
  if (folder.empty()) {
    for (const char* usual : usual_folders) {
      if (folder.empty() && ::access(fmt::format("{}/tracking.log", usual).c_str(), F_OK) == 0) folder = usual;
    }
  }
  if (folder.empty()) {
    context.output.complain(
        "There is no tracking.log in {} or {}: name the folder of `logdir` (the directive `log tracking statistics` "
        "makes "
        "the files), or watch the daemon with --live SECONDS",
        usual_folders[0], usual_folders[1]);
    return false;
  }
  const std::string tracking_path = folder + "/tracking.log";
  const std::string statistics_path = folder + "/statistics.log";
  const auto statistics = read_file(context, statistics_path, false);
  const auto tracking = read_file(context, tracking_path, !statistics);
  if (tracking) tell_damage(context, tracking_path, read_tracking_log(*tracking, data));
  if (statistics) tell_damage(context, statistics_path, read_statistics_log(*statistics, data));
  if (!tracking && !statistics) return false;
  if (data.clock.empty() && data.sources.empty()) {
    context.output.complain("There is no entry in the logs of {}", folder);
    return false;
  }
  return true;
}

// One look at the daemon; false when it does not answer.
bool look(Context& context, PlotData& data, std::int64_t& last_update_ns, std::map<std::string, double>& last_offsets) {
  const double now_s = context.session.channel().now_s();
  const auto tracking = read_tracking(context);
  if (!tracking || tracking->empty()) return false;
  const tactus_tracking& row = tracking->front();
  ClockPoint point;
  point.when_s = now_s;
  point.frequency_ppm = row.frequency_ppm;
  point.skew_ppm = row.skew_ppm;
  point.error_bound_s = std::abs(row.correction_s) + row.root_dispersion_s + row.root_delay_s / 2.0;
  point.offset_s = row.reference_time != last_update_ns ? row.last_offset_s : NAN;
  last_update_ns = row.reference_time;
  const auto sources = read_sources(context);
  if (!sources) return false;
  for (const tactus_source_row& source : *sources) {
    const std::string name = printable(source.name);
    if (source.state == '*') point.reference = name;
    if (source.last_sample_ago_s == TACTUS_AGO_NEVER) continue;
    const auto [last, is_new] = last_offsets.try_emplace(name, NAN);
    if (!is_new && last->second == source.original_offset_s) continue;
    last->second = source.original_offset_s;
    data.sources[name].push_back({now_s - source.last_sample_ago_s, source.offset_s});
  }
  if (row.refid == 0) point.offset_s = point.error_bound_s = point.skew_ppm = NAN;
  if (row.refid != 0 && point.reference.empty()) point.reference = fmt::format("{:08X}", row.refid);
  data.clock.push_back(std::move(point));
  return true;
}

bool follow_daemon(Context& context, double seconds, PlotData& data) {
  std::int64_t last_update_ns = 0;
  std::map<std::string, double> last_offsets;
  const auto looks = static_cast<long>(std::ceil(seconds / live_interval_s));
  for (long i = 0; i <= looks; ++i) {
    // What was seen before the daemon ended, or before a signal, is drawn.
    if (!look(context, data, last_update_ns, last_offsets)) return !data.clock.empty();
    if (i < looks && !context.session.channel().sleep(live_interval_s)) return true;
  }
  return true;
}

std::string title_of(const PlotData& data, const std::string& what) {
  double first = INFINITY;
  double last = -INFINITY;
  const auto add = [&](double when_s) {
    first = std::min(first, when_s);
    last = std::max(last, when_s);
  };
  for (const ClockPoint& point : data.clock) add(point.when_s);
  for (const auto& [name, points] : data.sources) {
    for (const SourcePoint& point : points) add(point.when_s);
  }
  const std::string from = utc_text(std::llround(first * 1e9), false);
  const std::string to = utc_text(std::llround(last * 1e9), false);
  const std::string_view date = std::string_view(from).substr(0, from.find(' '));
  const bool same_day = to.starts_with(date);
  return fmt::format("{}, {} to {} UTC", what, from, same_day ? to.substr(date.size() + 1) : to);
}

}  // namespace

bool command_plot(Context& context, const std::string& rest) {
  PlotOptions options;
  if (!parse_plot(rest, options)) {
    context.output.complain("Invalid syntax for plot command: plot [-o FILE] [--live SECONDS | LOGDIR]");
    return false;
  }
  if (options.output.empty() && (context.settings.json || ::isatty(STDOUT_FILENO) != 0)) {
    context.output.complain("The picture is not for this output: name a file with -o");
    return false;
  }
  PlotData data;
  const bool live = options.live_s > 0.0;
  if (!(live ? follow_daemon(context, options.live_s, data) : read_logs(context, options.folder, data))) return false;
  const std::string svg = chart::to_svg(plot_chart(data, title_of(data, "Clock")));
  if (options.output.empty()) {
    context.output.print(svg);
    return true;
  }
  std::ofstream stream(options.output, std::ios::binary | std::ios::trunc);
  stream << svg;
  stream.close();
  if (!stream) {
    context.output.complain("Could not write {}: {}", options.output, std::strerror(errno));
    return false;
  }
  context.output.print_line("{}: {} entries about the clock, {} sources", options.output, data.clock.size(),
                            data.sources.size());
  return true;
}

}  // namespace tactus::cli
