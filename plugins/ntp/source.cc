// SPDX-License-Identifier: Apache-2.0
// A source's life: what its association asks for is carried out here.
#include "source.hpp"

#include <algorithm>
#include <utility>

#include "measurement_log.hpp"
#include "refid.hpp"

namespace tactus::ntp {
namespace {

std::uint64_t send_id_of(std::uint32_t number, std::uint32_t packet) {
  return (std::uint64_t{number} << 33) | (std::uint64_t{packet} << 1);
}

tactus_source_params params_of(const SourceOptions& options, const tactus_address& address) {
  tactus_source_params params{};
  params.struct_size = sizeof params;
  params.type = TACTUS_SOURCE_NTP;
  params.refid = refid_of(address);
  params.select_options = options.select_options;
  params.authenticated = options.nts || options.key_id != 0 ? 1 : 0;
  params.min_samples = options.min_samples;
  params.max_samples = options.max_samples;
  params.max_unreach = options.max_unreach;
  params.filter_length = options.filter_length;
  params.min_delay_s = options.association.delay.min_delay_s;
  params.asymmetry = options.asymmetry;
  params.address = address;
  params.name = options.name.c_str();
  return params;
}

}  // namespace

Source::Source(Environment& environment, SourceOwner& owner, SourceOptions options, std::uint32_t number,
               const tactus_address& address)
    : environment_(environment),
      owner_(owner),
      options_(std::move(options)),
      number_(number),
      address_(address),
      named_(!is_ip(address)),
      auth_(make_source_auth(environment.host, environment.schemes, options_, address)),
      association_(options_.association, environment.clock, environment.random,
                   options_.association.peer ? environment.peer_timers : environment.client_timers, auth_.get()) {
  static constexpr tactus_source_callbacks callbacks{sizeof(tactus_source_callbacks), 0, &Source::describe,
                                                     &Source::replace};
  const tactus_source_params params = params_of(options_, address_);
  const tactus_host* host = environment_.host.raw();
  const tactus_status status = host->source_new(host, &params, &callbacks, this, &handle_);
  if (status != TACTUS_OK) fail(status, "the core takes no more sources");
  for (std::size_t i = 0; i < drop_count; ++i) {
    association_.count_drops_in(static_cast<Drop>(i), environment_.drop_cells[i]);
  }
  association_.set_name(to_text(address_));
  if (is_ip(address_)) {
    association_.set_address(address_, to_text(address_), context());
  } else if (!options_.association.offline) {
    // It will be active when its name is known; one-shot modes wait for it.
    host->source_set_active(host, handle_, 1);
  }
}

Source::~Source() { retire(); }

void Source::retire() {
  if (retired_) return;
  retired_ = true;
  timer_.stop();
  armed_.reset();
  set_peer_socket(false);
  socket_.reset();
  environment_.host.raw()->source_free(environment_.host.raw(), handle_);
  handle_ = nullptr;
}

std::string Source::label() const {
  return named_ ? fmt::format("{} ({})", to_text(address_), options_.name) : to_text(address_);
}

void Source::set_peer_socket(bool wanted) {
  if (!options_.association.peer || environment_.sockets == nullptr) return;
  if (peer_family_ != TACTUS_FAMILY_NONE) environment_.sockets->user_removed(peer_family_);
  peer_family_ = TACTUS_FAMILY_NONE;
  if (!wanted || !resolved() || over_ptp()) return;
  peer_family_ = address_.family;
  environment_.sockets->user_added(peer_family_);
}

void Source::start() {
  if (!resolved()) return;
  set_peer_socket(true);
  association_.start(context());
  pump();
}

void Source::set_address(const tactus_address& address) {
  const bool was_known = resolved();
  address_ = address;
  confirmed = false;
  const tactus_host* host = environment_.host.raw();
  // Before its reachability is forgotten, which decides about the polling interval.
  association_.set_address(address_, to_text(address_), context());
  host->source_set_address(host, handle_, &address_, refid_of(address_), was_known ? 1 : 0);
  if (auth_) auth_->set_address(address_);
  pump();
  start();
}

Context Source::context() const {
  const Now now = environment_.host.now();
  const ServerSockets* sockets = environment_.sockets;
  const bool oneshot = (environment_.host.run_flags() & TACTUS_RUN_ONESHOT) != 0;
  return Context{.mono = now.monotonic,
                 .now = now.corrected,
                 .view = *this,
                 .check_loop = !oneshot && sockets != nullptr && sockets->any_server_socket(),
                 .monotonic_offset_s = sockets != nullptr ? sockets->monotonic_offset_s() : 0.0,
                 .monotonic_epoch = sockets != nullptr ? sockets->monotonic_epoch() : 0U};
}

void Source::pump() {
  if (pumping_ || retired_) return;
  pumping_ = true;
  for (;;) {
    while (!retired_) {
      const auto event = association_.next_event();
      if (!event) break;
      carry_out(*event);
    }
    if (retired_ || !association_.due()) break;
    if (const auto out = association_.next_outgoing(context())) send(*out);
  }
  pumping_ = false;
  if (!retired_) arm();
}

void Source::arm() {
  const auto deadline = association_.deadline();
  if (deadline == armed_ && timer_.running()) return;
  armed_ = deadline;
  if (!deadline) {
    timer_.stop();
    return;
  }
  timer_.start(environment_.host, *deadline, [this] { on_timer(); });
}

void Source::on_timer() {
  if (retired_) return;
  Context now = context();
  // The loop may come a little early; what was asked for is due all the same.
  if (armed_ && now.mono < *armed_) now.mono = *armed_;
  armed_.reset();
  association_.on_timeout(now);
  pump();
}

// ---- sending -------------------------------------------------------------------------------------------------------

Socket* Source::socket_for(const Outgoing& out) {
  const Settings& settings = environment_.settings;
  ServerSockets* sockets = environment_.sockets;
  if (!environment_.family_enabled(address_.family)) return nullptr;
  if (over_ptp()) return sockets != nullptr ? sockets->ptp_socket(address_.family) : nullptr;
  if (options_.association.peer) return sockets != nullptr ? sockets->server_socket(address_.family) : nullptr;
  if (settings.acquisition_port) return sockets != nullptr ? sockets->acquisition_socket(address_.family) : nullptr;
  if (out.new_socket || !socket_) {
    socket_.reset();
    auto opened = Socket::open(environment_.transport, client_socket_params(settings, address_), *this);
    if (opened) socket_ = std::move(opened.value());
  }
  return socket_.get();
}

void Source::send(const Outgoing& out) {
  Socket* socket = socket_for(out);
  tactus_stamp stamp{};
  bool sent = false;
  if (socket != nullptr) {
    tactus_datagram datagram{};
    datagram.struct_size = sizeof datagram;
    datagram.length = static_cast<std::uint32_t>(out.bytes.size());
    datagram.data = out.bytes.data();
    datagram.remote = address_;
    datagram.send_id = send_id_of(number_, out.id);
    datagram.interface_index = is_link_local(address_) ? address_.scope : 0;
    sent = socket->send(datagram, &stamp);
  }
  if (sent) {
    association_.on_transmitted(out.id, stamp, context());
  } else {
    association_.on_send_failed(out.id, context());
  }
}

// ---- receiving -----------------------------------------------------------------------------------------------------

void Source::receive(const tactus_datagram& datagram) {
  if ((datagram.flags & TACTUS_DATAGRAM_TRUNCATED) != 0) {
    ++*environment_.truncated;
    return;
  }
  Arrival arrival;
  arrival.stamp = datagram.stamp;
  arrival.local = datagram.local;
  arrival.interface_index = datagram.interface_index;
  association_.on_datagram({datagram.data, datagram.length}, arrival, context());
  tell_own_refid();
  pump();
}

// Before the sample is handed over, because the selection after it may need the id.
void Source::tell_own_refid() {
  const tactus_host* host = environment_.host.raw();
  const std::uint32_t refid = refid_of(association_.local());
  if (refid == own_refid_ || !TACTUS_COVERS(tactus_host, host, source_set_own_refid)) return;
  own_refid_ = refid;
  host->source_set_own_refid(host, handle_, refid);
}

void Source::on_datagram(Socket&, const tactus_datagram& datagram) {
  if (retired_) return;
  if (!same_endpoint(datagram.remote, address_)) {
    ++*environment_.wrong_socket;
    return;
  }
  receive(datagram);
}

void Source::on_shared_datagram(const tactus_datagram& datagram, const Socket& socket) {
  if (retired_) return;
  Outgoing same{};
  const bool shared = options_.association.peer || over_ptp() || environment_.settings.acquisition_port.has_value();
  if (!shared || socket_for(same) != &socket) {
    ++*environment_.wrong_socket;
    return;
  }
  receive(datagram);
}

void Source::on_transmit_stamp(std::uint64_t send_id, const tactus_stamp& stamp) {
  if (retired_) return;
  association_.on_transmit_stamp(static_cast<std::uint32_t>(send_id >> 1), stamp, context());
  pump();
}

void Source::on_clock_change(const tactus_clock_change& change) {
  if (retired_) return;
  association_.on_clock_change(change, context());
  if (change.kind == TACTUS_CLOCK_UNKNOWN) pump();
}

void Source::connectivity(bool online) {
  if (!resolved()) {
    // Takes effect when the address is known.
    const tactus_host* host = environment_.host.raw();
    host->source_set_active(host, handle_, online ? 1 : 0);
  }
  command([&](Association& association, const Context& now) {
    online ? association.set_online(now) : association.set_offline(now);
  });
}

// ---- what the association asks for ---------------------------------------------------------------------------------

void Source::carry_out(const Event& event) {
  const tactus_host* host = environment_.host.raw();
  std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<What, SetActive>) {
          host->source_set_active(host, handle_, what.active ? 1 : 0);
        } else if constexpr (std::is_same_v<What, ReachBit>) {
          host->source_reach(host, handle_, what.bit);
        } else if constexpr (std::is_same_v<What, ResetReach>) {
          host->source_reset_reach(host, handle_);
        } else if constexpr (std::is_same_v<What, SourceStatus>) {
          host->source_set_status(host, handle_, what.stratum, what.leap);
        } else if constexpr (std::is_same_v<What, SourceRefid>) {
          host->source_set_address(host, handle_, &address_, what.refid, 0);
        } else if constexpr (std::is_same_v<What, ForgetSamples>) {
          host->source_reset(host, handle_);
        } else if constexpr (std::is_same_v<What, ShiftOffsets>) {
          host->source_shift(host, handle_, what.offset_s);
        } else if constexpr (std::is_same_v<What, Sampled>) {
          sample(what.sample);
        } else if constexpr (std::is_same_v<What, Missed>) {
          missed();
        } else if constexpr (std::is_same_v<What, CloseSocket>) {
          socket_.reset();
        } else {
          log(what);
        }
      },
      event);
}

void Source::sample(const tactus_sample& sample) {
  const tactus_host* host = environment_.host.raw();
  tactus_sample_result result{};
  result.struct_size = sizeof result;
  if (host->source_sample(host, handle_, &sample, &result) == TACTUS_OK && !retired_) {
    association_.on_sample_result(result, context());
  }
  if (!retired_) owner_.on_good_sample(*this);
}

void Source::missed() {
  const tactus_host* host = environment_.host.raw();
  tactus_sample_result result{};
  result.struct_size = sizeof result;
  if (host->source_missed(host, handle_, &result) == TACTUS_OK && !retired_) {
    association_.on_sample_result(result, context());
  }
}

void Source::log(const Message& message) const {
  const tactus_host* host = environment_.host.raw();
  if (message.limited) {
    host->log_limited(host, message.level, "ntp-source", message.text.c_str());
  } else {
    host->log(host, message.level, message.text.c_str());
  }
}

void Source::log(const Measured& measured) const {
  const MeasurementLog& logs = environment_.log;
  const std::int32_t handle = logs.all >= 0 ? logs.all : measured.synchronised ? logs.synchronised : -1;
  if (handle < 0) return;
  const tactus_host* host = environment_.host.raw();
  host->statlog_write(host, handle, format_measurement(measured, to_text(address_)).c_str());
}

// ---- what others ask -----------------------------------------------------------------------------------------------

tactus_source_stats Source::stats() const {
  tactus_source_stats out{};
  out.struct_size = sizeof out;
  if (handle_ != nullptr) environment_.host.raw()->source_stats(environment_.host.raw(), handle_, &out);
  return out;
}

double Source::predicted_offset_s(Instant at) const {
  return handle_ == nullptr ? 0.0
                            : environment_.host.raw()->source_predict(environment_.host.raw(), handle_, to_ns(at));
}

tactus_reference Source::reference(Instant at) const { return environment_.host.reference(at); }

void Source::describe(void* user, std::int32_t* poll_log2_s, std::uint32_t* mode) {
  const auto* self = static_cast<const Source*>(user);
  *poll_log2_s = self->association_.poll_log2_s();
  *mode = self->options_.association.peer ? TACTUS_SOURCE_MODE_PEER : TACTUS_SOURCE_MODE_CLIENT;
}

void Source::replace(void* user) {
  auto* self = static_cast<Source*>(user);
  if (!self->retired_) self->owner_.on_bad(*self);
}

void Source::fill(tactus_ntpdata_row& row) const {
  association_.fill_report(row, stats().jitter_asymmetry);
  row.struct_size = sizeof row;
  row.remote = address_;
  copy_text(row.name, options_.name);
}

void Source::fill(tactus_authdata_row& row) const {
  row = tactus_authdata_row{};
  row.struct_size = sizeof row;
  row.address = address_;
  row.last_ke_ago_s = TACTUS_AGO_NEVER;
  copy_text(row.name, options_.name);
  if (auth_) auth_->report(row);
}

}  // namespace tactus::ntp
