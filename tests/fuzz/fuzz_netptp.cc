// SPDX-License-Identifier: Apache-2.0
// Fuzz target of NTP over PTP: any datagram is either refused for a reason that has a name, or it is exactly a prefix
// with a packet behind it, which can be wrapped again. NTP specification section 23.
// links: netptp_engine
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <tactus/result.hpp>

#include "message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace tactus;
using namespace tactus::netptp;

constexpr std::uint8_t usual_domain = 123;
constexpr std::size_t at_length = 2;
constexpr std::size_t at_tlv_length = 46;

void check(Bytes datagram, std::uint8_t domain) {
  const Unwrapped got = unwrap(datagram, domain);
  TACTUS_ASSERT(name_of(got.refusal)[0] != '\0');
  if (got.refusal != Refusal::none) {
    TACTUS_ASSERT(got.packet.empty());
    return;
  }
  TACTUS_ASSERT(got.packet.data() == datagram.data() + prefix_bytes);
  TACTUS_ASSERT(got.packet.size() + prefix_bytes == datagram.size() && !got.packet.empty());
  TACTUS_ASSERT(std::isfinite(got.correction_s) && std::abs(got.correction_s) < 141e3);  // 2^47 ns

  std::vector<std::uint8_t> again(datagram.begin(), datagram.end());
  write_prefix(again, got.packet.size(), domain, load_be<std::uint16_t>(datagram, 30));
  const Unwrapped second = unwrap(again, domain);
  TACTUS_ASSERT(second.refusal == Refusal::none && second.packet.size() == got.packet.size());
  TACTUS_ASSERT(second.correction_s == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram(data, size);
  check(datagram, usual_domain);
  check(datagram, 0);
  // The lengths are put right, so that what stands behind them is reached.
  if (size > prefix_bytes && size <= UINT16_MAX) {
    std::vector<std::uint8_t> fitting(datagram.begin(), datagram.end());
    store_be<std::uint16_t>(fitting, at_length, static_cast<std::uint16_t>(size));
    store_be<std::uint16_t>(fitting, at_tlv_length, static_cast<std::uint16_t>(size - prefix_bytes));
    check(fitting, usual_domain);
  }
  return 0;
}
