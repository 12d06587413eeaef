// SPDX-License-Identifier: Apache-2.0
// Rows with what --json tells beyond the daemon's own rows.
#pragma once

#include <tactus/reports.h>

namespace tactus::cli {

struct TrackingRow {
  tactus_tracking row;
  char name[TACTUS_NAME_SIZE];
};
struct NtpdataRow {
  tactus_ntpdata_row row;
  std::uint32_t remote_port;
};
struct ClientRow {
  tactus_client_row row;
  std::uint32_t cmd_hits;
  std::uint32_t cmd_drops;
  std::int32_t cmd_interval_log2_s;
  std::uint32_t last_cmd_ago_s;
};

}  // namespace tactus::cli
