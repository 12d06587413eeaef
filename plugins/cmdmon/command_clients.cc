// SPDX-License-Identifier: Apache-2.0
// Client records and token buckets (command protocol specification 3.4 and 12.1).
#include "command_clients.hpp"

#include <algorithm>
#include <bit>

#include <tactus/cmdmon.hpp>

namespace tactus::cmdmon {

namespace {
constexpr std::int64_t tick_ns = 1'000'000'000 / 16;
constexpr std::uint32_t counter_max = 0xffffffffu;
constexpr std::uint32_t drops_max = 0xffffu;

void count(std::uint32_t& counter, std::uint32_t limit) {
  if (counter < limit) ++counter;
}
}  // namespace

CommandClients::CommandClients(std::optional<RateLimit> limit, std::uint32_t seed)
    : seed_(seed), tick_offset_(seed % static_cast<std::uint32_t>(tick_ns)) {
  if (!limit) return;
  limited_ = true;
  const int interval = std::clamp(limit->interval_log2_s, -19, 12);
  const auto burst = static_cast<std::uint32_t>(std::clamp(limit->burst, 1, 255));
  leak_mask_ = (1u << std::clamp(limit->leak_log2, 1, 4)) - 1;
  if (interval >= -4) {
    refill_per_tick_ = 1;
    cost_ = 1u << (interval + 4);
    capacity_ = burst * cost_;
  } else {  // several packets per tick
    refill_per_tick_ = 1u << (-interval - 4);
    cost_ = 1;
    capacity_ = std::max(burst, refill_per_tick_);
  }
}

std::size_t CommandClients::slot_of(const tactus_address& client) const {
  std::uint64_t hash = 0xcbf29ce484222325u ^ seed_;
  for (std::size_t i = 0; i < address_length(client.family); ++i) {
    hash = (hash ^ client.bytes[i]) * 0x100000001b3u;
    hash ^= hash >> 29;
  }
  return static_cast<std::size_t>(hash % slots) * slot_size;
}

std::uint32_t CommandClients::ticks(MonoTime now) const {
  const std::int64_t ns = to_ns(now) + static_cast<std::int64_t>(tick_offset_);
  return static_cast<std::uint32_t>(ns / tick_ns);
}

CommandClients::Record& CommandClients::hit(const tactus_address& client, MonoTime now) {
  if (records_.empty()) records_.resize(slots * slot_size);
  const std::uint32_t tick = ticks(now);
  const std::size_t first = slot_of(client);
  Record* victim = &records_[first];
  for (std::size_t i = first; i < first + slot_size; ++i) {
    Record& record = records_[i];
    if (record.address.family != TACTUS_FAMILY_NONE && same_address(record.address, client)) {
      const std::uint32_t elapsed = tick - record.last_hit;
      observe(record, elapsed);
      record.last_hit = tick;
      count(record.hits, counter_max);
      const std::uint64_t tokens = record.tokens + std::uint64_t{elapsed} * refill_per_tick_;
      record.tokens = static_cast<std::uint32_t>(std::min<std::uint64_t>(tokens, capacity_));
      return record;
    }
    if (victim->address.family == TACTUS_FAMILY_NONE) continue;
    if (record.address.family == TACTUS_FAMILY_NONE || tick - record.last_hit > tick - victim->last_hit) {
      victim = &record;
    }
  }
  *victim = Record{};
  victim->address = client;
  victim->address.port = 0;
  victim->address.scope = 0;
  victim->hits = 1;
  victim->last_hit = tick;
  victim->tokens = capacity_;
  return *victim;
}

bool CommandClients::allow(Record& record, std::uint32_t random) {
  if (!limited_) return true;
  if (record.tokens >= cost_) {
    record.tokens -= cost_;
    return true;
  }
  if ((random & leak_mask_) == 0) {
    record.tokens = 0;
    return true;
  }
  count(record.drops, drops_max);
  return false;
}

// Average of the rate in quarter-octaves per pair of hits.
void CommandClients::observe(Record& record, std::uint32_t elapsed) {
  int rate = 20;
  if (elapsed > 0) {
    const std::uint64_t half_more = std::uint64_t{elapsed} + elapsed / 2;
    rate = std::max(16 - 4 * (static_cast<int>(std::bit_width(half_more)) - 1), -56);
  }
  if (record.rate == no_rate) {
    record.rate = rate;
  } else if (record.rate < rate) {
    ++record.rate;
  } else if (record.rate > rate + 10) {
    record.rate = rate + 10;
  } else if (record.rate > rate) {
    record.rate = (record.rate + rate - 1) / 2;
  }
}

std::int8_t CommandClients::reported_interval(const Record& record) {
  if (record.rate == no_rate) return 127;
  return static_cast<std::int8_t>((record.rate > 0 ? record.rate + 2 : record.rate - 2) / -4);
}

std::uint32_t CommandClients::ago_s(const Record& record, MonoTime now) const {
  return (ticks(now) - record.last_hit) / 16;
}

const CommandClients::Record* CommandClients::at(std::size_t index) const {
  if (index >= records_.size() || records_[index].address.family == TACTUS_FAMILY_NONE) return nullptr;
  return &records_[index];
}

const CommandClients::Record* CommandClients::find(const tactus_address& client) const {
  if (records_.empty()) return nullptr;
  const std::size_t first = slot_of(client);
  for (std::size_t i = first; i < first + slot_size; ++i) {
    if (records_[i].address.family != TACTUS_FAMILY_NONE && same_address(records_[i].address, client)) {
      return &records_[i];
    }
  }
  return nullptr;
}

void CommandClients::reset(const tactus_address& client) {
  if (const Record* found = find(client)) {
    Record& record = records_[static_cast<std::size_t>(found - records_.data())];
    record.hits = 0;
    record.drops = 0;
  }
}

}  // namespace tactus::cmdmon
