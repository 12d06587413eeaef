// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the metrics endpoint: any stream of bytes, cut anywhere, is a request or gets a status.
// links: metrics_engine
#include <cstddef>
#include <cstdint>

#include <tactus/report_members.hpp>

#include "session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace tactus;
using namespace tactus::metrics;

constexpr tactus_report sources{sizeof(tactus_report),
                                TACTUS_ACCESS_MONITOR,
                                sizeof(tactus_source_row),
                                members::count(members::source_row),
                                "sources",
                                "",
                                members::source_row,
                                nullptr};

// One source; what came is its name.
class OneSource final : public Backend {
 public:
  OneSource(const std::uint8_t* data, std::size_t size) {
    row_.struct_size = sizeof row_;
    std::memcpy(row_.name, data, std::min(size, sizeof row_.name));
  }
  const tactus_report* report_at(std::uint32_t index) override { return index == 0 ? &sources : nullptr; }
  tactus_status read(const char*, const tactus_query&, tactus_row_sink sink, void* user) override {
    return sink(user, &row_, sizeof row_);
  }

 private:
  tactus_source_row row_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  OneSource backend(data, size);
  const Service service{backend, "1", {}};
  const std::size_t part = 1 + data[0];
  Session session(service, from_ns<MonoTime>(0));
  for (std::size_t at = 1; at < size && session.wants_bytes(); at += part) {
    session.on_bytes({data + at, std::min(part, size - at)}, from_ns<MonoTime>(0));
  }
  if (session.deadline()) session.on_deadline();
  std::string out;
  while (session.has_output()) session.produce(out, from_ns<MonoTime>(0));
  TACTUS_ASSERT(session.finished());
  TACTUS_ASSERT(out.starts_with("HTTP/1.1 "));
  for (const char c : out.substr(0, out.find("\r\n\r\n"))) TACTUS_ASSERT(c == '\r' || c == '\n' || c >= ' ');
  return 0;
}
