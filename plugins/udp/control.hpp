// SPDX-License-Identifier: Apache-2.0
// Control messages of datagrams: who was asked, when the kernel saw the packet, what is in the error queue. Bytes in,
// values out; no system call. NTP specification, section 26.2; ip(7), ipv6(7), the kernel's timestamping documentation.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <sys/socket.h>

#include <tactus/abi.h>
#include <tactus/result.hpp>
#include <tactus/time.hpp>

namespace tactus::udp {

// What came with a received datagram or an entry of the error queue.
struct Control {
  RawTime kernel_time{};         // 0: none
  std::int64_t hardware_ns = 0;  // by the clock of the network card; 0: none
  std::size_t frame_bytes = 0;   // of the link layer's frame; 0: unknown
  tactus_address local{};        // own address that was asked, port 0; NONE: unknown, or not usable as a source address
  std::uint32_t interface_index = 0;
  std::uint32_t stamp_interface = 0;  // the one that took hardware_ns, which may be below a virtual one; 0: unknown
  bool transmit_stamp = false;        // error queue: kernel_time is when a looped packet was sent by software
  int error_number = 0;               // error queue: an error of the network, errno value
};
// Messages of other types, and such that are too short, are passed over.
Control read_control(const msghdr& message);

// Room for every message that a receive can bring: timestamps (64), packet information (40), extended error with the
// address of its reporter (64), hardware's packet information (32), and some more.
inline constexpr std::size_t control_bytes = 256;

// Builds the control messages of one datagram to be sent.
class ControlWriter {
 public:
  template <class T>
  void add(int level, int type, const T& value) {
    TACTUS_ASSERT(used_ + CMSG_SPACE(sizeof(T)) <= buffer_.size());
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(sizeof(T));
    std::memcpy(buffer_.data() + used_, &header, sizeof(header));
    std::memcpy(buffer_.data() + used_ + CMSG_LEN(0), &value, sizeof(T));
    used_ += CMSG_SPACE(sizeof(T));
  }
  // Source address and interface. Nothing is added when neither is to be set. The interface is forced only for
  // link-local addresses: routes may be asymmetric. local: family NONE lets the system choose.
  void add_source(const tactus_address& local, const tactus_address& remote, std::uint32_t interface_index);
  // Asks for the time at which this packet is sent, by the kernel and, if wanted, by the network card.
  void add_transmit_stamp(bool hardware);
  void attach(msghdr& message) noexcept;

 private:
  alignas(cmsghdr) std::array<std::uint8_t, 128> buffer_{};
  std::size_t used_ = 0;
};

}  // namespace tactus::udp
