// SPDX-License-Identifier: Apache-2.0
// Control messages and the recognition of looped frames, without sockets.
#include <gtest/gtest.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>

#include <numeric>
#include <vector>

#include <tactus/address.hpp>

#include "control.hpp"
#include "sent.hpp"

namespace tactus::udp {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint8_t> content(std::uint8_t first, std::size_t length = 48) {
  std::vector<std::uint8_t> out(length);
  std::iota(out.begin(), out.end(), first);
  return out;
}
std::vector<std::uint8_t> frame(std::size_t headers, const std::vector<std::uint8_t>& data) {
  std::vector<std::uint8_t> out(headers, 0xee);
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

TEST(SentPackets, are_found_at_the_end_of_a_frame_whatever_stands_before) {
  for (const std::size_t headers : {0u, 28u, 42u, 46u, 62u, 110u}) {
    SentPackets sent(8);
    sent.add(content(1), 11, RawTime{1s});
    sent.add(content(2), 12, RawTime{2s});
    sent.add(content(3, 68), 13, RawTime{3s});
    const auto second = sent.take(frame(headers, content(2)));
    ASSERT_TRUE(second) << headers;
    EXPECT_EQ(second->send_id, 12u);
    EXPECT_EQ(second->sent, RawTime{2s});
    EXPECT_EQ(sent.take(frame(headers, content(3, 68)))->send_id, 13u);
    EXPECT_EQ(sent.take(frame(headers, content(1)))->send_id, 11u);
    EXPECT_FALSE(sent.take(frame(headers, content(1)))) << "each is reported once";
  }
}

TEST(SentPackets, do_not_match_another_content_or_a_cut_frame) {
  SentPackets sent(8);
  sent.add(content(1), 11, RawTime{});
  EXPECT_FALSE(sent.take(frame(42, content(4))));
  const auto whole = frame(42, content(1));
  EXPECT_FALSE(sent.take(Bytes(whole).first(whole.size() - 1)));
  EXPECT_FALSE(sent.take(Bytes(whole).last(47)));
  EXPECT_FALSE(sent.take({}));
  EXPECT_EQ(sent.waiting(), 1u);
}

TEST(SentPackets, of_equal_content_are_taken_in_their_order) {
  SentPackets sent(8);
  sent.add(content(1), 1, RawTime{});
  sent.add(content(1), 2, RawTime{});
  EXPECT_EQ(sent.take(frame(42, content(1)))->send_id, 1u);
  EXPECT_EQ(sent.take(frame(42, content(1)))->send_id, 2u);
}

TEST(SentPackets, forget_the_oldest_beyond_their_limit) {
  SentPackets sent(2);
  for (std::uint8_t i = 1; i <= 3; ++i) sent.add(content(i), i, RawTime{});
  EXPECT_EQ(sent.waiting(), 2u);
  EXPECT_FALSE(sent.take(frame(42, content(1))));
  sent.drop_newest();
  EXPECT_FALSE(sent.take(frame(42, content(3))));
  EXPECT_TRUE(sent.take(frame(42, content(2))));
}

TEST(Stamps, are_believed_within_a_second) {
  const RawTime daemon{1000s};
  EXPECT_TRUE(plausible_receive(daemon - 1s, daemon));
  EXPECT_TRUE(plausible_receive(daemon + 1s, daemon));
  EXPECT_FALSE(plausible_receive(daemon - 1s - 1ns, daemon));
  EXPECT_FALSE(plausible_receive(daemon + 1s + 1ns, daemon));
  EXPECT_FALSE(plausible_receive(RawTime{}, RawTime{1ns})) << "none at all";
  EXPECT_TRUE(plausible_transmit(daemon, daemon));
  EXPECT_TRUE(plausible_transmit(daemon + 1s, daemon));
  EXPECT_FALSE(plausible_transmit(daemon - 1ns, daemon));
  EXPECT_FALSE(plausible_transmit(daemon + 1s + 1ns, daemon));
}

// Control messages as the kernel would deliver them.
struct Message {
  template <class T>
  void add(int level, int type, const T& value, std::size_t length = sizeof(T)) {
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(length);
    std::memcpy(buffer + used, &header, sizeof(header));
    std::memcpy(buffer + used + CMSG_LEN(0), &value, length);
    used += CMSG_SPACE(length);
  }
  Control read() {
    msghdr message{};
    message.msg_control = buffer;
    message.msg_controllen = used;
    return read_control(message);
  }
  alignas(cmsghdr) std::uint8_t buffer[512] = {};
  std::size_t used = 0;
};

TEST(Control, carries_time_address_and_interface) {
  Message message;
  scm_timestamping stamps{};
  stamps.ts[0] = {1795644000, 123456789};
  message.add(SOL_SOCKET, SO_TIMESTAMPING, stamps);
  in_pktinfo info{};
  info.ipi_ifindex = 7;
  inet_pton(AF_INET, "192.0.2.255", &info.ipi_addr);
  inet_pton(AF_INET, "192.0.2.1", &info.ipi_spec_dst);
  message.add(IPPROTO_IP, IP_PKTINFO, info);
  const Control control = message.read();
  EXPECT_EQ(to_ns(control.kernel_time), 1795644000123456789);
  EXPECT_EQ(to_text(control.local), "192.0.2.1") << "the address to answer from, not the broadcast address";
  EXPECT_EQ(control.interface_index, 7u);
  EXPECT_FALSE(control.transmit_stamp);
}

TEST(Control, gives_link_local_addresses_their_zone_and_multicast_none) {
  for (const auto& [text, expected] : {std::pair("fe80::1", "fe80::1%7"), std::pair("2001:db8::1", "2001:db8::1"),
                                       std::pair("ff02::101", "[UNSPEC]")}) {
    Message message;
    in6_pktinfo info{};
    info.ipi6_ifindex = 7;
    inet_pton(AF_INET6, text, &info.ipi6_addr);
    message.add(IPPROTO_IPV6, IPV6_PKTINFO, info);
    EXPECT_EQ(to_text(message.read().local), expected);
  }
}

TEST(Control, tells_transmit_timestamps_from_errors) {
  sock_extended_err looped{};
  looped.ee_errno = ENOMSG;
  looped.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
  looped.ee_info = SCM_TSTAMP_SND;
  Message message;
  message.add(IPPROTO_IPV6, IPV6_RECVERR, looped);
  EXPECT_TRUE(message.read().transmit_stamp);
  looped.ee_info = SCM_TSTAMP_SCHED;
  message.used = 0;
  message.add(IPPROTO_IP, IP_RECVERR, looped);
  EXPECT_FALSE(message.read().transmit_stamp);
  looped.ee_origin = SO_EE_ORIGIN_ICMP;
  looped.ee_errno = EHOSTUNREACH;
  message.used = 0;
  message.add(IPPROTO_IP, IP_RECVERR, looped);
  EXPECT_FALSE(message.read().transmit_stamp);
  EXPECT_EQ(message.read().error_number, EHOSTUNREACH);
}

TEST(Control, passes_over_what_is_short_or_senseless) {
  Message message;
  scm_timestamping stamps{};
  stamps.ts[0] = {1795644000, 0};
  message.add(SOL_SOCKET, SO_TIMESTAMPING, stamps, 20);
  in6_pktinfo info{};
  info.ipi6_addr.s6_addr[0] = 0x20;
  message.add(IPPROTO_IPV6, IPV6_PKTINFO, info, 4);
  message.add(12345, 1, 0);
  const Control control = message.read();
  EXPECT_EQ(control.kernel_time, RawTime{});
  EXPECT_EQ(control.local.family, TACTUS_FAMILY_NONE);
  for (const timespec bad : {timespec{-1, 0}, timespec{1, -1}, timespec{1, 1000000000}, timespec{INT64_MAX, 0}}) {
    message.used = 0;
    stamps.ts[0] = bad;
    message.add(SOL_SOCKET, SO_TIMESTAMPING, stamps);
    EXPECT_EQ(message.read().kernel_time, RawTime{});
  }
}

std::pair<std::string, std::uint32_t> source_of(const char* local, const char* remote, std::uint32_t interface_index) {
  ControlWriter writer;
  writer.add_source(local == nullptr ? tactus_address{} : *parse_address(local), *parse_address(remote),
                    interface_index);
  msghdr message{};
  writer.attach(message);
  if (message.msg_controllen == 0) return {"nothing", 0};
  const Control back = read_control(message);
  return {to_text(back.local), back.interface_index};
}

TEST(Control, sets_the_source_and_forces_the_interface_only_for_links) {
  using Source = std::pair<std::string, std::uint32_t>;
  EXPECT_EQ(source_of("192.0.2.1", "198.51.100.1", 7), (Source{"192.0.2.1", 0}));
  EXPECT_EQ(source_of("2001:db8::1", "2001:db8::2", 7), (Source{"2001:db8::1", 0}));
  EXPECT_EQ(source_of("fe80::1", "fe80::2", 7), (Source{"fe80::1%7", 7}));
  EXPECT_EQ(source_of(nullptr, "fe80::2", 7), (Source{"[UNSPEC]", 7}));
  EXPECT_EQ(source_of(nullptr, "198.51.100.1", 7), (Source{"nothing", 0}));
  EXPECT_EQ(source_of("224.0.1.1", "198.51.100.1", 0), (Source{"nothing", 0}));
  EXPECT_EQ(source_of("0.0.0.0", "198.51.100.1", 0), (Source{"nothing", 0}));
}

}  // namespace
}  // namespace tactus::udp
