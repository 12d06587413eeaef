// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the Varlink endpoint: any stream of bytes, cut anywhere, to a session of a daemon with the well-known
// reports and commands.
// links: varlink_engine
#include <cstddef>
#include <cstdint>

#include <tactus/report_members.hpp>

#include "session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace tactus;
using namespace tactus::varlink;

template <class Row, std::size_t N>
constexpr tactus_report report(const char* name, const tactus_member (&table)[N]) {
  return {sizeof(tactus_report),
          TACTUS_ACCESS_MONITOR,
          sizeof(Row),
          static_cast<std::uint32_t>(N),
          name,
          "",
          table,
          nullptr};
}
template <class Args, std::size_t N>
constexpr tactus_command command(const char* name, const tactus_member (&table)[N]) {
  return {sizeof(tactus_command),
          TACTUS_ACCESS_CONTROL,
          sizeof(Args),
          static_cast<std::uint32_t>(N),
          name,
          "",
          table,
          nullptr};
}

constexpr tactus_report reports[] = {report<tactus_tracking>("tracking", members::tracking),
                                     report<tactus_source_row>("sources", members::source_row),
                                     report<tactus_ntpdata_row>("ntpdata", members::ntpdata_row)};
constexpr tactus_command commands[] = {
    command<tactus_add_source_args>("add_source", members::add_source_args),
    command<tactus_access_args>("allow", members::access_args),
    command<tactus_select_args>("set_select_options", members::select_args),
    command<tactus_settime_args>("settime", members::settime_args),
    {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0, 0, "dump", "", nullptr, nullptr}};

// Every report has a hundred rows of zeros and every command succeeds when its arguments are sound.
class ZeroBackend final : public Backend {
 public:
  const tactus_report* report_at(std::uint32_t index) override {
    return index < std::size(reports) ? &reports[index] : nullptr;
  }
  const tactus_command* command_at(std::uint32_t index) override {
    return index < std::size(commands) ? &commands[index] : nullptr;
  }
  tactus_status read(const char*, std::uint32_t, const tactus_query&, tactus_row_sink sink, void* user) override {
    alignas(8) static constexpr std::uint8_t row[1024] = {};
    for (int i = 0; i < 100; ++i) {
      if (const tactus_status status = sink(user, row, sizeof row); status != TACTUS_OK) return status;
    }
    return TACTUS_OK;
  }
  tactus_status run(const char*, std::uint32_t, const void* args, std::uint32_t size, void*, tactus_error&) override {
    TACTUS_ASSERT((args == nullptr) == (size == 0));
    if (args == nullptr) return TACTUS_OK;
    std::uint32_t stated = 0;
    std::memcpy(&stated, args, sizeof stated);
    TACTUS_ASSERT(stated == size);
    return TACTUS_OK;
  }
  const tactus_record* parse_line(const std::string&) override { return nullptr; }
};

}  // namespace

// The first byte says how long the parts are in which the rest arrives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  ZeroBackend backend;
  std::array<std::uint64_t, drop_reasons> counted{};
  const std::size_t part = 1 + data[0];
  for (const std::uint32_t access : {TACTUS_ACCESS_READ, TACTUS_ACCESS_CONTROL}) {
    Service service{backend, "1", {}};
    for (std::size_t i = 0; i < drop_reasons; ++i) service.drops[i] = &counted[i];
    Session session(service, access);
    auto now = from_ns<MonoTime>(1'000'000'000);
    for (std::size_t at = 1; at < size && session.wants_bytes(); at += part) {
      session.on_bytes({data + at, std::min(part, size - at)}, now);
      for (int pieces = 0; session.has_output(); ++pieces) {
        TACTUS_ASSERT(pieces < 10'000'000);
        std::string out;
        session.produce(out, now);
        TACTUS_ASSERT(out.size() < 512U * 1024);
      }
      now += std::chrono::milliseconds(1);
    }
    if (session.deadline()) session.on_deadline();
    TACTUS_ASSERT(!session.has_output());
  }
  return 0;
}
