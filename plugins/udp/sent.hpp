// SPDX-License-Identifier: Apache-2.0
// Which of the packets that were sent a looped copy belongs to, and whether a kernel timestamp can be believed. NTP
// specification, sections 26.2 and 26.3.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tactus/bytes.hpp>
#include <tactus/time.hpp>

namespace tactus::udp {

// Packets of one socket whose transmit timestamps are waited for, oldest first. The kernel loops a whole frame back,
// with link, network and tunnel headers that depend on the way it took; what was sent stands at its end. So a packet is
// known by the digest of its content and its length, whatever stands before.
class SentPackets {
 public:
  struct Packet {
    std::uint64_t send_id;
    RawTime sent;  // daemon's time just before it was sent
    std::size_t length;
  };
  // limit: how many are remembered; the oldest is forgotten.
  explicit SentPackets(std::size_t limit) : limit_(limit) {}
  void add(Bytes content, std::uint64_t send_id, RawTime sent);
  // The oldest packet that stands at the end of the frame, which is forgotten then. Empty: none does.
  std::optional<Packet> take(Bytes frame);
  // The same, but it is kept: another timestamp of it is to come.
  [[nodiscard]] std::optional<Packet> find(Bytes frame) const;
  // The packet that was added last was not sent after all.
  void drop_newest();
  [[nodiscard]] std::size_t waiting() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    Packet packet;
    std::uint64_t digest;
  };
  [[nodiscard]] std::vector<Entry>::const_iterator search(Bytes frame) const;
  std::size_t limit_;
  std::vector<Entry> entries_;
};

// Largest distance between a kernel timestamp and the daemon's own that is believed, either way for reception; only
// forward for transmission.
inline constexpr Duration stamp_tolerance = std::chrono::seconds(1);
constexpr bool plausible_receive(RawTime kernel, RawTime event) noexcept {
  return kernel != RawTime{} && kernel <= event + stamp_tolerance && kernel >= event - stamp_tolerance;
}
constexpr bool plausible_transmit(RawTime kernel, RawTime sent) noexcept {
  return kernel != RawTime{} && kernel >= sent && kernel <= sent + stamp_tolerance;
}

}  // namespace tactus::udp
