// SPDX-License-Identifier: Apache-2.0
// What a selection leaves behind: states, selection.log, warnings, counters. Discipline specification 8.8 and 8.9,
// configuration specification 13.7 and 15.1.
#include <algorithm>

#include <fmt/format.h>

#include "discipline/log_lines.hpp"
#include "discipline/selection.hpp"

namespace tactus {
namespace {

constexpr int reach_full = 8;
constexpr int bad_limit = 4;  // own updates in a row

// The reason under which a state counts; count_: the source is used.
Drop drop_of(SourceState state) {
  switch (state) {
    case SourceState::noselect:
      return Drop::source_noselect;
    case SourceState::bad_stats:
      return Drop::source_bad_stats;
    case SourceState::unsynchronised:
      return Drop::source_unsynchronised;
    case SourceState::bad_distance:
      return Drop::source_distance;
    case SourceState::jittery:
      return Drop::source_jitter;
    case SourceState::waits_stats:
      return Drop::source_waits_stats;
    case SourceState::stale:
      return Drop::source_stale;
    case SourceState::orphan:
      return Drop::source_orphan;
    case SourceState::untrusted:
      return Drop::source_untrusted;
    case SourceState::falseticker:
      return Drop::source_falseticker;
    case SourceState::waits_sources:
      return Drop::source_waits_sources;
    case SourceState::not_preferred:
      return Drop::source_not_preferred;
    case SourceState::waits_update:
      return Drop::source_waits_update;
    case SourceState::distant:
      return Drop::source_distant;
    case SourceState::combined:
    case SourceState::selected:
    case SourceState::candidate:
      break;
  }
  return Drop::count_;
}

}  // namespace

void Selection::mark(Source& source, SourceState state) {
  auto& place = source.place();
  place.state = state;
  const Drop drop = drop_of(state);
  if (drop != Drop::count_) drops_.add(drop);
  count_bad(source);
  warn_about(source);
  if (!line_) return;
  line_(fmt::format("{} {:<15} {} {} {:4o} {:5.2f} {:10.3e} {:10.3e} {:10.3e}", log_time(now_), source.label(),
                    static_cast<char>(state), option_letters(place.effective_options), source.reach(), place.score,
                    place.data.last_sample_ago_s, place.data.low_s, place.data.high_s));
}

void Selection::mark_candidates(SourceState state) {
  for (Source* source : sources_) {
    if (source->place().state == SourceState::candidate) mark(*source, state);
  }
}

// How often its own samples ended badly; from the fourth time on it should be replaced.
void Selection::count_bad(Source& source) {
  auto& place = source.place();
  const bool bad = place.state == SourceState::falseticker || place.state == SourceState::bad_distance ||
                   place.state == SourceState::jittery;
  if (!bad) {
    place.bad_count = 0;
    return;
  }
  if (&source != updated_) return;
  place.bad_count = std::min(place.bad_count + 1, bad_limit);
  if (place.bad_count == bad_limit && source.is_ntp()) replacements_.push_back(&source);
}

// Each warning once per source until another source is selected.
void Selection::warn_about(Source& source) {
  auto& place = source.place();
  if (place.state == SourceState::falseticker) {
    // Without a majority nobody knows who is wrong.
    if (!agreed_ || std::exchange(place.reported.falseticker, true)) return;
    warn(fmt::format("Detected falseticker {}", source.long_label()));
  } else if (place.bad_count < bad_limit) {
    return;
  } else if (place.state == SourceState::bad_distance) {
    if (std::exchange(place.reported.distance, true)) return;
    warn(fmt::format("Root distance of {} exceeds maxdistance of {:.3f} seconds", source.long_label(),
                     settings_.max_distance_s));
  } else if (place.state == SourceState::jittery) {
    if (std::exchange(place.reported.jitter, true)) return;
    warn(fmt::format("Jitter of {} exceeds maxjitter of {:.3f} seconds", source.long_label(), settings_.max_jitter_s));
  }
}

// The selection is gone, for a reason that leaves the reference valid. Said when there was one, and once after the
// start when a source has been polled often enough.
void Selection::lose(const std::string& why) {
  const bool had = std::exchange(selected_, nullptr) != nullptr;
  const bool removed = std::exchange(removed_, false);
  const bool tried = std::any_of(sources_.begin(), sources_.end(), [](const Source* source) {
    return source->reach_size() >= reach_full && (source->place().effective_options & TACTUS_SELECT_NOSELECT) == 0;
  });
  if (had || removed || (tried && !failure_reported_)) {
    warn(why);
    failure_reported_ = true;
  }
}

void Selection::warn(const std::string& text) {
  if (!quiet_) logger_.write(Level::warning, text);
}

}  // namespace tactus
