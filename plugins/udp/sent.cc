// SPDX-License-Identifier: Apache-2.0
// Packets that wait for their transmit timestamps.
#include "sent.hpp"

#include <algorithm>

namespace tactus::udp {
namespace {

// FNV-1a, 64 bits. Only own packets come back in the error queue: nobody can aim at a collision.
std::uint64_t digest_of(Bytes content) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::uint8_t byte : content) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

}  // namespace

void SentPackets::add(Bytes content, std::uint64_t send_id, RawTime sent) {
  if (entries_.size() >= limit_) entries_.erase(entries_.begin());
  entries_.push_back({{send_id, sent, content.size()}, digest_of(content)});
}

std::vector<SentPackets::Entry>::const_iterator SentPackets::search(Bytes frame) const {
  std::size_t length = 0;
  std::uint64_t digest = digest_of({});
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->packet.length > frame.size()) continue;
    if (entry->packet.length != length) {  // mostly all have one length
      length = entry->packet.length;
      digest = digest_of(frame.last(length));
    }
    if (entry->digest == digest) return entry;
  }
  return entries_.end();
}

std::optional<SentPackets::Packet> SentPackets::find(Bytes frame) const {
  const auto entry = search(frame);
  return entry == entries_.end() ? std::nullopt : std::optional{entry->packet};
}

std::optional<SentPackets::Packet> SentPackets::take(Bytes frame) {
  const auto entry = search(frame);
  if (entry == entries_.end()) return std::nullopt;
  const Packet found = entry->packet;
  entries_.erase(entry);
  return found;
}

void SentPackets::drop_newest() {
  if (!entries_.empty()) entries_.pop_back();
}

}  // namespace tactus::udp
