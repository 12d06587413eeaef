// SPDX-License-Identifier: Apache-2.0
// The course of a selection. Discipline specification, section 8; the parts are named by its numbers.
#include "discipline/selection.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "discipline/log_lines.hpp"

namespace tactus {
namespace {

constexpr int reach_full = 8;
constexpr int distant_updates = 32;
constexpr double score_limit = 10.0;  // to replace the selected source

bool has_option(const Source& source, std::uint32_t option) { return (source.place().effective_options & option) != 0; }

}  // namespace

Selection::Selection(const DisciplineSettings& settings, Logger& logger, Drops& drops,
                     std::function<void(std::string_view)> line)
    : settings_(settings), logger_(logger), drops_(drops), line_(std::move(line)) {}

void Selection::forget(const Source& source) noexcept {
  if (selected_ == &source) {
    selected_ = nullptr;
    removed_ = true;
  }
  std::erase(replacements_, &source);
}

// authselectmode, configuration specification 9.2.
void Selection::update_options(std::span<Source* const> sources) const {
  bool authenticated = false;
  bool plain = false;
  for (const Source* source : sources) {
    if ((source->configured_options() & TACTUS_SELECT_NOSELECT) != 0 || !source->is_ntp()) continue;
    (source->authenticated() ? authenticated : plain) = true;
  }
  std::uint32_t for_authenticated = 0;
  std::uint32_t for_plain = 0;
  std::uint32_t for_refclocks = 0;
  switch (settings_.auth_select_mode) {
    case AuthSelectMode::ignore:
      break;
    case AuthSelectMode::mix:
      if (authenticated && plain) for_authenticated = for_refclocks = TACTUS_SELECT_REQUIRE | TACTUS_SELECT_TRUST;
      break;
    case AuthSelectMode::prefer:
      if (authenticated) for_plain = TACTUS_SELECT_NOSELECT;
      break;
    case AuthSelectMode::require:
      for_plain = TACTUS_SELECT_NOSELECT;
      break;
  }
  for (Source* source : sources) {
    const std::uint32_t configured = source->configured_options();
    std::uint32_t added = 0;
    if ((configured & TACTUS_SELECT_NOSELECT) == 0) {
      added = !source->is_ntp() ? for_refclocks : source->authenticated() ? for_authenticated : for_plain;
    }
    source->place().effective_options = configured | added;
  }
}

SelectionResult Selection::run(std::span<Source* const> sources, Source* updated, Instant now) {
  sources_ = sources;
  updated_ = updated;
  now_ = now;
  if (sources.empty()) {
    if (std::exchange(removed_, false)) warn("Can't synchronise: no sources");
    return {};
  }
  Classes classes = classify();
  if (classes.candidates == 0) admit_orphan(classes);
  if (classes.waits && classes.candidates > 0) {
    mark_candidates(SourceState::waits_stats);
    return {};
  }
  if (classes.candidates == 0) {
    const auto unreachable = std::count_if(sources.begin(), sources.end(), [](const Source* source) {
      return source->reach() == 0 && !has_option(*source, TACTUS_SELECT_NOSELECT);
    });
    lose(fmt::format("Can't synchronise: no selectable sources ({} unreachable sources)", unreachable));
    return {};
  }
  std::vector<Source*> list;
  for (Source* source : sources) {
    if (source->place().state == SourceState::candidate) list.push_back(source);
  }
  const Sweep sweep = intersect(list);
  agreed_ = majority(sweep, classes);
  if (!agreed_) {
    const bool had = std::exchange(selected_, nullptr) != nullptr || std::exchange(removed_, false);
    mark_candidates(SourceState::falseticker);
    SelectionResult result;
    if (had) result.action = SelectionResult::Action::unsynchronise;
    return result;
  }
  std::uint32_t leap = TACTUS_LEAP_NORMAL;
  if (!admit(sweep, classes, list, leap)) return {};
  return finish(list, leap);
}

// 8.2, first pass.
Selection::Classes Selection::classify() {
  Classes classes;
  std::uint32_t best_reach = 0;
  std::uint32_t bad_reach = 0;
  int best_size = 0;
  bool bad = false;
  double oldest_ago_s = 0.0;
  for (Source* source : sources_) {
    auto& place = source->place();
    if (has_option(*source, TACTUS_SELECT_REQUIRE)) classes.require_unmet = true;
    if (has_option(*source, TACTUS_SELECT_NOSELECT)) {
      mark(*source, SourceState::noselect);
      continue;
    }
    place.data = source->selection_data(now_);
    const SourceState state = classify_one(*source);
    if (state == SourceState::bad_stats) {
      bad = true;
      bad_reach = std::max(bad_reach, source->reach());
    }
    if (state != SourceState::candidate) {
      mark(*source, state);
      continue;
    }
    place.state = state;
    best_reach = std::max(best_reach, source->reach());
    best_size = std::max(best_size, source->reach_size());
    if (source->reach() != 0) oldest_ago_s = std::max(oldest_ago_s, place.data.first_sample_ago_s);
  }
  check_stale(classes, oldest_ago_s);
  classes.waits = selected_ == nullptr && bad && best_size < reach_full && best_reach >> 1 == bad_reach;
  return classes;
}

SourceState Selection::classify_one(Source& source) const {
  SelectionData& data = source.place().data;
  const SampleStore& store = source.estimator().store();
  if (!data.valid) {
    // A source that is limited to fewer samples than a fit needs is used without one.
    if (store.max_samples() >= min_fit_samples || !store.full()) return SourceState::bad_stats;
    data.valid = true;
    data.stddev_s = settings_.max_jitter_s;
  }
  if (source.leap() == TACTUS_LEAP_UNSYNCHRONISED) return SourceState::unsynchronised;
  // An estimate that reaches further than its samples grows less certain.
  if (data.first_sample_ago_s < 2.0 * data.last_sample_ago_s) {
    const double extra_s =
        settings_.max_clock_error_ppm * 1e-6 * (2.0 * data.last_sample_ago_s - data.first_sample_ago_s);
    data.distance_s += extra_s;
    data.low_s -= extra_s;
    data.high_s += extra_s;
  }
  if (!(data.distance_s <= settings_.max_distance_s && data.low_s <= data.high_s)) return SourceState::bad_distance;
  if (data.stddev_s > settings_.max_jitter_s) return SourceState::jittery;
  return SourceState::candidate;
}

// 8.2, second pass.
void Selection::check_stale(Classes& classes, double oldest_ago_s) {
  for (Source* source : sources_) {
    const auto& place = source->place();
    if (place.state != SourceState::candidate) continue;
    if (source->reach() == 0 &&
        (place.data.last_sample_ago_s > oldest_ago_s || source->unreachable_run() > source->max_unreach())) {
      mark(*source, SourceState::stale);
    } else if (source->is_ntp() && source->stratum() >= orphan_stratum_) {
      mark(*source, SourceState::orphan);
      const bool best = classes.orphan == nullptr || source->refid() < classes.orphan->refid();
      if (source->reach() != 0 && source->stratum() == orphan_stratum_ && best) classes.orphan = source;
    } else {
      ++classes.candidates;
      if (has_option(*source, TACTUS_SELECT_TRUST)) ++classes.trusted;
    }
  }
}

// NTP specification 17.4.
void Selection::admit_orphan(Classes& classes) {
  Source* orphan = classes.orphan;
  if (orphan == nullptr) return;
  if (orphan->own_refid() == 0) {
    logger_.error("Unknown local refid in orphan mode");
    return;
  }
  if (orphan->refid() >= orphan->own_refid()) return;
  orphan->place().state = SourceState::candidate;
  classes.candidates = 1;
  classes.trusted = has_option(*orphan, TACTUS_SELECT_TRUST) ? 1 : 0;
}

// 8.3
Selection::Sweep Selection::intersect(std::span<Source* const> candidates) {
  struct End {
    double value_s;
    bool high;
    bool trusted;
  };
  std::vector<End> ends;
  ends.reserve(2 * candidates.size());
  for (const Source* source : candidates) {
    const bool trusted = has_option(*source, TACTUS_SELECT_TRUST);
    ends.push_back({source->place().data.low_s, false, trusted});
    ends.push_back({source->place().data.high_s, true, trusted});
  }
  std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) {
    return a.value_s < b.value_s || (a.value_s == b.value_s && !a.high && b.high);
  });
  Sweep best;
  int depth = 0;
  int trusted_depth = 0;
  for (const End& end : ends) {
    if (!end.high) {
      ++depth;
      if (end.trusted) ++trusted_depth;
      if (trusted_depth > best.trusted_depth) {
        best.trusted_depth = trusted_depth;
        best.trusted_low_s = end.value_s;
        best.depth = depth;
        best.low_s = end.value_s;
      } else if (trusted_depth == best.trusted_depth && depth > best.depth) {
        best.depth = depth;
        best.low_s = end.value_s;
      }
      continue;
    }
    if (trusted_depth == best.trusted_depth) {
      best.trusted_high_s = end.value_s;
      if (depth == best.depth) best.high_s = end.value_s;
    }
    --depth;
    if (end.trusted) --trusted_depth;
  }
  return best;
}

bool Selection::majority(const Sweep& sweep, const Classes& classes) {
  const bool trusted = sweep.trusted_depth > 0;
  const int agreeing = trusted ? sweep.trusted_depth : sweep.depth;
  const int all = trusted ? classes.trusted : classes.candidates;
  if (agreeing > all / 2) return true;
  if (majority_reported_) return false;
  majority_reported_ = true;
  const char* kind = trusted ? "trusted " : "";
  if (agreeing < 2) {
    warn(fmt::format("Can't synchronise: no majority (no agreement among {} {}sources)", all, kind));
  } else {
    warn(fmt::format("Can't synchronise: no majority (only {} of {} {}sources agree)", agreeing, all, kind));
  }
  return false;
}

// 8.4 and 8.5. `list` becomes the sources that may be followed; false: none may.
bool Selection::admit(const Sweep& sweep, Classes& classes, std::vector<Source*>& list, std::uint32_t& leap) {
  const auto candidates = std::exchange(list, {});
  for (Source* source : candidates) {
    const auto& data = source->place().data;
    const bool contains = data.low_s <= sweep.low_s && data.high_s >= sweep.high_s;
    const bool inside = data.low_s >= sweep.low_s && data.high_s <= sweep.high_s;
    if (!contains && !inside) {
      mark(*source, SourceState::falseticker);
    } else if (sweep.trusted_depth > 0 && !has_option(*source, TACTUS_SELECT_TRUST) &&
               (data.low_s < sweep.trusted_low_s || data.high_s > sweep.trusted_high_s)) {
      mark(*source, SourceState::untrusted);
    } else {
      list.push_back(source);
      if (has_option(*source, TACTUS_SELECT_REQUIRE)) classes.require_unmet = false;
    }
  }
  if (list.empty() || classes.require_unmet || static_cast<int>(list.size()) < settings_.min_sources) {
    mark_candidates(SourceState::waits_sources);
    lose(list.empty()            ? "Can't synchronise: no selectable sources"
         : classes.require_unmet ? "Can't synchronise: no required source in selectable sources"
                                 : "Can't synchronise: not enough selectable sources");
    return false;
  }
  leap = vote_leap(list, sweep.trusted_depth > 0);
  if (std::any_of(list.begin(), list.end(), [](const Source* s) { return has_option(*s, TACTUS_SELECT_PREFER); })) {
    std::erase_if(list, [this](Source* source) {
      if (has_option(*source, TACTUS_SELECT_PREFER)) return false;
      mark(*source, SourceState::not_preferred);
      return true;
    });
  }
  return true;
}

std::uint32_t Selection::vote_leap(std::span<Source* const> list, bool only_trusted) {
  int voters = 0;
  int inserts = 0;
  int deletes = 0;
  for (const Source* source : list) {
    if (only_trusted && !has_option(*source, TACTUS_SELECT_TRUST)) continue;
    ++voters;
    if (source->leap() == TACTUS_LEAP_INSERT) ++inserts;
    if (source->leap() == TACTUS_LEAP_DELETE) ++deletes;
  }
  if (inserts > voters / 2) return TACTUS_LEAP_INSERT;
  if (deletes > voters / 2) return TACTUS_LEAP_DELETE;
  return TACTUS_LEAP_NORMAL;
}

// 8.6
void Selection::score(std::span<Source* const> list) {
  int least_stratum = list.front()->stratum();
  for (const Source* source : list) least_stratum = std::min(least_stratum, source->stratum());
  const auto distance_s = [&](const Source& source) {
    return source.place().data.distance_s + (source.stratum() - least_stratum) * settings_.stratum_weight_s;
  };
  const bool listed = std::find(list.begin(), list.end(), selected_) != list.end();
  const double selected_distance_s = listed ? distance_s(*selected_) : 0.0;
  for (Source* source : sources_) {
    auto& place = source->place();
    if (std::find(list.begin(), list.end(), source) == list.end()) {
      place.score = 1.0;
      place.distant = distant_updates;
      continue;
    }
    const double own_s = distance_s(*source) + (source->is_ntp() ? settings_.reselect_distance_s : 0.0);
    if (!listed) {
      place.score = 1.0 / own_s;
    } else if (source == updated_ || selected_ == updated_) {
      place.score = std::max(1.0, place.score * selected_distance_s / own_s);
    }
  }
}

// Whom to follow; NULL: wait for a new sample.
Source* Selection::choose(std::span<Source* const> list) {
  Source* best = *std::max_element(
      list.begin(), list.end(), [](const Source* a, const Source* b) { return a->place().score < b->place().score; });
  const bool listed = std::find(list.begin(), list.end(), selected_) != list.end();
  if (listed && (best == selected_ || best->place().score <= score_limit)) return selected_;
  if (best->place().updates == 0) {
    for (Source* source : list) mark(*source, SourceState::waits_update);
    selected_ = nullptr;
    return nullptr;
  }
  selected_ = best;
  if (!quiet_) logger_.info("Selected source {}", best->long_label());
  for (Source* source : sources_) {
    auto& place = source->place();
    place.score = 1.0;
    place.distant = 0;
    place.reported = {};
  }
  return selected_;
}

// 8.6 and 8.7
SelectionResult Selection::finish(std::span<Source* const> list, std::uint32_t leap) {
  SelectionResult result;
  score(list);
  result.selected = choose(list);
  if (result.selected == nullptr) return result;
  majority_reported_ = false;
  removed_ = false;
  Source& selected = *result.selected;
  mark(selected, SourceState::selected);
  if (selected.place().updates == 0) {
    for (Source* source : list) {
      if (source == &selected) continue;
      mark(*source, source->place().distant > 0 ? SourceState::distant : SourceState::combined);
    }
    return result;
  }
  for (Source* source : sources_) source->place().updates = 0;
  result.action = SelectionResult::Action::update;
  result.leap = leap;
  result.combined =
      combine(list, selected, settings_, [this](Source& source, SourceState state) { mark(source, state); });
  return result;
}

}  // namespace tactus
