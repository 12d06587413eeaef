// SPDX-License-Identifier: Apache-2.0
// Reading and writing of control messages.
#include "control.hpp"

#include <cerrno>
#include <ctime>
#include <optional>

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>

#include <tactus/address.hpp>

namespace tactus::udp {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t seconds_limit = 9'000'000'000;  // what int64 nanoseconds hold

// The value at the head of a message; empty when it is too short.
template <class T>
std::optional<T> payload(const cmsghdr& header) {
  if (header.cmsg_len < CMSG_LEN(sizeof(T))) return std::nullopt;
  T value;
  std::memcpy(&value, CMSG_DATA(&header), sizeof(T));
  return value;
}

// 0 when the kernel gave none.
RawTime to_raw(const timespec& time) {
  if (time.tv_sec < 0 || time.tv_sec > seconds_limit || time.tv_nsec < 0 || time.tv_nsec >= second_ns) return {};
  return from_ns<RawTime>(static_cast<std::int64_t>(time.tv_sec) * second_ns + time.tv_nsec);
}

void read_ipv4_info(const in_pktinfo& info, Control& out) {
  // ipi_spec_dst is the address to answer from, also when the packet went to a broadcast address.
  const in_addr& own = info.ipi_spec_dst.s_addr != 0 ? info.ipi_spec_dst : info.ipi_addr;
  out.local.family = TACTUS_FAMILY_IPV4;
  std::memcpy(out.local.bytes, &own, sizeof(own));
  out.interface_index = static_cast<std::uint32_t>(info.ipi_ifindex);
}

void read_ipv6_info(const in6_pktinfo& info, Control& out) {
  out.local.family = TACTUS_FAMILY_IPV6;
  std::memcpy(out.local.bytes, &info.ipi6_addr, sizeof(info.ipi6_addr));
  out.interface_index = static_cast<std::uint32_t>(info.ipi6_ifindex);
  if (is_link_local(out.local)) out.local.scope = out.interface_index;
}

void read_error(const sock_extended_err& info, Control& out) {
  if (info.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) {
    out.transmit_stamp = info.ee_errno == ENOMSG && info.ee_info == SCM_TSTAMP_SND;
  } else {
    out.error_number = static_cast<int>(info.ee_errno);
  }
}

void read_socket_message(const cmsghdr& header, Control& out) {
  if (header.cmsg_type == SO_TIMESTAMPING) {
    if (const auto stamps = payload<scm_timestamping>(header)) {
      out.kernel_time = to_raw(stamps->ts[0]);
      out.hardware_ns = to_ns(to_raw(stamps->ts[2]));
    }
  } else if (header.cmsg_type == SCM_TIMESTAMPING_PKTINFO) {
    if (const auto info = payload<scm_ts_pktinfo>(header)) {
      out.frame_bytes = info->pkt_length;
      out.stamp_interface = info->if_index;
    }
  } else if (header.cmsg_type == SO_TIMESTAMPNS) {
    if (const auto stamp = payload<timespec>(header)) out.kernel_time = to_raw(*stamp);
  }
}

}  // namespace

Control read_control(const msghdr& message) {
  Control out;
  // CMSG_NXTHDR wants a pointer to a message that may be written to, and does not write.
  auto* const mutable_message = const_cast<msghdr*>(&message);
  for (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(mutable_message, const_cast<cmsghdr*>(header))) {
    const int type = header->cmsg_type;
    if (header->cmsg_level == SOL_SOCKET) {
      read_socket_message(*header, out);
    } else if (header->cmsg_level == IPPROTO_IP && type == IP_PKTINFO) {
      if (const auto info = payload<in_pktinfo>(*header)) read_ipv4_info(*info, out);
    } else if (header->cmsg_level == IPPROTO_IPV6 && type == IPV6_PKTINFO) {
      if (const auto info = payload<in6_pktinfo>(*header)) read_ipv6_info(*info, out);
    } else if ((header->cmsg_level == IPPROTO_IP && type == IP_RECVERR) ||
               (header->cmsg_level == IPPROTO_IPV6 && type == IPV6_RECVERR)) {
      if (const auto info = payload<sock_extended_err>(*header)) read_error(*info, out);
    }
  }
  if (is_multicast(out.local) || is_any(out.local)) out.local = {};
  return out;
}

void ControlWriter::add_source(const tactus_address& local, const tactus_address& remote,
                               std::uint32_t interface_index) {
  const bool usable = is_ip(local) && !is_any(local) && !is_multicast(local);
  const bool bound_to_link = is_link_local(remote) || (usable && is_link_local(local));
  const std::uint32_t index = bound_to_link ? interface_index : 0;
  if (!usable && index == 0) return;
  if (remote.family == TACTUS_FAMILY_IPV4) {
    in_pktinfo info{};
    if (usable && local.family == remote.family)
      std::memcpy(&info.ipi_spec_dst, local.bytes, sizeof(info.ipi_spec_dst));
    info.ipi_ifindex = static_cast<int>(index);
    add(IPPROTO_IP, IP_PKTINFO, info);
  } else if (remote.family == TACTUS_FAMILY_IPV6) {
    in6_pktinfo info{};
    if (usable && local.family == remote.family) std::memcpy(&info.ipi6_addr, local.bytes, sizeof(info.ipi6_addr));
    info.ipi6_ifindex = index;
    add(IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

void ControlWriter::add_transmit_stamp(bool hardware) {
  std::uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
  if (hardware) flags |= SOF_TIMESTAMPING_TX_HARDWARE;
  add(SOL_SOCKET, SO_TIMESTAMPING, flags);
}

void ControlWriter::attach(msghdr& message) noexcept {
  message.msg_control = used_ > 0 ? buffer_.data() : nullptr;
  message.msg_controllen = used_;
}

}  // namespace tactus::udp
