// SPDX-License-Identifier: Apache-2.0
// Sending side of an association: the transmit step and the making of packets. NTP specification sections 7, 9, 10.4
// to 10.9.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "association.hpp"

namespace tactus::ntp {

namespace {

constexpr double missed_score = 0.25;
constexpr double missed_score_selected = 0.1;
constexpr std::uint32_t interleaved_max_unanswered = 3;
constexpr std::uint32_t burst_option_max = 4;
constexpr double server_time_limit_s = 4.0;
constexpr double stamp_later_max_s = 1.0;

}  // namespace

// Section 10.9, steps 1 to 5. The packet itself is made when the rim asks for it.
void Association::transmit_step(const Context& context) {
  timers_.dispatched(timer_, context.mono);
  transmit_at_.reset();
  if (in_flight_) {  // the rim never told what became of it
    finish_transmit(false, context);
    timers_.cancel(timer_);
    transmit_at_.reset();
  }
  if (saved_) {
    process_saved(context);
    if (transmit_at_) return;
  }
  if (!started_ || mode_ == OperatingMode::offline || !burst_step(context)) return;
  if (auth_ != nullptr && auth_->prepare() == Readiness::not_yet) {
    events_.emplace_back(ReachBit{0});
    restart_timer(context, true);
    events_.emplace_back(Missed{});
    return;
  }
  presend_step();
  kiss_delay_s_ = 0;
  due_ = true;
}

// Section 10.6. False when the association went offline.
bool Association::burst_step(const Context&) {
  switch (mode_) {
    case OperatingMode::offline:
      return false;
    case OperatingMode::burst_was_offline:
      if (burst_total_ > 0) return true;
      take_offline();
      return false;
    case OperatingMode::burst_was_online:
      if (burst_total_ <= 1) mode_ = OperatingMode::online;
      return true;
    case OperatingMode::online:
      break;
  }
  const int above = poll_.poll_log2_s() - poll_.min_log2_s();
  if (settings_.burst && above > 0) {
    start_burst(1, above >= 2 ? burst_option_max : 1U << above);
  }
  return true;
}

// Section 10.7.
void Association::presend_step() {
  if (settings_.peer) return;
  if (poll_.poll_log2_s() >= settings_.presend_log2_s && presend_left_ == 0 && !in_burst()) {
    presend_left_ = settings_.interleaved && sent_count_ <= interleaved_max_unanswered ? 2 : 1;
  } else if (presend_left_ > 0) {
    --presend_left_;
  }
}

bool Association::wants_interleaved() const noexcept {
  if (!settings_.interleaved || !local_transmit_.present() || remote_receive_.zero()) return false;
  if (settings_.peer) return prev_sent_count_ == 1 && sent_count_ == 0;
  return sent_count_ <= interleaved_max_unanswered;
}

std::uint8_t Association::version() const {
  if (settings_.version != 0) return std::min(settings_.version, version_max);
  if (settings_.interleaved || settings_.monotonic_root || settings_.network_correction) return version_max;
  return auth_ != nullptr ? std::min(auth_->default_version(), version_max) : version_max;
}

std::optional<Outgoing> Association::next_outgoing(const Context& context) {
  if (!due_) return std::nullopt;
  due_ = false;
  tactus_reference reference{};
  if (settings_.peer) reference = context.view.reference(context.now);
  Packet packet;
  packet.header = build_header(context, reference);
  valid_received_ = false;
  init_updated_ = false;
  write_header(packet.header, buffer_);
  std::size_t length = header_bytes;
  bool made = append_fields(length, context, reference);
  packet.fields_end = length;
  packet.auth_offset = length;
  if (made && auth_ != nullptr) made = auth_->sign(buffer_, length, packet) && length <= packet_max_bytes;

  // What a response is compared with, even if this packet gets lost.
  sent_receive_ = packet.header.receive;
  sent_transmit_ = packet.header.transmit;
  local_transmit_ = LocalStamp{.time = context.now};
  daemon_transmit_ = context.now;
  ++last_id_;
  if (!made) {
    finish_transmit(false, context);
    return std::nullopt;
  }
  in_flight_ = last_id_;
  return Outgoing{.id = last_id_, .bytes = Bytes(buffer_.data(), length), .new_socket = !settings_.peer};
}

Header Association::build_header(const Context& context, const tactus_reference& reference) {
  Header header;
  header.version = version();
  header.poll_log2_s = static_cast<std::int8_t>(poll_.poll_log2_s());
  if (settings_.peer) {
    header.mode = Mode::active;
    build_peer(header, context, reference);
  } else {
    header.mode = Mode::client;
    build_client(header, wants_interleaved());
  }
  return header;
}

// A request tells nothing of our clock: random bits in place of the time (section 7).
void Association::build_client(Header& header, bool interleaved) {
  header.precision_log2_s = client_precision_log2_s;
  if (interleaved) {
    header.origin = remote_receive_;
    header.receive = draw_unlike({}, client_precision_log2_s, header.origin, sent_receive_, random_);
  }
  do {
    header.transmit = draw_unlike({}, client_precision_log2_s, header.receive, header.origin, random_);
  } while (header.transmit == sent_transmit_ || header.transmit.zero());
}

void Association::build_peer(Header& header, const Context& context, const tactus_reference& reference) {
  const bool restart = !valid_received_ && !init_remote_transmit_.zero();
  const bool interleaved = !restart && wants_interleaved();
  const LocalStamp& received = restart ? init_local_receive_ : local_receive_;
  if (restart) valid_times_ = false;
  fill_reference(header, reference, clock_.precision_s, received.present());
  header.origin = interleaved ? remote_receive_ : (restart ? init_remote_transmit_ : remote_transmit_);
  const Duration smoothing = from_seconds(reference.smoothing_s);
  if (received.present()) {
    header.receive =
        draw_unlike(to_ntp(received.time + smoothing), clock_.precision_log2_s, header.origin, sent_receive_, random_);
  }
  const Instant sent = interleaved ? local_transmit_.time : context.now;
  do {
    header.transmit =
        draw_unlike(to_ntp(sent + smoothing), clock_.precision_log2_s, header.receive, header.origin, random_);
  } while (header.transmit == sent_transmit_);
}

bool Association::append_fields(std::size_t& length, const Context& context, const tactus_reference& reference) {
  if (settings_.monotonic_root) {
    MonotonicRoot root;
    if (settings_.peer) {
      root.root_delay_4_28 = seconds_to_4_28(reference.root_delay_s);
      root.root_dispersion_4_28 = seconds_to_4_28(reference.root_dispersion_s);
      root.epoch = context.monotonic_epoch;
      if (local_receive_.present() && std::abs(reference.smoothing_s) <= clock_.precision_s) {
        root.receive = fuzzed(to_ntp(local_receive_.time + from_seconds(context.monotonic_offset_s)),
                              clock_.precision_log2_s, random_);
      }
    }
    if (!append_monotonic_root(buffer_, length, root)) return false;
  }
  if (settings_.network_correction) {
    NetworkCorrection correction;
    if (settings_.peer && local_receive_.correction_s > local_receive_.duration_s) {
      correction.correction_s = local_receive_.correction_s;
    }
    if (!append_network_correction(buffer_, length, correction)) return false;
  }
  return true;
}

void Association::on_transmitted(std::uint32_t id, const tactus_stamp& stamp, const Context& context) {
  if (!in_flight_ || *in_flight_ != id) return;
  if (stamp.corrected_ns != 0) {
    local_transmit_ = LocalStamp::from(stamp);
    local_transmit_.correction_s = 0;
    local_transmit_.duration_s = 0;
    daemon_transmit_ = local_transmit_.time;
  }
  finish_transmit(true, context);
}

void Association::on_send_failed(std::uint32_t id, const Context& context) {
  if (in_flight_ && *in_flight_ == id) finish_transmit(false, context);
}

void Association::on_transmit_stamp(std::uint32_t id, const tactus_stamp& stamp, const Context& context) {
  if (id != last_id_ || stamp.corrected_ns == 0 || to_ns(daemon_transmit_) == 0) return;
  const double later_s = to_seconds(from_ns<Instant>(stamp.corrected_ns) - daemon_transmit_);
  // A driver or a kernel that says something else does not know.
  const bool acceptable = later_s >= 0 && later_s <= stamp_later_max_s;
  if (clock_.hardware_timestamping) {
    events_.emplace_back(Message{.level = TACTUS_LOG_DEBUG,
                                 .text = fmt::format("update_tx_timestamp: {} TX timestamp delay={:.9f}",
                                                     acceptable ? "Updated" : "Unacceptable", later_s),
                                 .limited = false});
  }
  if (!acceptable) return;
  ++transmit_by_[std::min<std::uint32_t>(stamp.origin, TACTUS_STAMP_HARDWARE)];
  const double told_s = local_transmit_.correction_s;
  local_transmit_ = LocalStamp::from(stamp);
  local_transmit_.correction_s = told_s;
  local_transmit_.duration_s = 0;
  if (saved_ && local_transmit_.origin == TACTUS_STAMP_HARDWARE) process_saved(context);
}

// Section 10.9, steps 7 to 9.
void Association::finish_transmit(bool sent, const Context& context) {
  in_flight_.reset();
  last_sent_ = context.mono;
  ++sent_count_;
  if (sent) ++total_sent_;
  socket_open_ = sent || settings_.peer;
  const tactus_source_stats stats = context.view.stats();
  if (sent_count_ >= 2) {
    if (sent) adjust_poll(stats.selected != 0 ? missed_score_selected : missed_score, context);
    events_.emplace_back(ReachBit{0});
    events_.emplace_back(Missed{});
  }
  if (settings_.auto_offline && !sent) {
    set_offline(context);
    if (mode_ == OperatingMode::offline) return;
  }
  const bool waits_for_network = mode_ == OperatingMode::burst_was_online && !sent && stats.reach == 0;
  if (in_burst() && !waits_for_network) --burst_total_;
  restart_timer(context, true);
  if (sent && !settings_.peer) {
    receive_until_ = context.mono + from_seconds(settings_.delay.max_delay_s + server_time_limit_s);
  } else {
    receive_until_.reset();
  }
}

}  // namespace tactus::ntp
