// SPDX-License-Identifier: Apache-2.0
// The screen of `tctl watch`: reports in, lines out. No terminal, no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "explain.hpp"

namespace tactus::cli {

struct ScreenStyle {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool colour = false;
  bool unicode = false;  // block characters for the bars, else ASCII
};

class WatchScreen {
 public:
  // interval_s: between updates, for the first line.
  explicit WatchScreen(double interval_s) : interval_s_(interval_s) {}

  // What the daemon says now (view.now_ns).
  void update(const ClockView& view);
  // The daemon did not answer; what is shown stays.
  void lost(std::int64_t now_ns);

  // At most style.rows lines of at most style.columns columns, without newlines.
  [[nodiscard]] std::vector<std::string> draw(const ScreenStyle& style) const;

 private:
  struct Track {
    std::string name;
    char state = '\0';             // '\0': not seen yet
    std::deque<double> offsets_s;  // of measurements, oldest first
    double last_original_s = 0.0;
    std::uint32_t last_ago_s = TACTUS_AGO_NEVER;
    bool present = false;
  };
  struct Event {
    std::int64_t when_ns;
    std::string text;
  };

  void follow_source(std::size_t index, std::map<std::string, bool>& seen);
  void follow_reference(const ClockView& before, bool first);
  void note(std::int64_t when_ns, std::string text);
  [[nodiscard]] std::string source_line(std::size_t index, const ScreenStyle& style, std::size_t name_width,
                                        std::size_t bar_width) const;
  void add_clock_lines(std::vector<std::string>& lines, const ScreenStyle& style) const;

  double interval_s_;
  ClockView view_;
  ClockExplanation explanation_;
  bool have_view_ = false;
  bool lost_ = false;
  std::int64_t lost_since_ns_ = 0;
  std::map<std::string, Track> tracks_;  // by address, or reference id
  std::deque<double> corrections_s_;     // offsets of the clock's updates, oldest first
  std::deque<Event> events_;             // newest first
};

// Values as a row of bars, the newest at the right; zero in the middle, the largest magnitude at the ends. Exactly
// `width` columns.
std::string history_bars(const std::deque<double>& values, std::size_t width, bool unicode);

// "2026-11-26 01:57:36" of ns since 1970 UTC; time_only: without the date.
std::string utc_text(std::int64_t ns, bool time_only);

// What a letter of selectdata means, in one or two words.
std::string_view state_word(char state);

}  // namespace tactus::cli
