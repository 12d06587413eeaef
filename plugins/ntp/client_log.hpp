// SPDX-License-Identifier: Apache-2.0
// Records of the clients of a server and their response rate limit: token buckets per address and service.
// NTP specification sections 19 and 20; command protocol specification 12.1. Does no I/O; time is an argument.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tactus/abi.h>
#include <tactus/time.hpp>

#include "random_pool.hpp"

namespace tactus::ntp {

enum class Service : std::uint8_t { ntp, nts_ke, command };
inline constexpr std::size_t service_count = 3;

// Options of ratelimit and friends; values outside the range are moved to its nearer end.
struct RateLimit {
  int interval_log2_s = 3;  // -19..12
  int burst = 8;            // 1..255 responses
  int leak_log2 = 2;        // 1..4: one in 2^leak of those over the limit is answered
  int kod_log2 = 0;         // 0 off, 1..4: one in 2^kod of those not answered gets a RATE answer
};

// What a RateLimit means in tokens; time unit 1/16 s. NTP specification section 19.
struct TokenBucket {
  int shift = 0;                   // of the time unit; negative: several tokens per unit
  std::uint32_t per_response = 0;  // 0: not limited
  std::uint32_t size = 0;          // <= 65535
  static TokenBucket from(const RateLimit& limit) noexcept;
};

enum class Limit : std::uint8_t { pass, drop, kod };

class ClientLog {
 public:
  static constexpr std::uint32_t no_record = 0xffffffffU;
  static constexpr std::uint32_t slot_size = 16;
  static constexpr std::int8_t unknown_rate = -128;

  struct Config {
    bool enabled = true;                 // false: noclientlog
    std::uint64_t limit_bytes = 524288;  // clientloglimit
    std::array<std::optional<RateLimit>, service_count> limits{};
  };
  // Counters of the whole server, 64 bits each.
  struct Totals {
    std::array<std::uint64_t, service_count> hits{};
    std::array<std::uint64_t, service_count> drops{};
    std::uint64_t replaced = 0;  // records that had to give way ("log drops")
  };
  struct Record {
    std::array<std::uint8_t, 16> address{};
    std::array<std::uint32_t, service_count> last{};  // 1/16 s, 0 never
    std::array<std::uint32_t, service_count> hits{};
    std::array<std::uint16_t, service_count> drops{};
    std::array<std::uint16_t, service_count> tokens{};
    std::array<std::int8_t, service_count> rate{unknown_rate, unknown_rate, unknown_rate};
    std::int8_t timeout_rate = unknown_rate;  // between NTP requests that were not answered
    std::uint8_t dropped = 0;                 // bit per service: the last request was dropped
    std::uint8_t family = 0;                  // TACTUS_FAMILY_*; NONE: empty
  };

  ClientLog(const Config& config, RandomPool& random);

  // Counts a request, and finds or makes the client's record. `no_record` when the log is off. O(1), allocates only
  // when the table doubles.
  std::uint32_t hit(Service service, const tactus_address& client, MonoTime now);
  // Whether the request that hit() has just counted may be answered. A drop is counted.
  Limit limit(Service service, std::uint32_t record);

  [[nodiscard]] const Totals& totals() const noexcept { return totals_; }
  // log2 of the shortest average interval between responses; -19 when the service is not limited.
  [[nodiscard]] int limit_interval(Service service) const noexcept;
  // Number of slots for records; records are addressed 0..size()-1.
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(records_.size()); }
  [[nodiscard]] const Record& record(std::uint32_t index) const { return records_.at(index); }
  void reset_counters(std::uint32_t index);
  // Seconds since the last hit of a record; TACTUS_AGO_NEVER (0xffffffff) when there was none.
  [[nodiscard]] std::uint32_t ago_s(std::uint32_t last, MonoTime now) const noexcept;
  // log2 seconds as reported from a rate; 127 unknown.
  static int reported_interval(std::int8_t rate) noexcept;
  // Records and interleaved timestamps that fit into a memory limit, both counts are equal.
  static std::uint32_t capacity(std::uint64_t limit_bytes) noexcept;

 private:
  std::uint32_t find_or_make(const tactus_address& client, std::uint32_t now);
  [[nodiscard]] std::uint32_t oldest_in(std::uint32_t slot, std::uint32_t now) const noexcept;
  void grow();
  [[nodiscard]] std::uint32_t slot_of(std::span<const std::uint8_t, 16> address, std::size_t slots) const noexcept;
  [[nodiscard]] std::uint32_t ticks(MonoTime now) const noexcept;
  void refill(Record& record, Service service, std::uint32_t last, std::uint32_t now) const noexcept;

  bool enabled_;
  std::uint32_t max_records_;
  std::array<TokenBucket, service_count> buckets_{};
  std::array<RateLimit, service_count> limits_{};
  RandomPool& random_;
  std::array<std::uint64_t, 2> seeds_;
  std::uint64_t tick_shift_ns_;
  std::vector<Record> records_;
  Totals totals_;
};

}  // namespace tactus::ntp
