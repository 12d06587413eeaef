// SPDX-License-Identifier: Apache-2.0
// Receiving side of an association: packet tests 1 to 7, the measurement and its tests A to D, and what follows from
// them. NTP specification sections 3, 4.3, 8 and 9.
#include <algorithm>
#include <cmath>

#include <fmt/core.h>

#include "association.hpp"
#include "refid.hpp"

namespace tactus::ntp {

namespace {

constexpr double root_distance_limit_s = 16.0;
constexpr double monotonic_limit_s = 16.0;
constexpr double response_limit_s = 4.0;
constexpr double unusable_score = 0.1;
constexpr double unusable_score_no_loop = 0.02;
constexpr double kiss_delay_intervals = 4.0;
constexpr std::uint32_t futile_waits_max = 16;

Drop drop_of(ParseError error) noexcept {
  switch (error) {
    case ParseError::too_short:
      return Drop::too_short;
    case ParseError::too_long:
      return Drop::too_long;
    case ParseError::bad_length:
      return Drop::bad_length;
    case ParseError::bad_version:
      return Drop::bad_version;
    case ParseError::none:
    case ParseError::bad_fields:
      break;
  }
  return Drop::bad_fields;
}

LocalStamp stamp_of(const Arrival& arrival, const Context& context) noexcept {
  if (arrival.stamp.corrected_ns != 0) return LocalStamp::from(arrival.stamp);
  return LocalStamp{.time = context.now};
}

}  // namespace

void Association::drop(Drop reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  ++drops_[index];
  if (cells_[index] != nullptr) ++*cells_[index];
}

bool Association::mode_fits(Mode mode) const noexcept {
  if (settings_.peer) return mode == Mode::active || mode == Mode::passive;
  return mode == Mode::server;
}

void Association::on_datagram(Bytes datagram, const Arrival& arrival, const Context& context) {
  ++datagrams_;
  Packet packet;
  const ParseError error = parse(datagram, packet);
  if (error != ParseError::none) return drop(drop_of(error));
  if (!mode_fits(packet.header.mode)) return drop(Drop::wrong_mode);
  if (!started_ || mode_ == OperatingMode::offline) return drop(Drop::not_online);
  if (!settings_.peer && !socket_open_) return drop(Drop::not_awaited);
  ++total_received_;
  ++receive_by_[std::min<std::uint32_t>(arrival.stamp.origin, TACTUS_STAMP_HARDWARE)];
  Arrival complete = arrival;
  if (complete.stamp.corrected_ns == 0) complete.stamp.corrected_ns = to_ns(stamp_of(arrival, context).time);
  process(datagram, packet, complete, context, false);
}

void Association::process(Bytes datagram, const Packet& packet, const Arrival& arrival, const Context& context,
                          bool saved) {
  Verdict verdict = judge_packet(datagram, packet, saved);
  if (save_response(datagram, verdict, arrival, context, saved)) return;
  if (verdict.valid && valid_received_) {
    // The request was answered already: this one does not count.
    verdict.repeated = true;
    verdict.tests &= ~(test_2 | test_3);
    verdict.valid = false;
    verdict.synchronised = false;
  }
  if (verdict.synchronised && (!verdict.interleaved || valid_times_)) {
    judge_measurement(verdict, packet, arrival, context);
  }
  count(verdict);
  const std::uint32_t transmit_origin = local_transmit_.origin;
  if (verdict.valid) note_report(verdict, packet.header, arrival);
  update_times(verdict, packet, arrival);
  if (verdict.valid) act_on_valid(verdict, packet, arrival, context);
  emit_measured(verdict, packet, arrival, transmit_origin);
}

// Waits for a hardware transmit timestamp of the request (section 8.1). True when the packet was put aside.
bool Association::save_response(Bytes datagram, const Verdict& verdict, const Arrival& arrival, const Context& context,
                                bool saved) {
  if (!clock_.hardware_timestamping || !(clock_.hardware_timeout_s > 0) || saved || !verdict.synchronised ||
      valid_received_ || total_good_ == 0 || local_transmit_.origin == TACTUS_STAMP_HARDWARE) {
    return false;
  }
  // No card on the way to this source takes timestamps: there is nothing to wait for, until one shows.
  const bool any = transmit_by_[TACTUS_STAMP_HARDWARE] + receive_by_[TACTUS_STAMP_HARDWARE] > 0;
  if (!any && futile_waits_ >= futile_waits_max) return false;
  if (saved_) {
    process_saved(context);
    return false;
  }
  saved_ = SavedResponse{.bytes = {datagram.begin(), datagram.end()},
                         .arrival = arrival,
                         .until = context.mono + from_seconds(clock_.hardware_timeout_s)};
  return true;
}

void Association::process_saved(const Context& context) {
  if (!saved_) return;
  const SavedResponse response = std::move(*saved_);
  saved_.reset();
  Packet packet;
  const ParseError error = parse(response.bytes, packet);
  TACTUS_ASSERT(error == ParseError::none);
  process(response.bytes, packet, response.arrival, context, true);
}

bool Association::authentic(Bytes datagram, const Packet& packet) {
  if (auth_ == nullptr) return packet.auth == AuthMode::none;
  return packet.auth == auth_->mode() && auth_->check(datagram, packet);
}

Association::Verdict Association::judge_packet(Bytes datagram, const Packet& packet, bool saved) {
  const Header& header = packet.header;
  Verdict verdict;
  const bool basic = header.origin == sent_transmit_;
  verdict.interleaved = !basic && settings_.interleaved && !sent_receive_.zero() && header.origin == sent_receive_;
  verdict.root_delay_s = seconds_from_16_16(header.root_delay_16_16);
  verdict.root_dispersion_s = seconds_from_16_16(header.root_dispersion_16_16);
  if (settings_.monotonic_root && packet.monotonic_root) {
    verdict.root_delay_s = seconds_from_4_28(packet.monotonic_root->root_delay_4_28);
    verdict.root_dispersion_s = seconds_from_4_28(packet.monotonic_root->root_dispersion_4_28);
  }
  verdict.monotonic_shift_s = monotonic_shift_s(packet);

  const auto set = [&verdict](std::uint32_t test, bool passed) { verdict.tests |= passed ? test : 0; };
  set(test_1, header.receive != remote_receive_ || header.transmit != remote_transmit_);
  set(test_2, basic || verdict.interleaved);
  set(test_3, !header.origin.zero() && !header.receive.zero() && !header.transmit.zero());
  set(test_5, saved || authentic(datagram, packet));
  set(test_6, header.leap != TACTUS_LEAP_UNSYNCHRONISED && header.stratum >= 1 && header.stratum < stratum_max);
  set(test_7, verdict.root_delay_s / 2 + verdict.root_dispersion_s < root_distance_limit_s);

  constexpr std::uint32_t validity = test_1 | test_2 | test_3 | test_5;
  constexpr std::uint32_t synchrony = test_6 | test_7;
  verdict.matches = (verdict.tests & validity) == validity;
  verdict.valid = verdict.matches;
  verdict.synchronised = verdict.valid && (verdict.tests & synchrony) == synchrony;
  verdict.kiss_rate =
      verdict.valid && header.leap == TACTUS_LEAP_UNSYNCHRONISED && header.stratum == 0 && header.refid == kiss_rate;
  return verdict;
}

// How much the source moved its clock between its last response and this one (section 4.3), s.
double Association::monotonic_shift_s(const Packet& packet) const {
  if (!settings_.monotonic_root || !packet.monotonic_root) return 0;
  const MonotonicRoot& root = *packet.monotonic_root;
  if (root.epoch != remote_epoch_ || root.receive.zero() || remote_monotonic_.zero()) return 0;
  const double shift_s =
      difference_s(root.receive, remote_monotonic_) - difference_s(packet.header.receive, remote_receive_);
  return std::abs(shift_s) > monotonic_limit_s ? 0 : shift_s;
}

// The four times that belong together (section 8.3).
Exchange Association::make_exchange(const Verdict& verdict, const Header& header, const LocalStamp& received,
                                    bool& first_interleaved) const {
  const Instant remote_receive = clock_.era.from_ntp(header.receive);
  const Instant remote_transmit = clock_.era.from_ntp(header.transmit);
  Exchange exchange{.transmit = local_transmit_,
                    .remote_receive = remote_receive,
                    .remote_transmit = remote_transmit,
                    .receive = received,
                    .root_delay_s = verdict.root_delay_s,
                    .root_dispersion_s = verdict.root_dispersion_s,
                    .response_time_s = to_seconds(remote_transmit - remote_receive),
                    .remote_precision_log2_s = header.precision_log2_s};
  first_interleaved = false;
  if (!verdict.interleaved) return exchange;

  // The transmit field is that of the source's previous packet, which is the one that local_receive_ belongs to.
  exchange.receive = local_receive_;
  exchange.remote_transmit = remote_transmit - from_seconds(verdict.monotonic_shift_s);
  const Instant previous_receive = clock_.era.from_ntp(remote_receive_);
  const bool previous_pair =
      prev_local_transmit_.present() && 0.1 * to_seconds(local_transmit_.time - local_receive_.time) >
                                            to_seconds(local_receive_.time - prev_local_transmit_.time);
  if (previous_pair) {
    exchange.transmit = prev_local_transmit_;
    exchange.remote_receive = previous_receive - from_seconds(verdict.monotonic_shift_s);
    exchange.root_delay_s = remote_root_delay_s_;
    exchange.root_dispersion_s = remote_root_dispersion_s_;
    exchange.response_time_s = to_seconds(exchange.remote_transmit - exchange.remote_receive);
  } else {
    exchange.root_delay_s = std::max(exchange.root_delay_s, remote_root_delay_s_);
    exchange.root_dispersion_s = std::max(exchange.root_dispersion_s, remote_root_dispersion_s_);
    exchange.response_time_s = to_seconds(exchange.remote_transmit - previous_receive);
    first_interleaved = !prev_local_transmit_.present();
  }
  return exchange;
}

// Sections 8.3 and 8.4.
void Association::judge_measurement(Verdict& verdict, const Packet& packet, const Arrival& arrival,
                                    const Context& context) {
  const tactus_source_stats stats = context.view.stats();
  const LocalStamp received = LocalStamp::from(arrival.stamp);
  bool first_interleaved = false;
  const Exchange exchange = make_exchange(verdict, packet.header, received, first_interleaved);
  const double skew = stats.samples > 0 ? stats.skew : worst_frequency;
  Measurement& measurement = verdict.measurement;
  measurement = measure(exchange, clock_.precision_s, skew, settings_.offset_s);
  if (settings_.network_correction) {
    // With the previous pair it is what was told when that request was answered.
    const bool previous_pair = verdict.interleaved && exchange.transmit.time == prev_local_transmit_.time;
    const double told_s = previous_pair ? prev_local_transmit_.correction_s
                                        : (packet.network_correction ? packet.network_correction->correction_s : 0);
    log_correction(apply_network_correction(measurement, exchange.receive, told_s), exchange.receive, told_s);
  }
  verdict.measured = true;

  const auto set = [&verdict](std::uint32_t test, bool passed) { verdict.tests |= passed ? test : 0; };
  set(test_a, passes_test_a(verdict, packet.header, first_interleaved));
  DelayInput input{.delay_s = measurement.peer_delay_s, .offset_s = measurement.offset_s};
  if (stats.samples >= delay_test_min_samples) {
    input.predicted_offset_s = context.view.predicted_offset_s(measurement.time);
    input.since_estimate_s = to_seconds(measurement.time - from_ns<Instant>(stats.estimate_ns));
  }
  set(test_b, passes_delay_ratio(settings_.delay, input, stats));
  set(test_c, settings_.delay.max_delay_quantile > 0
                  ? measurement.peer_delay_s <= quantile_.value_s() + quantile_.min_step_s() / 2
                  : passes_delay_deviation(settings_.delay, input, stats));
  set(test_d, !context.check_loop ||
                  passes_loop_test(packet.header, refid_of(arrival.local), context.view.reference(context.now)));
  constexpr std::uint32_t all = test_a | test_b | test_c | test_d;
  verdict.good = (verdict.tests & all) == all;
}

void Association::log_correction(Corrected outcome, const LocalStamp& received, double told_s) {
  if (outcome == Corrected::absent) return;
  events_.emplace_back(
      Message{.level = TACTUS_LOG_DEBUG,
              .text = fmt::format("apply_net_correction: {} correction receive={:.9f} transmit={:.9f} duration={:.9f}",
                                  outcome == Corrected::applied ? "Applied" : "Invalid", received.correction_s, told_s,
                                  received.duration_s),
              .limited = false});
}

bool Association::passes_test_a(const Verdict& verdict, const Header& header, bool first_interleaved) const {
  const Measurement& measurement = verdict.measurement;
  const double limit_s = settings_.delay.max_delay_s;
  if (!(measurement.peer_delay_s - measurement.peer_dispersion_s <= limit_s)) return false;
  if (!(measurement.precision_s <= limit_s)) return false;
  if (presend_left_ > 0) return false;
  if (!clock_.era.sane(measurement.time, measurement.offset_s)) return false;
  if (!settings_.peer) return std::abs(measurement.response_time_s) <= response_limit_s && !first_interleaved;
  if (!verdict.interleaved) return true;
  const double interval_s = power_of_2(std::min(remote_poll_log2_s_, prev_local_poll_log2_s_));
  if (measurement.peer_delay_s > interval_s / 2 || !later(header.receive, header.transmit)) return false;
  return remote_poll_log2_s_ > prev_local_poll_log2_s_ ||
         difference_s(header.transmit, remote_transmit_) <= 1.5 * interval_s;
}

// Section 8.5.
void Association::update_times(const Verdict& verdict, const Packet& packet, const Arrival& arrival) {
  const Header& header = packet.header;
  const LocalStamp received = LocalStamp::from(arrival.stamp);
  if (verdict.matches && (!valid_received_ || (settings_.peer && later(header.transmit, remote_transmit_)))) {
    remote_receive_ = header.receive;
    remote_transmit_ = header.transmit;
    local_receive_ = received;
    valid_times_ = verdict.synchronised;
    init_remote_transmit_ = {};
    init_local_receive_ = {};
    if (settings_.monotonic_root && packet.monotonic_root && !packet.monotonic_root->receive.zero()) {
      remote_monotonic_ = packet.monotonic_root->receive;
      remote_epoch_ = packet.monotonic_root->epoch;
      monotonic_sum_s_ += verdict.monotonic_shift_s;
    } else {
      remote_monotonic_ = {};
      remote_epoch_ = 0;
      monotonic_sum_s_ = 0;
    }
    local_transmit_.correction_s = packet.network_correction ? packet.network_correction->correction_s : 0;
    prev_local_transmit_ = verdict.interleaved || !verdict.good ? local_transmit_ : LocalStamp{};
    return;
  }
  constexpr std::uint32_t needed = test_1 | test_5;
  if (settings_.peer && (verdict.tests & needed) == needed && !header.transmit.zero() &&
      (!init_updated_ || later(header.transmit, init_remote_transmit_))) {
    init_remote_transmit_ = header.transmit;
    init_local_receive_ = received;
    init_updated_ = true;
  }
}

// Section 8.6.
void Association::act_on_valid(const Verdict& verdict, const Packet& packet, const Arrival& arrival,
                               const Context& context) {
  const Header& header = packet.header;
  valid_received_ = true;
  remote_poll_log2_s_ = header.poll_log2_s;
  remote_stratum_ = header.stratum == 0 ? stratum_max : std::min(header.stratum, stratum_max);
  remote_root_delay_s_ = verdict.root_delay_s;
  remote_root_dispersion_s_ = verdict.root_dispersion_s;
  prev_local_poll_log2_s_ = poll_.poll_log2_s();
  prev_sent_count_ = sent_count_;
  sent_count_ = 0;
  events_.emplace_back(ReachBit{verdict.synchronised ? 1U : 0U});

  if (settings_.copy && verdict.synchronised) {
    --remote_stratum_;
    events_.emplace_back(SourceRefid{header.refid});
  } else if (settings_.copy) {
    events_.emplace_back(ForgetSamples{});
  }
  if (verdict.synchronised) {
    events_.emplace_back(
        SourceStatus{.stratum = std::max(remote_stratum_, settings_.min_stratum), .leap = header.leap});
  }
  if (verdict.measured && settings_.delay.max_delay_quantile > 0)
    quantile_.add(verdict.measurement.peer_delay_s, random_);

  if (verdict.good) {
    emit_sample(verdict.measurement);
    if (in_burst() && --burst_good_ <= 0) {
      if (mode_ == OperatingMode::burst_was_online) {
        mode_ = OperatingMode::online;
      } else {
        burst_total_ = 0;
      }
    }
  } else {
    adjust_poll((verdict.tests & test_d) != 0 ? unusable_score_no_loop : unusable_score, context);
    events_.emplace_back(Missed{});
  }

  local_ = arrival.local;
  local_interface_ = arrival.interface_index;
  close_socket();
  receive_until_.reset();
  if (verdict.kiss_rate) {
    events_.emplace_back(
        Message{.level = TACTUS_LOG_WARNING, .text = fmt::format("Received KoD RATE from {}", name_), .limited = true});
    if (in_burst()) burst_good_ = 0;
    kiss_delay_s_ = kiss_delay_intervals * power_of_2(poll_.poll_log2_s());
  }
  if (mode_ == OperatingMode::burst_was_offline && burst_total_ <= 0 && burst_good_ <= 0) {
    take_offline();
    return;
  }
  if (mode_ != OperatingMode::offline) restart_timer(context, false);
}

void Association::emit_sample(const Measurement& measurement) {
  if (monotonic_sum_s_ != 0) {
    if (std::abs(monotonic_sum_s_) <= monotonic_limit_s) events_.emplace_back(ShiftOffsets{monotonic_sum_s_});
    monotonic_sum_s_ = 0;
  }
  tactus_sample sample{};
  sample.struct_size = sizeof sample;
  sample.corrected_ns = to_ns(measurement.time);
  sample.offset_s = measurement.offset_s;
  sample.peer_delay_s = measurement.peer_delay_s;
  sample.peer_dispersion_s = measurement.peer_dispersion_s;
  sample.root_delay_s = measurement.root_delay_s;
  sample.root_dispersion_s = measurement.root_dispersion_s;
  events_.emplace_back(Sampled{sample});
}

// Law 8: used, or counted under one reason.
void Association::count(const Verdict& verdict) {
  const auto failed = [&verdict](std::uint32_t test) { return (verdict.tests & test) == 0; };
  if (verdict.good) {
    ++used_;
  } else if (verdict.repeated) {
    drop(Drop::repeated);
  } else if (failed(test_1)) {
    drop(Drop::duplicate);
  } else if (failed(test_2)) {
    drop(Drop::bogus);
  } else if (failed(test_3)) {
    drop(Drop::zero_timestamp);
  } else if (failed(test_5)) {
    drop(Drop::failed_auth);
  } else if (verdict.kiss_rate) {
    drop(Drop::kod_rate);
  } else if (failed(test_6)) {
    drop(Drop::unsynchronised);
  } else if (failed(test_7)) {
    drop(Drop::root_distance);
  } else if (!verdict.measured) {
    drop(Drop::unpaired);
  } else if (presend_left_ > 0) {
    drop(Drop::warm_up);
  } else if (failed(test_a)) {
    drop(Drop::delay_limit);
  } else if (failed(test_b)) {
    drop(Drop::delay_ratio);
  } else if (failed(test_c)) {
    drop(Drop::delay_deviation);
  } else {
    drop(Drop::loop);
  }
}

}  // namespace tactus::ntp
