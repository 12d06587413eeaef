// SPDX-License-Identifier: Apache-2.0
// System calls of hardware timestamping: switching it on at an interface, opening and reading the card's clock. NTP
// specification section 26.4; reference clock specification section 7.2; the kernel's documentation of timestamping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tactus/sdk.hpp>

#include "nic_clock.hpp"

namespace tactus::udp {

enum class ReceiveFilter : std::uint8_t { automatic, none, ntp, ptp, all };

struct NicDevice {
  std::string name;
  std::uint32_t interface_index = 0;
  Fd socket;                 // for questions to the driver
  Fd clock;                  // /dev/ptpN
  bool receives = false;     // received packets get timestamps, too
  double speed_mbit_s = 0;   // of the link; 0 unknown
  std::uint32_t method = 0;  // that works for reading; 0: not tried yet
};

// Names of all interfaces that have an IP address.
std::vector<std::string> interface_names();
// Error: what the interface lacks, or which call failed.
Result<NicDevice> enable_nic(const std::string& name, ReceiveFilter filter);
// Speed of the link now; 0: unknown. Empty: the driver does not tell.
std::optional<double> link_speed_mbit_s(const NicDevice& device);
// Up to 25 readings; empty when the device gives none. cross: hardware that reads both clocks at once may do so.
std::vector<NicReading> read_nic_clock(NicDevice& device, bool cross);

}  // namespace tactus::udp
