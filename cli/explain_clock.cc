// SPDX-License-Identifier: Apache-2.0
// The verdict about the clock, from tracking and from what was found out about each source.
#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <tactus/cmdmon.hpp>

#include "explain.hpp"

namespace tactus::cli {

namespace {

constexpr std::uint32_t local_refid = 0x7f7f0101;
constexpr std::uint32_t leap_insert = 1;
constexpr std::uint32_t leap_delete = 2;
constexpr std::uint32_t leap_unsynchronised = 3;
constexpr std::uint32_t stratum_limit = 16;
constexpr double large_correction_s = 1.0;  // people want to know of it
constexpr double noticeable_correction_s = 0.05;
constexpr double usual_slew_rate = 83333e-6;  // maxslewrate unless set
constexpr double stale_intervals = 16.0;      // without an update
constexpr double stale_least_s = 2 * 3600.0;
constexpr std::size_t wanted_sources = 3;

bool has_plugin(const ClockView& view, std::string_view provider) {
  return std::any_of(view.plugins.begin(), view.plugins.end(), [&](const tactus_plugin_row& row) {
    return row.loaded != 0 && std::string_view(row.provider) == provider;
  });
}

std::string reference_name(const ClockView& view, const ClockExplanation& out) {
  for (const SourceExplanation& source : out.sources) {
    if (source.state == '*') return source.name;
  }
  const tactus_tracking& tracking = *view.tracking;
  for (std::size_t i = 0; i < view.sources.size(); ++i) {
    const tactus_source_row& source = view.sources[i];
    const bool same = tracking.address.family != TACTUS_FAMILY_NONE
                          ? cmdmon::same_address(source.address, tracking.address)
                          : source.refid == tracking.refid && source.address.family == TACTUS_FAMILY_NONE;
    if (same) return out.sources[i].name;
  }
  // Manual input, or a source that is gone: the characters of the reference id, where they are some.
  std::string characters;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const char c = static_cast<char>(tracking.refid >> shift & 0xffu);
    if (c == '\0' && !characters.empty()) break;
    if (c < ' ' || c > '~') return fmt::format("{:08X}", tracking.refid);
    characters += c;
  }
  return characters == "MANU" ? "the times that were entered (settime)" : characters;
}

std::size_t count_state(const ClockExplanation& out, std::string_view letters) {
  return static_cast<std::size_t>(
      std::count_if(out.sources.begin(), out.sources.end(),
                    [&](const SourceExplanation& source) { return letters.find(source.state) != letters.npos; }));
}

// ---- a clock that follows a source ----

void note_correction(const ClockView& view, ClockExplanation& out) {
  const double correction_s = view.tracking->correction_s;
  const double amount_s = std::abs(correction_s);
  const char* direction = correction_s > 0.0 ? "slow" : "fast";
  if (has_plugin(view, "null")) {
    out.notes.push_back("The daemon was told not to touch the clock (-x): it measures, and corrects nothing.");
    if (amount_s < noticeable_correction_s) return;
    out.mood = ClockExplanation::Mood::bad;
    out.notes.push_back(fmt::format("The system clock is {} {}.", spoken_seconds(amount_s), direction));
    return;
  }
  if (amount_s < noticeable_correction_s) return;
  out.mood = amount_s < large_correction_s ? ClockExplanation::Mood::doubtful : ClockExplanation::Mood::bad;
  out.notes.push_back(fmt::format(
      "The system clock is {} {}. It is corrected by running {}, which takes about {} at the usual maxslewrate.",
      spoken_seconds(amount_s), direction, correction_s > 0.0 ? "faster" : "slower",
      spoken_seconds(amount_s / usual_slew_rate)));
  out.advice.push_back(amount_s < large_correction_s
                           ? "tctl makestep sets it at once, if nothing on this machine minds a jump."
                           : "tctl makestep sets it at once. The daemon does so by itself only while makestep in its "
                             "configuration allows "
                             "it (for instance: makestep 1 3, in the first 3 updates).");
}

void note_age(const ClockView& view, ClockExplanation& out) {
  const tactus_tracking& tracking = *view.tracking;
  if (tracking.reference_time == 0 || view.now_ns == 0) return;
  const double age_s = static_cast<double>(view.now_ns - tracking.reference_time) * 1e-9;
  const bool stale = age_s > stale_least_s && age_s > stale_intervals * tracking.update_interval_s;
  if (!stale && count_state(out, "*+") > 0) return;
  if (out.mood == ClockExplanation::Mood::good) out.mood = ClockExplanation::Mood::doubtful;
  if (stale) {
    out.notes.push_back(
        fmt::format("The last update is {} old: the clock runs on by its last known rate, and the bound of "
                    "its error grows.",
                    spoken_seconds(age_s)));
  } else if (!out.sources.empty()) {
    out.notes.push_back("No source is selected at the moment: the clock runs on by its last known rate.");
  }
}

void note_others(const ClockView& view, ClockExplanation& out) {
  const tactus_tracking& tracking = *view.tracking;
  if (tracking.leap == leap_insert || tracking.leap == leap_delete) {
    out.notes.push_back(fmt::format("A leap second will be {} at the end of the day (UTC).",
                                    tracking.leap == leap_insert ? "inserted" : "deleted"));
  }
  if (tracking.stratum >= stratum_limit - 1) {
    out.notes.push_back(
        fmt::format("This clock's stratum is {}: others will not accept it as a source.", tracking.stratum));
  }
  const std::size_t good = count_state(out, "*+DPUW-");
  if (good > 0 && good < wanted_sources && view.sources.size() < wanted_sources) {
    out.notes.push_back(good == 1
                            ? "There is one good source only: nobody would notice if it were wrong."
                            : "There are two good sources only: if they disagree, nobody knows which one is right.");
    out.advice.push_back("Configure four or more sources, then a wrong one is outvoted.");
  }
}

void synchronised(const ClockView& view, ClockExplanation& out) {
  const tactus_tracking& tracking = *view.tracking;
  out.mood = ClockExplanation::Mood::good;
  out.error_bound_s = std::abs(tracking.correction_s) + tracking.root_dispersion_s + tracking.root_delay_s / 2.0;
  const std::size_t combined = count_state(out, "+");
  const std::string with =
      combined == 0 ? "" : fmt::format(", together with {} other{}", combined, combined == 1 ? "" : "s");
  out.verdict = fmt::format("The clock is right within {}. It follows {}{}; its own stratum is {}.",
                            spoken_seconds(*out.error_bound_s), reference_name(view, out), with, tracking.stratum);
  note_correction(view, out);
  note_age(view, out);
  note_others(view, out);
}

// ---- a clock that does not ----

void advise_by_trouble(ClockExplanation& out) {
  std::map<std::string, std::size_t> counts;
  for (const SourceExplanation& source : out.sources) ++counts[source.trouble];
  const std::size_t all = out.sources.size();
  const auto add = [&](const char* trouble, const char* one, const char* every) {
    const std::size_t count = counts[trouble];
    if (count == all) {
      out.advice.emplace_back(every);
    } else if (count > 0) {
      out.advice.emplace_back(one);
    }
  };
  add("no_majority", "The sources disagree. Find the wrong one with tctl sources, and add sources until most agree.",
      "The sources disagree. Find the wrong one with tctl sources, and add sources until most agree.");
  add("no_answer", "Some sources do not answer.",
      "No source answers: check the network first (is there a route, does a firewall let UDP port 123 through?).");
  add("unresolved", "Some names have no address.",
      "No name can be resolved: check the resolver (/etc/resolv.conf), or give addresses for the first start.");
  add("offline", "Some sources are offline: tctl online.", "All sources are offline: tctl online.");
  add("few_samples", "Wait for the sources that have not enough samples yet.",
      "Wait: the first measurements are being made.");
  add("waits_for_others", "Wait for the sources that have not enough samples yet.",
      "Wait: the sources are being compared.");
}

void not_synchronised(const ClockView& view, ClockExplanation& out) {
  const bool local = view.tracking->refid == local_refid;
  if (local) {
    out.mood = ClockExplanation::Mood::doubtful;
    out.verdict =
        fmt::format("The clock follows no source: it serves its own time as a reference of stratum {} (local).",
                    view.tracking->stratum);
  } else {
    out.verdict = "The clock is not set: it follows no source.";
  }
  if (has_plugin(view, "null")) {
    out.notes.push_back("The daemon was told not to touch the clock (-x): it measures, and corrects nothing.");
  }
  if (view.sources.empty()) {
    out.advice.push_back("No source is configured. Add one, such as: pool pool.ntp.org iburst");
    return;
  }
  double largest_s = 0.0;
  for (const tactus_source_row& source : view.sources) {
    if (source.last_sample_ago_s != TACTUS_AGO_NEVER) largest_s = std::max(largest_s, std::abs(source.offset_s));
  }
  if (largest_s >= large_correction_s) {
    out.notes.push_back(fmt::format("A source says that the clock is {} off.", spoken_seconds(largest_s)));
    out.advice.push_back(
        "Let the first updates step the clock (makestep 1 3 in the configuration); without that it is corrected "
        "slowly.");
  }
  advise_by_trouble(out);
}

}  // namespace

ClockExplanation explain(const ClockView& view) {
  ClockExplanation out;
  for (std::size_t i = 0; i < view.sources.size(); ++i) out.sources.push_back(explain_source(view, i));
  if (!view.tracking) {
    out.verdict = "The daemon does not tell about its clock.";
    return out;
  }
  const tactus_tracking& tracking = *view.tracking;
  out.synchronised = tracking.refid != 0 && tracking.refid != local_refid && tracking.leap != leap_unsynchronised;
  if (out.synchronised) {
    synchronised(view, out);
  } else {
    not_synchronised(view, out);
  }
  if (!view.sources.empty() && view.selections.empty()) {
    out.notes.push_back("The daemon does not tell everything here: ask on its own machine as root to learn more.");
  }
  return out;
}

}  // namespace tactus::cli
