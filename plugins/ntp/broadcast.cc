// SPDX-License-Identifier: Apache-2.0
// Broadcast server: NTP specification section 22.
#include "broadcast.hpp"

#include <cmath>

namespace tactus::ntp {

Header broadcast_header(const tactus_reference& reference, Instant now, double interval_s, double precision_s,
                        bool hide_leap, RandomPool& random) {
  Header header;
  fill_reference(header, reference, precision_s, false);
  if (hide_leap && (header.leap == TACTUS_LEAP_INSERT || header.leap == TACTUS_LEAP_DELETE)) {
    header.leap = TACTUS_LEAP_NORMAL;
  }
  header.version = version_max;
  header.mode = Mode::broadcast;
  header.poll_log2_s = static_cast<std::int8_t>(std::lround(std::log2(interval_s)));
  const bool smoothed = std::abs(reference.smoothing_s) > precision_s;
  const Instant served = smoothed ? now + from_seconds(reference.smoothing_s) : now;
  header.transmit = draw_unlike(to_ntp(served), reference.precision_log2_s, Ntp64{}, Ntp64{}, random);
  return header;
}

Broadcasts::Broadcasts(Environment& environment)
    : environment_(environment),
      timers_(environment.random),
      send_failed_(&environment.host.drop_counter("ntp.broadcast", "send_failed")) {}

Broadcasts::~Broadcasts() {
  if (environment_.sockets == nullptr) return;
  for (const Target& target : targets_) environment_.sockets->user_removed(target.settings.address.family);
}

void Broadcasts::add(const BroadcastTarget& target) {
  TACTUS_ASSERT(environment_.sockets != nullptr);
  Target& added = targets_.emplace_back();
  added.settings = target;
  added.id = timers_.new_timer();
  environment_.sockets->user_added(target.address.family);
}

void Broadcasts::start() {
  for (Target& target : targets_) arm(target);
}

void Broadcasts::arm(Target& target) {
  const MonoTime now = environment_.host.now().monotonic;
  const double interval_s = target.settings.interval_s;
  const double apart_s = Separation::separation_for(static_cast<int>(std::lround(std::log2(interval_s))));
  target.timer.start(environment_.host, timers_.arm(target.id, now, interval_s, apart_s),
                     [this, &target] { on_timer(target); });
}

void Broadcasts::on_timer(Target& target) {
  timers_.dispatched(target.id, environment_.host.now().monotonic);
  send(target);
  arm(target);
}

void Broadcasts::send(const Target& target) {
  const Host& host = environment_.host;
  Socket* socket = environment_.sockets->server_socket(target.settings.address.family);
  const Instant now = host.now().corrected;
  std::array<std::uint8_t, header_bytes> bytes{};
  write_header(broadcast_header(host.reference(now), now, target.settings.interval_s, environment_.clock.precision_s,
                                environment_.settings.hide_leap, environment_.random),
               bytes);
  tactus_datagram datagram{};
  datagram.struct_size = sizeof datagram;
  datagram.length = static_cast<std::uint32_t>(bytes.size());
  datagram.data = bytes.data();
  datagram.remote = target.settings.address;
  if (socket == nullptr || !socket->send(datagram, nullptr)) ++*send_failed_;
}

}  // namespace tactus::ntp
