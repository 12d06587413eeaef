// SPDX-License-Identifier: Apache-2.0
// Reports: activity, ntpdata, authdata, sourcename, serverstats, clients.
#include <tactus/report_members.hpp>

#include "control.hpp"

namespace tactus::ntp {
namespace {

Control& self(void* user) { return *static_cast<Control*>(user); }

bool asks_for_one(const tactus_query* query) { return query != nullptr && (query->flags & TACTUS_QUERY_ADDRESS) != 0; }

// Gives a row of each source, or of the one that was asked for.
template <class Row, class Fill>
tactus_status rows_of_sources(Control& control, const tactus_query* query, tactus_row_sink sink, void* sink_user,
                              bool unresolved_too, Fill fill) {
  if (asks_for_one(query)) {
    const Source* source = control.sources().find(query->address);
    if (source == nullptr) return TACTUS_E_NOT_FOUND;
    Row row{};
    fill(*source, row);
    return sink(sink_user, &row, sizeof row);
  }
  for (const auto& source : control.sources().all()) {
    if (!source->resolved() && !unresolved_too) continue;
    Row row{};
    fill(*source, row);
    if (const tactus_status status = sink(sink_user, &row, sizeof row); status != TACTUS_OK) return status;
  }
  return TACTUS_OK;
}

tactus_status read_activity(void* user, const tactus_query*, tactus_row_sink sink, void* sink_user) {
  tactus_activity row{};
  row.struct_size = sizeof row;
  for (const auto& source : self(user).sources().all()) {
    if (!source->resolved()) {
      ++row.unresolved;
      continue;
    }
    switch (source->association().operating_mode()) {
      case OperatingMode::online:
        ++row.online;
        break;
      case OperatingMode::offline:
        ++row.offline;
        break;
      case OperatingMode::burst_was_online:
        ++row.burst_online;
        break;
      case OperatingMode::burst_was_offline:
        ++row.burst_offline;
        break;
    }
  }
  return sink(sink_user, &row, sizeof row);
}

tactus_status read_ntpdata(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  return guarded(nullptr, [&] {
    return rows_of_sources<tactus_ntpdata_row>(self(user), query, sink, sink_user, false,
                                               [](const Source& source, tactus_ntpdata_row& row) { source.fill(row); });
  });
}

tactus_status read_authdata(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  return guarded(nullptr, [&] {
    return rows_of_sources<tactus_authdata_row>(
        self(user), query, sink, sink_user, true,
        [](const Source& source, tactus_authdata_row& row) { source.fill(row); });
  });
}

tactus_status read_sourcename(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  return guarded(nullptr, [&] {
    return rows_of_sources<tactus_sourcename_row>(self(user), query, sink, sink_user, true,
                                                  [](const Source& source, tactus_sourcename_row& row) {
                                                    row.struct_size = sizeof row;
                                                    copy_text(row.name, source.options().name);
                                                  });
  });
}

tactus_status read_serverstats(void* user, const tactus_query*, tactus_row_sink sink, void* sink_user) {
  tactus_serverstats row{};
  self(user).server().fill(row);
  return sink(sink_user, &row, sizeof row);
}

tactus_status read_clients(void* user, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  const tactus_query all{sizeof(tactus_query), 0, 0, 0, {}, 0};
  return guarded(nullptr,
                 [&] { return self(user).server().clients(query != nullptr ? *query : all, sink, sink_user); });
}

template <class Row, std::size_t N>
constexpr tactus_report report(const char* name, std::uint32_t access, const tactus_member (&table)[N],
                               decltype(tactus_report::read) read, const char* doc) {
  return {sizeof(tactus_report), access, sizeof(Row), members::count(table), name, doc, table, read};
}

constexpr tactus_report all_reports[] = {
    report<tactus_activity>("activity", TACTUS_ACCESS_MONITOR, members::activity, &read_activity,
                            "how many NTP sources are online, offline, in a burst, unresolved"),
    report<tactus_ntpdata_row>("ntpdata", TACTUS_ACCESS_MONITOR, members::ntpdata_row, &read_ntpdata,
                               "the last valid answer of each NTP source, and its counters"),
    report<tactus_authdata_row>("authdata", TACTUS_ACCESS_MONITOR, members::authdata_row, &read_authdata,
                                "authentication of each NTP source"),
    report<tactus_sourcename_row>("sourcename", TACTUS_ACCESS_MONITOR, members::sourcename_row, &read_sourcename,
                                  "name of an NTP source as it was configured"),
    report<tactus_serverstats>("serverstats", TACTUS_ACCESS_MONITOR, members::serverstats, &read_serverstats,
                               "what the NTP server received, dropped and answered"),
    report<tactus_client_row>("clients", TACTUS_ACCESS_MONITOR, members::client_row, &read_clients,
                              "clients of the NTP server"),
};

}  // namespace

void Control::install_reports() {
  const tactus_host* host = environment_.host.raw();
  for (const tactus_report& each : all_reports) {
    const tactus_status status = host->report_add(host, &each, this);
    if (status != TACTUS_OK) fail(status, "the report {} is offered by somebody else already", each.name);
  }
}

}  // namespace tactus::ntp
