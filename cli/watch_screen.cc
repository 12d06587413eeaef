// SPDX-License-Identifier: Apache-2.0
#include "watch_screen.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <tactus/address.hpp>

#include "terminal_text.hpp"
#include "text.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t longest_history = 400;
constexpr std::size_t most_events = 200;
constexpr std::size_t shortest_name = 12;
constexpr std::size_t longest_name = 40;
// Of a source line, without name and bars: state, reach, last, offset, error and the gaps.
constexpr std::size_t fixed_columns = 1 + 1 + 1 + 5 + 1 + 5 + 1 + 7 + 1 + 6 + 2;
constexpr std::size_t least_bars = 8;

std::string key_of(const tactus_source_row& source) {
  return source.address.family == TACTUS_FAMILY_NONE ? fmt::format("{:08X}", source.refid) : to_text(source.address);
}

void push(std::deque<double>& history, double value) {
  history.push_back(value);
  if (history.size() > longest_history) history.pop_front();
}

std::string left_and_right(std::string_view left, std::string_view right, std::size_t columns) {
  const std::size_t used = columns_of(right);
  if (columns_of(left) + 2 + used > columns) return fitted(left, columns);
  return fitted(left, columns - used) + std::string(right);
}

}  // namespace

std::string_view state_word(char state) {
  switch (state) {
    case '*':
      return "selected";
    case '+':
      return "combined";
    case '-':
      return "not combined";
    case '?':
      return "not usable";
    case 'N':
      return "noselect";
    case 'M':
      return "no samples";
    case 's':
      return "unsynchronised";
    case 'd':
      return "too distant";
    case '~':
      return "jittery";
    case 'w':
      return "waits for others";
    case 'S':
      return "stale";
    case 'O':
      return "orphan";
    case 'T':
      return "not trusted";
    case 'x':
      return "falseticker";
    case 'W':
      return "waits for sources";
    case 'P':
      return "not preferred";
    case 'U':
      return "waits for update";
    case 'D':
      return "not combined";
    case 'L':
      return "outlier";
    default:
      return "unknown";
  }
}

std::string utc_text(std::int64_t ns, bool time_only) {
  const std::chrono::sys_seconds when{std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds{ns})};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{when - day};
  const std::string clock =
      fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time_only) return clock;
  return fmt::format("{:04}-{:02}-{:02} {}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock);
}

std::string history_bars(const std::deque<double>& values, std::size_t width, bool unicode) {
  static constexpr std::string_view blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static constexpr std::string_view signs[] = {"_", ".", "-", "'", "^"};
  const std::size_t shown = std::min(values.size(), width);
  const auto first = values.end() - static_cast<std::ptrdiff_t>(shown);
  double largest = 0.0;
  for (auto it = first; it != values.end(); ++it) {
    if (std::isfinite(*it)) largest = std::max(largest, std::abs(*it));
  }
  std::string out(width - shown, ' ');
  const double levels = static_cast<double>(unicode ? std::size(blocks) : std::size(signs));
  for (auto it = first; it != values.end(); ++it) {
    if (!std::isfinite(*it)) {
      out += ' ';
      continue;
    }
    const double share = largest > 0.0 ? (*it / largest + 1.0) / 2.0 : 0.5;
    const auto level = static_cast<std::size_t>(std::clamp(std::floor(share * levels), 0.0, levels - 1.0));
    out += unicode ? blocks[level] : signs[level];
  }
  return out;
}

// ---- what happens ----

void WatchScreen::note(std::int64_t when_ns, std::string text) {
  events_.push_front({when_ns, std::move(text)});
  if (events_.size() > most_events) events_.pop_back();
}

void WatchScreen::follow_source(std::size_t index, std::map<std::string, bool>& seen) {
  const tactus_source_row& source = view_.sources[index];
  const SourceExplanation& known = explanation_.sources[index];
  const std::string key = key_of(source);
  seen[key] = true;
  Track& track = tracks_[key];
  track.name = printable(known.name);
  if (!track.present && have_view_) note(view_.now_ns, fmt::format("{}: new source", track.name));
  const bool changed = track.present && track.state != known.state;
  if (changed) {
    note(view_.now_ns,
         fmt::format("{}: {} ({}), was {}", track.name, state_word(known.state), known.state, state_word(track.state)));
  }
  track.present = true;
  track.state = known.state;
  const bool measured = source.last_sample_ago_s != TACTUS_AGO_NEVER &&
                        (track.last_ago_s == TACTUS_AGO_NEVER || source.last_sample_ago_s < track.last_ago_s ||
                         source.original_offset_s != track.last_original_s);
  if (measured) push(track.offsets_s, source.offset_s);
  track.last_ago_s = source.last_sample_ago_s;
  track.last_original_s = source.original_offset_s;
}

void WatchScreen::follow_reference(const ClockView& before, bool first) {
  const tactus_tracking& now = *view_.tracking;
  if (now.reference_time != 0 && (first || now.reference_time != before.tracking->reference_time)) {
    push(corrections_s_, now.last_offset_s);
  }
  if (first) return;
  const tactus_tracking& old = *before.tracking;
  const bool was_synchronised = old.refid != 0 && old.leap != 3;
  const bool is_synchronised = now.refid != 0 && now.leap != 3;
  if (was_synchronised != is_synchronised) {
    note(view_.now_ns, is_synchronised ? "the clock is synchronised" : "the clock is not synchronised any more");
  }
  if (is_synchronised && now.stratum != old.stratum) {
    note(view_.now_ns, fmt::format("the clock's stratum is {}, was {}", now.stratum, old.stratum));
  }
  if (is_synchronised && was_synchronised && now.leap != old.leap) {
    note(view_.now_ns, fmt::format("leap status: {}", format_leap(now.leap)));
  }
}

void WatchScreen::update(const ClockView& view) {
  if (!view.tracking) return lost(view.now_ns);
  const ClockView before = std::exchange(view_, view);
  explanation_ = explain(view_);
  if (lost_) note(view_.now_ns, "the daemon answers again");
  lost_ = false;
  follow_reference(before, !have_view_);
  std::map<std::string, bool> seen;
  for (std::size_t i = 0; i < view_.sources.size(); ++i) follow_source(i, seen);
  for (auto it = tracks_.begin(); it != tracks_.end();) {
    if (seen.contains(it->first)) {
      ++it;
      continue;
    }
    note(view_.now_ns, fmt::format("{}: no source any more", it->second.name));
    it = tracks_.erase(it);
  }
  have_view_ = true;
}

void WatchScreen::lost(std::int64_t now_ns) {
  if (!lost_) {
    lost_since_ns_ = now_ns;
    note(now_ns, "the daemon does not answer");
  }
  lost_ = true;
}

// ---- what is shown ----

void WatchScreen::add_clock_lines(std::vector<std::string>& lines, const ScreenStyle& style) const {
  const tactus_tracking& tracking = *view_.tracking;
  const char* colour = explanation_.mood == ClockExplanation::Mood::good       ? ansi::green
                       : explanation_.mood == ClockExplanation::Mood::doubtful ? ansi::yellow
                                                                               : ansi::red;
  lines.push_back(painted(colour, fitted(printable(explanation_.verdict), style.columns), style.colour));
  const auto trimmed = [](const std::string& text) {
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
  };
  lines.push_back(
      fitted(fmt::format("System time {} {}   Frequency {:+.3f} ppm   Skew {:.3f} ppm",
                         trimmed(format_offset(tracking.correction_s).text),
                         tracking.correction_s > 0.0 ? "slow" : "fast", tracking.frequency_ppm, tracking.skew_ppm),
             style.columns));
  lines.push_back(fitted(
      fmt::format("Root delay {}   Root dispersion {}   Leap {}", trimmed(format_offset(tracking.root_delay_s).text),
                  trimmed(format_offset(tracking.root_dispersion_s).text), format_leap(tracking.leap)),
      style.columns));
  const std::string label = fmt::format("Updates {} ", format_signed_offset(tracking.last_offset_s).text);
  if (label.size() + least_bars <= style.columns) {
    const std::size_t width = std::min<std::size_t>(style.columns - label.size(), 100);
    lines.push_back(label + painted(ansi::cyan, history_bars(corrections_s_, width, style.unicode), style.colour));
  }
}

std::string WatchScreen::source_line(std::size_t index, const ScreenStyle& style, std::size_t name_width,
                                     std::size_t bar_width) const {
  const tactus_source_row& source = view_.sources[index];
  const SourceExplanation& known = explanation_.sources[index];
  const Track& track = tracks_.at(key_of(source));
  const char* colour = state_colour(known.state);
  const bool measured = source.last_sample_ago_s != TACTUS_AGO_NEVER;
  std::string line = painted(colour, std::string(1, known.state), style.colour);
  line += ' ' + painted(known.state == '*' ? ansi::bold : "", fitted(track.name, name_width),
                        style.colour && known.state == '*');
  line += fmt::format(" {:>5o} {:>5} {:>7} {:>6}  ", source.reach, format_interval(source.last_sample_ago_s).text,
                      measured ? format_signed_offset(source.offset_s).text : "-",
                      measured ? format_offset(source.offset_error_s).text : "-");
  // A source that gives nothing says why instead of bars.
  if (bar_width > 0 && track.offsets_s.empty() && !known.trouble.empty()) {
    std::string word = known.trouble;
    std::replace(word.begin(), word.end(), '_', ' ');
    line += painted(colour, fitted(word, bar_width), style.colour);
  } else if (bar_width > 0) {
    line += painted(colour, history_bars(track.offsets_s, bar_width, style.unicode), style.colour);
  }
  return line;
}

std::vector<std::string> WatchScreen::draw(const ScreenStyle& style) const {
  std::vector<std::string> lines;
  const std::string title =
      have_view_ ? fmt::format("tctl watch   {} UTC", utc_text(view_.now_ns, false)) : std::string("tctl watch");
  const std::string hint = fmt::format("every {:g} s, q quits", interval_s_);
  lines.push_back(painted(ansi::reverse, left_and_right(title, hint, style.columns), style.colour));
  if (lost_) {
    const std::string text = fmt::format("The daemon does not answer since {} UTC.", utc_text(lost_since_ns_, true));
    lines.push_back(painted(ansi::red, fitted(text, style.columns), style.colour));
  }
  if (have_view_) {
    add_clock_lines(lines, style);
    const std::size_t room = style.columns > fixed_columns ? style.columns - fixed_columns : 0;
    const std::size_t name_width =
        std::clamp(room > least_bars ? (room - least_bars) / 2 + 4 : shortest_name, shortest_name, longest_name);
    const std::size_t bar_width = room > name_width + 2 ? std::min<std::size_t>(room - name_width, 100) : 0;
    lines.emplace_back();
    std::string header = fmt::format("S {} Reach  Last  Offset    +/-  {}", fitted("Name", name_width),
                                     bar_width >= least_bars ? "Offsets" : "");
    lines.push_back(painted(ansi::bold, fitted(header, style.columns), style.colour));
    // Sources have the screen but for a few lines of news.
    const std::size_t news = std::min<std::size_t>(events_.size(), 4) + (events_.empty() ? 0 : 2);
    const std::size_t left = style.rows > lines.size() + news ? style.rows - lines.size() - news : 1;
    const std::size_t shown = view_.sources.size() <= left ? view_.sources.size() : left - 1;
    for (std::size_t i = 0; i < shown; ++i) lines.push_back(source_line(i, style, name_width, bar_width));
    if (shown < view_.sources.size()) {
      lines.push_back(fitted(fmt::format("... and {} more", view_.sources.size() - shown), style.columns));
    }
  }
  if (!events_.empty() && lines.size() + 3 <= style.rows) {
    lines.emplace_back();
    lines.push_back(painted(ansi::bold, fitted("Changes (UTC)", style.columns), style.colour));
    for (const Event& event : events_) {
      if (lines.size() >= style.rows) break;
      lines.push_back(fitted(fmt::format("{} {}", utc_text(event.when_ns, true), event.text), style.columns));
    }
  }
  if (lines.size() > style.rows) lines.resize(style.rows);
  // A line that is too long for a very narrow terminal would be wrapped by it.
  for (std::string& line : lines) {
    if (columns_of(line) > style.columns) line = fitted(without_sequences(line), style.columns);
  }
  return lines;
}

}  // namespace tactus::cli
