// SPDX-License-Identifier: Apache-2.0
// A bounded server of stream sockets for endpoints, on the daemon's loop: listening sockets, sessions, their limits.
// What is spoken is a StreamSession, which does no I/O. A peer that is slow, silent, greedy or gone costs one
// descriptor and one piece of output for a stated time, and never delays the loop.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

#include <tactus/bytes.hpp>
#include <tactus/sdk/host.hpp>

namespace tactus {

// One connection as its protocol sees it: bytes in, bytes out, time as an argument.
class StreamSession {
 public:
  StreamSession() = default;
  StreamSession(const StreamSession&) = delete;
  StreamSession& operator=(const StreamSession&) = delete;
  virtual ~StreamSession() = default;

  // Whether bytes of the peer are welcome; false leaves them in the kernel.
  [[nodiscard]] virtual bool wants_bytes() const = 0;
  // Takes all of them. Called only while wants_bytes().
  virtual void on_bytes(Bytes bytes, MonoTime now) = 0;
  // Whether produce() has something to do.
  [[nodiscard]] virtual bool has_output() const = 0;
  // Appends the next piece of output. Called once per turn of the loop, when the piece before it was sent: the work and
  // the length of one piece are what the session bounds.
  virtual void produce(std::string& out, MonoTime now) = 0;
  // The connection is to be closed once all output is sent.
  [[nodiscard]] virtual bool finished() const = 0;
  // When on_deadline() is to be called; empty: there is nothing to wait for.
  [[nodiscard]] virtual std::optional<MonoTime> deadline() const = 0;
  // The deadline has passed: the session finishes, perhaps with some last output.
  virtual void on_deadline() = 0;
  // The peer went away, or gave way to a newer one, before it had its answer.
  virtual void on_lost() {}
};

struct StreamLimits {
  std::size_t sessions = 256;                       // at once; a new peer then replaces the one that is silent longest
  std::size_t read_bytes = 4096;                    // taken from one peer in one turn
  Duration stalled = std::chrono::seconds(30);      // without progress of the output a session ends
  Duration accept_pause = std::chrono::seconds(1);  // after running out of descriptors
};

class StreamServer {
 public:
  // Makes the session of a peer; empty: the peer is refused (and counted by the maker).
  using Maker = std::function<std::unique_ptr<StreamSession>(int fd, const sockaddr_storage& peer, socklen_t length)>;

  // stage: under which it counts what it refuses: `too_many`, `accept_failed`, `stalled`, `replaced`.
  StreamServer(Host host, StreamLimits limits, const char* stage, Maker make)
      : host_(host),
        limits_(limits),
        make_(std::move(make)),
        too_many_(host.drop_counter(stage, "too_many")),
        accept_failed_(host.drop_counter(stage, "accept_failed")),
        stalled_(host.drop_counter(stage, "stalled")),
        replaced_(host.drop_counter(stage, "replaced")) {}
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  // A listening, non-blocking socket; it is the server's from now on, unless it is a passed one (borrowed).
  void listen(Fd listener) {
    listeners_.push_back(std::make_unique<Listener>(std::move(listener)));
    watch(*listeners_.back());
  }
  [[nodiscard]] std::size_t sessions() const noexcept { return connections_.size(); }

 private:
  struct Listener {
    explicit Listener(Fd socket) : fd(std::move(socket)) {}
    Fd fd;
    Watch readable;  // stops before the descriptor closes
  };
  struct Connection {
    Fd fd;
    std::unique_ptr<StreamSession> session;
    std::string out;
    std::size_t sent = 0;  // of out
    MonoTime last_progress{};
    bool ended = false;  // the peer sends no more
    std::uint32_t events = 0;
    Watch ready;  // stops before the descriptor closes
    [[nodiscard]] bool pending() const { return sent < out.size(); }
    [[nodiscard]] bool busy() const { return pending() || session->has_output(); }
  };
  using Id = std::uint64_t;

  void watch(Listener& listener) {
    listener.readable.start(host_, listener.fd.get(), TACTUS_WATCH_READ,
                            [this, &listener](std::uint32_t) { on_accept(listener); });
  }

  // One peer per turn.
  void on_accept(Listener& listener) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    Fd fd{::accept4(listener.fd.get(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!fd) {
      if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return;
      // Out of descriptors or memory: the peer stays in the queue, and the loop must not turn for it all the time.
      ++accept_failed_;
      listener.readable.stop();
      pause_.start(host_, host_.event().monotonic + limits_.accept_pause, [this] {
        for (const auto& each : listeners_) watch(*each);
      });
      return;
    }
    if (connections_.size() >= limits_.sessions && !make_room()) {
      ++too_many_;
      return;
    }
    auto session = make_(fd.get(), peer, length);
    if (!session) return;
    const Id id = next_id_++;
    auto connection = std::make_unique<Connection>();
    connection->fd = std::move(fd);
    connection->session = std::move(session);
    connection->last_progress = host_.event().monotonic;
    connection->events = TACTUS_WATCH_READ;
    Connection& added = *connections_.emplace(id, std::move(connection)).first->second;
    added.ready.start(host_, added.fd.get(), added.events, [this, id](std::uint32_t events) { on_ready(id, events); });
    settle(id, added);
  }

  // Ends the session that has been silent longest, of those without an answer under way.
  bool make_room() {
    auto oldest = connections_.end();
    for (auto at = connections_.begin(); at != connections_.end(); ++at) {
      if (at->second->busy()) continue;
      if (oldest == connections_.end() || at->second->last_progress < oldest->second->last_progress) oldest = at;
    }
    if (oldest == connections_.end()) return false;
    ++replaced_;
    connections_.erase(oldest);
    return true;
  }

  void on_ready(Id id, std::uint32_t events) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    Connection& connection = *found->second;
    if ((events & TACTUS_WATCH_READ) != 0 && !receive(connection)) return lose(id);
    if ((events & TACTUS_WATCH_READ) == 0 && (events & TACTUS_WATCH_ERROR) != 0) return lose(id);
    const MonoTime now = host_.event().monotonic;
    if (!connection.pending() && connection.session->has_output()) {
      connection.out.clear();
      connection.sent = 0;
      connection.session->produce(connection.out, now);
    }
    if (!transmit(connection, now)) return lose(id);
    settle(id, connection);
  }

  // false: the connection is lost.
  bool receive(Connection& connection) {
    if (connection.ended || !connection.session->wants_bytes()) return true;
    std::uint8_t bytes[4096];
    const ssize_t got = ::recv(connection.fd.get(), bytes, std::min(sizeof bytes, limits_.read_bytes), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) {
      connection.ended = true;
      return true;
    }
    connection.last_progress = host_.event().monotonic;
    connection.session->on_bytes({bytes, static_cast<std::size_t>(got)}, connection.last_progress);
    return true;
  }

  bool transmit(Connection& connection, MonoTime now) {
    if (!connection.pending()) return true;
    const ssize_t sent = ::send(connection.fd.get(), connection.out.data() + connection.sent,
                                connection.out.size() - connection.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR;
    connection.sent += static_cast<std::size_t>(sent);
    connection.last_progress = now;
    if (!connection.pending()) connection.out.clear();
    return true;
  }

  // After each step: closes, or waits for what can come next.
  void settle(Id id, Connection& connection) {
    const bool output = connection.busy();
    if (!output && (connection.session->finished() || connection.ended)) {
      connections_.erase(id);
      return;
    }
    const bool input = !connection.ended && connection.session->wants_bytes();
    const std::uint32_t events = (input ? TACTUS_WATCH_READ : 0u) | (output ? TACTUS_WATCH_WRITE : 0u);
    if (events != connection.events) connection.ready.set_events(connection.events = events);
    if (const auto when = due(connection)) arm(*when);
  }

  [[nodiscard]] std::optional<MonoTime> due(const Connection& connection) const {
    std::optional<MonoTime> out = connection.session->deadline();
    if (connection.busy()) {
      const MonoTime limit = connection.last_progress + limits_.stalled;
      out = out ? std::min(*out, limit) : limit;
    }
    return out;
  }

  void arm(MonoTime when) {
    if (deadline_.running() && armed_ <= when) return;
    armed_ = when;
    deadline_.start(host_, when, [this] { on_deadline(); });
  }

  void on_deadline() {
    const MonoTime now = host_.event().monotonic;
    std::vector<Id> late;
    std::optional<MonoTime> next;
    for (const auto& [id, connection] : connections_) {
      const auto when = due(*connection);
      if (!when) continue;
      if (*when <= now) {
        late.push_back(id);
      } else {
        next = next ? std::min(*next, *when) : *when;
      }
    }
    for (const Id id : late) {
      Connection& connection = *connections_.at(id);
      if (connection.busy() && connection.last_progress + limits_.stalled <= now) {
        ++stalled_;
        lose(id);
        continue;
      }
      connection.session->on_deadline();
      settle(id, connection);
    }
    if (next) arm(*next);
  }

  void lose(Id id) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) return;
    if (found->second->busy()) found->second->session->on_lost();
    connections_.erase(found);
  }

  Host host_;
  StreamLimits limits_;
  Maker make_;
  std::uint64_t& too_many_;
  std::uint64_t& accept_failed_;
  std::uint64_t& stalled_;
  std::uint64_t& replaced_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::map<Id, std::unique_ptr<Connection>> connections_;
  Id next_id_ = 1;
  Timer pause_;
  Timer deadline_;
  MonoTime armed_{};
};

}  // namespace tactus
