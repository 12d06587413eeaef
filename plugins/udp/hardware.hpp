// SPDX-License-Identifier: Apache-2.0
// Interfaces with hardware timestamps: their clocks are read now and then, and their timestamps become times of ours.
// NTP specification sections 26.3 to 26.5.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include <tactus/sdk.hpp>

#include "control.hpp"
#include "nic_device.hpp"

namespace tactus::udp {

class Hardware {
 public:
  // Switches on what the directives `hwtimestamp` ask for. Throws Failure when a named interface cannot.
  Hardware(Host host, const Options& options);
  Hardware(const Hardware&) = delete;
  Hardware& operator=(const Hardware&) = delete;

  // Sockets have to ask for hardware timestamps.
  [[nodiscard]] bool active() const noexcept { return !interfaces_.empty(); }
  // Empty: there is no such timestamp, or it cannot be converted now. payload: bytes of the datagram.
  std::optional<tactus_stamp> receive_stamp(const Control& control, std::size_t payload, std::uint16_t family,
                                            const Now& event);
  std::optional<tactus_stamp> transmit_stamp(const Control& control, const Now& event);
  // A looped frame with that payload shows how much comes before it.
  void learn_frame(const Control& control, std::uint16_t family, std::size_t frame, std::size_t payload);

 private:
  struct Settings {
    double min_interval_s = 1;
    double max_interval_s = 2;
    double precision_s = 100e-9;
    double transmit_compensation_s = 0;
    double receive_compensation_s = 0;
    bool cross = true;
    ReceiveFilter filter = ReceiveFilter::automatic;
    PtpClock::Limits limits{};
  };
  struct Interface {
    Interface(std::string with_name, const Settings& with, NicDevice with_device, const Host& host);
    std::string name;
    Settings settings;
    NicDevice device;
    PtpReadings readings;
    PtpClock clock;
    std::optional<MonoTime> read_at;
    std::optional<MonoTime> sampled_at;  // the last reading that told something
    Timer timer;
    std::size_t header_ipv4 = 42;  // Ethernet, IPv4, UDP
    std::size_t header_ipv6 = 62;
  };

  static Settings settings_of(const Record& record);
  void add_all(const Settings& settings);
  Result<void> add(const std::string& name, const Settings& settings);
  [[nodiscard]] bool known(const std::string& name) const;
  Interface* find(const Control& control);
  void read_if_due(Interface& interface, MonoTime now);
  void read(Interface& interface, const char* why);
  void take(Interface& interface, const PtpSample& sample);
  std::optional<tactus_stamp> convert(Interface& interface, std::int64_t ptp_ns, double compensation_s,
                                      const Now& event);
  static void clock_changed(void* user, const tactus_clock_change* change);

  Host host_;
  std::list<Interface> interfaces_;  // timers know their addresses
  std::uint64_t* implausible_;
  std::uint64_t* slow_reading_;
  std::uint64_t* failed_reading_;
};

}  // namespace tactus::udp
