// SPDX-License-Identifier: Apache-2.0
// What the tests of the NTP client engine share: seeded randomness, a core that remembers samples, a rig that drives
// one association in virtual time, reading of vectors.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "association.hpp"
#include "refid.hpp"

namespace tactus::ntp::testing {

inline std::vector<std::uint8_t> from_hex(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// From tests/data/ntp, or from tests/data/ntp_server when the server's tests use the same vectors.
// `key` is the part of the file that is wanted.
inline nlohmann::json load_vectors(const std::string& name, const char* key) {
  for (const char* folder : {"/ntp/", "/ntp_server/"}) {
    std::ifstream file(std::string(TACTUS_TEST_DATA) + folder + name);
    if (file) return nlohmann::json::parse(file).at(key);
  }
  throw std::runtime_error("missing test data: " + name);
}

// splitmix64: the same bits on every machine.
struct Seeded {
  std::uint64_t state = 1;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  static void fill(void* user, void* buffer, std::uint32_t length) {
    auto* self = static_cast<Seeded*>(user);
    auto* out = static_cast<std::uint8_t*>(buffer);
    for (std::uint32_t i = 0; i < length; ++i) out[i] = static_cast<std::uint8_t>(self->next());
  }
};

// A core that counts samples and predicts what it is told to.
class FakeCore : public View {
 public:
  FakeCore() {
    stats_value.struct_size = sizeof stats_value;
    stats_value.min_delay_s = std::numeric_limits<double>::infinity();
    stats_value.last_filter_delay_s = std::numeric_limits<double>::infinity();
    stats_value.skew = 1e-6;
    own.struct_size = sizeof own;
    own.leap = TACTUS_LEAP_UNSYNCHRONISED;
    own.stratum = 16;
    own.precision_log2_s = -26;
    own.root_delay_s = 1;
    own.root_dispersion_s = 1;
  }
  [[nodiscard]] tactus_source_stats stats() const override { return stats_value; }
  [[nodiscard]] double predicted_offset_s(Instant) const override { return predicted_s; }
  [[nodiscard]] tactus_reference reference(Instant) const override { return own; }

  tactus_source_stats stats_value{};
  tactus_reference own{};
  double predicted_s = 0;
  bool count_samples = true;      // the store fills up by samples
  double prediction_error_s = 0;  // reported for each sample
};

constexpr std::int64_t test_start_s = 1'795'400'000;  // November 2026, the time of the captures

inline tactus_address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, std::uint16_t port = 123) {
  tactus_address address{};
  address.family = TACTUS_FAMILY_IPV4;
  address.port = port;
  address.bytes[0] = a;
  address.bytes[1] = b;
  address.bytes[2] = c;
  address.bytes[3] = d;
  return address;
}

inline LocalClock test_clock() {
  return LocalClock{.precision_s = 1.5e-8, .precision_log2_s = -26, .era = Era(218598736)};
}

// One association with its core, in virtual time. The owner moves the time and answers what `sent` holds.
struct Rig {
  explicit Rig(const AssociationSettings& settings, std::uint64_t seed = 1, Authenticator* auth = nullptr,
               const LocalClock& clock = test_clock())
      : seeded{seed}, pool(&Seeded::fill, &seeded), timers(pool), association(settings, clock, pool, timers, auth) {
    association.set_address(ipv4(192, 0, 2, 1), "192.0.2.1", context());
    settle();
  }

  struct Sent {
    std::uint32_t id;
    std::vector<std::uint8_t> bytes;
    Header header;
    MonoTime at;
    Instant now;
  };

  [[nodiscard]] Context context() const {
    return Context{.mono = mono, .now = now(), .view = core, .check_loop = check_loop};
  }
  // The local clock: `clock_offset_s` ahead of true time.
  [[nodiscard]] Instant now() const {
    return from_ns<Instant>(test_start_s * 1'000'000'000 + to_ns(mono)) + from_seconds(clock_offset_s);
  }
  [[nodiscard]] Instant true_time() const { return now() - from_seconds(clock_offset_s); }

  [[nodiscard]] static Era clock_era() { return test_clock().era; }

  void start() {
    association.start(context());
    settle();
  }

  // Does what the rim does after each call.
  void settle() {
    for (;;) {
      while (auto event = association.next_event()) handle(*event);
      const auto outgoing = association.next_outgoing(context());
      if (!outgoing) {
        if (auto event = association.next_event()) {
          handle(*event);
          continue;
        }
        return;
      }
      if (network_down) {
        association.on_send_failed(outgoing->id, context());
        continue;
      }
      Sent packet{.id = outgoing->id,
                  .bytes = {outgoing->bytes.begin(), outgoing->bytes.end()},
                  .header = {},
                  .at = mono,
                  .now = now()};
      packet.header = read_header(packet.bytes);
      sent.push_back(packet);
      association.on_transmitted(outgoing->id, stamp(now()), context());
    }
  }

  void handle(const Event& event) {
    tactus_sample_result result{};
    result.struct_size = sizeof result;
    if (const auto* bit = std::get_if<ReachBit>(&event)) {
      core.stats_value.reach = ((core.stats_value.reach << 1) | bit->bit) & 0xffU;
      core.stats_value.reach_size = std::min(8U, core.stats_value.reach_size + 1);
    } else if (std::holds_alternative<ResetReach>(event)) {
      core.stats_value.reach = 0;
    } else if (const auto* sampled = std::get_if<Sampled>(&event)) {
      samples.push_back(sampled->sample);
      if (core.count_samples) {
        core.stats_value.samples = std::min(64U, core.stats_value.samples + 1);
        core.stats_value.estimate_ns = sampled->sample.corrected_ns;
        core.stats_value.min_delay_s = std::min(core.stats_value.min_delay_s, sampled->sample.peer_delay_s);
        core.stats_value.stddev_s = 1e-3;
      }
      result.accumulated = 1;
      result.samples = core.stats_value.samples;
      result.prediction_error_s = core.prediction_error_s;
      result.peer_delay_s = sampled->sample.peer_delay_s;
      result.peer_dispersion_s = sampled->sample.peer_dispersion_s;
      association.on_sample_result(result, context());
    } else if (std::holds_alternative<Missed>(event)) {
      ++missed;
      association.on_sample_result(result, context());
    } else if (const auto* message = std::get_if<Message>(&event)) {
      messages.push_back(message->text);
    } else if (const auto* measured = std::get_if<Measured>(&event)) {
      log.push_back(*measured);
    } else if (const auto* active = std::get_if<SetActive>(&event)) {
      is_active = active->active;
    } else if (const auto* status = std::get_if<SourceStatus>(&event)) {
      stratum = status->stratum;
      leap = status->leap;
    } else if (const auto* refid = std::get_if<SourceRefid>(&event)) {
      copied_refid = refid->refid;
    } else if (const auto* shift = std::get_if<ShiftOffsets>(&event)) {
      shifts.push_back(shift->offset_s);
    } else if (std::holds_alternative<CloseSocket>(event)) {
      ++closed;
    } else if (std::holds_alternative<ForgetSamples>(event)) {
      ++forgotten;
    }
  }

  // Moves to the next deadline and lets it come. False when there is none before `end`.
  bool step(MonoTime end) {
    const auto next = association.deadline();
    if (!next || *next > end) {
      mono = std::max(mono, end);
      return false;
    }
    mono = std::max(mono, *next);
    association.on_timeout(context());
    settle();
    return true;
  }
  void run_until(MonoTime end) {
    while (step(end)) {
    }
  }
  // Runs until another packet was sent; fails the test when none is sent within a day.
  const Sent& next_request() {
    const std::size_t before = sent.size();
    const MonoTime end = mono + std::chrono::hours(24);
    while (sent.size() == before) {
      if (!step(end)) throw std::runtime_error("no request within a day");
    }
    return sent.back();
  }

  void receive(const std::vector<std::uint8_t>& bytes) {
    Arrival arrival{.stamp = stamp(now()), .local = ipv4(192, 0, 2, 99, 0)};
    association.on_datagram(bytes, arrival, context());
    settle();
  }

  static tactus_stamp stamp(Instant time, std::uint32_t origin = TACTUS_STAMP_DAEMON) {
    tactus_stamp result{};
    result.raw_ns = to_ns(time);
    result.corrected_ns = to_ns(time);
    result.error_s = 1e-7;
    result.origin = origin;
    return result;
  }
  static double seconds(MonoTime time) { return to_seconds(time.time_since_epoch()); }

  Seeded seeded;
  RandomPool pool;
  Separation timers;
  FakeCore core;
  MonoTime mono{std::chrono::seconds(1000)};
  double clock_offset_s = 0;
  bool network_down = false;
  bool check_loop = true;
  std::vector<Sent> sent;
  std::vector<tactus_sample> samples;
  std::vector<std::string> messages;
  std::vector<Measured> log;
  std::vector<double> shifts;
  int missed = 0;
  int closed = 0;
  int forgotten = 0;
  bool is_active = false;
  std::uint32_t stratum = 99;
  std::uint32_t leap = 99;
  std::uint32_t copied_refid = 0;
  Association association;
};

// A synchronised answer of a stratum 1 server to a request: received at `receive`, sent at `transmit` (server's clock).
inline Header answer_to(const Header& request, Instant receive, Instant transmit) {
  Header answer;
  answer.version = request.version;
  answer.mode = Mode::server;
  answer.stratum = 1;
  answer.poll_log2_s = request.poll_log2_s;
  answer.precision_log2_s = -24;
  answer.root_delay_16_16 = 0x100;
  answer.root_dispersion_16_16 = 0x100;
  answer.refid = 0x47505300;
  answer.reference = to_ntp(receive - std::chrono::seconds(10));
  answer.origin = request.transmit;
  answer.receive = Ntp64{to_ntp(receive).value | 1U};
  answer.transmit = Ntp64{to_ntp(transmit).value & ~std::uint64_t{1}};
  return answer;
}

inline std::vector<std::uint8_t> bytes_of(const Header& header) {
  std::vector<std::uint8_t> bytes(header_bytes);
  write_header(header, bytes);
  return bytes;
}

// The rig's newest request is answered after `delay_s` of path each way; the server's clock is true.
inline std::vector<std::uint8_t> answer(Rig& rig, double delay_s = 0.001, double dwell_s = 1e-5,
                                        const std::function<void(Header&)>& change = {}) {
  const Rig::Sent& request = rig.sent.back();
  const Instant sent_true = request.now - from_seconds(rig.clock_offset_s);
  Header header =
      answer_to(request.header, sent_true + from_seconds(delay_s), sent_true + from_seconds(delay_s + dwell_s));
  if (change) change(header);
  rig.mono = request.at + from_seconds(2 * delay_s + dwell_s);
  std::vector<std::uint8_t> bytes = bytes_of(header);
  rig.receive(bytes);
  return bytes;
}

}  // namespace tactus::ntp::testing
