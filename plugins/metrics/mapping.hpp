// SPDX-License-Identifier: Apache-2.0
// How the registry's reports become metrics: names, labels, what is a counter. A report that is not listed here becomes
// metrics by its table of members alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <tactus/control.h>

namespace tactus::metrics {

struct Letter {
  char letter;
  const char* word;
};

struct ReportMapping {
  const char* report;                     // registry name
  const char* prefix;                     // of its metrics, after "tactus_"
  std::span<const char* const> labels;    // members that tell rows apart
  std::span<const char* const> counters;  // members that only grow
  std::span<const char* const> left_out;  // members that are told elsewhere or are of no use
};

// Null: the report is not known.
const ReportMapping* find_mapping(std::string_view report);
// Reports that are no metrics (lists of texts), and those that are told as a number of rows only.
bool is_left_out(std::string_view report);
bool is_counted_only(std::string_view report);
// Words for the letters of a LETTER member; empty: they have none, and the member is left out.
std::span<const Letter> letters_of(std::string_view member);

// The unit of a member after Prometheus' rules, and what its value is divided by to be in it.
struct Unit {
  std::string name;  // "seconds", "ratio", "bytes"; empty: none
  double divisor = 1.0;
  bool power_of_two = false;  // the value is the logarithm
};
Unit unit_of(const tactus_member& member);

// A text as part of a metric's name: what is not allowed there becomes '_'.
std::string name_part(std::string_view text);
// Name of the metric of a member: prefix, member, unit; without the "_total" of a counter's sample.
std::string family_name(std::string_view prefix, const tactus_member& member, bool counter);

}  // namespace tactus::metrics
