// SPDX-License-Identifier: Apache-2.0
// What the protocol engine asks of the daemon. The plugin's rim implements it over the host; tests over tables.
#pragma once

#include <cstdint>
#include <string>

#include <tactus/control.h>
#include <tactus/option.h>

namespace tactus::varlink {

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // The index-th report or command of the registry; null past the end.
  virtual const tactus_report* report_at(std::uint32_t index) = 0;
  virtual const tactus_command* command_at(std::uint32_t index) = 0;
  // access: the most the asker may (TACTUS_ACCESS_*).
  virtual tactus_status read(const char* name, std::uint32_t access, const tactus_query& query, tactus_row_sink sink,
                             void* sink_user) = 0;
  virtual tactus_status run(const char* name, std::uint32_t access, const void* args, std::uint32_t size, void* result,
                            tactus_error& error) = 0;
  // A chrony.conf line as the configuration reads it; null when it is wrong. Gives the defaults of directives.
  virtual const tactus_record* parse_line(const std::string& line) = 0;
};

}  // namespace tactus::varlink
