// SPDX-License-Identifier: Apache-2.0
// Broadcasts, and sources over the PTP port, of whole instances in virtual time.
#include "packet.hpp"
#include "pair.hpp"

namespace tactus::ntp::test {
namespace {

// Hears what is sent to an address and port of its own.
struct Listener {
  Listener(FakeWorld& world, const std::string& address, std::uint16_t port) : host(world, address, "") {
    static const tactus_transport_sink sink{
        sizeof(tactus_transport_sink), 0,
        [](void* user, const tactus_datagram* datagrams, std::uint32_t count) {
          auto& self = *static_cast<Listener*>(user);
          for (std::uint32_t i = 0; i < count; ++i) {
            Packet packet;
            EXPECT_EQ(parse({datagrams[i].data, datagrams[i].length}, packet), ParseError::none);
            self.heard.push_back({self.host.world.now, datagrams[i].remote.port, packet});
          }
        },
        nullptr, nullptr};
    auto socket = std::make_unique<FakeSocket>();
    socket->host = &host;
    socket->params.role = TACTUS_SOCKET_SERVER;
    socket->local = host.addresses.front();
    socket->local.port = port;
    socket->sink = &sink;
    socket->user = this;
    host.sockets.push_back(std::move(socket));
  }
  struct Heard {
    std::int64_t at;
    std::uint16_t from_port;
    Packet packet;
  };
  FakeHost host;
  std::vector<Heard> heard;
};

TEST(Broadcast, packets_leave_at_the_interval_from_the_server_port) {
  FakeWorld world;
  FakeHost server(world, "192.0.2.1", "broadcast 64 192.0.2.255");
  server.reference = synchronised();
  Listener listener(world, "192.0.2.255", 123);
  server.boot();
  EXPECT_EQ(server.open_sockets(TACTUS_SOCKET_SERVER), 1U) << "although nobody is allowed to ask";
  const std::int64_t start = world.now;
  world.run_for(64 * 1.02 * 10 + 1);
  ASSERT_GE(listener.heard.size(), 10U);
  std::int64_t last = start;
  for (const auto& heard : listener.heard) {
    EXPECT_GE(heard.at - last, 64 * second - second / 50);
    EXPECT_LE(heard.at - last, 66 * second);
    last = heard.at;
    EXPECT_EQ(heard.from_port, 123U);
    const Header& header = heard.packet.header;
    EXPECT_EQ(header.mode, Mode::broadcast);
    EXPECT_EQ(header.version, 4U);
    EXPECT_EQ(header.stratum, 2U);
    EXPECT_EQ(header.poll_log2_s, 6);
    EXPECT_TRUE(header.origin.zero());
    EXPECT_TRUE(header.receive.zero());
    EXPECT_FALSE(header.transmit.zero());
    EXPECT_EQ(heard.packet.length, header_bytes);
  }
}

TEST(Broadcast, interval_and_port_are_kept_in_range) {
  FakeWorld world;
  FakeHost server(world, "192.0.2.1", "broadcast 0 192.0.2.255 1123\nbroadcast 99999999 192.0.2.254");
  Listener often(world, "192.0.2.255", 1123);
  Listener never(world, "192.0.2.254", 123);
  server.boot();
  world.run_for(10.3);
  EXPECT_GE(often.heard.size(), 9U);
  EXPECT_LE(often.heard.size(), 10U);
  ASSERT_FALSE(often.heard.empty());
  EXPECT_EQ(often.heard[0].packet.header.poll_log2_s, 0);
  EXPECT_TRUE(never.heard.empty());
}

TEST(Broadcast, nothing_is_sent_without_a_server_port) {
  FakeWorld world;
  FakeHost server(world, "192.0.2.1", "port 0\nbroadcast 1 192.0.2.255");
  Listener listener(world, "192.0.2.255", 123);
  server.boot();
  world.run_for(10);
  EXPECT_TRUE(listener.heard.empty());
  EXPECT_GT(server.drops("ntp.broadcast", "send_failed"), 0U);
}

TEST(OverPtp, sources_with_the_ptp_port_use_its_socket_at_both_ends) {
  Pair pair("ptpport 319\nserver 192.0.2.1 port 319 iburst", "allow\nptpport 319", 0.05);
  EXPECT_EQ(pair.client.transports, (std::vector<std::string>{"udp", "netptp"}));
  pair.world.run_for(8);
  const tactus_source* source = pair.client.source("192.0.2.1");
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->samples.size(), 4U);
  EXPECT_EQ(pair.client.open_sockets(TACTUS_SOCKET_CLIENT), 0U);
  ASSERT_EQ(pair.client.sockets.size(), 1U);
  EXPECT_EQ(pair.client.sockets[0]->local.port, 319U);
  EXPECT_EQ(pair.server.read<tactus_serverstats>("serverstats")[0].ntp_hits, 4U);
}

TEST(OverPtp, peers_need_no_other_socket) {
  Pair pair("ptpport 319\npeer 192.0.2.1 port 319", "allow\nptpport 319\npeer 192.0.2.10 port 319");
  pair.client.reference = synchronised();
  pair.client.reference.refid = 0x0a000002;  // another source's time: no loop
  pair.client.reference.reference_time_ns += 12345;
  pair.world.run_for(300);
  EXPECT_GE(pair.client.source("192.0.2.1")->samples.size(), 3U);
  EXPECT_GE(pair.server.source("192.0.2.10")->samples.size(), 3U);
  ASSERT_EQ(pair.client.sockets.size(), 1U);
  EXPECT_EQ(pair.client.sockets[0]->local.port, 319U);
}

TEST(OverPtp, other_sources_and_hosts_without_it_are_as_ever) {
  Pair pair("ptpport 319\nserver 192.0.2.1 iburst", "allow");
  pair.world.run_for(8);
  EXPECT_EQ(pair.client.source("192.0.2.1")->samples.size(), 4U);
  EXPECT_EQ(pair.server.transports, (std::vector<std::string>{"udp"}));
}

}  // namespace
}  // namespace tactus::ntp::test
