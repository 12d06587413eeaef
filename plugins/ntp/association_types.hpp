// SPDX-License-Identifier: Apache-2.0
// What goes into an Association and what comes out of it: settings, what the core knows, packets, events, reasons.
// NTP specification sections 6, 13 and 27.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include <tactus/abi.h>
#include <tactus/host.h>
#include <tactus/bytes.hpp>
#include <tactus/time.hpp>

#include "delay_tests.hpp"
#include "measurement.hpp"
#include "ntp_time.hpp"
#include "packet.hpp"
#include "poll.hpp"

namespace tactus::ntp {

// Options of a source (section 27) that concern its association. The core takes the others.
struct AssociationSettings {
  bool peer = false;  // symmetric active instead of client
  int min_poll_log2_s = poll_min_default_log2_s;
  int max_poll_log2_s = poll_max_default_log2_s;
  int poll_target = 8;            // samples, >= 1
  int presend_log2_s = 100;       // warm-up exchanges from this interval on; client only
  std::uint8_t version = 0;       // 1..4; 0: by the authentication
  std::uint32_t min_stratum = 0;  // 0..15
  bool iburst = false;            // client only
  bool burst = false;             // client only
  bool auto_offline = false;
  bool offline = false;             // starts offline
  bool copy = false;                // client only
  bool interleaved = false;         // xleave
  bool monotonic_root = false;      // extfield F323
  bool network_correction = false;  // extfield F324, and `ptpport` is set
  double offset_s = 0;              // added to each measurement
  DelayLimits delay{};
};

// What does not change while the daemon runs.
struct LocalClock {
  double precision_s = 1e-9;   // of the system clock, 1e-9..1
  int precision_log2_s = -30;  // rounded to nearest, >= -30
  Era era{0};
  bool hardware_timestamping = false;
  double hardware_timeout_s = 0.001;  // how long a response waits for it; not above 0: not at all
};

// What the core knows; asked only while a call into the association runs.
class View {
 public:
  virtual ~View() = default;
  [[nodiscard]] virtual tactus_source_stats stats() const = 0;
  // At a corrected local time; positive = local clock fast.
  [[nodiscard]] virtual double predicted_offset_s(Instant at) const = 0;
  // What we serve ourselves, for the loop test and for peers.
  [[nodiscard]] virtual tactus_reference reference(Instant at) const = 0;
};

// Comes with every call. For next_outgoing() `now` is to be read freshly; elsewhere the time of the event will do.
struct Context {
  MonoTime mono{};
  Instant now{};
  const View& view;
  bool check_loop = true;         // a server or PTP socket is open, and no one-shot mode (section 15)
  double monotonic_offset_s = 0;  // of our own F323 scale (section 4.3); peers only
  std::uint32_t monotonic_epoch = 0;
};

// Where and when a datagram arrived. The rim has checked its source address, port and socket.
struct Arrival {
  tactus_stamp stamp{};
  tactus_address local{};
  std::uint32_t interface_index = 0;
};

// A request to be sent to the source. After sending: on_transmitted() or on_send_failed() with its id, always.
struct Outgoing {
  std::uint32_t id = 0;     // grows by one with each packet of the association
  Bytes bytes{};            // valid until the next call into the association
  bool new_socket = false;  // client: close the socket in use, open another
};

enum class OperatingMode : std::uint8_t { offline, online, burst_was_offline, burst_was_online };

// Why a datagram of a source was not used. Each is counted once, under the first reason that holds.
enum class Drop : std::uint8_t {
  too_short,
  too_long,
  bad_length,
  bad_version,
  bad_fields,
  wrong_mode,       // not the answer that such an association may get
  not_online,       // offline or not started
  not_awaited,      // no request is waiting for an answer
  repeated,         // the request was answered already
  duplicate,        // test 1
  bogus,            // test 2: not the answer to our request
  zero_timestamp,   // test 3
  failed_auth,      // test 5
  kod_rate,         // KoD RATE, obeyed
  unsynchronised,   // test 6, other KoD included
  root_distance,    // test 7
  unpaired,         // interleaved, but the times that belong to it are not known
  warm_up,          // presend
  delay_limit,      // delay, precision, time, response time, interleaved rules
  delay_ratio,      // test B
  delay_deviation,  // test C
  loop,             // test D
};
inline constexpr std::size_t drop_count = static_cast<std::size_t>(Drop::loop) + 1;
const char* name_of(Drop reason) noexcept;  // snake_case, for counters

// ---- events, in the order in which they are to be carried out ----------------------------------------------------

struct SetActive {
  bool active = false;
};  // source_set_active
struct ReachBit {
  std::uint32_t bit = 0;
};                     // source_reach
struct ResetReach {};  // source_reset_reach
struct SourceStatus {
  std::uint32_t stratum = 0;
  std::uint32_t leap = 0;
};  // source_set_status
struct SourceRefid {
  std::uint32_t refid = 0;
};                        // `copy`: the source takes this reference id
struct ForgetSamples {};  // source_reset
struct ShiftOffsets {
  double offset_s = 0;
};  // source_shift; positive = local clock fast
struct Sampled {
  tactus_sample sample{};
};                      // source_sample, then on_sample_result()
struct Missed {};       // source_missed, then on_sample_result()
struct CloseSocket {};  // client: nothing more is expected on it
struct Message {
  std::uint32_t level = TACTUS_LOG_INFO;
  std::string text;
  bool limited = false;
};

// One processed packet, for the measurement log (configuration specification 13.1).
struct Measured {
  Header header{};
  std::uint32_t tests = 0;    // bits 9..0: tests 1 2 3 5 6 7 A B C D
  bool synchronised = false;  // passed 1 to 7: belongs into `measurements`, else only into `rawmeasurements`
  bool interleaved = false;
  Measurement measurement{};  // zero but for the time when there is none
  double root_delay_s = 0;    // of the packet
  double root_dispersion_s = 0;
  std::uint32_t transmit_origin = 0;  // TACTUS_STAMP_*
  std::uint32_t receive_origin = 0;
  int local_poll_log2_s = 0;
  double score = 0;
};

using Event = std::variant<SetActive, ReachBit, ResetReach, SourceStatus, SourceRefid, ForgetSamples, ShiftOffsets,
                           Sampled, Missed, CloseSocket, Message, Measured>;

// Bits of `tests`, as in reports.
inline constexpr std::uint32_t test_1 = 1U << 9;
inline constexpr std::uint32_t test_2 = 1U << 8;
inline constexpr std::uint32_t test_3 = 1U << 7;
inline constexpr std::uint32_t test_5 = 1U << 6;
inline constexpr std::uint32_t test_6 = 1U << 5;
inline constexpr std::uint32_t test_7 = 1U << 4;
inline constexpr std::uint32_t test_a = 1U << 3;
inline constexpr std::uint32_t test_b = 1U << 2;
inline constexpr std::uint32_t test_c = 1U << 1;
inline constexpr std::uint32_t test_d = 1U << 0;

}  // namespace tactus::ntp
