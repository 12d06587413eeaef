// SPDX-License-Identifier: Apache-2.0
// The core's reports: rows made from the discipline when they are asked for.
#include <algorithm>
#include <cstring>

#include <tactus/report_members.hpp>

#include "control/core_control.hpp"
#include "control/estimator_report.hpp"

namespace tactus {

namespace {

CoreControl& self(void* user) { return *static_cast<CoreControl*>(user); }

tactus_status read_tracking(void* user, const tactus_query*, tactus_row_sink sink, void* sink_user) {
  tactus_tracking row{};
  row.struct_size = sizeof row;
  self(user).discipline().tracking(row);
  return sink(sink_user, &row, sizeof row);
}

// Rows of a report with one row per source, in index order. fill(index, row) is false past the end.
template <class Row, class Fill>
tactus_status give_sources(CoreControl& control, const tactus_query& query, tactus_row_sink sink, void* sink_user,
                           Fill fill) {
  const std::size_t count = control.discipline().source_count();
  const bool one = (query.flags & TACTUS_QUERY_INDEX) != 0;
  if (one && query.index >= count) return TACTUS_E_NOT_FOUND;
  const std::size_t begin = one ? query.index : 0;
  std::size_t end = one ? begin + 1 : count;
  if (query.limit > 0) end = std::min<std::size_t>(end, begin + query.limit);
  for (std::size_t i = begin; i < end; ++i) {
    Row row{};
    row.struct_size = sizeof row;
    if (!fill(i, row)) break;
    const tactus_status status = sink(sink_user, &row, sizeof row);
    if (status != TACTUS_OK) return status;
  }
  return TACTUS_OK;
}

tactus_status read_sources(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  const auto fill = [&](std::size_t i, tactus_source_row& row) { return self(user).discipline().source_row(i, row); };
  return give_sources<tactus_source_row>(self(user), *query, sink, sink_user, fill);
}

tactus_status read_sourcestats(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  const auto fill = [&](std::size_t i, tactus_sourcestats_row& row) {
    return self(user).discipline().sourcestats_row(i, row);
  };
  return give_sources<tactus_sourcestats_row>(self(user), *query, sink, sink_user, fill);
}

tactus_status read_selectdata(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  const auto fill = [&](std::size_t i, tactus_selectdata_row& row) {
    return self(user).discipline().selectdata_row(i, row);
  };
  return give_sources<tactus_selectdata_row>(self(user), *query, sink, sink_user, fill);
}

tactus_status read_smoothing(void* user, const tactus_query*, tactus_row_sink sink, void* sink_user) {
  tactus_smoothing row{};
  row.struct_size = sizeof row;
  const tactus_status status = self(user).discipline().smoothing(row);
  return status == TACTUS_OK ? sink(sink_user, &row, sizeof row) : status;
}

tactus_status read_manual(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  std::uint32_t given = 0;
  for (const ManualInput::Entry& entry : self(user).discipline().manual_entries()) {
    if (query->limit > 0 && given++ == query->limit) break;
    tactus_manual_row row{};
    row.struct_size = sizeof row;
    row.when = to_ns(entry.when);
    row.slewed_offset_s = entry.offset_s;
    row.original_offset_s = entry.original_offset_s;
    row.residual_s = entry.residual_s;
    if (const tactus_status status = sink(sink_user, &row, sizeof row); status != TACTUS_OK) return status;
  }
  return TACTUS_OK;
}

template <std::size_t Size>
void put(char (&to)[Size], std::string_view text) {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

tactus_status read_drops(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  tactus_status status = TACTUS_OK;
  std::uint32_t given = 0;
  const auto give = [&](std::string_view stage, std::string_view reason, std::uint64_t count) {
    if (status != TACTUS_OK || (query->limit > 0 && given == query->limit)) return;
    tactus_drop_row row{};
    row.struct_size = sizeof row;
    row.count = count;
    put(row.stage, stage);
    put(row.reason, reason);
    status = sink(sink_user, &row, sizeof row);
    ++given;
  };
  const Drops& drops = self(user).discipline().drops();
  for (std::size_t i = 0; i < Drops::size(); ++i) {
    const Drops::Row row = drops.row(i);
    give(row.stage, row.reason, row.count);
  }
  for (const auto& more : self(user).hooks().drops) more(give);
  return status;
}

template <class Row, std::size_t N>
constexpr tactus_report report(const char* name, const char* doc, const tactus_member (&rows)[N],
                               decltype(tactus_report::read) read) {
  return {sizeof(tactus_report), TACTUS_ACCESS_MONITOR, sizeof(Row), members::count(rows), name, doc, rows, read};
}

constexpr tactus_report reports[] = {
    report<tactus_tracking>("tracking", "how the clock is kept", members::tracking, &read_tracking),
    report<tactus_source_row>("sources", "sources with their last sample", members::source_row, &read_sources),
    report<tactus_sourcestats_row>("sourcestats", "drift and offset estimates of the sources", members::sourcestats_row,
                                   &read_sourcestats),
    report<tactus_selectdata_row>("selectdata", "what the selection thinks of the sources", members::selectdata_row,
                                  &read_selectdata),
    report<tactus_smoothing>("smoothing", "how the served time is smoothed", members::smoothing, &read_smoothing),
    report<tactus_manual_row>("manual_list", "times that were typed in", members::manual_row, &read_manual),
    report<tactus_drop_row>("drops", "what was refused, where and why", members::drop_row, &read_drops),
};

}  // namespace

void CoreControl::add_reports() {
  for (const tactus_report& one : reports) {
    const auto added = registry_.add_report(core_owner, &one, this);
    TACTUS_ASSERT(added.ok());
  }
  const auto added = registry_.add_report(core_owner, &estimator_report, this);
  TACTUS_ASSERT(added.ok());
}

}  // namespace tactus
