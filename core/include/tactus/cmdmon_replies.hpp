// SPDX-License-Identifier: Apache-2.0
// Payloads of replies (command protocol specification, section 11). Meanings, units and signs are those of the tables
// there; a double is a protocol float.
#pragma once

#include <array>
#include <string_view>

#include <tactus/cmdmon_types.hpp>

namespace tactus::cmdmon {

struct NSourcesReply {
  std::uint32_t count = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.count);
  }
};

struct SourceDataReply {
  tactus_address address{};  // a reference clock: IPv4 with the reference id in the bytes, mode 2
  std::int16_t poll = 0;
  std::uint16_t stratum = 0;
  std::uint16_t state = 0;
  std::uint16_t mode = 0;
  std::uint16_t flags = 0;
  std::uint16_t reachability = 0;
  std::uint32_t since_sample = 0;
  double original_offset = 0.0;
  double offset = 0.0;
  double offset_error = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.poll), pass(self.stratum), pass(self.state), pass(self.mode), pass(self.flags);
    pass(self.reachability), pass(self.since_sample), pass(self.original_offset), pass(self.offset);
    pass(self.offset_error);
  }
};

// What clients show for each value of `state`, in order.
inline constexpr std::string_view source_state_letters = "*?x~+-";
// Value of `state` for a selection letter.
constexpr std::uint16_t source_state(char letter) noexcept {
  switch (letter) {
    case '*':
      return 0;
    case 'x':
      return 2;
    case '~':
      return 3;
    case '+':
      return 4;
    case 'W':
    case 'P':
    case 'U':
    case 'D':
    case 'L':
      return 5;
    default:
      return 1;
  }
}

struct TrackingReply {
  std::uint32_t refid = 0;
  tactus_address address{};
  std::uint16_t stratum = 0;
  std::uint16_t leap = 0;
  WireTime reference_time;
  double correction = 0.0;
  double last_offset = 0.0;
  double rms_offset = 0.0;
  double frequency_ppm = 0.0;
  double residual_frequency_ppm = 0.0;
  double skew_ppm = 0.0;
  double root_delay = 0.0;
  double root_dispersion = 0.0;
  double update_interval = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.refid), pass(self.address), pass(self.stratum), pass(self.leap), pass(self.reference_time);
    pass(self.correction), pass(self.last_offset), pass(self.rms_offset), pass(self.frequency_ppm);
    pass(self.residual_frequency_ppm), pass(self.skew_ppm), pass(self.root_delay), pass(self.root_dispersion);
    pass(self.update_interval);
  }
};

struct SourcestatsReply {
  std::uint32_t refid = 0;
  tactus_address address{};
  std::uint32_t samples = 0;
  std::uint32_t runs = 0;
  std::uint32_t span = 0;
  double stddev = 0.0;
  double residual_frequency_ppm = 0.0;
  double skew_ppm = 0.0;
  double offset = 0.0;
  double offset_error = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.refid), pass(self.address), pass(self.samples), pass(self.runs), pass(self.span), pass(self.stddev);
    pass(self.residual_frequency_ppm), pass(self.skew_ppm), pass(self.offset), pass(self.offset_error);
  }
};

struct RtcReply {
  WireTime reference_time;
  std::uint16_t samples = 0;
  std::uint16_t runs = 0;
  std::uint32_t span = 0;
  double fast = 0.0;
  double gain_ppm = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.reference_time), pass(self.samples), pass(self.runs), pass(self.span), pass(self.fast);
    pass(self.gain_ppm);
  }
};

struct ActivityReply {
  std::int32_t online = 0;
  std::int32_t offline = 0;
  std::int32_t burst_online = 0;
  std::int32_t burst_offline = 0;
  std::int32_t unresolved = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.online), pass(self.offline), pass(self.burst_online), pass(self.burst_offline), pass(self.unresolved);
  }
};

struct SmoothingReply {
  std::uint32_t flags = 0;  // bit 0 active, bit 1 leap seconds only
  double offset = 0.0;
  double frequency_ppm = 0.0;
  double wander_ppm = 0.0;  // ppm per second
  double last_update_ago = 0.0;
  double remaining_time = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.flags), pass(self.offset), pass(self.frequency_ppm), pass(self.wander_ppm), pass(self.last_update_ago);
    pass(self.remaining_time);
  }
};

struct ManualTimestampReply {
  double offset = 0.0;
  double frequency_change_ppm = 0.0;
  double new_frequency_ppm = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.offset), pass(self.frequency_change_ppm), pass(self.new_frequency_ppm);
  }
};

struct ManualSample {
  WireTime when;
  double slewed_offset = 0.0;
  double original_offset = 0.0;
  double residual = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.when), pass(self.slewed_offset), pass(self.original_offset), pass(self.residual);
  }
};
inline constexpr std::size_t manual_samples_max = 16;

struct ManualListReply {
  std::uint32_t count = 0;  // as received; at most 16 entries are there
  std::array<ManualSample, manual_samples_max> samples{};
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.count);
    for (auto& sample : self.samples) ManualSample::fields(sample, pass);
  }
};

struct NameReply {
  WireName name;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.name);
  }
};

struct AuthDataReply {
  std::uint16_t mode = 0;
  std::uint16_t key_type = 0;
  std::uint32_t key_id = 0;
  std::uint16_t key_length = 0;
  std::uint16_t ke_attempts = 0;
  std::uint32_t last_ke_ago = 0;
  std::uint16_t cookies = 0;
  std::uint16_t cookie_length = 0;
  std::uint16_t nak = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.mode), pass(self.key_type), pass(self.key_id), pass(self.key_length), pass(self.ke_attempts);
    pass(self.last_ke_ago), pass(self.cookies), pass(self.cookie_length), pass(self.nak);
    pass.skip(2);
  }
};

struct ClientRecord {
  tactus_address address{};
  std::uint32_t ntp_hits = 0;
  std::uint32_t nke_hits = 0;
  std::uint32_t cmd_hits = 0;
  std::uint32_t ntp_drops = 0;
  std::uint32_t nke_drops = 0;
  std::uint32_t cmd_drops = 0;
  std::int8_t ntp_interval = 0;
  std::int8_t nke_interval = 0;
  std::int8_t cmd_interval = 0;
  std::int8_t ntp_timeout_interval = 0;
  std::uint32_t last_ntp_hit_ago = 0;
  std::uint32_t last_nke_hit_ago = 0;
  std::uint32_t last_cmd_hit_ago = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.ntp_hits), pass(self.nke_hits), pass(self.cmd_hits), pass(self.ntp_drops);
    pass(self.nke_drops), pass(self.cmd_drops), pass(self.ntp_interval), pass(self.nke_interval);
    pass(self.cmd_interval), pass(self.ntp_timeout_interval), pass(self.last_ntp_hit_ago);
    pass(self.last_nke_hit_ago), pass(self.last_cmd_hit_ago);
  }
};
inline constexpr std::size_t client_records_max = 8;

struct ClientsReply {
  std::uint32_t indices = 0;
  std::uint32_t next_index = 0;
  std::uint32_t count = 0;  // as received; at most 8 records are there
  std::array<ClientRecord, client_records_max> records{};
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.indices), pass(self.next_index), pass(self.count);
    for (auto& record : self.records) ClientRecord::fields(record, pass);
  }
};

struct SelectDataReply {
  std::uint32_t refid = 0;
  tactus_address address{};
  std::uint8_t state = 0;  // ASCII
  std::uint8_t authentication = 0;
  std::uint8_t leap = 0;
  std::uint16_t configured_options = 0;
  std::uint16_t effective_options = 0;
  std::uint32_t last_sample_ago = 0;
  double score = 0.0;
  double low = 0.0;
  double high = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.refid), pass(self.address), pass(self.state), pass(self.authentication), pass(self.leap);
    pass.skip(1);
    pass(self.configured_options), pass(self.effective_options), pass(self.last_sample_ago), pass(self.score);
    pass(self.low), pass(self.high);
  }
};

// SERVER_STATS3 and SERVER_STATS4 have these in the same order, in 32 or 64 bits; the first has 11 of them.
inline constexpr std::size_t server_stats3_counters = 11;
inline constexpr std::size_t server_stats4_counters = 17;
enum class ServerCounter : std::uint8_t {
  ntp_hits,
  nke_hits,
  cmd_hits,
  ntp_drops,
  nke_drops,
  cmd_drops,
  log_drops,
  ntp_auth_hits,
  ntp_interleaved_hits,
  ntp_timestamps,
  ntp_span_s,
  ntp_daemon_rx,
  ntp_daemon_tx,
  ntp_kernel_rx,
  ntp_kernel_tx,
  ntp_hardware_rx,
  ntp_hardware_tx,
};

struct ServerStats4Reply {
  std::array<std::uint64_t, server_stats4_counters> counters{};  // indexed by ServerCounter
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    for (auto& counter : self.counters) pass(counter);
    pass.ones(32);
  }
};

struct ServerStats3Reply {
  std::array<std::uint32_t, server_stats3_counters> counters{};
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    for (auto& counter : self.counters) pass(counter);
  }
};

inline constexpr std::uint16_t ntp_flag_interleaved = 0x4000;
inline constexpr std::uint16_t ntp_flag_authenticated = 0x8000;

// NTP_DATA (4.3 to 4.5): the beginning of NTP_DATA2.
struct NtpDataReply {
  tactus_address remote{};
  tactus_address local{};
  std::uint16_t remote_port = 0;
  std::uint8_t leap = 0;
  std::uint8_t version = 0;
  std::uint8_t mode = 0;
  std::uint8_t stratum = 0;
  std::int8_t poll = 0;
  std::int8_t precision = 0;
  double root_delay = 0.0;
  double root_dispersion = 0.0;
  std::uint32_t refid = 0;
  WireTime reference_time;
  double offset = 0.0;
  double peer_delay = 0.0;
  double peer_dispersion = 0.0;
  double response_time = 0.0;
  double jitter_asymmetry = 0.0;
  std::uint16_t flags = 0;
  std::uint8_t tx_source = 0;  // D, K or H
  std::uint8_t rx_source = 0;
  std::uint32_t total_tx = 0;
  std::uint32_t total_rx = 0;
  std::uint32_t total_valid = 0;
  std::uint32_t total_good = 0;

  template <class Self, class Pass>
  static void common(Self& self, Pass& pass) {
    pass(self.remote), pass(self.local), pass(self.remote_port), pass(self.leap), pass(self.version), pass(self.mode);
    pass(self.stratum), pass(self.poll), pass(self.precision), pass(self.root_delay), pass(self.root_dispersion);
    pass(self.refid), pass(self.reference_time), pass(self.offset), pass(self.peer_delay);
    pass(self.peer_dispersion), pass(self.response_time), pass(self.jitter_asymmetry), pass(self.flags);
    pass(self.tx_source), pass(self.rx_source), pass(self.total_tx), pass(self.total_rx), pass(self.total_valid);
    pass(self.total_good);
  }
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    common(self, pass);
    pass.ones(12);
  }
};

struct NtpData2Reply {
  NtpDataReply common;
  std::uint32_t total_kernel_tx = 0;
  std::uint32_t total_kernel_rx = 0;
  std::uint32_t total_hardware_tx = 0;
  std::uint32_t total_hardware_rx = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    NtpDataReply::common(self.common, pass);
    pass(self.total_kernel_tx), pass(self.total_kernel_rx), pass(self.total_hardware_tx);
    pass(self.total_hardware_rx);
    pass.ones(16);
  }
};

}  // namespace tactus::cmdmon
