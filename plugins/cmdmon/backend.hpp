// SPDX-License-Identifier: Apache-2.0
// What the protocol engine asks of the daemon: reports, commands, a line of the log, random numbers. The plugin's rim
// implements it over the host; tests implement it over tables.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <tactus/control.h>

namespace tactus::cmdmon {

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // Rows of a report by registry name (reports.h). TACTUS_E_NOT_FOUND: nobody offers it, or no such row.
  virtual tactus_status read(const char* name, const tactus_query& query, tactus_row_sink sink, void* sink_user) = 0;
  // Runs a command by registry name. args may be null with size 0; result may be null.
  virtual tactus_status run(const char* name, const void* args, std::uint32_t size, void* result) = 0;
  // Description of a report; null when nobody offers it.
  virtual const tactus_report* find_report(std::string_view name) = 0;
  virtual void log_info(std::string_view text) = 0;
  virtual std::uint32_t random() = 0;
};

// Reads the first row of a report that the query asks for into `row`; a row of an older, shorter form leaves the rest
// zero. TACTUS_E_NOT_FOUND also when the report gave no row.
template <class Row>
tactus_status read_row(Backend& backend, const char* name, const tactus_query& query, Row& row) {
  struct Sink {
    Row* row;
    bool got = false;
    static tactus_status take(void* user, const void* data, std::uint32_t size) noexcept {
      auto* self = static_cast<Sink*>(user);
      if (self->got) return TACTUS_OK;
      self->got = true;
      std::memcpy(self->row, data, std::min<std::size_t>(size, sizeof(Row)));
      return TACTUS_OK;
    }
  } sink{&row};
  row = Row{};
  const tactus_status status = backend.read(name, query, &Sink::take, &sink);
  if (status == TACTUS_OK && !sink.got) return TACTUS_E_NOT_FOUND;
  return status;
}

inline tactus_query make_query(std::uint32_t flags = 0) {
  tactus_query query{};
  query.struct_size = sizeof query;
  query.flags = flags;
  return query;
}
inline tactus_query index_query(std::uint32_t index) {
  tactus_query query = make_query(TACTUS_QUERY_INDEX);
  query.index = index;
  return query;
}
inline tactus_query address_query(const tactus_address& address) {
  tactus_query query = make_query(TACTUS_QUERY_ADDRESS);
  query.address = address;
  return query;
}

}  // namespace tactus::cmdmon
