// SPDX-License-Identifier: Apache-2.0
// See estimator_report.hpp.
#include "control/estimator_report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include <tactus/report_members.hpp>

#include "control/core_control.hpp"
#include "discipline/adaptive.hpp"

namespace tactus {
namespace {

constexpr tactus_member row_members[] = {
    members::described(TACTUS_MEMBER_TEXT, offsetof(EstimatorRow, name), sizeof(EstimatorRow::name), "name", "",
                       "of the source"),
    members::described(TACTUS_MEMBER_REAL, offsetof(EstimatorRow, log10_q), sizeof(EstimatorRow::log10_q), "log10_q",
                       "", "mean logarithm of the square of the clock's wander, before scaling"),
    members::described(TACTUS_MEMBER_REAL, offsetof(EstimatorRow, scale_s), sizeof(EstimatorRow::scale_s), "scale", "s",
                       "scale of the delays"),
    members::described(TACTUS_MEMBER_REAL, offsetof(EstimatorRow, symmetric), sizeof(EstimatorRow::symmetric),
                       "symmetric", "", "weight of a symmetric path"),
    members::described(TACTUS_MEMBER_REAL, offsetof(EstimatorRow, asymmetric_short),
                       sizeof(EstimatorRow::asymmetric_short), "asymmetric_short", "",
                       "weight of an asymmetry that lasts for ten intervals"),
    members::described(TACTUS_MEMBER_REAL, offsetof(EstimatorRow, asymmetric_long),
                       sizeof(EstimatorRow::asymmetric_long), "asymmetric_long", "",
                       "weight of an asymmetry that lasts for a hundred"),
    members::described(TACTUS_MEMBER_FLAG, offsetof(EstimatorRow, branch_open), sizeof(EstimatorRow::branch_open),
                       "branch_open", "", "whether a step of the phase is being weighed"),
};

tactus_status read_estimators(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  const Discipline& discipline = static_cast<CoreControl*>(user)->discipline();
  if (discipline.settings().estimator != EstimatorKind::adaptive) return TACTUS_E_DISABLED;
  const bool one = (query->flags & TACTUS_QUERY_INDEX) != 0;
  if (one && query->index >= discipline.source_count()) return TACTUS_E_NOT_FOUND;
  std::uint32_t given = 0;
  for (std::size_t i = one ? query->index : 0; i < discipline.source_count(); ++i) {
    if (query->limit > 0 && given++ == query->limit) break;
    const EstimatorRow row = estimator_row(*discipline.source_at(i));
    if (const tactus_status status = sink(sink_user, &row, sizeof row); status != TACTUS_OK) return status;
    if (one) break;
  }
  return TACTUS_OK;
}

}  // namespace

EstimatorRow estimator_row(const Source& source) {
  EstimatorRow row{};
  row.struct_size = sizeof row;
  const std::string label = source.long_label();
  std::memcpy(row.name, label.data(), std::min(label.size(), sizeof row.name - 1));
  // Under these settings every source has this estimator.
  const auto& estimator = static_cast<const AdaptiveEstimator&>(source.estimator());
  const AdaptiveMixture& mixture = estimator.mixture();
  row.branch_open = estimator.branch_open() ? 1 : 0;
  row.log10_q = mixture.mean_log10_q;
  row.scale_s = estimator.delays().scale_s;
  row.symmetric = mixture.class_weights[0];
  row.asymmetric_short = mixture.class_weights[1];
  row.asymmetric_long = mixture.class_weights[2];
  return row;
}

const tactus_report estimator_report = {
    sizeof(tactus_report), TACTUS_ACCESS_MONITOR,
    sizeof(EstimatorRow),  members::count(row_members),
    "estimators",          "what the adaptive estimator believes of clock and paths",
    row_members,           &read_estimators};

}  // namespace tactus
