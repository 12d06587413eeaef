// SPDX-License-Identifier: Apache-2.0
// Sending, receiving in batches, and transmit timestamps from the error queue.
#include "transport.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include <tactus/sockaddr.hpp>

namespace tactus::udp {
namespace {

constexpr std::size_t batch = 16;         // datagrams per wake-up
constexpr std::size_t header_room = 128;  // link, network and tunnel headers of a looped frame
constexpr std::size_t sent_limit_client = 8;
constexpr std::size_t sent_limit_server = 256;

}  // namespace

// One set for all sockets: the loop reads one at a time.
struct Transport::Buffers {
  std::array<std::array<std::uint8_t, TACTUS_DATAGRAM_MAX + header_room>, batch> data;
  std::array<mmsghdr, batch> messages;
  std::array<iovec, batch> vectors;
  std::array<sockaddr_storage, batch> names;
  struct alignas(cmsghdr) ControlBuffer {
    std::array<std::uint8_t, control_bytes> bytes;
  };
  std::array<ControlBuffer, batch> controls;
  std::array<tactus_datagram, batch> datagrams;

  // Returns the number of messages, or -1 (errno).
  int receive(int fd, int flags) {
    for (std::size_t i = 0; i < batch; ++i) {
      const std::size_t room = (flags & MSG_ERRQUEUE) != 0 ? data[i].size() : std::size_t{TACTUS_DATAGRAM_MAX};
      vectors[i] = {data[i].data(), room};
      messages[i] = {};
      msghdr& header = messages[i].msg_hdr;
      header.msg_name = &names[i];
      header.msg_namelen = sizeof(names[i]);
      header.msg_iov = &vectors[i];
      header.msg_iovlen = 1;
      header.msg_control = controls[i].bytes.data();
      header.msg_controllen = controls[i].bytes.size();
    }
    int got = 0;
    do got = ::recvmmsg(fd, messages.data(), batch, flags, nullptr);
    while (got < 0 && errno == EINTR);
    return got;
  }
};

Transport::Transport(Host host, const Options& options)
    : host_(host),
      max_waiting_(static_cast<std::size_t>(std::max<std::int64_t>(options.integer("maxtxbuffers", 0), 0))),
      hardware_(host, options),
      drops_{&host.drop_counter("udp", "bad_source"),
             &host.drop_counter("udp", "control_truncated"),
             &host.drop_counter("udp", "receive_stamp_implausible"),
             &host.drop_counter("udp", "transmit_stamp_implausible"),
             &host.drop_counter("udp", "transmit_stamp_unmatched"),
             &host.drop_counter("udp", "send_refused")} {}

Transport::~Transport() {
  while (!sockets_.empty()) close(sockets_.front().get());
}

Result<Socket*> Transport::open(const tactus_socket_params& params, const tactus_transport_sink& sink, void* user) {
  const std::uint32_t flags = host_.run_flags();
  if (((flags & TACTUS_RUN_IPV4_ONLY) != 0 && params.local.family == TACTUS_FAMILY_IPV6) ||
      ((flags & TACTUS_RUN_IPV6_ONLY) != 0 && params.local.family == TACTUS_FAMILY_IPV4)) {
    return error_status(TACTUS_E_FAMILY, "the address family of {} is switched off (-4 or -6)", to_text(params.local));
  }
  auto opened = open_socket(params, host_, hardware_.active());
  if (!opened) return opened.failure();
  if (!buffers_) buffers_ = std::make_unique_for_overwrite<Buffers>();  // pages that are not used stay untouched
  auto socket = std::make_shared<Socket>();
  socket->os = std::move(*opened);
  socket->role = params.role;
  socket->local = params.local;
  socket->sink = sink;
  socket->user = user;
  socket->sent = SentPackets(sent_limit(params.role));
  // Asking for errors includes priority data: how SO_SELECT_ERR_QUEUE reports the error queue.
  std::weak_ptr<Socket> weak = socket;
  socket->watch.start(host_, socket->os.fd, TACTUS_WATCH_READ | TACTUS_WATCH_ERROR, [this, weak](std::uint32_t events) {
    if (const auto alive = weak.lock()) on_ready(alive, events);
  });
  sockets_.push_back(socket);
  return socket.get();
}

void Transport::close(Socket* socket) {
  const auto found =
      std::find_if(sockets_.begin(), sockets_.end(), [&](const auto& one) { return one.get() == socket; });
  if (found == sockets_.end()) return;
  const std::shared_ptr<Socket> kept = *found;  // until here is left; a sink's caller may keep it longer
  sockets_.erase(found);
  kept->open = false;
  kept->watch.stop();
  kept->os.owned.reset();
}

std::size_t Transport::sent_limit(std::uint32_t role) const noexcept {
  if (max_waiting_ > 0) return max_waiting_;
  return role == TACTUS_SOCKET_CLIENT ? sent_limit_client : sent_limit_server;
}

// ---- what happened to timestamps, for those who look into hardware

void Transport::trace(const Socket& socket, const char* what, const tactus_address& remote, std::size_t length,
                      const Control& control) const {
  if (!socket.os.hardware) return;
  host_.debug("{} {} len={} if={} tss={}{} tsif={} tslen={}", what, to_text_with_port(remote), length,
              control.interface_index, control.kernel_time != RawTime{} ? "K" : "", control.hardware_ns != 0 ? "H" : "",
              control.stamp_interface, control.frame_bytes);
}

void Transport::trace_receive_stamp(const tactus_stamp& stamp, const Now& event) const {
  host_.debug("Updated RX timestamp delay={:.9f} tss={}",
              to_seconds(event.corrected - from_ns<Instant>(stamp.corrected_ns)), stamp.origin);
}

// ---- sending

tactus_stamp Transport::make_stamp(RawTime raw, std::uint32_t origin) const {
  tactus_stamp out{};
  out.raw_ns = to_ns(raw);
  out.corrected_ns = to_ns(host_.correct(raw, &out.error_s));
  out.origin = origin;
  return out;
}

bool Transport::send_one(Socket& socket, const tactus_datagram& datagram, const Now& now) {
  const bool connected = socket.role == TACTUS_SOCKET_CLIENT;
  const bool stamped = datagram.send_id != 0 && socket.os.stamping >= Stamping::every_packet;
  iovec vector{const_cast<std::uint8_t*>(datagram.data), datagram.length};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  sockaddr_storage name;
  if (!connected) {
    tactus_address remote = datagram.remote;
    if (remote.scope == 0 && is_link_local(remote)) remote.scope = datagram.interface_index;
    message.msg_namelen = to_sockaddr(remote, name);
    message.msg_name = &name;
  }
  ControlWriter control;
  if (!connected) control.add_source(datagram.local, datagram.remote, datagram.interface_index);
  if (stamped && socket.os.stamping == Stamping::on_request) control.add_transmit_stamp(socket.os.hardware);
  control.attach(message);
  // Before the call: the looped copy can be there as soon as it returns.
  if (stamped) socket.sent.add({datagram.data, datagram.length}, datagram.send_id, now.raw);
  bool again = connected;
  for (;;) {
    if (::sendmsg(socket.os.fd, &message, 0) >= 0) return true;
    if (errno == EINTR) continue;
    // On a connected socket an earlier packet's refusal is reported here; this one has not been tried yet.
    if (!std::exchange(again, false) || errno == EAGAIN) break;
  }
  const int why = errno;
  if (stamped) socket.sent.drop_newest();
  ++*drops_.send_refused;
  host_.log_limited(LogLevel::debug, "udp send", "Could not send to {} : {}",
                    connected ? "server" : to_text_with_port(datagram.remote), std::strerror(why));
  return false;
}

tactus_status Transport::send(Socket& socket, const tactus_datagram* datagrams, std::uint32_t count,
                              std::uint32_t& sent, tactus_stamp* stamps) {
  sent = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_datagram& datagram = *TACTUS_AT(tactus_datagram, datagrams, i);
    if (datagram.length > TACTUS_DATAGRAM_MAX || (datagram.length > 0 && datagram.data == nullptr)) {
      return TACTUS_E_INVALID;
    }
    const bool connected = socket.role == TACTUS_SOCKET_CLIENT;
    if (!connected && (datagram.remote.family != socket.local.family || datagram.remote.port == 0)) {
      return TACTUS_E_INVALID;
    }
    const Now now = host_.now();
    if (!send_one(socket, datagram, now)) return TACTUS_E_SYSTEM;
    if (stamps != nullptr) {
      stamps[i] = {};
      stamps[i].raw_ns = to_ns(now.raw);
      stamps[i].corrected_ns = to_ns(now.corrected);
      stamps[i].error_s = now.error_s;
      stamps[i].origin = TACTUS_STAMP_DAEMON;
      stamps[i].interface_index = datagram.interface_index;
    }
    ++sent;
  }
  return TACTUS_OK;
}

// ---- receiving

void Transport::on_ready(const std::shared_ptr<Socket>& socket, std::uint32_t events) {
  // Transmit timestamps first: the answer may be in the same wake-up.
  if ((events & TACTUS_WATCH_ERROR) != 0) receive_errors(*socket);
  if (socket->open && (events & TACTUS_WATCH_READ) != 0) receive(*socket);
}

void Transport::receive(Socket& socket) {
  const int got = buffers_->receive(socket.os.fd, 0);
  if (got < 0) {
    const int why = errno;
    if (why != EAGAIN) socket.sink.failed(socket.user, why);
    return;
  }
  std::uint32_t count = 0;
  for (int i = 0; i < got; ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (fill(socket, index, buffers_->messages[index].msg_len, buffers_->datagrams[count])) ++count;
  }
  if (count > 0) socket.sink.received(socket.user, buffers_->datagrams.data(), count);
}

bool Transport::fill(const Socket& socket, std::size_t index, std::size_t length, tactus_datagram& out) {
  const msghdr& header = buffers_->messages[index].msg_hdr;
  if ((header.msg_flags & MSG_CTRUNC) != 0) {
    ++*drops_.control_truncated;
    return false;
  }
  out = {};
  out.struct_size = sizeof(out);
  out.data = buffers_->data[index].data();
  out.length = static_cast<std::uint32_t>(std::min<std::size_t>(length, TACTUS_DATAGRAM_MAX));
  out.remote = from_sockaddr(&buffers_->names[index], header.msg_namelen);
  if (out.remote.family != socket.local.family || out.remote.port == 0) {
    ++*drops_.bad_source;
    return false;
  }
  if ((header.msg_flags & MSG_TRUNC) != 0) out.flags |= TACTUS_DATAGRAM_TRUNCATED;
  const Control control = read_control(header);
  out.local = control.local;
  out.interface_index = control.interface_index;
  trace(socket, "Received message from", out.remote, out.length, control);
  out.stamp = receive_stamp(socket, control, out.length, host_.event());
  if (socket.os.hardware) trace_receive_stamp(out.stamp, host_.event());
  return true;
}

tactus_stamp Transport::receive_stamp(const Socket& socket, const Control& control, std::size_t payload,
                                      const Now& event) {
  if (const auto better = hardware_.receive_stamp(control, payload, socket.local.family, event)) return *better;
  tactus_stamp out{};
  if (plausible_receive(control.kernel_time, event.raw)) {
    out = make_stamp(control.kernel_time, TACTUS_STAMP_KERNEL);
  } else {
    if (control.kernel_time != RawTime{}) {
      ++*drops_.receive_stamp_implausible;
    } else if (socket.os.stamping != Stamping::none) {
      keep_stamps_on(socket.local.family);
    }
    out.raw_ns = to_ns(event.raw);
    out.corrected_ns = to_ns(event.corrected);
    out.error_s = event.error_s;
    out.origin = TACTUS_STAMP_DAEMON;
  }
  out.interface_index = control.interface_index;
  return out;
}

void Transport::keep_stamps_on(std::uint16_t family) {
  if (std::exchange(stamp_keeper_tried_, true)) return;
  stamp_keeper_ = open_stamp_keeper(family);
}

void Transport::receive_errors(Socket& socket) {
  const int got = buffers_->receive(socket.os.fd, MSG_ERRQUEUE);
  for (int i = 0; i < got && socket.open; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const msghdr& header = buffers_->messages[index].msg_hdr;
    const Control control = read_control(header);
    if (control.transmit_stamp) {
      const std::size_t length = std::min<std::size_t>(buffers_->messages[index].msg_len, buffers_->data[index].size());
      trace(socket, "Received error message from", from_sockaddr(&buffers_->names[index], header.msg_namelen), length,
            control);
      on_looped(socket, {buffers_->data[index].data(), length}, control);
    } else if (control.error_number != 0) {
      socket.sink.failed(socket.user, control.error_number);
    }
  }
  if (got > 0 || !socket.open) return;
  // No entry: a pending error of the socket itself, which reading clears.
  int pending = 0;
  socklen_t length = sizeof(pending);
  if (::getsockopt(socket.os.fd, SOL_SOCKET, SO_ERROR, &pending, &length) == 0 && pending != 0) {
    socket.sink.failed(socket.user, pending);
  }
}

// The card's timestamp of a packet comes after the kernel's, or alone. When it cannot be used, the kernel's of the same
// message is not used either: it may be of an earlier attempt.
void Transport::on_hardware_looped(Socket& socket, Bytes frame, const Control& control) {
  const auto packet = socket.sent.take(frame);
  if (!packet) {
    ++*drops_.transmit_stamp_unmatched;
    return;
  }
  hardware_.learn_frame(control, socket.local.family, frame.size(), packet->length);
  const auto stamp = hardware_.transmit_stamp(control, host_.event());
  if (!stamp) {
    ++*drops_.transmit_stamp_implausible;
    host_.debug("Missing TX timestamp");
    return;
  }
  socket.sink.transmitted(socket.user, packet->send_id, &*stamp);
}

void Transport::on_looped(Socket& socket, Bytes frame, const Control& control) {
  if (control.hardware_ns != 0) {
    on_hardware_looped(socket, frame, control);
    return;
  }
  const auto packet = socket.os.hardware ? socket.sent.find(frame) : socket.sent.take(frame);
  if (!packet) {
    // A client's socket loops every packet back, also those whose time nobody asked for.
    if (socket.sent.waiting() > 0 || socket.os.stamping == Stamping::on_request) ++*drops_.transmit_stamp_unmatched;
    return;
  }
  if (!plausible_transmit(control.kernel_time, packet->sent)) {
    ++*drops_.transmit_stamp_implausible;
    return;
  }
  tactus_stamp stamp = make_stamp(control.kernel_time, TACTUS_STAMP_KERNEL);
  stamp.interface_index = control.interface_index;
  socket.sink.transmitted(socket.user, packet->send_id, &stamp);
}

}  // namespace tactus::udp
