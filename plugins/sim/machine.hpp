// SPDX-License-Identifier: Apache-2.0
// A simulated machine: its clock, its network interface with timestamps, its reference clocks. The plugin's providers
// find theirs through host->embedder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tactus/abi.h>

#include "delay.hpp"
#include "oscillator.hpp"
#include "random.hpp"

namespace tactus::sim {

class World;

// Timestamps of the machine's network interface.
struct StampModel {
  enum class Kind : std::uint8_t { daemon, kernel, hardware };
  Kind kind = Kind::kernel;
  Distribution receive;   // added to each arrival's timestamp, s
  Distribution transmit;  // subtracted from each departure's timestamp, s
  OscillatorModel nic;    // hardware: the interface's own clock, which nobody adjusts
};

// What a reference clock gives.
struct RefclockModel {
  Distribution jitter;                      // of each reading; its mean is a constant error
  bool right = true;                        // false: it is allowed to lie (the bound is then not checked)
  double interval_s = 1.0;                  // SHM and SOCK: between samples; whole seconds of true UTC
  double pulse_error_s = 0.0;               // PPS: constant error of the edge
  double loss = 0.0;                        // 0..1
  std::uint32_t leap = TACTUS_LEAP_NORMAL;  // that SHM and SOCK announce
};

struct Packet {
  std::vector<std::uint8_t> data;
  tactus_address from{};  // with port
  tactus_address to{};    // with port
};

// What has arrived, with its timestamp.
struct Arrival {
  Packet packet;
  tactus_stamp stamp{};  // raw_ns and origin only; raw_ns 0: the daemon's own time counts
};

class Machine {
 public:
  struct Settings {
    std::string name;
    std::vector<tactus_address> addresses;  // port 0, at least one
    OscillatorModel clock;
    StampModel stamps;
    std::vector<RefclockModel> refclocks;
    Distribution wakeup;  // how late the machine wakes the daemon up
  };
  struct Counters {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t steps = 0;
    double stepped_s = 0.0;  // sum of absolute values
    double largest_asked_ppm =
        0.0;  // frequency that the daemon wanted to set, absolute; the clock cuts it at its limit
  };
  // Gets what arrives for a port. Must not close itself while it is called.
  using Receiver = std::function<void(Arrival)>;

  Machine(World& world, std::size_t number, Settings settings);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return settings_.name; }
  [[nodiscard]] std::size_t number() const noexcept { return number_; }
  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] World& world() noexcept { return world_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] Random& random() noexcept { return random_; }

  // ---- clock
  // The oscillator at the present true time.
  [[nodiscard]] Oscillator& clock();
  // One reading by a program: readings of one instant follow each other by the time that reading takes.
  [[nodiscard]] std::int64_t read_real_ns();
  [[nodiscard]] std::int64_t read_monotonic_ns();
  void step(double offset_s);  // by the daemon
  double set_frequency_ppm(double ppm);
  // The kernel's leap second at the end of the local UTC day: TACTUS_LEAP_*.
  void set_leap(std::uint32_t leap);

  // ---- network
  // A socket. port 0: one that is free. remote family NONE: takes from anybody. 0: the port is taken.
  std::uint64_t open(std::uint16_t& port, const tactus_address& remote, std::uint16_t family, Receiver receiver);
  void close(std::uint64_t socket);
  // One of our addresses of that family; family NONE: there is none.
  [[nodiscard]] tactus_address address(std::uint16_t family) const;
  [[nodiscard]] const std::vector<tactus_address>& addresses() const noexcept { return addresses_; }
  [[nodiscard]] bool has(const tactus_address& address) const;
  // False: an address is another machine's; then none is taken.
  bool set_addresses(std::vector<tactus_address> addresses);
  void send(const Packet& packet);
  void deliver(const Packet& packet);           // by the network
  [[nodiscard]] tactus_stamp transmit_stamp();  // of a packet that leaves now; raw_ns 0: none

  // ---- reference clocks
  // Called by the driver in the order of creation; null: the scenario says nothing of it, a perfect clock.
  [[nodiscard]] unsigned next_refclock() noexcept { return refclocks_made_++; }
  [[nodiscard]] RefclockModel& refclock(unsigned index);
  void set_refclock_present(unsigned index, bool present);
  [[nodiscard]] bool refclock_present(unsigned index);

  // ---- life
  // The daemon's side: called when it has to look at its timers. Empty: no daemon runs.
  void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }
  // Wakes the daemon, as late as the machine does it.
  void wake();
  void suspend(std::int64_t until_ns);
  [[nodiscard]] bool suspended() const noexcept { return suspended_; }
  // One line for the daemon's command line, its answer as text; set by the daemon's endpoint. Empty: nobody answers.
  using Command = std::function<std::string(const std::string& line)>;
  void set_command(Command command) { command_ = std::move(command); }
  [[nodiscard]] const Command& command() const noexcept { return command_; }
  // The daemon is gone: sockets are closed, reference clocks counted anew.
  void reset();

 private:
  struct Socket {
    std::uint64_t id;
    std::uint16_t port;
    std::uint16_t family;
    tactus_address remote;
    Receiver receiver;
  };
  struct Reference {
    RefclockModel model;
    bool present = true;
  };
  // The interface's clock beside the system clock, read together.
  struct Pair {
    std::int64_t true_ns = 0;
    std::int64_t system_ns = 0;
    std::int64_t nic_ns = 0;
  };

  [[nodiscard]] std::int64_t hardware_ns(double error_s);
  void compare_clocks();
  void arm_leap();
  void apply_leap();
  [[nodiscard]] std::int64_t reading_delay_ns();

  World& world_;
  std::size_t number_;
  Settings settings_;
  Random random_;
  Oscillator clock_;
  Oscillator nic_;
  Pair pair_;
  double nic_rate_ = 0.0;  // of the system clock against the interface's, ratio
  bool nic_known_ = false;
  Counters counters_;
  std::int64_t read_at_ns_ = 0;
  unsigned readings_ = 0;
  std::vector<tactus_address> addresses_;
  std::vector<Socket> sockets_;
  std::uint64_t next_socket_ = 1;
  std::vector<Reference> refclocks_;
  unsigned refclocks_made_ = 0;
  std::function<void()> wake_;
  Command command_;
  std::uint32_t leap_ = TACTUS_LEAP_NORMAL;
  bool leap_done_ = false;
  std::uint64_t leap_generation_ = 0;
  bool suspended_ = false;
};

}  // namespace tactus::sim
