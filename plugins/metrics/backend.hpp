// SPDX-License-Identifier: Apache-2.0
// What the exposition asks of the daemon. The plugin's rim implements it over the host; tests over tables.
#pragma once

#include <cstdint>

#include <tactus/control.h>

namespace tactus::metrics {

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // The index-th report of the registry; null past the end.
  virtual const tactus_report* report_at(std::uint32_t index) = 0;
  virtual tactus_status read(const char* name, const tactus_query& query, tactus_row_sink sink, void* sink_user) = 0;
};

}  // namespace tactus::metrics
