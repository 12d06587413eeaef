// SPDX-License-Identifier: Apache-2.0
// Reports about plugins, made when they are asked for.
#include "host/host_reports.hpp"

#include <tactus/report_members.hpp>

#include "host/inspect.hpp"
#include "host/plugin_host.hpp"

namespace tactus {

namespace {

template <class Row>
tactus_status give(const std::vector<Row>& rows, const tactus_query& query, tactus_row_sink sink, void* sink_user) {
  const bool one = (query.flags & TACTUS_QUERY_INDEX) != 0;
  if (one && query.index >= rows.size()) return TACTUS_E_NOT_FOUND;
  const std::size_t begin = one ? query.index : 0;
  std::size_t end = one ? begin + 1 : rows.size();
  if (query.limit > 0) end = std::min<std::size_t>(end, begin + query.limit);
  for (std::size_t i = begin; i < end; ++i) {
    const tactus_status status = sink(sink_user, &rows[i], sizeof(Row));
    if (status != TACTUS_OK) return status;
  }
  return TACTUS_OK;
}

tactus_status read_plugins(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  return give(inspect_plugins(static_cast<PluginHost*>(user)->loader()), *query, sink, sink_user);
}

tactus_status read_options(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  return give(inspect_options(static_cast<PluginHost*>(user)->loader()), *query, sink, sink_user);
}

constexpr tactus_report plugins_report = {sizeof(tactus_report),
                                          TACTUS_ACCESS_READ,
                                          sizeof(tactus_plugin_row),
                                          members::count(members::plugin_row),
                                          "plugins",
                                          "providers that are loaded or available",
                                          members::plugin_row,
                                          &read_plugins};
constexpr tactus_report options_report = {sizeof(tactus_report),
                                          TACTUS_ACCESS_READ,
                                          sizeof(tactus_plugin_option_row),
                                          members::count(members::plugin_option_row),
                                          "plugin_options",
                                          "options that the loaded providers declare",
                                          members::plugin_option_row,
                                          &read_options};

}  // namespace

void add_host_reports(Registry& registry, PluginHost& host) {
  for (const tactus_report* report : {&plugins_report, &options_report}) {
    const auto added = registry.add_report(host_owner, report, &host);
    TACTUS_ASSERT(added.ok());
  }
}

void remove_host_reports(Registry& registry) { registry.remove_owner(host_owner); }

}  // namespace tactus
