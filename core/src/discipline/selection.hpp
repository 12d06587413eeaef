// SPDX-License-Identifier: Apache-2.0
// Which sources are right, and which one is followed: classification, intersection with trust, scores with hysteresis.
// Discipline specification, section 8.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discipline/combine.hpp"
#include "discipline/drops.hpp"
#include "discipline/settings.hpp"
#include "discipline/source.hpp"
#include "log/logger.hpp"

namespace tactus {

struct SelectionResult {
  enum class Action : std::uint8_t {
    keep,           // nothing new for the reference
    unsynchronise,  // the majority is lost: the reference is not valid any more
    update,         // follow `selected` by `combined`
  };
  Action action = Action::keep;
  Source* selected = nullptr;
  std::uint32_t leap = TACTUS_LEAP_NORMAL;  // what the admissible sources vote for
  Combined combined;
};

class Selection {
 public:
  // None is owned. line: selection.log, may be empty.
  Selection(const DisciplineSettings& settings, Logger& logger, Drops& drops,
            std::function<void(std::string_view)> line);

  // Runs over all sources in index order. updated: whose new sample caused it, or NULL. local: for orphans.
  SelectionResult run(std::span<Source* const> sources, Source* updated, Instant now);

  [[nodiscard]] Source* selected() const noexcept { return selected_; }
  // A source goes away.
  void forget(const Source& source) noexcept;
  // Forgets who is selected (`reselect`): the next run chooses anew.
  void reselect() noexcept { selected_ = nullptr; }
  // NTP sources that the last run found bad for the fourth time; to be asked for another address when it is over.
  std::vector<Source*> take_replacements() noexcept { return std::exchange(replacements_, {}); }
  // Effective options from authselectmode; to be called when sources or their options change.
  void update_options(std::span<Source* const> sources) const;
  // One-shot modes give no messages.
  void set_quiet(bool quiet) noexcept { quiet_ = quiet; }
  // Where orphans begin; 16: off.
  void set_orphan_stratum(int stratum) noexcept { orphan_stratum_ = stratum; }

 private:
  struct Sweep {
    int depth = 0;
    int trusted_depth = 0;
    double low_s = 0.0;
    double high_s = 0.0;
    double trusted_low_s = 0.0;
    double trusted_high_s = 0.0;
  };
  struct Classes {
    int candidates = 0;
    int trusted = 0;
    bool require_unmet = false;  // some source is required and none of those is admissible yet
    bool waits = false;          // others are about to have enough samples
    Source* orphan = nullptr;
  };
  Classes classify();
  SourceState classify_one(Source& source) const;
  void check_stale(Classes& classes, double oldest_ago_s);
  void admit_orphan(Classes& classes);
  static Sweep intersect(std::span<Source* const> candidates);
  bool majority(const Sweep& sweep, const Classes& classes);
  bool admit(const Sweep& sweep, Classes& classes, std::vector<Source*>& list, std::uint32_t& leap);
  static std::uint32_t vote_leap(std::span<Source* const> list, bool only_trusted);
  void score(std::span<Source* const> list);
  Source* choose(std::span<Source* const> list);
  SelectionResult finish(std::span<Source* const> list, std::uint32_t leap);
  void mark(Source& source, SourceState state);
  void mark_candidates(SourceState state);
  void count_bad(Source& source);
  void warn_about(Source& source);
  void lose(const std::string& why);
  void warn(const std::string& text);

  const DisciplineSettings& settings_;
  Logger& logger_;
  Drops& drops_;
  std::function<void(std::string_view)> line_;
  Source* selected_ = nullptr;
  bool removed_ = false;  // the selected source was removed
  bool majority_reported_ = false;
  bool failure_reported_ = false;  // first failure after the start
  bool quiet_ = false;
  int orphan_stratum_ = 16;
  std::vector<Source*> replacements_;  // asked for by the last run
  // of the running selection
  std::span<Source* const> sources_;
  Source* updated_ = nullptr;
  Instant now_{};
  bool agreed_ = false;  // there is a majority
};

}  // namespace tactus
