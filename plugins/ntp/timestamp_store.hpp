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
  // A transmit time on its way in.
  struct Transmit {
    std::int64_t served_ns = 0;  // corrected time plus smoothing, ns since 1970
    std::uint32_t origin = 0;    // TACTUS_STAMP_*
  };
  // The same on its way out.
  struct Stored {
    std::uint64_t ntp = 0;  // NTP timestamp, to the nanosecond; 0: there is none that can be used
    std::uint32_t origin = 0;
  };

  // `capacity` entries are allocated with the first save; 0 keeps nothing.
  explicit TimestampStore(std::uint32_t capacity) noexcept : capacity_(capacity) {}

  // Remembers the transmit time of a response with this receive field (as sent). A receive timestamp that is there
  // already becomes ambiguous and is never answered. A transmit time outside -2..+2 s of it is kept as unusable.
  void save(std::uint64_t receive_ntp, const Transmit& transmit);
  // A better transmit time of that response; used when it is 0..1 s later than the stored one. One correction of the
  // clock since then is taken back.
  void improve(std::uint64_t receive_ntp, const Transmit& transmit);
  // What is stored, for an interleaved response; each is given out once.
  std::optional<Stored> take(std::uint64_t receive_ntp);
  // The clock was moved by offset_s (positive: back).
  void on_correction(double offset_s) noexcept;
  void clear() noexcept { size_ = 0; }

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  // From the oldest to the newest receive timestamp, whole seconds.
  [[nodiscard]] std::uint64_t span_s() const noexcept;

 private:
  static constexpr std::uint8_t disabled = 1;
  static constexpr std::uint8_t unusable = 2;
  struct Entry {
    std::uint64_t receive = 0;
    std::int32_t delay_ns = 0;  // transmit minus receive, within +-2 s
    std::uint16_t corrections = 0;
    std::uint8_t origin = 0;
    std::uint8_t flags = 0;
  };

  [[nodiscard]] Entry& at(std::uint32_t index) noexcept { return ring_[(first_ + index) % capacity_]; }
  [[nodiscard]] const Entry& at(std::uint32_t index) const noexcept { return ring_[(first_ + index) % capacity_]; }
  // Index of the first entry that is not older; size_ when all are.
  [[nodiscard]] std::uint32_t lower_bound(std::uint64_t receive) const noexcept;
  [[nodiscard]] Entry* find(std::uint64_t receive) noexcept;
  void place(std::uint32_t position, const Entry& entry);
  void set_transmit(Entry& entry, const Transmit& transmit) const noexcept;

  std::uint32_t capacity_;
  std::vector<Entry> ring_;
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  std::uint16_t corrections_ = 0;
  double last_correction_s_ = 0;
};

}  // namespace tactus::ntp
