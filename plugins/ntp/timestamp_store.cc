// SPDX-License-Identifier: Apache-2.0
// The ring of interleaved timestamps: NTP specification section 21.1.
#include "timestamp_store.hpp"

#include <algorithm>

#include <tactus/time.hpp>

namespace tactus::ntp {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t seconds_1900_to_1970 = 2'208'988'800;
constexpr double fractions_per_ns = 4.294967296;
constexpr std::uint32_t search_depth = 64;  // how far from the end an entry is moved in

// Order that holds over the end of an era.
bool older(std::uint64_t a, std::uint64_t b) { return static_cast<std::int64_t>(a - b) < 0; }

std::int64_t nanoseconds_of(std::uint64_t ntp) {
  return static_cast<std::int64_t>(static_cast<double>(ntp & 0xffffffffU) / fractions_per_ns);
}

// Served time minus an NTP timestamp near it, ns.
std::int64_t difference_ns(std::int64_t served_ns, std::uint64_t ntp) {
  std::int64_t seconds = served_ns / second_ns;
  std::int64_t rest = served_ns % second_ns;
  if (rest < 0) {
    rest += second_ns;
    --seconds;
  }
  const auto high = static_cast<std::uint32_t>(seconds + seconds_1900_to_1970);
  const auto ahead = static_cast<std::int32_t>(high - static_cast<std::uint32_t>(ntp >> 32));
  return std::int64_t{ahead} * second_ns + rest - nanoseconds_of(ntp);
}

std::uint64_t add_ns(std::uint64_t ntp, std::int64_t delta_ns) {
  auto high = static_cast<std::uint32_t>(ntp >> 32);
  std::int64_t rest = nanoseconds_of(ntp) + delta_ns;
  while (rest < 0) {
    rest += second_ns;
    --high;
  }
  while (rest >= second_ns) {
    rest -= second_ns;
    ++high;
  }
  const auto low = static_cast<std::uint32_t>(static_cast<double>(rest) * fractions_per_ns);
  return (std::uint64_t{high} << 32) | low;
}

}  // namespace

std::uint32_t TimestampStore::lower_bound(std::uint64_t receive) const noexcept {
  std::uint32_t low = 0;
  std::uint32_t high = size_;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (older(at(middle).receive, receive)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

TimestampStore::Entry* TimestampStore::find(std::uint64_t receive) noexcept {
  const std::uint32_t index = lower_bound(receive);
  return index < size_ && at(index).receive == receive ? &at(index) : nullptr;
}

void TimestampStore::set_transmit(Entry& entry, const Transmit& transmit) const noexcept {
  const std::int64_t delay = difference_ns(transmit.served_ns, entry.receive);
  const bool usable = delay >= -2 * second_ns && delay < 2 * second_ns;
  entry.delay_ns = usable ? static_cast<std::int32_t>(delay) : 0;
  entry.flags = usable ? 0 : unusable;
  entry.origin = static_cast<std::uint8_t>(transmit.origin);
  entry.corrections = corrections_;
}

void TimestampStore::place(std::uint32_t position, const Entry& entry) {
  if (position < size_ && size_ - position > search_depth) {
    at(position > 0 ? position - 1 : 0) = entry;
    return;
  }
  if (size_ == capacity_) {
    if (position == 0) {
      at(0) = entry;
      return;
    }
    first_ = (first_ + 1) % capacity_;
    --size_;
    --position;
  }
  ++size_;
  for (std::uint32_t i = size_ - 1; i > position; --i) at(i) = at(i - 1);
  at(position) = entry;
}

void TimestampStore::save(std::uint64_t receive_ntp, const Transmit& transmit) {
  if (capacity_ == 0) return;
  if (ring_.empty()) ring_.resize(capacity_);
  if (Entry* known = find(receive_ntp); known != nullptr) {
    known->flags |= disabled;
    return;
  }
  // Entries from the future are those from before a step back of the clock.
  while (size_ > 0 && older(receive_ntp + (std::uint64_t{1} << 32), at(size_ - 1).receive)) --size_;
  Entry entry;
  entry.receive = receive_ntp;
  set_transmit(entry, transmit);
  place(lower_bound(receive_ntp), entry);
}

void TimestampStore::improve(std::uint64_t receive_ntp, const Transmit& transmit) {
  Entry* entry = find(receive_ntp);
  if (entry == nullptr || (entry->flags & unusable) != 0) return;
  Transmit better = transmit;
  if (static_cast<std::uint16_t>(corrections_ - entry->corrections) == 1) {
    better.served_ns += from_seconds(last_correction_s_).count();
  }
  const std::int64_t delay = difference_ns(better.served_ns, receive_ntp);
  if (delay < entry->delay_ns || delay > entry->delay_ns + second_ns || delay >= 2 * second_ns) return;
  entry->delay_ns = static_cast<std::int32_t>(delay);
  entry->origin = static_cast<std::uint8_t>(transmit.origin);
}

std::optional<TimestampStore::Stored> TimestampStore::take(std::uint64_t receive_ntp) {
  Entry* entry = find(receive_ntp);
  if (entry == nullptr || (entry->flags & disabled) != 0) return std::nullopt;
  entry->flags |= disabled;
  if ((entry->flags & unusable) != 0) return Stored{};
  return Stored{add_ns(receive_ntp, entry->delay_ns), entry->origin};
}

void TimestampStore::on_correction(double offset_s) noexcept {
  ++corrections_;
  last_correction_s_ = offset_s;
}

std::uint64_t TimestampStore::span_s() const noexcept {
  return size_ < 2 ? 0 : (at(size_ - 1).receive - at(0).receive) >> 32;
}

}  // namespace tactus::ntp
