// SPDX-License-Identifier: Apache-2.0
// An explanation as text and as JSON.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <tactus/report_text.hpp>

#include "explain.hpp"
#include "terminal_text.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t narrowest = 40;

// Words in lines of a width; the first line begins behind `first`, the others behind as many spaces.
void put_wrapped(std::string& out, const std::string& first, std::size_t indent, std::string_view text,
                 std::size_t width) {
  std::string line = first;
  std::size_t used = indent;
  bool empty = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t length = columns_of(word);
    if (!empty && used + 1 + length > width) {
      out += line + '\n';
      line.assign(indent, ' ');
      used = indent;
      empty = true;
    }
    if (!empty) {
      line += ' ';
      ++used;
    }
    line += word;
    used += length;
    empty = false;
  }
  out += line + '\n';
}

const char* mood_colour(ClockExplanation::Mood mood) {
  switch (mood) {
    case ClockExplanation::Mood::good:
      return ansi::green;
    case ClockExplanation::Mood::doubtful:
      return ansi::yellow;
    default:
      return ansi::red;
  }
}

std::string counted(double value, const char* unit) {
  const double rounded = std::round(value);
  return fmt::format("{:.0f} {}{}", rounded, unit, rounded == 1.0 ? "" : "s");
}

void put_source(std::string& out, const SourceExplanation& source, std::size_t width, bool colour) {
  constexpr std::size_t indent = 4;
  std::string title = source.name;
  if (!source.address.empty() && source.address != source.name) title += fmt::format(" ({})", source.address);
  out += fmt::format("\n  {} {}\n", painted(state_colour(source.state), std::string(1, source.state), colour),
                     painted(ansi::bold, printable(title), colour));
  const std::string space(indent, ' ');
  put_wrapped(out, space, indent, source.why, width);
  if (!source.remedy.empty()) put_wrapped(out, space + "-> ", indent + 3, source.remedy, width);
}

}  // namespace

std::string spoken_seconds(double seconds) {
  const double s = std::abs(seconds);
  if (!std::isfinite(s)) return "an unknown time";
  if (s < 1e-9) return s == 0.0 ? "0 s" : "less than 1 ns";
  const auto scaled = [](double value, const char* unit) {
    return value < 9.95 ? fmt::format("{:.1f} {}", value, unit) : fmt::format("{:.0f} {}", value, unit);
  };
  if (s < 999.5e-9) return scaled(s * 1e9, "ns");
  if (s < 999.5e-6) return scaled(s * 1e6, "us");
  if (s < 999.5e-3) return scaled(s * 1e3, "ms");
  if (s < 119.5) return s == std::floor(s) ? fmt::format("{:.0f} s", s) : scaled(s, "s");
  if (s < 119.5 * 60) return counted(s / 60, "minute");
  if (s < 47.5 * 3600) return counted(s / 3600, "hour");
  if (s < 729.5 * 86400) return counted(s / 86400, "day");
  return counted(s / 86400 / 365.25, "year");
}

std::string explanation_text(const ClockExplanation& explanation, std::size_t width, bool colour) {
  width = std::max(width, narrowest);
  std::string out;
  std::string verdict;
  put_wrapped(verdict, "", 0, printable(explanation.verdict), width);
  verdict.pop_back();
  out += painted(mood_colour(explanation.mood), verdict, colour) + '\n';
  for (const std::string& note : explanation.notes) put_wrapped(out, "", 0, note, width);
  if (!explanation.advice.empty()) {
    out += painted(ansi::bold, "\nWhat would help:", colour) + '\n';
    for (const std::string& advice : explanation.advice) put_wrapped(out, "  -> ", 5, advice, width);
  }
  if (!explanation.sources.empty()) out += painted(ansi::bold, "\nSources:", colour) + '\n';
  for (const SourceExplanation& source : explanation.sources) put_source(out, source, width, colour);
  return out;
}

std::string explanation_json(const ClockExplanation& explanation) {
  std::string out = fmt::format("{{\"synchronised\":{},\"verdict\":", explanation.synchronised);
  append_json_text(out, explanation.verdict);
  out += ",\"error_bound_s\":";
  out += explanation.error_bound_s ? fmt::format("{}", *explanation.error_bound_s) : "null";
  const auto put_list = [&](const char* key, const std::vector<std::string>& list) {
    out += fmt::format(",\"{}\":[", key);
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += ',';
      append_json_text(out, list[i]);
    }
    out += ']';
  };
  put_list("notes", explanation.notes);
  put_list("advice", explanation.advice);
  out += ",\"sources\":[";
  for (std::size_t i = 0; i < explanation.sources.size(); ++i) {
    const SourceExplanation& source = explanation.sources[i];
    const auto put = [&](const char* key, std::string_view text) {
      out += fmt::format("\"{}\":", key);
      append_json_text(out, text);
      out += ',';
    };
    out += i > 0 ? ",{" : "{";
    put("name", source.name);
    put("address", source.address);
    put("state", {&source.state, 1});
    put("trouble", source.trouble);
    put("why", source.why);
    put("remedy", source.remedy);
    out += fmt::format("\"used\":{}}}", source.used);
  }
  return out += "]}";
}

}  // namespace tactus::cli
