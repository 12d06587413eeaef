// SPDX-License-Identifier: Apache-2.0
// Why the clock is as it is, in plain words: reports in, sentences out; no I/O. What a daemon does not tell (chronyd
// over UDP, an older one) may be missing in the view; then less is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tactus/reports.h>

namespace tactus::cli {

struct ClockView {
  std::optional<tactus_tracking> tracking;
  std::vector<tactus_source_row> sources;         // letters of `sources`; all, unresolved ones too
  std::vector<tactus_selectdata_row> selections;  // in the order of the sources, or empty
  std::vector<tactus_sourcestats_row> stats;      // in the order of the sources, or empty
  std::vector<tactus_ntpdata_row> ntpdata;        // by address
  std::vector<tactus_authdata_row> authdata;      // by address
  std::optional<tactus_activity> activity;
  std::vector<tactus_drop_row> drops;      // tactusd only
  std::vector<tactus_plugin_row> plugins;  // tactusd only
  std::int64_t now_ns = 0;                 // since 1970 UTC
};

struct SourceExplanation {
  std::string name;     // as configured, with the address where that differs
  std::string address;  // empty: none
  char state = '?';     // letter of selectdata, or of sources when that is all there is
  bool used = false;
  std::string trouble;  // a stable word; empty: none
  std::string why;      // one sentence
  std::string remedy;   // one sentence or empty
};

struct ClockExplanation {
  bool synchronised = false;
  enum class Mood : std::uint8_t { good, doubtful, bad } mood = Mood::bad;
  std::string verdict;                  // one sentence
  std::optional<double> error_bound_s;  // when synchronised
  std::vector<std::string> notes;       // what else there is to know
  std::vector<std::string> advice;      // what is missing or would help
  std::vector<SourceExplanation> sources;
};

ClockExplanation explain(const ClockView& view);

// Of one source (index into view.sources).
SourceExplanation explain_source(const ClockView& view, std::size_t index);

// Everything as lines of at most `width` characters (at least 40), each with its newline. colour: ANSI sequences.
std::string explanation_text(const ClockExplanation& explanation, std::size_t width, bool colour);
std::string explanation_json(const ClockExplanation& explanation);

// Numbers for people: "4.2 us", "3.5 s", "2 h 5 min", "3 days". Without sign.
std::string spoken_seconds(double seconds);

// The words that SourceExplanation::trouble may be, with what each means; for the documentation.
struct Trouble {
  const char* word;
  const char* meaning;
};
const std::vector<Trouble>& troubles();

}  // namespace tactus::cli
