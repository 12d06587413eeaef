// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the command protocol's server side: any datagram, as if from the Unix socket and from UDP.
// links: cmdmon_engine
#include <cstddef>
#include <cstdint>
#include <vector>

#include <tactus/report_members.hpp>

#include "engine.hpp"
#include "private_reports.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace tactus;
using namespace tactus::cmdmon;

// A daemon in which every report has a few rows of zeros and every command succeeds.
class ZeroBackend final : public Backend {
 public:
  tactus_status read(const char*, const tactus_query&, tactus_row_sink sink, void* user) override {
    alignas(8) static constexpr std::uint8_t row[2048] = {};
    for (int i = 0; i < 3; ++i) {
      if (const tactus_status status = sink(user, row, sizeof row); status != TACTUS_OK) return status;
    }
    return TACTUS_OK;
  }
  tactus_status run(const char*, const void*, std::uint32_t, void*) override { return TACTUS_OK; }
  const tactus_report* find_report(std::string_view) override {
    static constexpr tactus_report report{sizeof(tactus_report),
                                          TACTUS_ACCESS_READ,
                                          sizeof(tactus_ntpdata_row),
                                          members::count(members::ntpdata_row),
                                          "ntpdata",
                                          "",
                                          members::ntpdata_row,
                                          nullptr};
    return &report;
  }
  void log_info(std::string_view) override {}
  std::uint32_t random() override { return 1; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ZeroBackend backend;
  Engine engine({}, backend);
  const Bytes datagram(data, size);
  std::array<std::uint8_t, reply_max_size> reply{};
  const auto now = from_ns<MonoTime>(1'000'000'000);
  Sender udp{false, make_address(TACTUS_FAMILY_IPV4, std::array<std::uint8_t, 4>{127, 0, 0, 1}.data())};
  for (const Sender& sender : {Sender{true, {}}, udp}) {
    const std::size_t length = engine.answer(sender, datagram, false, now, reply);
    TACTUS_ASSERT(length <= size);
    if (length == 0) continue;
    const auto header = read_payload<ReplyHeader>(reply, 0);
    TACTUS_ASSERT(header.version == protocol_version && header.type == packet_reply);
    TACTUS_ASSERT(length == reply_length(header.reply));
    TACTUS_ASSERT(header.status == 0 || length == reply_header_size);
  }
  if (is_private_request(datagram)) TACTUS_ASSERT(!answer_private(datagram, backend).empty());
  return 0;
}
