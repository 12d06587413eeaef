// SPDX-License-Identifier: Apache-2.0
// Transmit times of responses, kept by the receive timestamp that the response carried, for interleaved clients
// (RFC 9769; NTP specification section 21.1). One ring for all clients, ordered by receive timestamp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tactus::ntp {

class TimestampStore {
 public:
  struct Transmit {
    std::int64_t corrected_ns = 0;  // as it will be served, ns since 1970; 0: none that can be used
    std::uint32_t origin = 0;       // TACTUS_STAMP_*
  };

  // `capacity` entries are allocated with the first save.
  explicit TimestampStore(std::uint32_t capacity) noexcept : capacity_(capacity) {}

  // Remembers the transmit time of a response whose receive field was `receive_ntp` (as sent, served time). A receive
  // timestamp that is there already becomes ambiguous and is never answered.
  void save(std::uint64_t receive_ntp, const Transmit& transmit);
  // A better transmit time of that response; used when it is 0..1 s later than the stored one.
  void improve(std::uint64_t receive_ntp, const Transmit& transmit);
  // The transmit time for an interleaved response; each is given out once.
  std::optional<Transmit> take(std::uint64_t receive_ntp);
  // The clock was slewed by offset_s (positive: moved back) at an instant given as NTP time.
  void on_slew(double offset_s) noexcept;
  void clear() noexcept;

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  // From the oldest to the newest receive timestamp, whole seconds.
  [[nodiscard]] std::uint64_t span_s() const noexcept;

 private:
  struct Entry {
    std::uint64_t receive = 0;
    std::int32_t delay_low = 0;   // transmit minus receive, ns, in 31 bits around zero
    std::uint16_t slew_epoch = 0;
    std::uint8_t origin = 0;
    std::uint8_t flags = 0;
  };

  [[nodiscard]] Entry& at(std::uint32_t index) noexcept { return ring_[(first_ + index) % capacity_]; }
  [[nodiscard]] const Entry& at(std::uint32_t index) const noexcept { return ring_[(first_ + index) % capacity_]; }
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t receive) const noexcept;
  Entry* place(std::uint64_t receive);
  static void set_transmit(Entry& entry, const Transmit& transmit) noexcept;
  [[nodiscard]] static std::int64_t transmit_of(const Entry& entry) noexcept;

  std::uint32_t capacity_;
  std::vector<Entry> ring_;
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  std::uint16_t slew_epoch_ = 0;
  double slew_offset_s_ = 0;
};

}  // namespace tactus::ntp
