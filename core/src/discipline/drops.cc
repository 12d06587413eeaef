// SPDX-License-Identifier: Apache-2.0
// Names of the refusals.
#include "discipline/drops.hpp"

#include <tactus/result.hpp>

namespace tactus {
namespace {

struct Name {
  std::string_view stage;
  std::string_view reason;
};

// In the order of Drop.
constexpr std::array<Name, Drops::size()> names = {{
    {"discipline.sample", "bad_value"},        {"discipline.sample", "leap_close"},
    {"discipline.sample", "filter_order"},     {"discipline.sample", "filter_overflow"},
    {"discipline.sample", "filter_outlier"},   {"discipline.sample", "filter_reset"},
    {"discipline.store", "not_later"},         {"discipline.selection", "noselect"},
    {"discipline.selection", "bad_stats"},     {"discipline.selection", "unsynchronised"},
    {"discipline.selection", "bad_distance"},  {"discipline.selection", "jittery"},
    {"discipline.selection", "waits_stats"},   {"discipline.selection", "stale"},
    {"discipline.selection", "orphan"},        {"discipline.selection", "untrusted"},
    {"discipline.selection", "falseticker"},   {"discipline.selection", "waits_sources"},
    {"discipline.selection", "not_preferred"}, {"discipline.selection", "waits_update"},
    {"discipline.selection", "distant"},       {"discipline.reference", "maxchange"},
    {"discipline.reference", "leap_close"},    {"discipline.reference", "invalid"},
}};

}  // namespace

Drops::Row Drops::row(std::size_t index) const noexcept {
  TACTUS_ASSERT(index < size());
  return {names[index].stage, names[index].reason, counts_[index]};
}

}  // namespace tactus
