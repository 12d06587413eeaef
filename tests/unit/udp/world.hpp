// SPDX-License-Identifier: Apache-2.0
// The plugin as the daemon loads it, with a host of the test's own over a real loop. Corrected time is raw time plus 5
// s, so that a mix-up shows.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <tactus/plugin.h>
#include <tactus/address.hpp>
#include <tactus/sockaddr.hpp>

#include "loop/loop.hpp"

namespace tactus {

inline constexpr std::int64_t test_correction_ns = 5'000'000'000;
inline constexpr double test_error_s = 1e-6;

inline std::int64_t read_realtime_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// What a socket's user was told.
struct Heard {
  struct Datagram {
    std::vector<std::uint8_t> data;
    tactus_address remote;
    tactus_address local;
    tactus_stamp stamp;
    std::uint32_t flags;
    std::uint32_t interface_index;
  };
  std::deque<Datagram> datagrams;
  std::vector<std::uint32_t> batches;
  std::vector<std::pair<std::uint64_t, tactus_stamp>> transmitted;
  std::vector<int> failures;
  std::function<void()> on_received;

  static void received(void* user, const tactus_datagram* datagrams, std::uint32_t count) {
    auto& self = *static_cast<Heard*>(user);
    self.batches.push_back(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const tactus_datagram& one = *TACTUS_AT(tactus_datagram, datagrams, i);
      self.datagrams.push_back(
          {{one.data, one.data + one.length}, one.remote, one.local, one.stamp, one.flags, one.interface_index});
    }
    if (self.on_received) self.on_received();
  }
  static void on_transmitted(void* user, std::uint64_t send_id, const tactus_stamp* stamp) {
    static_cast<Heard*>(user)->transmitted.emplace_back(send_id, *stamp);
  }
  static void failed(void* user, std::int32_t error_number) {
    static_cast<Heard*>(user)->failures.push_back(error_number);
  }
  static constexpr tactus_transport_sink sink() {
    return {sizeof(tactus_transport_sink), 0, &received, &on_transmitted, &failed};
  }
};

class World {
 public:
  World() {
    ::alarm(60);  // what is waited for and does not come ends the test
    host_.struct_size = sizeof(host_);
    host_.context = this;
    host_.log = [](const tactus_host* host, std::uint32_t, const char* text) { of(host).messages.emplace_back(text); };
    host_.log_limited = [](const tactus_host* host, std::uint32_t, const char*, const char* text) {
      of(host).messages.emplace_back(text);
    };
    host_.drop_counter = [](const tactus_host* host, const char*, const char* reason) {
      return &of(host).drops[reason];
    };
    host_.watch = [](const tactus_host* host, std::int32_t fd, std::uint32_t events, tactus_watch_fn fn, void* user,
                     std::uint64_t* id) -> tactus_status {
      *id = of(host).loop.watch(fd, Events(events), [=](Events got) { fn(user, fd, std::uint32_t(got)); });
      return TACTUS_OK;
    };
    host_.unwatch = [](const tactus_host* host, std::uint64_t id) { of(host).loop.unwatch(id); };
    host_.now = [](const tactus_host* host, tactus_instant* out) { *out = of(host).instant(read_realtime_ns()); };
    host_.event = [](const tactus_host* host, tactus_instant* out) { *out = of(host).instant(of(host).event_ns); };
    host_.correct = [](const tactus_host*, std::int64_t raw_ns, double* error_s) {
      if (error_s != nullptr) *error_s = test_error_s;
      return raw_ns + test_correction_ns;
    };
    host_.run_flags = [](const tactus_host* host) { return of(host).run_flags; };
    loop.set_wake_hook([this](Duration) { event_ns = read_realtime_ns() + event_shift_ns; });

    library_ = ::dlopen(TACTUS_TEST_PLUGINS "/udp.so", RTLD_NOW | RTLD_LOCAL);
    EXPECT_NE(library_, nullptr) << ::dlerror();
    const auto entry = reinterpret_cast<tactus_plugin_entry_fn>(::dlsym(library_, TACTUS_PLUGIN_ENTRY));
    plugin = entry();
    ops = static_cast<const tactus_transport_ops*>(plugin->providers[0].ops);
    const tactus_config none{sizeof(tactus_config), 0, nullptr};
    EXPECT_EQ(ops->create(&host_, &none, &instance, nullptr), TACTUS_OK);
    EXPECT_EQ(ops->start(instance, nullptr), TACTUS_OK);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() {
    ops->destroy(instance);
    ::dlclose(library_);
    ::alarm(0);
  }

  static tactus_socket_params params(std::uint32_t role, const tactus_address& local) {
    tactus_socket_params out{};
    out.struct_size = sizeof(out);
    out.role = role;
    out.local = local;
    return out;
  }
  // Null when it was refused; status and error say why.
  void* open(const tactus_socket_params& params, Heard& heard) {
    void* socket = nullptr;
    error = {};
    error.struct_size = sizeof(error);
    const tactus_transport_sink sink = Heard::sink();
    status = ops->open(instance, &params, &sink, &heard, &socket, &error);
    return socket;
  }
  void* open_server(const tactus_address& local, Heard& heard) {
    void* socket = open(params(TACTUS_SOCKET_SERVER, local), heard);
    EXPECT_EQ(status, TACTUS_OK) << error.text;
    return socket;
  }
  // A port that was free a moment ago.
  std::uint16_t free_port() {
    Heard nothing;
    void* chosen = open_server(parse_address("127.0.0.1").value(), nothing);
    const std::uint16_t port = local_address(chosen).port;
    ops->close(instance, chosen);
    return port;
  }
  void* open_client(const tactus_address& remote, Heard& heard) {
    auto wanted = params(TACTUS_SOCKET_CLIENT, any_address(remote.family, 0));
    wanted.remote = remote;
    void* socket = open(wanted, heard);
    EXPECT_EQ(status, TACTUS_OK) << error.text;
    return socket;
  }
  tactus_address local_address(void* socket) {
    tactus_address out{};
    EXPECT_EQ(ops->local_address(instance, socket, &out), TACTUS_OK);
    return out;
  }
  tactus_stamp send(void* socket, const std::vector<std::uint8_t>& data, std::uint64_t send_id,
                    const tactus_address& to = {}, const tactus_address& from = {}, std::uint32_t interface_index = 0) {
    tactus_datagram out{};
    out.struct_size = sizeof(out);
    out.data = data.data();
    out.length = static_cast<std::uint32_t>(data.size());
    out.remote = to;
    out.local = from;
    out.send_id = send_id;
    out.interface_index = interface_index;
    std::uint32_t sent = 0;
    tactus_stamp stamp{};
    status = ops->send(instance, socket, &out, 1, &sent, &stamp);
    EXPECT_EQ(sent, status == TACTUS_OK ? 1u : 0u);
    return stamp;
  }
  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) loop.run_once(Duration{-1});
  }
  // Takes what is there, without waiting.
  void settle() {
    for (int i = 0; i < 4; ++i) loop.run_once(std::chrono::milliseconds(2));
  }

  Loop loop{make_poll_waiter()};
  std::map<std::string, std::uint64_t> drops;
  std::vector<std::string> messages;
  std::int64_t event_ns = 0;
  std::int64_t event_shift_ns = 0;  // makes the daemon's own time wrong
  std::uint32_t run_flags = 0;
  const tactus_plugin* plugin = nullptr;
  const tactus_transport_ops* ops = nullptr;
  void* instance = nullptr;
  tactus_status status = TACTUS_OK;
  tactus_error error{};

 private:
  static World& of(const tactus_host* host) { return *static_cast<World*>(host->context); }
  tactus_instant instant(std::int64_t raw_ns) {
    return {to_ns(loop.read_monotonic()), raw_ns, raw_ns + test_correction_ns, test_error_s};
  }
  tactus_host host_{};
  void* library_ = nullptr;
};

inline tactus_address endpoint(const char* text, std::uint16_t port) {
  auto out = parse_scoped_address(text).value();
  out.port = port;
  return out;
}
// A packet of 48 octets that differs from others.
inline std::vector<std::uint8_t> packet(std::uint8_t first) {
  std::vector<std::uint8_t> out(48, 0x5a);
  out[0] = first;
  return out;
}

}  // namespace tactus
