// SPDX-License-Identifier: Apache-2.0
// System calls of hardware timestamping: switching it on at an interface, opening the card's clock. NTP specification
// section 26.4; the kernel's documentation of timestamping.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tactus/sdk.hpp>
#include <tactus/sdk/ptp_device.hpp>

namespace tactus::udp {

enum class ReceiveFilter : std::uint8_t { automatic, none, ntp, ptp, all };

struct NicDevice {
  std::string name;
  std::uint32_t interface_index = 0;
  Fd socket;                // for questions to the driver
  Fd clock;                 // /dev/ptpN
  bool receives = false;    // received packets get timestamps, too
  double speed_mbit_s = 0;  // of the link; 0 unknown
  PtpMethod method = PtpMethod::untried;
};

// Names of all interfaces that have an IP address.
std::vector<std::string> interface_names();
// Error: what the interface lacks, or which call failed.
Result<NicDevice> enable_nic(const std::string& name, ReceiveFilter filter);
// Speed of the link now; 0: unknown. Empty: the driver does not tell.
std::optional<double> link_speed_mbit_s(const NicDevice& device);

}  // namespace tactus::udp
