// SPDX-License-Identifier: Apache-2.0
// Whole instances of the plugin ntp in virtual time: measuring, names, pools, keys, bad input, reports.
#include "pair.hpp"

namespace tactus::ntp::test {
namespace {

TEST(Glue, a_client_measures_a_server) {
  Pair pair("server 192.0.2.1 iburst", "allow 192.0.2.0/24", 0.05);
  pair.world.run_for(8);
  const tactus_source* source = pair.client.source("192.0.2.1");
  ASSERT_NE(source, nullptr);
  EXPECT_TRUE(source->active);
  ASSERT_EQ(source->samples.size(), 4U) << "iburst";
  for (const tactus_sample& sample : source->samples) {
    EXPECT_NEAR(sample.offset_s, -0.05, 1e-4) << "the local clock is fast";
    EXPECT_NEAR(sample.peer_delay_s, 0.002, 1e-4);
  }
  EXPECT_EQ(source->stratum, 2U);
  EXPECT_EQ(source->own_refid, 0xc000020aU) << "192.0.2.10";
  EXPECT_EQ(source->reach, 0x0fU);
  EXPECT_EQ(pair.client.measurements.size(), 4U);
  const auto stats = pair.server.read<tactus_serverstats>("serverstats");
  ASSERT_EQ(stats.size(), 1U);
  EXPECT_EQ(stats[0].ntp_hits, 4U);
  EXPECT_EQ(stats[0].ntp_kernel_rx, 4U);
  EXPECT_EQ(stats[0].ntp_daemon_tx, 4U);
  const auto clients = pair.server.read<tactus_client_row>("clients");
  ASSERT_EQ(clients.size(), 1U);
  EXPECT_EQ(clients[0].ntp_hits, 4U);
  EXPECT_TRUE(same_address(clients[0].address, pair.client.addresses[0]));
}

TEST(Glue, polls_on_and_closes_each_request_s_socket) {
  Pair pair("server 192.0.2.1");
  pair.world.run_for(1000);
  const tactus_source* source = pair.client.source("192.0.2.1");
  EXPECT_GE(source->samples.size(), 8U);
  EXPECT_EQ(pair.client.open_sockets(TACTUS_SOCKET_CLIENT), 0U) << "closed by the answer";
  EXPECT_EQ(pair.client.open_sockets(TACTUS_SOCKET_SERVER), 0U) << "nobody is allowed";
}

TEST(Glue, reports_what_the_last_answer_was) {
  Pair pair("server 192.0.2.1 iburst", "allow", 0.001);
  pair.world.run_for(8);
  const auto rows = pair.client.read<tactus_ntpdata_row>("ntpdata");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].mode, 4U);
  EXPECT_EQ(rows[0].stratum, 2U);
  EXPECT_EQ(rows[0].refid, 0x0a000001U);
  EXPECT_EQ(rows[0].total_transmitted, 4U);
  EXPECT_EQ(rows[0].total_good, 4U);
  EXPECT_EQ(rows[0].tests, 0x3ffU);
  EXPECT_EQ(rows[0].remote.port, 123U);
  EXPECT_STREQ(rows[0].name, "192.0.2.1");
  EXPECT_TRUE(same_address(rows[0].local, pair.client.addresses[0]));
  auto query = args<tactus_query>();
  query.flags = TACTUS_QUERY_ADDRESS;
  query.address = parse_address("192.0.2.99").value();
  tactus_status status = TACTUS_OK;
  pair.client.read<tactus_ntpdata_row>("ntpdata", &query, &status);
  EXPECT_EQ(status, TACTUS_E_NOT_FOUND);
}

TEST(Glue, a_name_is_tried_again_after_28_56_112_seconds) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "server time.example");
  client.boot();
  world.run_for(200);
  ASSERT_EQ(client.lookups.size(), 4U);
  const double expected[] = {0, 28, 84, 196};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(static_cast<double>(client.lookups[i].first - 10 * second) * 1e-9, expected[i], 0.1);
  }
  EXPECT_EQ(client.read<tactus_activity>("activity")[0].unresolved, 1);
  ASSERT_EQ(client.sources.size(), 1U);
  EXPECT_EQ(to_text(client.sources[0]->address), "ID#0000000001");
  EXPECT_EQ(client.run("offline", everything()), TACTUS_OK);
  EXPECT_TRUE(client.logged("Source ID#0000000001 offline"));
  client.names["time.example"] = {"192.0.2.1"};
  EXPECT_EQ(client.run("online", everything()), TACTUS_OK);
  EXPECT_TRUE(client.logged("Source ID#0000000001 online"));
  world.run_for(1);
  EXPECT_EQ(client.read<tactus_activity>("activity")[0].online, 1);
  EXPECT_EQ(client.packets_sent, 1U);
  EXPECT_NE(client.source("192.0.2.1"), nullptr);
}

TEST(Glue, a_pool_keeps_the_first_good_sources) {
  FakeWorld world;
  std::vector<std::unique_ptr<FakeHost>> servers;
  FakeHost client(world, "192.0.2.10", "pool pool.example iburst maxsources 2");
  for (int i = 1; i <= 6; ++i) {
    const std::string address = "192.0.2.10" + std::to_string(i);
    client.names["pool.example"].push_back(address);
    servers.push_back(std::make_unique<FakeHost>(world, address, "allow"));
    servers.back()->reference = synchronised();
    servers.back()->boot();
  }
  world.unroutable.push_back(parse_address("192.0.2.101").value());
  client.create();
  EXPECT_TRUE(client.logged("Added pool pool.example"));
  EXPECT_EQ(client.sources.size(), 4U) << "twice as many placeholders";
  client.start();
  world.run_for(0.1);
  EXPECT_EQ(client.source("192.0.2.101"), nullptr) << "no route";
  EXPECT_NE(client.source("192.0.2.102"), nullptr);
  EXPECT_EQ(client.read<tactus_activity>("activity")[0].burst_online, 4);
  world.run_for(30);
  EXPECT_EQ(client.sources.size(), 2U);
  for (const tactus_source* source : client.sources) EXPECT_EQ(source->samples.size(), 4U);
  world.run_for(300);
  EXPECT_EQ(client.lookups.size(), 1U);
}

TEST(Glue, a_pool_with_too_few_addresses_is_looked_up_again) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "pool pool.example maxsources 3");
  client.names["pool.example"] = {"192.0.2.1", "192.0.2.2"};
  client.boot();
  world.run_for(20);
  EXPECT_EQ(client.read<tactus_activity>("activity")[0].unresolved, 4);
  client.names["pool.example"] = {"192.0.2.2", "192.0.2.3"};
  world.run_for(20);
  EXPECT_EQ(client.read<tactus_activity>("activity")[0].unresolved, 3);
  EXPECT_NE(client.source("192.0.2.3"), nullptr);
}

TEST(Glue, requests_that_are_not_allowed_get_no_answer) {
  Pair pair("server 192.0.2.1 iburst", "allow 10.0.0.0/8");
  pair.world.run_for(20);
  EXPECT_TRUE(pair.client.source("192.0.2.1")->samples.empty());
  EXPECT_GE(pair.server.drops("ntp.server", "access_denied"), 4U);
}

TEST(Glue, an_unreachable_source_gets_another_address) {
  FakeWorld world;
  FakeHost server(world, "192.0.2.2", "allow");
  server.reference = synchronised();
  server.boot();
  FakeHost client(world, "192.0.2.10", "server time.example minpoll 2 maxpoll 2");
  client.names["time.example"] = {"192.0.2.1", "192.0.2.2"};
  client.boot();
  world.run_for(10);
  ASSERT_NE(client.source("192.0.2.1"), nullptr);
  world.run_for(60);
  EXPECT_TRUE(client.logged("Source 192.0.2.1 replaced with 192.0.2.2 (time.example)"));
  ASSERT_NE(client.source("192.0.2.2"), nullptr);
  world.run_for(20);
  EXPECT_GE(client.source("192.0.2.2")->samples.size(), 3U);
}

TEST(Glue, another_address_is_asked_when_the_old_one_would_have_been) {
  FakeWorld world;
  FakeHost first(world, "192.0.2.1", "allow");
  FakeHost second(world, "192.0.2.2", "allow");
  FakeHost client(world, "192.0.2.10", "server time.example minpoll 4 maxpoll 8");
  client.names["time.example"] = {"192.0.2.1"};
  for (FakeHost* server : {&first, &second}) {
    server->reference = synchronised();
    server->boot();
  }
  client.boot();
  // Polls are far apart by now.
  world.run_for(2000);
  auto polls = client.read<tactus_ntpdata_row>("ntpdata");
  ASSERT_GE(polls[0].poll_log2_s, 5);
  const auto asked = first.packets_sent;
  while (first.packets_sent == asked) world.run_for(0.1);
  client.names["time.example"] = {"192.0.2.2"};
  tactus_source* source = client.sources[0];
  source->callbacks.replace(source->user);
  world.run_for(1);
  ASSERT_TRUE(client.logged("Source 192.0.2.1 replaced with 192.0.2.2 (time.example)"));
  EXPECT_EQ(second.packets_sent, 0U) << "the old address was asked just now";
  world.run_for(16.5);
  EXPECT_EQ(second.packets_sent, 1U) << "the source was reachable, so the polling interval began anew";
}

TEST(Glue, refresh_replaces_an_address_that_is_gone) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "server time.example");
  client.names["time.example"] = {"192.0.2.1"};
  client.boot();
  world.run_for(1);
  EXPECT_EQ(client.run("refresh"), TACTUS_OK);
  world.run_for(1);
  EXPECT_EQ(client.lookups.size(), 2U);
  EXPECT_NE(client.source("192.0.2.1"), nullptr);
  client.names["time.example"] = {"192.0.2.2"};
  EXPECT_EQ(client.run("refresh"), TACTUS_OK);
  world.run_for(1);
  EXPECT_TRUE(client.logged("Source 192.0.2.1 replaced with 192.0.2.2 (time.example)"));
  EXPECT_EQ(client.sources.size(), 1U);
}

TEST(Glue, working_names_are_looked_up_again_after_the_refresh_time) {
  Pair pair("server time.example minpoll 4 maxpoll 4\nrefresh 300");
  pair.client.names["time.example"] = {"192.0.2.1"};
  pair.world.run_for(1500);
  EXPECT_NEAR(static_cast<double>(pair.client.lookups.size()), 6, 1.5);
}

TEST(Glue, the_debug_log_tells_of_refreshed_names) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "server time.example");
  FakeHost server(world, "192.0.2.1", "allow");
  client.names["time.example"] = {"192.0.2.1"};
  server.reference = synchronised();
  server.boot();
  client.boot();
  world.run_for(5);
  EXPECT_EQ(client.run("refresh"), TACTUS_OK);
  world.run_for(1);
  EXPECT_TRUE(client.logged("refreshing 192.0.2.1 (time.example)"));
  EXPECT_TRUE(client.logged("resolved_name: 192.0.2.1 still fresh"));
}

TEST(Glue, peers_measure_each_other) {
  FakeWorld world;
  FakeHost one(world, "192.0.2.1", "peer 192.0.2.2 minpoll 4 maxpoll 4");
  FakeHost two(world, "192.0.2.2", "peer 192.0.2.1 minpoll 4 maxpoll 4", 0.01);
  one.reference = synchronised();
  two.reference = synchronised();
  two.reference.refid = 0x0a000002;
  two.reference.reference_time_ns += 12345;
  one.boot();
  two.boot();
  EXPECT_EQ(one.open_sockets(TACTUS_SOCKET_SERVER), 1U) << "a peer needs the server's port";
  world.run_for(200);
  ASSERT_GE(one.source("192.0.2.2")->samples.size(), 5U);
  ASSERT_GE(two.source("192.0.2.1")->samples.size(), 5U);
  EXPECT_NEAR(one.source("192.0.2.2")->samples.back().offset_s, 0.01, 1e-4);
  EXPECT_NEAR(two.source("192.0.2.1")->samples.back().offset_s, -0.01, 1e-4);
  auto gone = args<tactus_address_args>();
  gone.address = parse_address("192.0.2.2").value();
  EXPECT_EQ(one.run("delete_source", gone), TACTUS_OK);
  EXPECT_EQ(one.open_sockets(TACTUS_SOCKET_SERVER), 0U);
}

TEST(Glue, a_fixed_acquisition_port_is_one_socket) {
  Pair pair("server 192.0.2.1 iburst\nacquisitionport 1123");
  EXPECT_EQ(pair.client.open_sockets(TACTUS_SOCKET_ACQUIRE), 1U);
  pair.world.run_for(8);
  EXPECT_EQ(pair.client.open_sockets(TACTUS_SOCKET_CLIENT), 0U);
  EXPECT_EQ(pair.client.source("192.0.2.1")->samples.size(), 4U);
}

TEST(Glue, requests_may_come_from_the_server_port) {
  Pair pair("server 192.0.2.1 iburst\nacquisitionport 123");
  EXPECT_EQ(pair.client.open_sockets(TACTUS_SOCKET_SERVER), 1U);
  pair.world.run_for(8);
  EXPECT_EQ(pair.client.source("192.0.2.1")->samples.size(), 4U);
}

TEST(Glue, keys_are_checked_both_ways) {
  Pair pair("server 192.0.2.1 iburst key 7", "allow");
  pair.world.run_for(8);
  EXPECT_TRUE(pair.client.source("192.0.2.1")->samples.empty()) << "the server was configured without keys";
  EXPECT_GE(pair.server.drops("ntp.server", "unsupported_auth"), 4U);

  Pair both("server 192.0.2.1 iburst key 7", "allow\npeer 192.0.2.99 key 7");
  both.world.run_for(8);
  EXPECT_EQ(both.client.source("192.0.2.1")->samples.size(), 4U);
  EXPECT_EQ(both.server.read<tactus_serverstats>("serverstats")[0].ntp_auth_hits, 4U);
  const auto rows = both.client.read<tactus_authdata_row>("authdata");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].mode, 1U);
  EXPECT_EQ(rows[0].key_id, 7U);

  Pair missing("server 192.0.2.1 iburst key 8", "allow");
  missing.world.run_for(8);
  EXPECT_EQ(missing.client.packets_sent, 0U);
}

TEST(Glue, interleaved_mode_uses_kernel_transmit_times) {
  Pair pair("server 192.0.2.1 xleave minpoll 4 maxpoll 4");
  pair.world.run_for(200);
  EXPECT_GE(pair.client.source("192.0.2.1")->samples.size(), 8U);
  const auto stats = pair.server.read<tactus_serverstats>("serverstats")[0];
  EXPECT_GE(stats.ntp_interleaved_hits, 8U);
  EXPECT_EQ(stats.ntp_kernel_tx, stats.ntp_interleaved_hits);
  EXPECT_EQ(pair.client.read<tactus_ntpdata_row>("ntpdata")[0].interleaved, 1U);
}

TEST(Glue, forged_answers_are_dropped_and_counted) {
  Pair pair("server 192.0.2.1 iburst");
  pair.world.delay = 50 * millisecond;
  pair.world.run_for(0.21);
  ASSERT_EQ(pair.client.open_sockets(TACTUS_SOCKET_CLIENT), 1U);
  std::uint64_t expected = 0;
  for (std::uint32_t length = 0; length <= 2048; length += 4) {
    std::vector<std::uint8_t> bytes(length);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(pair.world.random());
    if (length > 0) bytes[0] = 0x24;
    FakeSocket& socket = *pair.client.sockets.front();
    tactus_datagram datagram{};
    datagram.struct_size = sizeof datagram;
    datagram.data = bytes.data();
    datagram.length = length;
    datagram.remote = parse_address(length % 8 == 0 ? "192.0.2.1" : "192.0.2.66").value();
    datagram.remote.port = 123;
    expected += length % 8 == 0 ? 0U : 1U;
    socket.sink->received(socket.user, &datagram, 1);
  }
  EXPECT_TRUE(pair.client.source("192.0.2.1")->samples.empty());
  EXPECT_EQ(pair.client.drops("ntp.client", "wrong_socket"), expected);
  pair.world.run_for(8);
  EXPECT_EQ(pair.client.source("192.0.2.1")->samples.size(), 4U) << "the true answers still count";
}

TEST(Glue, a_jump_of_the_clock_is_forgotten) {
  Pair pair("server 192.0.2.1 minpoll 4 maxpoll 4");
  pair.world.run_for(100);
  tactus_clock_change change{};
  change.struct_size = sizeof change;
  change.kind = TACTUS_CLOCK_UNKNOWN;
  pair.client.clock_offset += second;
  pair.client.change_clock(change);
  pair.world.run_for(60);
  EXPECT_NEAR(pair.client.source("192.0.2.1")->samples.back().offset_s, -1.0, 1e-4);
}

TEST(Glue, many_instances_end_cleanly_in_the_middle_of_things) {
  for (int i = 0; i < 20; ++i) {
    Pair pair("server 192.0.2.1 iburst xleave\npool pool.example\npeer 192.0.2.7");
    pair.client.names["pool.example"] = {"192.0.2.1", "192.0.2.3"};
    pair.world.run_for(0.1 * i);
  }
}

}  // namespace
}  // namespace tactus::ntp::test
