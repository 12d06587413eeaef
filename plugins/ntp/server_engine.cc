// SPDX-License-Identifier: Apache-2.0
// The server of NTP requests: NTP specification sections 7, 16 and 21.2.
#include "server_engine.hpp"

#include <algorithm>
#include <cmath>

#include "refid.hpp"

namespace tactus::ntp {
namespace {

constexpr std::uint16_t ntp_port = 123;

Refusal refusal_of(ParseError error) {
  switch (error) {
    case ParseError::bad_version:
      return Refusal::bad_version;
    case ParseError::bad_fields:
      return Refusal::bad_format;
    default:
      return Refusal::bad_length;
  }
}

// The mode of the answer; undefined: there is none.
Mode answer_mode(const Header& header, std::uint16_t port) {
  if (header.mode == Mode::active) return Mode::passive;
  if (header.mode == Mode::client) return Mode::server;
  // Clients of version 1 knew no mode.
  if (header.mode == Mode::undefined && header.version == 1 && port != ntp_port) return Mode::server;
  return Mode::undefined;
}

Instant shifted(std::int64_t corrected_ns, double offset_s) {
  return from_ns<Instant>(corrected_ns) + from_seconds(offset_s);
}

}  // namespace

const char* refusal_name(Refusal reason) noexcept {
  static constexpr std::array<const char*, refusal_count> names{
      "bad_length",   "bad_version",      "bad_format",  "access_denied", "bad_mode",
      "rate_limited", "unsupported_auth", "failed_auth", "too_long",      "failed_signing"};
  return names[static_cast<std::size_t>(reason)];
}

ServerEngine::ServerEngine(const Config& config, RandomPool& random, ServerAuth* auth)
    : config_(config),
      random_(random),
      auth_(auth),
      log_(config.log, random),
      store_(config.log.enabled ? ClientLog::capacity(config.log.limit_bytes) : 0),
      epoch_(random.bits32()) {
  for (std::size_t i = 0; i < refusal_count; ++i) cells_[i] = &own_cells_[i];
}

bool ServerEngine::refuse(Refusal reason) noexcept {
  ++*cells_[index(reason)];
  return false;
}

bool ServerEngine::check_auth() {
  const Packet& packet = pending_.packet;
  if (packet.auth == AuthMode::none) return true;
  if (packet.auth == AuthMode::ms_sntp_extended || auth_ == nullptr) return refuse(Refusal::unsupported_auth);
  tactus_packet view{};
  view.struct_size = sizeof view;
  view.length = static_cast<std::uint32_t>(pending_.bytes.size());
  view.data = const_cast<std::uint8_t*>(pending_.bytes.data());  // NOLINT: the provider only reads, see ServerAuth
  view.capacity = view.length;
  view.auth_offset = static_cast<std::uint32_t>(packet.auth_offset);
  view.version = packet.header.version;
  view.mode = static_cast<std::uint32_t>(packet.header.mode);
  const tactus_status status = auth_->check(packet.auth, view, &pending_.token);
  if (status == TACTUS_OK) return true;
  return refuse(status == TACTUS_E_UNSUPPORTED ? Refusal::unsupported_auth : Refusal::failed_auth);
}

bool ServerEngine::accept(const ServerRequest& request) {
  pending_ = Pending{};
  const ParseError error = parse(request.bytes, pending_.packet);
  if (error != ParseError::none) return refuse(refusal_of(error));
  if (!request.allowed) return refuse(Refusal::access_denied);
  pending_.mode = answer_mode(pending_.packet.header, request.remote.port);
  if (pending_.mode == Mode::undefined) return refuse(Refusal::bad_mode);

  const std::uint32_t record = log_.hit(Service::ntp, request.remote, request.now);
  const Limit limit = log_.limit(Service::ntp, record);
  if (limit == Limit::drop) return refuse(Refusal::rate_limited);
  pending_.kiss = limit == Limit::kod;
  pending_.logged = record != ClientLog::no_record;
  pending_.bytes = request.bytes;
  pending_.received = request.received;
  if (!check_auth()) return false;
  pending_.open = true;
  return true;
}

bool ServerEngine::may_interleave() const noexcept {
  const Header& header = pending_.packet.header;
  return !pending_.kiss && pending_.logged && header.version == 4 && (header.origin.value & 1U) != 0 &&
         header.receive != header.transmit;
}

// Stores in *transmit_origin who took the transmit timestamp that is sent.
Header ServerEngine::build_header(const tactus_reference& reference, Instant now, std::uint32_t* transmit_origin) {
  const Header& request = pending_.packet.header;
  Header header;
  fill_reference(header, reference, config_.precision_s, true);
  if (config_.hide_leap && (header.leap == TACTUS_LEAP_INSERT || header.leap == TACTUS_LEAP_DELETE)) {
    header.leap = TACTUS_LEAP_NORMAL;
  }
  if (pending_.kiss) make_kiss(header, kiss_rate);
  header.version = request.version;
  header.mode = pending_.mode;
  header.poll_log2_s = static_cast<std::int8_t>(std::max<int>(request.poll_log2_s, log_.limit_interval(Service::ntp)));

  Ntp64 transmit = to_ntp(shifted(to_ns(now), smoothing_s_));
  header.origin = request.transmit;
  if (may_interleave()) {
    const auto stored = store_.take(request.origin.value);
    if (stored && stored->ntp != 0) {
      header.origin = request.receive;
      transmit = Ntp64{stored->ntp};
      *transmit_origin = stored->origin;
      ++stats_.interleaved;
    }
  }
  const int precision = reference.precision_log2_s;
  header.receive = draw_unlike(to_ntp(shifted(pending_.received.corrected_ns, smoothing_s_)), precision, header.origin,
                               Ntp64{}, random_);
  header.transmit = draw_unlike(transmit, precision, header.receive, header.origin, random_);
  // Tells receive timestamps from transmit timestamps when a client sends them back.
  header.receive.value |= 1U;
  header.transmit.value &= ~std::uint64_t{1};
  return header;
}

bool ServerEngine::append_fields(const tactus_reference& reference, std::size_t& length) {
  const Packet& request = pending_.packet;
  if (request.monotonic_root) {
    MonotonicRoot field;
    field.root_delay_4_28 = seconds_to_4_28(reference.root_delay_s);
    field.root_dispersion_4_28 = seconds_to_4_28(reference.root_dispersion_s);
    if (smoothing_s_ == 0.0) {
      field.receive =
          fuzzed(to_ntp(shifted(pending_.received.corrected_ns, slewed_s_)), reference.precision_log2_s, random_);
    }
    field.epoch = epoch_;
    if (!append_monotonic_root(response_, length, field)) return false;
  }
  if (request.network_correction && config_.network_correction) {
    NetworkCorrection field;
    if (pending_.received.correction_s > pending_.received.duration_s) {
      field.correction_s = pending_.received.correction_s;
    }
    if (!append_network_correction(response_, length, field)) return false;
  }
  return true;
}

bool ServerEngine::sign(std::size_t& length, Mode mode) {
  const Packet& packet = pending_.packet;
  if (packet.auth == AuthMode::none) return true;
  tactus_packet request{};
  request.struct_size = sizeof request;
  request.length = static_cast<std::uint32_t>(pending_.bytes.size());
  request.data = const_cast<std::uint8_t*>(pending_.bytes.data());  // NOLINT: the provider only reads, see ServerAuth
  request.capacity = request.length;
  request.auth_offset = static_cast<std::uint32_t>(packet.auth_offset);
  request.version = packet.header.version;
  request.mode = static_cast<std::uint32_t>(packet.header.mode);
  tactus_packet response{};
  response.struct_size = sizeof response;
  response.length = static_cast<std::uint32_t>(length);
  response.data = response_.data();
  response.capacity = static_cast<std::uint32_t>(response_.size());
  response.auth_offset = response.length;
  response.version = packet.header.version;
  response.mode = static_cast<std::uint32_t>(mode);
  if (auth_->sign(packet.auth, request, pending_.token, &response) != TACTUS_OK) return false;
  TACTUS_ASSERT(response.length >= length && response.length <= response_.size());
  length = response.length;
  return true;
}

ServerEngine::Response ServerEngine::respond(const tactus_reference& reference, Instant now) {
  TACTUS_ASSERT(pending_.open);
  pending_.open = false;
  // Smoothing counts only when it can be seen (section 18.2).
  smoothing_s_ = std::abs(reference.smoothing_s) > config_.precision_s ? reference.smoothing_s : 0.0;
  if (pending_.packet.auth != AuthMode::none) ++stats_.authenticated;
  const bool remember = may_interleave();
  std::uint32_t transmit_origin = TACTUS_STAMP_DAEMON;
  const Header header = build_header(reference, now, &transmit_origin);
  ++stats_.received_by[std::min<std::uint32_t>(pending_.received.origin, 2)];
  ++stats_.transmitted_by[std::min<std::uint32_t>(transmit_origin, 2)];

  write_header(header, response_);
  std::size_t length = header_bytes;
  if (!append_fields(reference, length) || !sign(length, header.mode)) {
    refuse(Refusal::failed_signing);
    return {};
  }
  if (length > pending_.bytes.size()) {
    refuse(Refusal::too_long);
    return {};
  }
  return {Bytes{response_}.first(length), remember ? header.receive.value : 0};
}

void ServerEngine::on_sent(std::uint64_t send_id, const tactus_stamp& stamp) {
  if (send_id == 0) return;
  store_.save(send_id, {to_ns(shifted(stamp.corrected_ns, smoothing_s_)), stamp.origin});
}

void ServerEngine::on_transmitted(std::uint64_t send_id, const tactus_stamp& stamp) {
  if (send_id == 0 || stamp.raw_ns == 0) return;
  store_.improve(send_id, {to_ns(shifted(stamp.corrected_ns, smoothing_s_)), stamp.origin});
}

void ServerEngine::on_clock_change(const tactus_clock_change& change) {
  if (change.kind == TACTUS_CLOCK_UNKNOWN) {
    store_.clear();
  } else if (change.offset_s != 0.0) {
    store_.on_correction(change.offset_s);
  }
  if (change.kind == TACTUS_CLOCK_ADJUST) {
    slewed_s_ += change.offset_s;
  } else {
    slewed_s_ = 0;
    epoch_ = random_.bits32();
  }
}

}  // namespace tactus::ntp
