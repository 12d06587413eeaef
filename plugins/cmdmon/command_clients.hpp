// SPDX-License-Identifier: Apache-2.0
// Records of the addresses that send commands over UDP, and the rate limit of replies to them (command protocol
// specification 3.4 and 12.1). Bounded: the record with the oldest hit gives way. Does no I/O; time is an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tactus/abi.h>
#include <tactus/time.hpp>

namespace tactus::cmdmon {

// Directive cmdratelimit; values outside the effective range are moved to its nearer end.
struct RateLimit {
  int interval_log2_s = -4;  // -19..12
  int burst = 8;             // 1..255
  int leak_log2 = 2;         // 1..4: one in 2^leak of those over the limit is answered
};

class CommandClients {
 public:
  struct Record {
    tactus_address address{};
    std::uint32_t hits = 0;
    std::uint32_t drops = 0;
    std::uint32_t last_hit = 0;  // 1/16 s
    std::uint32_t tokens = 0;
    int rate = no_rate;  // average, quarter-octaves; see observe()
  };
  static constexpr int no_rate = 1000;
  static constexpr std::size_t slots = 64;
  static constexpr std::size_t slot_size = 16;

  // seed: keeps an attacker from aiming at a slot.
  CommandClients(std::optional<RateLimit> limit, std::uint32_t seed);

  // Counts a packet and finds or makes the record of its sender.
  Record& hit(const tactus_address& client, MonoTime now);
  // Whether the packet just counted may be answered. random: 32 fresh bits.
  bool allow(Record& record, std::uint32_t random);

  // Records in use, in table order; the index runs from 0 to slots * slot_size - 1.
  [[nodiscard]] const Record* at(std::size_t index) const;
  [[nodiscard]] const Record* find(const tactus_address& client) const;
  void reset(const tactus_address& client);  // counters only
  // Seconds since the last hit.
  [[nodiscard]] std::uint32_t ago_s(const Record& record, MonoTime now) const;
  // log2 s as reported, 127 unknown.
  static std::int8_t reported_interval(const Record& record);

 private:
  [[nodiscard]] std::size_t slot_of(const tactus_address& client) const;
  [[nodiscard]] std::uint32_t ticks(MonoTime now) const;
  static void observe(Record& record, std::uint32_t elapsed);

  bool limited_ = false;
  std::uint32_t seed_;
  std::uint32_t tick_offset_;  // ticks are randomly aligned
  std::uint32_t refill_per_tick_ = 0;
  std::uint32_t cost_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint32_t leak_mask_ = 0;
  std::vector<Record> records_;  // family NONE: free; allocated with the first hit
};

}  // namespace tactus::cmdmon
