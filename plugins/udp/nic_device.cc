// SPDX-License-Identifier: Apache-2.0
// Switching on and reading.
#include "nic_device.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace tactus::udp {
namespace {

constexpr double speed_default_mbit_s = 1000;

Error failed(std::string_view what) {
  return error_status(TACTUS_E_SYSTEM, "{} failed : {}", what, std::strerror(errno));
}

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), std::min(name.size(), sizeof(request.ifr_name) - 1));
  return request;
}

bool can(const ethtool_ts_info& info, unsigned filter) { return (info.rx_filters & (1U << filter)) != 0; }

// HWTSTAMP_FILTER_*.
int choose(const ethtool_ts_info& info, ReceiveFilter filter) {
  switch (filter) {
    case ReceiveFilter::none:
      return HWTSTAMP_FILTER_NONE;
    case ReceiveFilter::ntp:
      return HWTSTAMP_FILTER_NTP_ALL;
    case ReceiveFilter::all:
      return HWTSTAMP_FILTER_ALL;
    case ReceiveFilter::ptp:
      if (can(info, HWTSTAMP_FILTER_PTP_V2_L4_EVENT)) return HWTSTAMP_FILTER_PTP_V2_L4_EVENT;
      return can(info, HWTSTAMP_FILTER_PTP_V2_EVENT) ? HWTSTAMP_FILTER_PTP_V2_EVENT : HWTSTAMP_FILTER_NONE;
    case ReceiveFilter::automatic:
      break;
  }
  if (can(info, HWTSTAMP_FILTER_NTP_ALL)) return HWTSTAMP_FILTER_NTP_ALL;
  return can(info, HWTSTAMP_FILTER_ALL) ? HWTSTAMP_FILTER_ALL : HWTSTAMP_FILTER_NONE;
}

Result<void> switch_on(int fd, const std::string& name, int filter) {
  hwtstamp_config wanted{};
  wanted.tx_type = HWTSTAMP_TX_ON;
  wanted.rx_filter = filter;
  hwtstamp_config set = wanted;
  ifreq request = request_for(name);
  request.ifr_data = reinterpret_cast<char*>(&set);
  if (::ioctl(fd, SIOCSHWTSTAMP, &request) == 0) return {};
  const Error refused = failed("ioctl(SIOCSHWTSTAMP)");
  // Without the privilege it is good enough when somebody else has switched on the same.
  set = {};
  if (::ioctl(fd, SIOCGHWTSTAMP, &request) == 0 && set.tx_type == wanted.tx_type && set.rx_filter == filter) return {};
  return refused;
}

}  // namespace

std::vector<std::string> interface_names() {
  std::vector<std::string> names;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return names;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (std::ranges::find(names, entry->ifa_name) == names.end()) names.emplace_back(entry->ifa_name);
  }
  ::freeifaddrs(list);
  return names;
}

Result<NicDevice> enable_nic(const std::string& name, ReceiveFilter filter) {
  if (name.size() >= IF_NAMESIZE) return error_status(TACTUS_E_INVALID, "interface name {} is too long", name);
  // Any socket will do for asking.
  Fd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  if (!socket) socket.reset(::socket(AF_INET6, SOCK_DGRAM, 0));
  if (!socket) return failed("socket()");
  NicDevice out;
  out.name = name;
  ifreq request = request_for(name);
  if (::ioctl(socket.get(), SIOCGIFINDEX, &request) != 0) return failed("ioctl(SIOCGIFINDEX)");
  out.interface_index = static_cast<std::uint32_t>(request.ifr_ifindex);
  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  request = request_for(name);
  request.ifr_data = reinterpret_cast<char*>(&info);
  if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0) return failed("ioctl(SIOCETHTOOL)");
  const std::uint32_t needed =
      SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  if ((info.so_timestamping & needed) != needed || info.phc_index < 0) {
    return error_status(TACTUS_E_UNSUPPORTED, "HW timestamping not supported on {}", name);
  }
  const int chosen = choose(info, filter);
  if (auto on = switch_on(socket.get(), name, chosen); !on) return on.failure();
  out.receives = chosen != HWTSTAMP_FILTER_NONE;
  const std::string path = fmt::format("/dev/ptp{}", info.phc_index);
  out.clock.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!out.clock) return failed(fmt::format("open({})", path));
  out.socket = std::move(socket);
  out.speed_mbit_s = link_speed_mbit_s(out).value_or(speed_default_mbit_s);
  return out;
}

std::optional<double> link_speed_mbit_s(const NicDevice& device) {
  ethtool_cmd command{};
  command.cmd = ETHTOOL_GSET;
  ifreq request = request_for(device.name);
  request.ifr_data = reinterpret_cast<char*>(&command);
  if (::ioctl(device.socket.get(), SIOCETHTOOL, &request) != 0) return std::nullopt;
  const std::uint32_t speed = ethtool_cmd_speed(&command);
  return speed == static_cast<std::uint32_t>(SPEED_UNKNOWN) ? 0 : static_cast<double>(speed);
}

}  // namespace tactus::udp
