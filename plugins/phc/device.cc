// SPDX-License-Identifier: Apache-2.0
// Opening, see device.hpp.
#include "device.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace tactus::phc {
namespace {

Error failed(std::string_view what) {
  return error_status(TACTUS_E_SYSTEM, "{} failed : {}", what, std::strerror(errno));
}

Result<Fd> open_device(const std::string& path) {
  Fd device(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!device) return failed(fmt::format("open({})", path));
  ptp_clock_caps caps{};
  if (::ioctl(device.get(), PTP_CLOCK_GETCAPS, &caps) != 0) return failed(fmt::format("PTP_CLOCK_GETCAPS on {}", path));
  return device;
}

// Number of the clock that the interface's timestamps come from.
Result<int> clock_of_interface(const std::string& name) {
  if (name.empty() || name.size() >= IF_NAMESIZE) {
    return error_status(TACTUS_E_INVALID, "{} cannot be the name of an interface", name);
  }
  // Any socket will do for asking.
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) socket.reset(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed("socket()");
  ethtool_ts_info info{};
  info.cmd = ETHTOOL_GET_TS_INFO;
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_data = reinterpret_cast<char*>(&info);
  if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0) return failed(fmt::format("ETHTOOL_GET_TS_INFO on {}", name));
  if (info.phc_index < 0) return error_status(TACTUS_E_UNSUPPORTED, "interface {} has no PTP clock", name);
  return info.phc_index;
}

}  // namespace

Result<Fd> open_clock(const std::string& name) {
  std::string why;
  if (name.starts_with('/')) {
    auto device = open_device(name);
    if (device) return device;
    why = device.failure().text + "; ";
  }
  const auto index = clock_of_interface(name);
  if (!index) return error_status(index.failure().status, "{}{}", why, index.failure().text);
  return open_device(fmt::format("/dev/ptp{}", *index));
}

}  // namespace tactus::phc
