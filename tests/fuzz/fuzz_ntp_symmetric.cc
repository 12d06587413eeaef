// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the symmetric mode: two peers whose packets the input loses, delays, repeats, changes and forges, and
// whose clocks it steps. Whatever came before, they measure each other again when the network has become honest. NTP
// specification sections 8.5 and 9.2.
// links: ntp_engine
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "association.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace tactus;
using namespace tactus::ntp;

constexpr std::int64_t start_ns = 1'795'400'000'000'000'000;
constexpr std::size_t history_limit = 64;
constexpr int honest_turns = 400;

void fill_random(void* user, void* buffer, std::uint32_t length) {
  auto& state = *static_cast<std::uint64_t*>(user);
  auto* out = static_cast<std::uint8_t*>(buffer);
  for (std::uint32_t i = 0; i < length; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    out[i] = static_cast<std::uint8_t>(state >> 33);
  }
}

AssociationSettings settings_from(std::uint8_t bits) {
  AssociationSettings settings;
  settings.peer = true;
  settings.min_poll_log2_s = -1;
  settings.max_poll_log2_s = 6;
  settings.interleaved = (bits & 1) != 0;
  settings.monotonic_root = (bits & 2) != 0;
  settings.network_correction = (bits & 4) != 0;
  return settings;
}

// One peer: its clock and what its core knows.
class Side final : public View {
 public:
  Side(std::uint8_t number, std::uint8_t bits)
      : number_(number),
        random_state_(number),
        association_(settings_from(bits), LocalClock{.era = Era(218598736)}, pool_, timers_, nullptr) {
    tactus_address address{};
    address.family = TACTUS_FAMILY_IPV4;
    address.bytes[0] = 10;
    address.bytes[3] = static_cast<std::uint8_t>(3 - number);  // of the other
    association_.set_address(address, "peer", context({}));
    association_.start(context({}));
  }
  [[nodiscard]] Context context(MonoTime mono) const {
    return Context{.mono = mono, .now = now(mono), .view = *this, .monotonic_epoch = number_};
  }
  [[nodiscard]] tactus_stamp stamp(MonoTime mono) const {
    tactus_stamp stamp{};
    stamp.raw_ns = stamp.corrected_ns = to_ns(now(mono));
    stamp.error_s = 1e-9;
    return stamp;
  }
  // Hands on what it wants to send.
  template <class Send>
  void settle(MonoTime mono, Send send) {
    for (;;) {
      while (const auto event = association_.next_event()) take(*event, mono);
      const auto outgoing = association_.next_outgoing(context(mono));
      if (!outgoing) return;
      TACTUS_ASSERT(outgoing->bytes.size() >= header_bytes && outgoing->bytes.size() <= packet_max_bytes);
      TACTUS_ASSERT(!outgoing->new_socket);
      last_sent_ = read_header(outgoing->bytes);
      TACTUS_ASSERT(last_sent_.mode == Mode::active);
      send(std::vector<std::uint8_t>(outgoing->bytes.begin(), outgoing->bytes.end()));
      association_.on_transmitted(outgoing->id, stamp(mono), context(mono));
    }
  }
  void step(MonoTime mono, double offset_s, bool known) {
    tactus_clock_change change{};
    change.struct_size = sizeof change;
    change.kind = known ? TACTUS_CLOCK_STEP : TACTUS_CLOCK_UNKNOWN;
    change.corrected_ns = to_ns(now(mono));
    change.offset_s = offset_s;
    offset_ -= from_seconds(offset_s);
    association_.on_clock_change(change, context(mono));
  }
  void check(MonoTime mono) const {
    std::uint64_t sum = association_.used();
    for (std::size_t i = 0; i < drop_count; ++i) sum += association_.dropped(static_cast<Drop>(i));
    TACTUS_ASSERT(sum == association_.datagrams());
    const auto next = association_.deadline();
    TACTUS_ASSERT(next && *next - mono < std::chrono::seconds(2 * 64));
  }
  [[nodiscard]] Association& association() noexcept { return association_; }
  [[nodiscard]] const Header& last_sent() const noexcept { return last_sent_; }

  [[nodiscard]] tactus_source_stats stats() const override {
    tactus_source_stats stats{};
    stats.struct_size = sizeof stats;
    stats.reach = reach_;
    stats.min_delay_s = 0.001;
    stats.stddev_s = 1e-5;
    stats.skew = 1e-6;
    stats.last_filter_delay_s = std::numeric_limits<double>::infinity();
    return stats;
  }
  [[nodiscard]] double predicted_offset_s(Instant) const override { return 0; }
  [[nodiscard]] tactus_reference reference(Instant at) const override {
    tactus_reference own{};
    own.struct_size = sizeof own;
    own.stratum = 3;
    own.precision_log2_s = -20;
    own.refid = 0x0b000000U + number_;
    own.reference_time_ns = to_ns(at) - 1'000'000'000;
    own.root_delay_s = own.root_dispersion_s = 0.001;
    return own;
  }

 private:
  [[nodiscard]] Instant now(MonoTime mono) const { return from_ns<Instant>(start_ns + to_ns(mono)) + offset_; }
  void take(const Event& event, MonoTime mono) {
    if (const auto* bit = std::get_if<ReachBit>(&event)) reach_ = (reach_ << 1 | bit->bit) & 0xff;
    tactus_sample_result result{};
    result.struct_size = sizeof result;
    if (const auto* sampled = std::get_if<Sampled>(&event)) {
      TACTUS_ASSERT(std::isfinite(sampled->sample.offset_s) && sampled->sample.peer_delay_s >= 0);
      result.accumulated = 1;
      result.samples = 1;
      association_.on_sample_result(result, context(mono));
    } else if (std::holds_alternative<Missed>(event)) {
      association_.on_sample_result(result, context(mono));
    }
  }

  std::uint8_t number_;
  std::uint64_t random_state_;
  RandomPool pool_{&fill_random, &random_state_};
  Separation timers_{pool_};
  std::uint32_t reach_ = 0;
  Duration offset_{};
  Header last_sent_{};
  Association association_;
};

struct Script {
  Bytes rest;
  std::uint8_t octet() {
    if (rest.empty()) return 0;
    const std::uint8_t value = rest[0];
    rest = rest.subspan(1);
    return value;
  }
};

struct Letter {
  std::size_t to;
  std::vector<std::uint8_t> bytes;
};

class World {
 public:
  explicit World(std::uint8_t bits) : sides_{Side(1, bits), Side(2, bits)} {
    for (std::size_t i = 0; i < sides_.size(); ++i) settle(i);
  }

  void act(std::uint8_t action, Script& script) {
    const std::size_t side = action >> 3 & 1U;
    switch (action % 8) {
      case 0:
        to_deadline();
        break;
      case 1:
        if (auto packet = oldest()) deliver(*packet);
        break;
      case 2:
        oldest();
        break;
      case 3:
        if (!history_.empty()) deliver(Letter(history_[script.octet() % history_.size()]));
        break;
      case 4:
        if (auto packet = oldest()) {
          const std::size_t place = script.octet() % packet->bytes.size();
          packet->bytes[place] = script.octet();
          deliver(*packet);
        }
        break;
      case 5:
        forge(side, script);
        break;
      case 6:
        sides_[side].step(mono_, (script.octet() - 128) * 0.01, (action & 16) != 0);
        settle(side);
        break;
      default:
        mono_ += std::chrono::milliseconds(1U << (action >> 4));
        break;
    }
    for (const Side& each : sides_) each.check(mono_);
  }

  // The network has become honest.
  void require_recovery() {
    std::array<std::uint64_t, 2> before{};
    for (std::size_t i = 0; i < before.size(); ++i) before[i] = sides_[i].association().used();
    way_.clear();
    for (int turn = 0; turn < honest_turns; ++turn) {
      to_deadline();
      while (auto packet = oldest()) deliver(*packet);
      if (sides_[0].association().used() > before[0] && sides_[1].association().used() > before[1]) return;
    }
    const bool recovered = false;  // within honest_turns
    TACTUS_ASSERT(recovered);
  }

 private:
  std::optional<Letter> oldest() {
    if (way_.empty()) return std::nullopt;
    Letter packet = std::move(way_.front());
    way_.erase(way_.begin());
    return packet;
  }
  void settle(std::size_t side) {
    sides_[side].settle(mono_, [&](std::vector<std::uint8_t> bytes) {
      way_.push_back({1 - side, bytes});
      if (history_.size() < history_limit) history_.push_back({1 - side, std::move(bytes)});
    });
  }
  void deliver(const Letter& packet) {
    mono_ += std::chrono::microseconds(100);
    Side& side = sides_[packet.to];
    side.association().on_datagram(packet.bytes, Arrival{.stamp = side.stamp(mono_), .local = {}}, side.context(mono_));
    settle(packet.to);
  }
  // By somebody who reads along.
  void forge(std::size_t side, Script& script) {
    Header header;
    header.version = 4;
    header.mode = (script.octet() & 1) != 0 ? Mode::active : Mode::passive;
    header.stratum = script.octet() % 17;
    header.poll_log2_s = static_cast<std::int8_t>(script.octet());
    header.origin = (script.octet() & 1) != 0 ? sides_[side].last_sent().transmit : sides_[side].last_sent().receive;
    header.receive = to_ntp(from_ns<Instant>(start_ns + (script.octet() - 128) * 10'000'000'000));
    header.transmit = to_ntp(from_ns<Instant>(start_ns + (script.octet() - 128) * 10'000'000'000));
    std::vector<std::uint8_t> bytes(header_bytes);
    write_header(header, bytes);
    deliver({side, std::move(bytes)});
  }
  void to_deadline() {
    std::size_t first = 0;
    if (sides_[1].association().deadline() < sides_[0].association().deadline()) first = 1;
    Side& side = sides_[first];
    mono_ = std::max(mono_ + std::chrono::microseconds(10), side.association().deadline().value_or(mono_));
    side.association().on_timeout(side.context(mono_));
    settle(first);
  }

  MonoTime mono_{};
  std::array<Side, 2> sides_;
  std::vector<Letter> way_;
  std::vector<Letter> history_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script{Bytes(data, size)};
  World world(script.octet());
  while (!script.rest.empty()) world.act(script.octet(), script);
  world.require_recovery();
  return 0;
}
