// SPDX-License-Identifier: Apache-2.0
// Real sockets on the loopback interface: timestamps, source addresses, batches, truncation, refusals.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <numeric>

#include "world.hpp"

namespace tactus {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

void expect_recent(const tactus_stamp& stamp, std::uint32_t origin, std::int64_t from_ns, std::int64_t to_ns) {
  EXPECT_EQ(stamp.origin, origin);
  EXPECT_GE(stamp.raw_ns, from_ns);
  EXPECT_LE(stamp.raw_ns, to_ns);
  EXPECT_EQ(stamp.corrected_ns, stamp.raw_ns + test_correction_ns);
  EXPECT_EQ(stamp.error_s, test_error_s);
}

class Exchange : public testing::TestWithParam<const char*> {};

// A client asks, a server answers: four timestamps of the kernel, in their order.
TEST_P(Exchange, has_four_kernel_timestamps) {
  World w;
  Heard server_heard;
  Heard client_heard;
  void* server = w.open_server(endpoint(GetParam(), 0), server_heard);
  void* client = w.open_client(w.local_address(server), client_heard);
  const auto warm_up =
      packet(0);  // the kernel begins to take timestamps some time after it was asked for the first time
  for (int tries = 0; tries < 100; ++tries) {
    w.send(client, warm_up, 0);
    w.run_until([&] { return !server_heard.datagrams.empty(); });
    const auto first = server_heard.datagrams.front();
    server_heard.datagrams.clear();
    if (first.stamp.origin == TACTUS_STAMP_KERNEL) break;
    ::usleep(1000);
  }
  w.settle();
  client_heard = {};
  server_heard = {};

  const std::int64_t begin_ns = read_realtime_ns();
  const tactus_stamp asked = w.send(client, packet(1), 77);
  EXPECT_EQ(asked.origin, TACTUS_STAMP_DAEMON);
  w.run_until([&] { return !server_heard.datagrams.empty() && !client_heard.transmitted.empty(); });
  const auto& request = server_heard.datagrams.front();
  EXPECT_EQ(request.data, packet(1));
  EXPECT_TRUE(same_endpoint(request.remote, w.local_address(client)));
  EXPECT_EQ(to_text(request.local), GetParam());
  EXPECT_EQ(request.interface_index, ::if_nametoindex("lo"));
  EXPECT_EQ(request.flags, 0u);

  const tactus_stamp answered = w.send(server, packet(2), 78, request.remote, request.local);
  w.run_until([&] { return !client_heard.datagrams.empty() && !server_heard.transmitted.empty(); });
  const std::int64_t end_ns = read_realtime_ns();
  const auto& response = client_heard.datagrams.front();
  EXPECT_TRUE(same_endpoint(response.remote, w.local_address(server)));

  ASSERT_EQ(client_heard.transmitted.size(), 1u);
  ASSERT_EQ(server_heard.transmitted.size(), 1u);
  EXPECT_EQ(client_heard.transmitted[0].first, 77u);
  EXPECT_EQ(server_heard.transmitted[0].first, 78u);
  const std::int64_t order[] = {begin_ns,
                                asked.raw_ns,
                                client_heard.transmitted[0].second.raw_ns,
                                request.stamp.raw_ns,
                                answered.raw_ns,
                                server_heard.transmitted[0].second.raw_ns,
                                response.stamp.raw_ns,
                                end_ns};
  for (std::size_t i = 1; i < std::size(order); ++i) EXPECT_LE(order[i - 1], order[i]) << i;
  expect_recent(client_heard.transmitted[0].second, TACTUS_STAMP_KERNEL, begin_ns, end_ns);
  expect_recent(server_heard.transmitted[0].second, TACTUS_STAMP_KERNEL, begin_ns, end_ns);
  expect_recent(request.stamp, TACTUS_STAMP_KERNEL, begin_ns, end_ns);
  expect_recent(response.stamp, TACTUS_STAMP_KERNEL, begin_ns, end_ns);
  for (const auto& [reason, count] : w.drops) EXPECT_EQ(count, 0u) << reason;
}

INSTANTIATE_TEST_SUITE_P(Loopback, Exchange, testing::Values("127.0.0.1", "::1"));

TEST(Udp, reports_no_transmit_timestamp_that_nobody_asked_for) {
  World w;
  Heard server_heard;
  Heard client_heard;
  void* server = w.open_server(endpoint("127.0.0.1", 0), server_heard);
  void* client = w.open_client(w.local_address(server), client_heard);
  w.send(client, packet(1), 0);
  w.run_until([&] { return !server_heard.datagrams.empty(); });
  w.send(server, packet(2), 0, server_heard.datagrams[0].remote);
  w.run_until([&] { return !client_heard.datagrams.empty(); });
  w.settle();
  EXPECT_TRUE(client_heard.transmitted.empty());
  EXPECT_TRUE(server_heard.transmitted.empty());
  EXPECT_EQ(w.drops["transmit_stamp_unmatched"], 0u);
}

TEST(Udp, tells_the_transmit_timestamps_of_many_packets_apart) {
  World w;
  Heard server_heard;
  Heard sink;
  void* server = w.open_server(endpoint("0.0.0.0", w.free_port()), server_heard);
  void* receiver = w.open_server(endpoint("127.0.0.1", 0), sink);
  std::vector<tactus_stamp> daemon;
  for (std::uint8_t i = 0; i < 50; ++i)
    daemon.push_back(w.send(server, packet(i), 1000u + i, w.local_address(receiver)));
  w.run_until([&] { return server_heard.transmitted.size() >= 50; });
  for (std::size_t i = 0; i < 50; ++i) {
    EXPECT_EQ(server_heard.transmitted[i].first, 1000 + i);
    EXPECT_GE(server_heard.transmitted[i].second.raw_ns, daemon[i].raw_ns);
    const std::int64_t before = i > 0 ? server_heard.transmitted[i - 1].second.raw_ns : 0;
    EXPECT_LT(before, server_heard.transmitted[i].second.raw_ns);
  }
}

TEST(Udp, answers_from_the_address_that_was_asked) {
  for (const char* asked : {"127.0.0.1", "127.0.0.2", "127.9.9.9"}) {
    World w;
    Heard server_heard;
    Heard client_heard;
    void* server = w.open_server(endpoint("0.0.0.0", w.free_port()), server_heard);
    void* client = w.open_client(endpoint(asked, w.local_address(server).port), client_heard);
    w.send(client, packet(1), 0);
    w.run_until([&] { return !server_heard.datagrams.empty(); });
    const auto& request = server_heard.datagrams[0];
    EXPECT_EQ(to_text(request.local), asked);
    // A connected socket takes answers from that address only.
    w.send(server, packet(2), 0, request.remote, request.local, request.interface_index);
    w.run_until([&] { return !client_heard.datagrams.empty(); });
    EXPECT_EQ(to_text(client_heard.datagrams[0].remote), asked);
  }
}

TEST(Udp, reads_many_datagrams_in_bounded_batches_and_in_order) {
  World w;
  Heard server_heard;
  Heard client_heard;
  void* server = w.open_server(endpoint("::1", 0), server_heard);
  void* client = w.open_client(w.local_address(server), client_heard);
  for (std::uint8_t i = 0; i < 40; ++i) w.send(client, packet(i), 0);
  w.run_until([&] { return server_heard.datagrams.size() >= 40; });
  EXPECT_EQ(server_heard.batches, (std::vector<std::uint32_t>{16, 16, 8}));
  for (std::uint8_t i = 0; i < 40; ++i) EXPECT_EQ(server_heard.datagrams[i].data[0], i);
}

TEST(Udp, sends_several_at_once_and_says_how_many_were_accepted) {
  World w;
  Heard server_heard;
  void* server = w.open_server(endpoint("127.0.0.1", 0), server_heard);
  const auto data = packet(1);
  tactus_datagram batch[3] = {};
  for (auto& one : batch) {
    one.struct_size = sizeof(one);
    one.data = data.data();
    one.length = 48;
    one.remote = w.local_address(server);
  }
  std::uint32_t sent = 99;
  tactus_stamp stamps[3] = {};
  EXPECT_EQ(w.ops->send(w.instance, server, batch, 3, &sent, stamps), TACTUS_OK);
  EXPECT_EQ(sent, 3u);
  EXPECT_LE(stamps[0].raw_ns, stamps[2].raw_ns);
  batch[1].remote.port = 0;
  EXPECT_EQ(w.ops->send(w.instance, server, batch, 3, &sent, nullptr), TACTUS_E_INVALID);
  EXPECT_EQ(sent, 1u);
  batch[1].remote = endpoint("::1", 123);
  EXPECT_EQ(w.ops->send(w.instance, server, batch, 3, &sent, nullptr), TACTUS_E_INVALID);
  batch[0].length = TACTUS_DATAGRAM_MAX + 1;
  EXPECT_EQ(w.ops->send(w.instance, server, batch, 3, &sent, nullptr), TACTUS_E_INVALID);
  EXPECT_EQ(sent, 0u);
  // The system refuses: a broadcast address through the loopback interface's own host route does not exist.
  batch[0].length = 48;
  batch[0].local = endpoint("192.0.2.1", 0);  // not ours
  EXPECT_EQ(w.ops->send(w.instance, server, batch, 1, &sent, nullptr), TACTUS_E_SYSTEM);
  EXPECT_EQ(w.drops["send_refused"], 1u);
}

// Sends from a socket of the test's own.
void send_plainly(const tactus_address& to, std::size_t length) {
  const int fd = ::socket(socket_family(to), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage name;
  const socklen_t name_length = to_sockaddr(to, name);
  const std::vector<std::uint8_t> data(length, 0x77);
  EXPECT_EQ(::sendto(fd, data.data(), length, 0, reinterpret_cast<const sockaddr*>(&name), name_length),
            static_cast<ssize_t>(length));
  ::close(fd);
}

TEST(Udp, flags_datagrams_that_are_too_long_and_takes_every_other_length) {
  World w;
  Heard heard;
  void* server = w.open_server(endpoint("127.0.0.1", 0), heard);
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, std::size_t{2048}, std::size_t{2049}, std::size_t{2150}, std::size_t{9000}}) {
    send_plainly(w.local_address(server), length);
    w.run_until([&] { return !heard.datagrams.empty(); });
    EXPECT_EQ(heard.datagrams[0].data.size(), std::min<std::size_t>(length, 2048));
    EXPECT_EQ(heard.datagrams[0].flags, length > 2048 ? TACTUS_DATAGRAM_TRUNCATED : 0u) << length;
    heard.datagrams.clear();
  }
}

TEST(Udp, reports_that_the_peer_refused) {
  for (const char* where : {"127.0.0.1", "::1"}) {
    World w;
    Heard heard;
    // A port that was free a moment ago.
    Heard other;
    void* closed = w.open_server(endpoint(where, 0), other);
    const tactus_address nobody = w.local_address(closed);
    w.ops->close(w.instance, closed);
    void* client = w.open_client(nobody, heard);
    w.send(client, packet(1), 5);
    EXPECT_EQ(w.status, TACTUS_OK);
    w.run_until([&] { return !heard.failures.empty(); });
    EXPECT_EQ(heard.failures, (std::vector<int>{ECONNREFUSED}));
    w.send(client, packet(2), 6);
    EXPECT_EQ(w.status, TACTUS_OK) << "an old refusal does not hinder the next packet";
    w.send(client, packet(3), 7);
    EXPECT_EQ(w.status, TACTUS_OK) << "nor one that was not read yet";
  }
}

TEST(Udp, may_be_closed_from_inside_its_own_callbacks) {
  World w;
  Heard first;
  Heard second;
  void* sockets[2] = {w.open_server(endpoint("127.0.0.1", 0), first), w.open_server(endpoint("127.0.0.1", 0), second)};
  first.on_received = second.on_received = [&] {
    for (void*& socket : sockets) w.ops->close(w.instance, std::exchange(socket, nullptr));
  };
  const tactus_address to[2] = {w.local_address(sockets[0]), w.local_address(sockets[1])};
  for (const auto& address : to) {
    for (int i = 0; i < 3; ++i) send_plainly(address, 48);
  }
  w.run_until([&] { return sockets[0] == nullptr; });
  w.settle();
  EXPECT_EQ(first.batches.size() + second.batches.size(), 1u);
}

TEST(Udp, falls_back_to_the_daemons_time_when_the_kernels_is_implausible) {
  World w;
  Heard server_heard;
  Heard client_heard;
  void* server = w.open_server(endpoint("127.0.0.1", 0), server_heard);
  void* client = w.open_client(w.local_address(server), client_heard);
  for (int i = 0; i < 100 && w.drops["receive_stamp_implausible"] == 0; ++i) {
    server_heard = {};
    w.event_shift_ns = 2 * second_ns;  // the daemon's clock was stepped, or the loop hung
    w.send(client, packet(1), 0);
    w.run_until([&] { return !server_heard.datagrams.empty(); });
    EXPECT_EQ(server_heard.datagrams[0].stamp.origin, TACTUS_STAMP_DAEMON);
    EXPECT_EQ(server_heard.datagrams[0].stamp.raw_ns, w.event_ns);
    ::usleep(1000);
  }
  EXPECT_GT(w.drops["receive_stamp_implausible"], 0u);
}

}  // namespace
}  // namespace tactus
