// SPDX-License-Identifier: Apache-2.0
// Counters of what the discipline refused, by stage and reason (law 8).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tactus {

enum class Drop : std::uint8_t {
  // discipline.sample: samples handed in
  sample_bad_value,        // not finite, or a negative delay or dispersion
  sample_leap_close,       // within 5 s of a leap second
  sample_filter_order,     // not later than the newest in the filter
  sample_filter_overflow,  // pushed out of a full filter
  sample_filter_outlier,   // not among those that the filter combined
  sample_filter_reset,     // in the filter when it was emptied
  // discipline.store: accumulated samples that are gone
  store_not_later,  // held when a sample came that was not later
  // discipline.selection: a source at one run of the selection
  source_noselect,
  source_bad_stats,
  source_unsynchronised,
  source_distance,
  source_jitter,
  source_waits_stats,
  source_stale,
  source_orphan,
  source_untrusted,
  source_falseticker,
  source_waits_sources,
  source_not_preferred,
  source_waits_update,
  source_distant,
  // discipline.reference: updates
  update_maxchange,
  update_leap_close,
  update_invalid,  // the clock would leave the supported era
  count_,
};

class Drops {
 public:
  struct Row {
    std::string_view stage;   // "discipline.sample"
    std::string_view reason;  // "leap_close"
    std::uint64_t count;
  };
  void add(Drop drop, std::uint64_t count = 1) noexcept { counts_[static_cast<std::size_t>(drop)] += count; }
  [[nodiscard]] std::uint64_t count(Drop drop) const noexcept { return counts_[static_cast<std::size_t>(drop)]; }
  static constexpr std::size_t size() noexcept { return static_cast<std::size_t>(Drop::count_); }
  [[nodiscard]] Row row(std::size_t index) const noexcept;  // index < size()

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Drop::count_)> counts_{};
};

}  // namespace tactus
