// SPDX-License-Identifier: Apache-2.0
// Texts and classes of addresses, and the conversion to the socket calls' form.
#include <gtest/gtest.h>

#include <string>

#include <tactus/address.hpp>
#include <tactus/sockaddr.hpp>

namespace tactus {
namespace {

std::string round_trip(std::string_view text) {
  const auto address = parse_address(text);
  return address ? to_text(*address) : "refused";
}

TEST(Address, reads_literals_and_writes_them_in_their_shortest_form) {
  EXPECT_EQ(round_trip("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(round_trip("2001:0DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(round_trip("::"), "::");
  EXPECT_EQ(round_trip("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
  EXPECT_EQ(round_trip("fe80::1%3"), "fe80::1%3");
  EXPECT_EQ(round_trip("fe80::1%4294967295"), "fe80::1%4294967295");
}

TEST(Address, refuses_everything_else) {
  for (const char* text : {"", " 1.2.3.4", "1.2.3.4 ", "1.2.3", "1.2.3.256", "01.2.3.4x", "host", "[::1]", "::1%",
                           "::1%x", "fe80::1%4294967296", "1.2.3.4%1", "1:2:3:4:5:6:7:8:9", "fe80::1%-1"}) {
    EXPECT_EQ(round_trip(text), "refused") << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0x", 9)));
  EXPECT_FALSE(parse_address(std::string(1000, '1')));
}

TEST(Address, writes_ports_numbers_of_unresolved_sources_and_nothing) {
  auto address = *parse_address("2001:db8::1");
  address.port = 123;
  EXPECT_EQ(to_text_with_port(address), "[2001:db8::1]:123");
  address = *parse_address("192.0.2.1");
  address.port = 4460;
  EXPECT_EQ(to_text_with_port(address), "192.0.2.1:4460");
  tactus_address id{};
  id.family = TACTUS_FAMILY_ID;
  id.bytes[3] = 1;
  EXPECT_EQ(to_text(id), "ID#0000000001");
  EXPECT_EQ(to_text(tactus_address{}), "[UNSPEC]");
}

TEST(Address, compares_address_and_port_apart) {
  auto a = *parse_address("192.0.2.1");
  auto b = a;
  b.port = 123;
  EXPECT_TRUE(same_address(a, b));
  EXPECT_FALSE(same_endpoint(a, b));
  EXPECT_TRUE(EndpointLess{}(a, b));
  EXPECT_TRUE(EndpointLess{}(b, *parse_address("192.0.2.2")));
  EXPECT_FALSE(same_address(*parse_address("fe80::1%1"), *parse_address("fe80::1%2")));
  EXPECT_TRUE(compare_address(*parse_address("255.255.255.255"), *parse_address("::")) < 0);
  a.bytes[7] = 1;  // not part of an IPv4 address
  EXPECT_TRUE(same_address(a, b));
}

TEST(Address, knows_the_classes) {
  EXPECT_TRUE(is_any(*parse_address("0.0.0.0")));
  EXPECT_TRUE(is_any(*parse_address("::")));
  EXPECT_FALSE(is_any(tactus_address{}));
  EXPECT_TRUE(is_loopback(*parse_address("127.1.2.3")));
  EXPECT_TRUE(is_loopback(*parse_address("::1")));
  EXPECT_FALSE(is_loopback(*parse_address("::2")));
  EXPECT_TRUE(is_link_local(*parse_address("fe80::1")));
  EXPECT_TRUE(is_link_local(*parse_address("febf::1")));
  EXPECT_FALSE(is_link_local(*parse_address("fec0::1")));
  EXPECT_TRUE(is_link_local(*parse_address("169.254.0.1")));
  EXPECT_TRUE(is_multicast(*parse_address("224.0.1.1")));
  EXPECT_TRUE(is_multicast(*parse_address("ff02::101")));
  EXPECT_FALSE(is_multicast(*parse_address("240.0.0.1")));
}

TEST(Address, finds_members_of_a_subnet) {
  const auto in = [](const char* net, std::uint32_t prefix, const char* address) {
    return contains(tactus_subnet{*parse_address(net), prefix, 0}, *parse_address(address));
  };
  EXPECT_TRUE(in("192.0.2.0", 24, "192.0.2.255"));
  EXPECT_FALSE(in("192.0.2.0", 24, "192.0.3.0"));
  EXPECT_TRUE(in("192.0.2.128", 25, "192.0.2.129"));
  EXPECT_FALSE(in("192.0.2.128", 25, "192.0.2.127"));
  EXPECT_TRUE(in("0.0.0.0", 0, "203.0.113.1"));
  EXPECT_FALSE(in("0.0.0.0", 0, "2001:db8::1"));
  EXPECT_TRUE(in("2001:db8::", 33, "2001:db8:7fff::1"));
  EXPECT_FALSE(in("2001:db8::", 33, "2001:db8:8000::1"));
  EXPECT_TRUE(in("192.0.2.1", 32, "192.0.2.1"));
  EXPECT_FALSE(in("192.0.2.1", 33, "192.0.2.1"));
  EXPECT_TRUE(contains(tactus_subnet{}, *parse_address("2001:db8::1")));
}

TEST(Sockaddr, goes_there_and_back) {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "fe80::1%3"}) {
    auto address = *parse_address(text);
    address.port = 12345;
    sockaddr_storage storage;
    const socklen_t length = to_sockaddr(address, storage);
    ASSERT_GT(length, 0u);
    EXPECT_EQ(to_text_with_port(from_sockaddr(&storage, length)), to_text_with_port(address));
    EXPECT_EQ(from_sockaddr(&storage, length - 1).family, TACTUS_FAMILY_NONE);
  }
  sockaddr_storage storage;
  EXPECT_EQ(to_sockaddr(tactus_address{}, storage), 0u);
  EXPECT_EQ(from_sockaddr(nullptr, 0).family, TACTUS_FAMILY_NONE);
}

TEST(Sockaddr, knows_interfaces_by_name) {
  const auto address = parse_scoped_address("fe80::1%lo");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->scope, ::if_nametoindex("lo"));
  EXPECT_FALSE(parse_scoped_address("fe80::1%no-such-iface"));
  EXPECT_FALSE(parse_scoped_address("192.0.2.1%lo"));
}

}  // namespace
}  // namespace tactus
