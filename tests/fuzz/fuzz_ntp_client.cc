// SPDX-License-Identifier: Apache-2.0
// Fuzz target of the client engine: the input is a script of datagrams that an association gets, most of them made to
// pass the origin test. Whatever comes, it keeps its counts, its timer and its limits. NTP specification section 8.
// links: ntp_engine
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "association.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace tactus;
using namespace tactus::ntp;

void fill_random(void* user, void* buffer, std::uint32_t length) {
  auto& state = *static_cast<std::uint64_t*>(user);
  auto* out = static_cast<std::uint8_t*>(buffer);
  for (std::uint32_t i = 0; i < length; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    out[i] = static_cast<std::uint8_t>(state >> 33);
  }
}

struct Core final : View {
  [[nodiscard]] tactus_source_stats stats() const override {
    tactus_source_stats stats{};
    stats.struct_size = sizeof stats;
    stats.samples = samples;
    stats.reach = 1;
    stats.min_delay_s = 0.001;
    stats.stddev_s = 1e-5;
    stats.skew = 1e-6;
    stats.estimate_ns = estimate_ns;
    stats.last_filter_delay_s = std::numeric_limits<double>::infinity();
    return stats;
  }
  [[nodiscard]] double predicted_offset_s(Instant) const override { return 0; }
  [[nodiscard]] tactus_reference reference(Instant at) const override {
    tactus_reference own{};
    own.struct_size = sizeof own;
    own.stratum = 3;
    own.refid = 0x0a000001;
    own.reference_time_ns = to_ns(at) - 1'000'000'000;
    return own;
  }
  std::uint32_t samples = 0;
  std::int64_t estimate_ns = 0;
};

// Reads the script: octets, zero at the end.
struct Script {
  Bytes rest;
  std::uint8_t octet() {
    if (rest.empty()) return 0;
    const std::uint8_t value = rest[0];
    rest = rest.subspan(1);
    return value;
  }
  std::vector<std::uint8_t> octets(std::size_t count) {
    count = std::min(count, rest.size());
    std::vector<std::uint8_t> value(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
    rest = rest.subspan(count);
    return value;
  }
};

struct World {
  explicit World(const AssociationSettings& settings)
      : timers(pool), association(settings, LocalClock{.era = Era(218598736)}, pool, timers, nullptr) {
    tactus_address address{};
    address.family = TACTUS_FAMILY_IPV4;
    association.set_address(address, "0.0.0.0", context());
    association.start(context());
    settle();
  }
  [[nodiscard]] Context context() const { return Context{.mono = mono, .now = now(), .view = core}; }
  [[nodiscard]] Instant now() const { return from_ns<Instant>(1'795'400'000'000'000'000 + to_ns(mono)); }
  [[nodiscard]] tactus_stamp stamp() const {
    tactus_stamp stamp{};
    stamp.raw_ns = stamp.corrected_ns = to_ns(now());
    return stamp;
  }

  void settle() {
    for (;;) {
      while (auto event = association.next_event()) take(*event);
      const auto outgoing = association.next_outgoing(context());
      if (!outgoing) break;
      TACTUS_ASSERT(outgoing->bytes.size() >= header_bytes && outgoing->bytes.size() <= packet_max_bytes);
      request = read_header(outgoing->bytes);
      association.on_transmitted(outgoing->id, stamp(), context());
    }
  }

  void take(const Event& event) {
    tactus_sample_result result{};
    result.struct_size = sizeof result;
    if (const auto* sampled = std::get_if<Sampled>(&event)) {
      const tactus_sample& sample = sampled->sample;
      TACTUS_ASSERT(std::isfinite(sample.offset_s) && sample.peer_delay_s >= 0 && sample.root_dispersion_s >= 0);
      core.samples = std::min(64U, core.samples + 1);
      core.estimate_ns = sample.corrected_ns;
      result.accumulated = 1;
      result.samples = core.samples;
      result.prediction_error_s = std::abs(sample.offset_s);
      result.peer_delay_s = sample.peer_delay_s;
      result.peer_dispersion_s = sample.peer_dispersion_s;
      association.on_sample_result(result, context());
    } else if (std::holds_alternative<Missed>(event)) {
      association.on_sample_result(result, context());
    } else if (const auto* shift = std::get_if<ShiftOffsets>(&event)) {
      TACTUS_ASSERT(std::abs(shift->offset_s) <= 16);
    }
  }

  void to_deadline() {
    if (const auto next = association.deadline()) mono = std::max(mono, *next);
    association.on_timeout(context());
    settle();
  }

  void receive(Script& script) {
    const std::uint8_t kind = script.octet();
    std::vector<std::uint8_t> bytes = script.octets(kind & 0x40 ? 48 + (script.octet() & 0x7fU) * 4 : header_bytes);
    if (bytes.size() >= header_bytes && (kind & 1) != 0) {
      Header header = read_header(bytes);
      header.mode = association.is_peer() ? Mode::active : Mode::server;
      if ((kind & 2) == 0) header.version = 4;
      header.origin = (kind & 4) != 0 ? request.receive : request.transmit;
      if ((kind & 8) == 0) header.receive = to_ntp(now());
      if ((kind & 16) == 0) header.transmit = to_ntp(now());
      write_header(header, bytes);
    }
    mono += std::chrono::microseconds(100 * (kind & 0x20));
    association.on_datagram(bytes, Arrival{.stamp = stamp(), .local = {}}, context());
    settle();
  }

  void check() const {
    std::uint64_t sum = association.used();
    for (std::size_t i = 0; i < drop_count; ++i) sum += association.dropped(static_cast<Drop>(i));
    TACTUS_ASSERT(sum == association.datagrams());
    TACTUS_ASSERT(association.poll_log2_s() >= -2 && association.poll_log2_s() <= 8);
    if (association.operating_mode() != OperatingMode::offline) {
      const auto next = association.deadline();
      TACTUS_ASSERT(next && *next - mono < std::chrono::seconds(6 * 256 + 60));
    }
  }

  std::uint64_t random_state = 7;
  RandomPool pool{&fill_random, &random_state};
  Separation timers;
  Core core;
  MonoTime mono{};
  Header request{};
  Association association;
};

AssociationSettings settings_from(std::uint8_t bits) {
  AssociationSettings settings;
  settings.min_poll_log2_s = -2;
  settings.max_poll_log2_s = 8;
  settings.peer = (bits & 1) != 0;
  settings.interleaved = (bits & 2) != 0;
  settings.monotonic_root = (bits & 4) != 0;
  settings.network_correction = (bits & 8) != 0;
  settings.iburst = (bits & 16) != 0;
  settings.burst = (bits & 32) != 0;
  settings.presend_log2_s = (bits & 64) != 0 ? 1 : 100;
  settings.delay.max_delay_quantile = (bits & 128) != 0 ? 0.5 : 0;
  return settings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script{Bytes(data, size)};
  World world(settings_from(script.octet()));
  while (!script.rest.empty()) {
    const std::uint8_t action = script.octet();
    switch (action % 8) {
      case 0:
        world.association.set_offline(world.context());
        break;
      case 1:
        world.association.set_online(world.context());
        break;
      case 2:
        world.association.burst(1U + action % 4, 4U + action % 8, world.context());
        break;
      case 3: {
        tactus_clock_change change{};
        change.struct_size = sizeof change;
        change.kind = action / 8 % 3;
        change.corrected_ns = to_ns(world.now());
        change.offset_s = static_cast<double>(action) - 128;
        world.association.on_clock_change(change, world.context());
        break;
      }
      case 4:
        world.to_deadline();
        break;
      default:
        world.receive(script);
        break;
    }
    world.settle();
    world.check();
  }
  return 0;
}
