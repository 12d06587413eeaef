// SPDX-License-Identifier: Apache-2.0
// Client records and response rate limit: NTP specification sections 19 and 20.
#include "client_log.hpp"

#include <algorithm>
#include <cstring>

#include <tactus/reports.h>

namespace tactus::ntp {
namespace {

constexpr std::uint64_t tick_ns = 62'500'000;  // 1/16 s
constexpr std::uint64_t bytes_per_record = 64 + 16;
constexpr std::uint32_t max_slots = 1U << 20;
constexpr std::int8_t lowest_rate = -56;

constexpr std::size_t index_of(Service service) { return static_cast<std::size_t>(service); }

// Rate in quarter octaves of one interval in ticks; specification 12.1 of the command protocol.
int rate_of(std::uint32_t interval) {
  if (interval == 0) return 20;
  std::uint64_t scaled = std::uint64_t{interval} + interval / 2;
  int rate = 16;
  while (scaled > 1 && rate > lowest_rate) {
    scaled >>= 1;
    rate -= 4;
  }
  return rate;
}

// The running average follows a falling rate at once by half and a rising one slowly.
void update_rate(std::int8_t& rate, std::uint32_t interval) {
  const int target = rate_of(interval);
  int value = rate;
  if (value == ClientLog::unknown_rate) {
    value = target;
  } else if (value < target) {
    value += 1;
  } else if (value > target + 10) {
    value = target + 10;
  } else if (value > target) {
    value = (value + target - 1) / 2;
  }
  rate = static_cast<std::int8_t>(value);
}

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint32_t latest_age(const ClientLog::Record& record, std::uint32_t now) {
  std::uint32_t age = 0xffffffffU;
  for (const std::uint32_t last : record.last) {
    if (last != 0) age = std::min(age, now - last);
  }
  return age;
}

std::uint64_t total_hits(const ClientLog::Record& record) {
  std::uint64_t sum = 0;
  for (const std::uint32_t hits : record.hits) sum += hits;
  return sum;
}

}  // namespace

TokenBucket TokenBucket::from(const RateLimit& limit) noexcept {
  const int interval = std::clamp(limit.interval_log2_s, -19, 12);
  auto burst = static_cast<std::uint32_t>(std::clamp(limit.burst, 1, 255));
  TokenBucket bucket;
  if (interval < -4) {
    bucket.shift = interval + 4;
    bucket.per_response = 1;
    burst = std::max(1U << -bucket.shift, burst);
  } else {
    int shift = 0;
    while (shift < interval + 4 && burst << (4 + interval - shift) >= 65536) ++shift;
    bucket.shift = shift;
    bucket.per_response = 1U << (4 + interval - shift);
  }
  bucket.size = bucket.per_response * burst;
  return bucket;
}

ClientLog::ClientLog(const Config& config, RandomPool& random)
    : enabled_(config.enabled),
      max_records_(capacity(config.limit_bytes)),
      random_(random),
      seeds_{random.bits64() | 1U, random.bits64() | 1U},
      tick_shift_ns_(random.bits64() % tick_ns) {
  for (std::size_t i = 0; i < service_count; ++i) {
    if (!config.limits[i]) continue;
    limits_[i] = *config.limits[i];
    limits_[i].interval_log2_s = std::clamp(limits_[i].interval_log2_s, -19, 12);
    limits_[i].leak_log2 = std::clamp(limits_[i].leak_log2, 1, 4);
    limits_[i].kod_log2 = std::clamp(limits_[i].kod_log2, 0, 4);
    buckets_[i] = TokenBucket::from(limits_[i]);
  }
}

std::uint32_t ClientLog::capacity(std::uint64_t limit_bytes) noexcept {
  // A third of the memory is kept back for the doubling of the table.
  const std::uint64_t wanted = limit_bytes * 2 / (bytes_per_record * slot_size * 3);
  std::uint32_t slots = 1;
  while (slots < max_slots && std::uint64_t{slots} * 2 <= wanted) slots *= 2;
  return slots * slot_size;
}

int ClientLog::limit_interval(Service service) const noexcept {
  const std::size_t i = index_of(service);
  return buckets_[i].per_response == 0 ? -19 : limits_[i].interval_log2_s;
}

std::uint32_t ClientLog::ticks(MonoTime now) const noexcept {
  const auto count = static_cast<std::uint32_t>((static_cast<std::uint64_t>(to_ns(now)) + tick_shift_ns_) / tick_ns);
  return count == 0 ? 1 : count;
}

std::uint32_t ClientLog::ago_s(std::uint32_t last, MonoTime now) const noexcept {
  return last == 0 ? TACTUS_AGO_NEVER : (ticks(now) - last) / 16;
}

int ClientLog::reported_interval(std::int8_t rate) noexcept {
  if (rate == unknown_rate) return 127;
  return (rate > 0 ? rate + 2 : rate - 2) / -4;
}

std::uint32_t ClientLog::slot_of(std::span<const std::uint8_t, 16> address, std::size_t slots) const noexcept {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::memcpy(&low, address.data(), sizeof low);
  std::memcpy(&high, address.data() + sizeof low, sizeof high);
  const std::uint64_t mixed = fold(fold(low ^ seeds_[0], seeds_[1]) ^ high, seeds_[0] ^ 0x9e3779b97f4a7c15U);
  return static_cast<std::uint32_t>(mixed & (slots - 1));
}

void ClientLog::grow() {
  const std::size_t old_slots = records_.size() / slot_size;
  const std::size_t slots = old_slots == 0 ? 1 : old_slots * 2;
  std::vector<Record> larger(slots * slot_size);
  std::vector<std::uint8_t> used(slots);
  for (const Record& record : records_) {
    if (record.family == TACTUS_FAMILY_NONE) continue;
    const std::uint32_t slot = slot_of(record.address, slots);
    larger[std::size_t{slot} * slot_size + used[slot]++] = record;  // a slot splits in two: it cannot overflow
  }
  records_ = std::move(larger);
}

std::uint32_t ClientLog::oldest_in(std::uint32_t slot, std::uint32_t now) const noexcept {
  std::uint32_t oldest = slot * slot_size;
  for (std::uint32_t i = oldest + 1; i < (slot + 1) * slot_size; ++i) {
    const std::uint32_t age = latest_age(records_[i], now);
    const std::uint32_t oldest_age = latest_age(records_[oldest], now);
    if (age > oldest_age || (age == oldest_age && total_hits(records_[i]) < total_hits(records_[oldest]))) oldest = i;
  }
  return oldest;
}

std::uint32_t ClientLog::find_or_make(const tactus_address& client, std::uint32_t now) {
  if (records_.empty()) grow();
  const std::span<const std::uint8_t, 16> address{client.bytes};
  std::uint32_t found = no_record;
  for (;;) {
    const std::uint32_t slot = slot_of(address, records_.size() / slot_size);
    for (std::uint32_t i = slot * slot_size; i < (slot + 1) * slot_size && found == no_record; ++i) {
      const Record& record = records_[i];
      if (record.family == TACTUS_FAMILY_NONE) {
        found = i;
      } else if (record.family == client.family && std::ranges::equal(record.address, address)) {
        return i;
      }
    }
    if (found != no_record) break;
    if (records_.size() >= max_records_) {
      found = oldest_in(slot, now);
      ++totals_.replaced;
      break;
    }
    grow();
  }
  Record fresh;
  std::ranges::copy(address, fresh.address.begin());
  fresh.family = static_cast<std::uint8_t>(client.family);
  for (std::size_t i = 0; i < service_count; ++i) fresh.tokens[i] = static_cast<std::uint16_t>(buckets_[i].size);
  records_[found] = fresh;
  return found;
}

void ClientLog::refill(Record& record, Service service, std::uint32_t last, std::uint32_t now) const noexcept {
  const TokenBucket& bucket = buckets_[index_of(service)];
  if (bucket.per_response == 0) return;
  std::uint64_t refill = 0;
  if (bucket.shift >= 0) {
    refill = (now >> bucket.shift) - (last >> bucket.shift);
  } else {
    refill = std::min<std::uint64_t>(std::uint64_t{now - last} << -bucket.shift, bucket.size);
  }
  std::uint16_t& tokens = record.tokens[index_of(service)];
  tokens = static_cast<std::uint16_t>(std::min<std::uint64_t>(tokens + refill, bucket.size));
}

std::uint32_t ClientLog::hit(Service service, const tactus_address& client, MonoTime now) {
  const std::size_t i = index_of(service);
  ++totals_.hits[i];
  if (!enabled_ || (client.family != TACTUS_FAMILY_IPV4 && client.family != TACTUS_FAMILY_IPV6)) return no_record;
  const std::uint32_t tick = ticks(now);
  const std::uint32_t found = find_or_make(client, tick);
  Record& record = records_[found];
  const std::uint32_t last = record.last[i];
  record.last[i] = tick;
  ++record.hits[i];
  if (last == 0 || static_cast<std::int32_t>(tick - last) < 0) return found;
  refill(record, service, last, tick);
  const bool after_drop = service == Service::ntp && (record.dropped & (1U << i)) != 0;
  update_rate(after_drop ? record.timeout_rate : record.rate[i], tick - last);
  return found;
}

Limit ClientLog::limit(Service service, std::uint32_t record_index) {
  const std::size_t i = index_of(service);
  const TokenBucket& bucket = buckets_[i];
  if (bucket.per_response == 0 || record_index == no_record) return Limit::pass;
  Record& record = records_.at(record_index);
  record.dropped = static_cast<std::uint8_t>(record.dropped & ~(1U << i));
  if (record.tokens[i] >= bucket.per_response) {
    record.tokens[i] = static_cast<std::uint16_t>(record.tokens[i] - bucket.per_response);
    return Limit::pass;
  }
  bool drop = !random_.one_in_power(static_cast<std::uint32_t>(limits_[i].leak_log2));
  // A client that asks faster while it gets no answer is better answered.
  if (service == Service::ntp && record.timeout_rate != unknown_rate && record.timeout_rate > record.rate[i] + 4) {
    drop = !drop;
  }
  if (!drop) {
    record.tokens[i] = 0;
    return Limit::pass;
  }
  if (limits_[i].kod_log2 > 0 && random_.one_in_power(static_cast<std::uint32_t>(limits_[i].kod_log2))) {
    return Limit::kod;
  }
  record.dropped = static_cast<std::uint8_t>(record.dropped | (1U << i));
  if (record.drops[i] != 0xffff) ++record.drops[i];
  ++totals_.drops[i];
  return Limit::drop;
}

void ClientLog::reset_counters(std::uint32_t index) {
  records_.at(index).hits = {};
  records_.at(index).drops = {};
}

}  // namespace tactus::ntp
