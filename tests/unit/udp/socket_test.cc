// SPDX-License-Identifier: Apache-2.0
// How sockets are opened: options, refusals with their reasons, sockets of the service manager.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <cstring>

#include "world.hpp"

namespace tactus {
namespace {

// A socket of the test's own, bound to an address, that reports TOS or traffic class.
struct Listener {
  explicit Listener(const char* where) {
    const tactus_address address = endpoint(where, 0);
    fd = ::socket(socket_family(address), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_storage name;
    socklen_t length = to_sockaddr(address, name);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&name), length), 0);
    length = sizeof(name);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length);
    bound = from_sockaddr(&name, length);
    const int one = 1;
    ::setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &one, sizeof(one));
    if (address.family == TACTUS_FAMILY_IPV6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &one, sizeof(one));
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(fd); }
  // Traffic class of the next datagram, -1 when it has none.
  int traffic_class() {
    char data[64];
    alignas(cmsghdr) char control[128];
    iovec vector{data, sizeof(data)};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    if (::recvmsg(fd, &message, 0) < 0) return -1;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
      if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TOS) return CMSG_DATA(header)[0];
      if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_TCLASS) {
        int value = 0;
        std::memcpy(&value, CMSG_DATA(header), sizeof(value));
        return value;
      }
    }
    return -1;
  }
  int fd;
  tactus_address bound{};
};

TEST(Open, describes_itself) {
  World w;
  EXPECT_STREQ(w.plugin->name, "udp");
  ASSERT_EQ(w.plugin->provider_count, 1u);
  EXPECT_EQ(w.plugin->providers[0].kind, TACTUS_KIND_TRANSPORT);
  EXPECT_STREQ(w.plugin->providers[0].name, "udp");
  EXPECT_EQ(w.plugin->abi_major, TACTUS_ABI_MAJOR);
}

TEST(Open, marks_packets_with_dscp) {
  for (const char* where : {"127.0.0.1", "::1"}) {
    World w;
    Heard heard;
    Listener listener(where);
    auto params = World::params(TACTUS_SOCKET_CLIENT, any_address(listener.bound.family, 0));
    params.remote = listener.bound;
    params.dscp = 46;
    void* client = w.open(params, heard);
    ASSERT_NE(client, nullptr) << w.error.text;
    w.send(client, packet(1), 0);
    EXPECT_EQ(listener.traffic_class(), 46 << 2) << where;
  }
}

TEST(Open, binds_to_addresses_that_do_not_exist_yet) {
  World w;
  for (const char* where : {"192.0.2.77", "2001:db8::77"}) {
    Heard heard;
    void* socket = w.open_server(endpoint(where, 0), heard);
    ASSERT_NE(socket, nullptr) << where << ": " << w.error.text;
    EXPECT_EQ(to_text(w.local_address(socket)), where);
  }
}

TEST(Open, lets_both_families_have_one_port_and_several_sockets_share_it) {
  World w;
  Heard heard;
  const std::uint16_t port = w.free_port();
  EXPECT_NE(w.open_server(any_address(TACTUS_FAMILY_IPV4, port), heard), nullptr);
  EXPECT_NE(w.open_server(any_address(TACTUS_FAMILY_IPV6, port), heard), nullptr);
  EXPECT_NE(w.open_server(any_address(TACTUS_FAMILY_IPV4, port), heard), nullptr);
}

TEST(Open, acquires_a_fixed_port_for_requests_to_anybody) {
  World w;
  Heard a;
  Heard b;
  Heard heard;
  void* first = w.open_server(endpoint("127.0.0.1", 0), a);
  void* second = w.open_server(endpoint("127.0.0.2", 0), b);
  void* socket = w.open(World::params(TACTUS_SOCKET_ACQUIRE, endpoint("127.0.0.1", 0)), heard);
  ASSERT_NE(socket, nullptr) << w.error.text;
  w.send(socket, packet(1), 11, w.local_address(first));
  w.send(socket, packet(2), 12, w.local_address(second));
  w.run_until([&] { return !a.datagrams.empty() && !b.datagrams.empty() && heard.transmitted.size() == 2; });
  EXPECT_TRUE(same_endpoint(a.datagrams[0].remote, b.datagrams[0].remote));
  EXPECT_EQ(heard.transmitted[0].first, 11u);
  EXPECT_EQ(heard.transmitted[1].first, 12u);
}

TEST(Open, binds_to_an_interface) {
  World w;
  Heard heard;
  auto params = World::params(TACTUS_SOCKET_SERVER, endpoint("127.0.0.1", 0));
  params.interface_name = "lo";
  EXPECT_NE(w.open(params, heard), nullptr) << w.error.text;
  params.interface_name = "no-such-device";
  EXPECT_EQ(w.open(params, heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_ABSENT);
  EXPECT_STREQ(w.error.text, "Could not bind socket to device no-such-device : No such device");
  params.interface_name = "a-name-that-is-far-too-long";
  EXPECT_EQ(w.open(params, heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_INVALID);
}

TEST(Open, refuses_what_makes_no_sense_with_a_reason) {
  World w;
  Heard heard;
  EXPECT_EQ(w.open(World::params(TACTUS_SOCKET_SERVER, tactus_address{}), heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_INVALID);
  auto params = World::params(TACTUS_SOCKET_CLIENT, any_address(TACTUS_FAMILY_IPV4, 0));
  params.remote = endpoint("::1", 123);
  EXPECT_EQ(w.open(params, heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_INVALID);
  EXPECT_STREQ(w.error.text, "[::1]:123 cannot be reached from 0.0.0.0");
  params = World::params(TACTUS_SOCKET_SERVER, endpoint("127.0.0.1", 0));
  params.dscp = 64;
  EXPECT_EQ(w.open(params, heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_INVALID);

  Listener taken("127.0.0.1");
  params = World::params(TACTUS_SOCKET_SERVER, taken.bound);
  EXPECT_EQ(w.open(params, heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_SYSTEM);
  EXPECT_EQ(std::string(w.error.text),
            "Could not bind to " + to_text_with_port(taken.bound) + " : Address already in use");
}

TEST(Open, keeps_to_the_family_that_the_daemon_was_started_with) {
  World w;
  Heard heard;
  w.run_flags = TACTUS_RUN_IPV4_ONLY;
  EXPECT_EQ(w.open(World::params(TACTUS_SOCKET_SERVER, endpoint("::1", 0)), heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_FAMILY);
  w.run_flags = TACTUS_RUN_IPV6_ONLY;
  EXPECT_EQ(w.open(World::params(TACTUS_SOCKET_SERVER, endpoint("127.0.0.1", 0)), heard), nullptr);
  EXPECT_EQ(w.status, TACTUS_E_FAMILY);
  EXPECT_NE(w.open(World::params(TACTUS_SOCKET_SERVER, endpoint("::1", 0)), heard), nullptr);
}

// A socket that the service manager passed is used as it is, outlives its use, and is used again.
TEST(Open, uses_the_socket_that_was_passed) {
  if (::fcntl(3, F_GETFD) != -1) GTEST_SKIP() << "descriptor 3 is not free here";
  Listener passed("127.0.0.1");
  ASSERT_EQ(::dup2(passed.fd, 3), 3);
  ::setenv("LISTEN_FDS", "1", 1);
  for (int use = 0; use < 2; ++use) {
    World w;
    Heard heard;
    Heard client_heard;
    void* server = w.open_server(passed.bound, heard);
    ASSERT_NE(server, nullptr);
    void* client = w.open_client(passed.bound, client_heard);
    w.send(client, packet(9), 0);
    w.run_until([&] { return !heard.datagrams.empty(); });
    EXPECT_EQ(heard.datagrams[0].data[0], 9);
    w.ops->close(w.instance, server);
    EXPECT_NE(::fcntl(3, F_GETFD), -1);
  }
  ::unsetenv("LISTEN_FDS");
  ::close(3);
}

}  // namespace
}  // namespace tactus
