// SPDX-License-Identifier: Apache-2.0
// Socket calls. Non-blocking and close-on-exec are set by fcntl, not in the socket's type: a network simulator knows
// the plain types only.
#include "socket.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <tactus/passed_socket.hpp>
#include <tactus/sockaddr.hpp>

namespace tactus::udp {
namespace {

Error system_error(std::string_view what, int why) {
  tactus_status status = TACTUS_E_SYSTEM;
  switch (why) {
    case EAFNOSUPPORT:
      status = TACTUS_E_FAMILY;
      break;
    case EACCES:
    case EPERM:
      status = TACTUS_E_DENIED;
      break;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case ENODEV:
      status = TACTUS_E_ABSENT;
      break;
    default:
      break;
  }
  return error_status(status, "Could not {} : {}", what, std::strerror(why));
}

template <class T>
bool set_option(int fd, int level, int name, const T& value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

Result<void> check(const tactus_socket_params& params) {
  if (socket_family(params.local) == AF_UNSPEC) return error_status(TACTUS_E_INVALID, "no address family is given");
  if (params.role == TACTUS_SOCKET_CLIENT && (params.remote.family != params.local.family || params.remote.port == 0)) {
    return error_status(TACTUS_E_INVALID, "{} cannot be reached from {}", to_text_with_port(params.remote),
                        to_text(params.local));
  }
  if (params.dscp > 63) return error_status(TACTUS_E_INVALID, "dscp {} is above 63", params.dscp);
  return {};
}

// Options of every socket; they go on passed ones as well.
Result<void> set_common_options(int fd, const tactus_socket_params& params, const Host& host) {
  const bool ipv6 = params.local.family == TACTUS_FAMILY_IPV6;
  const int one = 1;
  const bool informed =
      ipv6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, one) : set_option(fd, IPPROTO_IP, IP_PKTINFO, one);
  if (!informed) host.debug("Could not request packet information : {}", std::strerror(errno));
  const bool may_broadcast = params.role == TACTUS_SOCKET_SERVER || (params.flags & TACTUS_SOCKET_BROADCAST) != 0;
  if (may_broadcast && !set_option(fd, SOL_SOCKET, SO_BROADCAST, one)) {
    host.debug("Could not set SO_BROADCAST : {}", std::strerror(errno));
  }
  if (params.dscp > 0) {
    const int value = static_cast<int>(params.dscp) << 2;  // the two low bits are the network's (ECN, RFC 3168)
    const bool marked =
        ipv6 ? set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, value) : set_option(fd, IPPROTO_IP, IP_TOS, value);
    if (!marked) host.debug("Could not set DSCP : {}", std::strerror(errno));
  }
  if (params.interface_name != nullptr && params.interface_name[0] != '\0') {
    const std::string_view name(params.interface_name);
    if (name.size() >= IF_NAMESIZE) return error_status(TACTUS_E_INVALID, "interface name {} is too long", name);
    if (::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.data(), static_cast<socklen_t>(name.size() + 1)) != 0) {
      return system_error(fmt::format("bind socket to device {}", name), errno);
    }
  }
  return {};
}

Result<void> bind_local(int fd, const tactus_socket_params& params) {
  const tactus_address& local = params.local;
  const int one = 1;
  if (local.family == TACTUS_FAMILY_IPV6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, one)) {
    return system_error("set IPV6_V6ONLY", errno);
  }
  if (local.port == 0 && is_any(local)) return {};
  if (local.port != 0) {
    // So that a restart, and a socket of each worker, can have the port.
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, one);
    set_option(fd, SOL_SOCKET, SO_REUSEPORT, one);
  }
  // The address may come later than the daemon.
  set_option(fd, IPPROTO_IP, IP_FREEBIND, one);
  sockaddr_storage name;
  const socklen_t length = to_sockaddr(local, name);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&name), length) != 0) {
    return system_error(fmt::format("bind to {}", to_text_with_port(local)), errno);
  }
  return {};
}

bool set_stamping(int fd, int flags) { return set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, flags); }

// Asks for the network card's timestamps; false when the kernel refuses.
bool ask_for_hardware_stamps(int fd, std::uint32_t role) {
  int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_OPT_CMSG |
              SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE;
  if (role == TACTUS_SOCKET_CLIENT) flags |= SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE;
  return set_stamping(fd, flags | SOF_TIMESTAMPING_OPT_PKTINFO | SOF_TIMESTAMPING_OPT_TX_SWHW) ||
         set_stamping(fd, flags);
}

Stamping ask_for_stamps(int fd, std::uint32_t role, bool& hardware) {
  const int receive = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_OPT_CMSG;
  const int one = 1;
  set_option(fd, SOL_SOCKET, SO_SELECT_ERR_QUEUE, one);
  hardware = hardware && ask_for_hardware_stamps(fd, role);
  if (hardware) return role == TACTUS_SOCKET_CLIENT ? Stamping::every_packet : Stamping::on_request;
  // A client's few packets are all of interest; a server says which, packet by packet.
  if (role == TACTUS_SOCKET_CLIENT && set_stamping(fd, receive | SOF_TIMESTAMPING_TX_SOFTWARE)) {
    return Stamping::every_packet;
  }
  if (set_stamping(fd, receive)) return role == TACTUS_SOCKET_CLIENT ? Stamping::receive : Stamping::on_request;
  return set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, one) ? Stamping::receive : Stamping::none;
}

bool set_descriptor_flags(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

// The service manager's socket, -1 when none fits.
int take_passed(const tactus_socket_params& params, const Host& host) {
  bool v6only = true;
  const int fd = passed_socket(SOCK_DGRAM, params.local, &v6only);
  if (!v6only) host.warning("Reusable IPv6 socket missing IPV6_V6ONLY option");
  return fd;
}

Result<void> connect_remote(int fd, const tactus_address& remote) {
  sockaddr_storage name;
  const socklen_t length = to_sockaddr(remote, name);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&name), length) != 0) {
    return system_error(fmt::format("connect to {}", to_text_with_port(remote)), errno);
  }
  return {};
}

}  // namespace

Result<OpenSocket> open_socket(const tactus_socket_params& params, const Host& host, bool hardware) {
  if (auto checked = check(params); !checked) return checked.failure();
  OpenSocket out;
  if (params.role == TACTUS_SOCKET_SERVER) out.fd = take_passed(params, host);
  const bool passed = out.fd >= 0;
  if (!passed) {
    out.fd = ::socket(socket_family(params.local), SOCK_DGRAM, 0);
    if (out.fd < 0) return system_error("open socket", errno);
    out.owned.reset(out.fd);
    if (!set_descriptor_flags(out.fd)) return system_error("make socket non-blocking", errno);
  }
  if (auto set = set_common_options(out.fd, params, host); !set) return set.failure();
  if (!passed) {
    if (auto bound = bind_local(out.fd, params); !bound) return bound.failure();
  }
  out.hardware = hardware;
  out.stamping = ask_for_stamps(out.fd, params.role, out.hardware);
  if (params.role == TACTUS_SOCKET_CLIENT) {
    if (auto connected = connect_remote(out.fd, params.remote); !connected) return connected.failure();
  }
  return out;
}

Fd open_stamp_keeper(std::uint16_t family) {
  Fd out(::socket(socket_family(any_address(family, 0)), SOCK_DGRAM, 0));
  if (!out || !set_descriptor_flags(out.get())) return Fd{};
  if (!set_stamping(out.get(), SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE)) return Fd{};
  return out;
}

tactus_address bound_address(int fd) {
  sockaddr_storage name{};
  socklen_t length = sizeof(name);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return {};
  return from_sockaddr(&name, length);
}

}  // namespace tactus::udp
