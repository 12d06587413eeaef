// SPDX-License-Identifier: Apache-2.0
// A small world in virtual time for whole instances of the plugin ntp: hosts with their services, a network with delay,
// a resolver, an authentication scheme. Nothing here touches a clock, a socket or a file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tactus/plugin.h>
#include <tactus/reports.h>
#include <tactus/address.hpp>

namespace tactus::ntp::test {

inline constexpr std::int64_t millisecond = 1'000'000;
inline constexpr std::int64_t second = 1'000'000'000;

class FakeHost;

// Virtual time and the network.
class FakeWorld {
 public:
  using Call = std::function<void()>;
  std::uint64_t at(std::int64_t time, Call call);
  void cancel(std::uint64_t id) { events_.erase(id); }
  void run_until(std::int64_t time);
  void run_for(double seconds) { run_until(now + static_cast<std::int64_t>(seconds * 1e9)); }
  std::uint64_t random();

  std::int64_t now = 10 * second;  // monotonic
  std::int64_t delay = 1 * millisecond;
  std::vector<FakeHost*> hosts;
  std::vector<tactus_address> unroutable;
  std::uint64_t seed = 1;

 private:
  struct Event {
    std::int64_t time;
    Call call;
  };
  std::map<std::uint64_t, Event> events_;
  std::uint64_t last_id_ = 0;
};

struct FakeSocket {
  FakeHost* host = nullptr;
  tactus_socket_params params{};
  tactus_address local{};
  const tactus_transport_sink* sink = nullptr;
  void* user = nullptr;
};

}  // namespace tactus::ntp::test

// What the core keeps of a source.
struct tactus_source {
  tactus_address address{};
  std::uint32_t refid = 0;
  std::string name;
  bool active = false;
  std::uint32_t reach = 0;
  std::uint32_t updates = 0;
  std::uint32_t stratum = 0;
  std::uint32_t own_refid = 0;
  std::vector<tactus_sample> samples;
  tactus_source_callbacks callbacks{};
  void* user = nullptr;
};

namespace tactus::ntp::test {

// A configuration in chrony.conf's words, read with the plugin's own declarations.
class FakeConfig {
 public:
  explicit FakeConfig(const std::string& text);
  const tactus_config* get() const { return &config_; }
  const tactus_record* record(std::size_t index) const { return pointers_.at(index); }

 private:
  void add_line(const std::string& line);
  struct Line {
    std::vector<std::string> words;
    std::vector<tactus_value> values;
    std::vector<std::unique_ptr<const char*[]>> lists;
    tactus_record record{};
  };
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<const tactus_record*> pointers_;
  tactus_config config_{};
};

class FakeHost {
 public:
  FakeHost(FakeWorld& world, const std::string& address, const std::string& config, double clock_offset_s = 0,
           std::uint32_t run_flags = 0);
  ~FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  tactus_status create();
  void start();
  void boot() {
    create();
    start();
  }

  // Runs a command, reads a report.
  template <class Args>
  tactus_status run(const std::string& name, const Args& args) {
    return run_raw(name, &args);
  }
  tactus_status run(const std::string& name) { return run_raw(name, nullptr); }
  template <class Row>
  std::vector<Row> read(const std::string& name, const tactus_query* query = nullptr, tactus_status* status = nullptr) {
    std::vector<Row> rows;
    const tactus_status got = read_raw(
        name, query,
        [](void* user, const void* row, std::uint32_t) {
          static_cast<std::vector<Row>*>(user)->push_back(*static_cast<const Row*>(row));
          return tactus_status{TACTUS_OK};
        },
        &rows);
    if (status != nullptr) *status = got;
    return rows;
  }
  bool logged(const std::string& text) const;
  std::uint64_t drops(const std::string& stage, const std::string& reason) const;
  tactus_source* source(const std::string& address) const;
  std::size_t open_sockets(std::uint32_t role) const;
  void change_clock(const tactus_clock_change& change) { clock_changed_(clock_user_, &change); }

  FakeWorld& world;
  tactus_host host{};
  std::vector<tactus_address> addresses;
  FakeConfig config;
  std::int64_t clock_offset;
  std::uint32_t flags;
  tactus_reference reference{};
  std::map<std::string, std::vector<std::string>> names;  // what the resolver knows
  std::vector<std::pair<std::int64_t, std::string>> lookups;
  std::vector<std::string> messages;
  std::vector<std::string> measurements;
  std::vector<tactus_source*> sources;
  std::vector<std::unique_ptr<FakeSocket>> sockets;
  std::vector<std::string> transports;  // that were looked up
  std::uint32_t packets_sent = 0;
  std::string error;
  void* instance = nullptr;

 private:
  static FakeHost& self(const tactus_host* host) { return *static_cast<FakeHost*>(host->context); }
  tactus_status run_raw(const std::string& name, const void* args);
  tactus_status read_raw(const std::string& name, const tactus_query* query, tactus_row_sink sink, void* user);
  void fill_services();
  void fill_source_services();
  void fill_control_services();
  static tactus_status start_resolving(const tactus_host* host, const char* name, std::uint32_t family,
                                       tactus_resolve_fn fn, void* user, std::uint64_t* id);

  std::map<std::string, std::uint64_t> drops_;
  std::map<std::string, std::pair<const tactus_report*, void*>> reports_;
  std::map<std::string, std::pair<const tactus_command*, void*>> commands_;
  tactus_clock_change_fn clock_changed_ = nullptr;
  void* clock_user_ = nullptr;
};

// The transport "udp" and the authentication scheme "symkey" (its MAC is a sum, its only key is number 7).
const tactus_transport_ops* fake_transport();
const tactus_auth_ops* fake_auth();

}  // namespace tactus::ntp::test
