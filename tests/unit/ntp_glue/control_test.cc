// SPDX-License-Identifier: Apache-2.0
// Whole instances of the plugin ntp in virtual time: what configuration and commands change.
#include "pair.hpp"

namespace tactus::ntp::test {
namespace {

TEST(Control, sources_are_added_and_deleted_while_running) {
  Pair pair("server 192.0.2.1");
  FakeHost& client = pair.client;
  EXPECT_EQ(client.run("add_source", new_source("192.0.2.1")), TACTUS_E_EXISTS);
  EXPECT_EQ(client.run("add_source", new_source("bad name")), TACTUS_E_NAME);
  auto wrong = new_source("192.0.2.2");
  wrong.flags |= TACTUS_ADD_IPV6;
  EXPECT_EQ(client.run("add_source", wrong), TACTUS_E_FAMILY);
  wrong = new_source("192.0.2.2");
  wrong.type = 4;
  EXPECT_EQ(client.run("add_source", wrong), TACTUS_E_INVALID);

  auto deleted = args<tactus_address_args>();
  deleted.address = parse_address("192.0.2.1").value();
  EXPECT_EQ(client.run("delete_source", deleted), TACTUS_OK);
  EXPECT_TRUE(client.logged("Removed source 192.0.2.1"));
  EXPECT_EQ(client.run("delete_source", deleted), TACTUS_E_NOT_FOUND);
  EXPECT_TRUE(client.sources.empty());

  auto again = new_source("192.0.2.1");
  again.flags |= TACTUS_ADD_IBURST;
  EXPECT_EQ(client.run("add_source", again), TACTUS_OK);
  EXPECT_TRUE(client.logged("Added source 192.0.2.1"));
  pair.world.run_for(8);
  EXPECT_EQ(client.source("192.0.2.1")->samples.size(), 4U);

  EXPECT_EQ(client.run("add_source", new_source("time.example")), TACTUS_OK);
  EXPECT_TRUE(client.logged("Added source ID#0000000001 (time.example)"));
  pair.world.run_for(1);
  EXPECT_EQ(client.lookups.size(), 1U);
  deleted.address = client.sources.back()->address;
  EXPECT_EQ(client.run("delete_source", deleted), TACTUS_OK);
  EXPECT_TRUE(client.logged("Removed source ID#0000000001 (time.example)"));
  pair.world.run_for(100);
  EXPECT_EQ(client.lookups.size(), 1U);
}

TEST(Control, records_are_added_and_removed) {
  Pair pair("");
  FakeConfig more("server 192.0.2.1 iburst\npool pool.example\nport 124");
  ASSERT_EQ(provider_ops()->add(pair.client.instance, more.record(0), nullptr), TACTUS_OK);
  EXPECT_EQ(provider_ops()->add(pair.client.instance, more.record(0), nullptr), TACTUS_E_EXISTS);
  ASSERT_EQ(provider_ops()->add(pair.client.instance, more.record(1), nullptr), TACTUS_OK);
  EXPECT_EQ(provider_ops()->add(pair.client.instance, more.record(2), nullptr), TACTUS_E_UNSUPPORTED);
  EXPECT_EQ(pair.client.sources.size(), 9U);
  EXPECT_EQ(provider_ops()->remove(pair.client.instance, more.record(1), nullptr), TACTUS_OK);
  EXPECT_EQ(provider_ops()->remove(pair.client.instance, more.record(1), nullptr), TACTUS_E_NOT_FOUND);
  EXPECT_EQ(pair.client.sources.size(), 1U);
  pair.world.run_for(8);
  EXPECT_EQ(pair.client.source("192.0.2.1")->samples.size(), 4U);
  EXPECT_EQ(provider_ops()->remove(pair.client.instance, more.record(0), nullptr), TACTUS_OK);
  EXPECT_TRUE(pair.client.sources.empty());
  pair.world.run_for(100);
}

TEST(Control, offline_sources_are_silent_until_they_are_online) {
  Pair pair("server 192.0.2.1 offline iburst");
  pair.world.run_for(100);
  EXPECT_EQ(pair.client.packets_sent, 0U);
  EXPECT_EQ(pair.client.read<tactus_activity>("activity")[0].offline, 1);
  EXPECT_EQ(pair.client.run("online", everything()), TACTUS_OK);
  EXPECT_TRUE(pair.client.logged("Source 192.0.2.1 online"));
  pair.world.run_for(8);
  EXPECT_EQ(pair.client.source("192.0.2.1")->samples.size(), 4U);
  auto one = everything();
  one.address = parse_address("192.0.3.0").value();
  one.mask = parse_address("255.255.255.0").value();
  EXPECT_EQ(pair.client.run("offline", one), TACTUS_E_NOT_FOUND);
  one.address = parse_address("192.0.2.0").value();
  EXPECT_EQ(pair.client.run("offline", one), TACTUS_OK);
  EXPECT_TRUE(pair.client.logged("Source 192.0.2.1 offline"));
  EXPECT_FALSE(pair.client.source("192.0.2.1")->active);
  const auto sent = pair.client.packets_sent;
  pair.world.run_for(500);
  EXPECT_EQ(pair.client.packets_sent, sent);
  EXPECT_EQ(pair.client.run("onoffline"), TACTUS_OK);
  pair.world.run_for(8);
  EXPECT_GT(pair.client.packets_sent, sent);
  pair.world.unroutable.push_back(parse_address("192.0.2.1").value());
  EXPECT_EQ(pair.client.run("onoffline"), TACTUS_OK);
  EXPECT_EQ(pair.client.read<tactus_activity>("activity")[0].offline, 1);
}

TEST(Control, a_burst_is_measured_at_once) {
  Pair pair("server 192.0.2.1");
  pair.world.run_for(10);
  auto burst = args<tactus_burst_args>();
  burst.good = 3;
  burst.total = 5;
  const auto before = pair.client.source("192.0.2.1")->samples.size();
  EXPECT_EQ(pair.client.run("burst", burst), TACTUS_OK);
  EXPECT_EQ(pair.client.read<tactus_activity>("activity")[0].burst_online, 1);
  pair.world.run_for(80);
  EXPECT_GE(pair.client.source("192.0.2.1")->samples.size(), before + 3);
  EXPECT_EQ(pair.client.read<tactus_activity>("activity")[0].online, 1);
}

TEST(Control, limits_of_a_source_can_be_changed) {
  Pair pair("server 192.0.2.1");
  auto value = args<tactus_source_value_args>();
  value.address = parse_address("192.0.2.1").value();
  value.integer = 4;
  EXPECT_EQ(pair.client.run("set_minpoll", value), TACTUS_OK);
  EXPECT_TRUE(pair.client.logged("Source 192.0.2.1 new minpoll 4"));
  EXPECT_EQ(pair.client.run("set_maxpoll", value), TACTUS_OK);
  value.real = 0.25;
  EXPECT_EQ(pair.client.run("set_maxdelay", value), TACTUS_OK);
  EXPECT_TRUE(pair.client.logged("Source 192.0.2.1 new maxdelay 0.250000"));
  EXPECT_EQ(pair.client.run("set_offset", value), TACTUS_OK);
  EXPECT_EQ(pair.client.run("set_polltarget", value), TACTUS_OK);
  EXPECT_EQ(pair.client.run("set_minstratum", value), TACTUS_OK);
  EXPECT_EQ(pair.client.run("set_maxdelayratio", value), TACTUS_OK);
  EXPECT_EQ(pair.client.run("set_maxdelaydevratio", value), TACTUS_OK);
  value.address = parse_address("192.0.2.2").value();
  EXPECT_EQ(pair.client.run("set_minpoll", value), TACTUS_E_NOT_FOUND);
  pair.world.run_for(50);
  std::int32_t poll = 0;
  std::uint32_t mode = 9;
  const tactus_source* source = pair.client.source("192.0.2.1");
  source->callbacks.describe(source->user, &poll, &mode);
  EXPECT_EQ(poll, 4);
  EXPECT_EQ(mode, TACTUS_SOURCE_MODE_CLIENT);
  EXPECT_NEAR(source->samples.back().offset_s, 0.25, 1e-4);
}

TEST(Control, the_adaptive_estimator_gets_samples_of_long_delays_unless_a_limit_is_written) {
  const FakeConfig config("server 192.0.2.1\nserver 192.0.2.1 maxdelaydevratio 5");
  const auto ratio = [&](std::uint32_t index, bool adaptive) {
    Settings settings;
    settings.adaptive = adaptive;
    return source_options(Record{config.record(index)}, settings).association.delay.max_delay_dev_ratio;
  };
  EXPECT_EQ(ratio(0, false), 10.0);
  EXPECT_EQ(ratio(0, true), max_delay_dev_ratio_off);
  EXPECT_EQ(ratio(1, false), 5.0);
  EXPECT_EQ(ratio(1, true), 5.0);
}

TEST(Control, the_server_socket_follows_the_access_rules) {
  FakeWorld world;
  FakeHost host(world, "192.0.2.1", "deny 10.0.0.0/8");
  host.boot();
  EXPECT_EQ(host.open_sockets(TACTUS_SOCKET_SERVER), 0U);
  auto rule = args<tactus_access_args>();
  rule.subnet.address = parse_address("192.0.2.0").value();
  rule.subnet.prefix = 24;
  EXPECT_EQ(host.run("allow", rule), TACTUS_OK);
  EXPECT_TRUE(host.logged("Allowed NTP access from 192.0.2.0/24"));
  EXPECT_EQ(host.open_sockets(TACTUS_SOCKET_SERVER), 1U);
  auto check = args<tactus_address_args>();
  check.address = parse_address("192.0.2.77").value();
  EXPECT_EQ(host.run("access_check", check), TACTUS_OK);
  check.address = parse_address("192.0.3.77").value();
  EXPECT_EQ(host.run("access_check", check), TACTUS_E_DENIED);
  rule.subnet.prefix = 33;
  EXPECT_EQ(host.run("allow", rule), TACTUS_E_INVALID);
  auto all = args<tactus_access_args>();
  all.all = 1;
  EXPECT_EQ(host.run("deny", all), TACTUS_OK);
  EXPECT_TRUE(host.logged("Denied all NTP access from any address"));
  EXPECT_EQ(host.open_sockets(TACTUS_SOCKET_SERVER), 0U);
}

TEST(Control, a_bad_prefix_and_a_limit_without_log_are_refused) {
  FakeWorld world;
  FakeHost first(world, "192.0.2.1", "allow 10.0.0.0/33");
  EXPECT_NE(first.create(), TACTUS_OK);
  EXPECT_EQ(first.error, "Bad subnet in 10.0.0.0/33");
  FakeHost second_host(world, "192.0.2.1", "noclientlog\nratelimit interval 1");
  EXPECT_NE(second_host.create(), TACTUS_OK);
  EXPECT_EQ(second_host.error, "Rate limiting cannot be enabled with noclientlog");
}

TEST(Control, lines_that_say_nonsense_are_reported_and_skipped) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "server 192.0.2.1\nserver 192.0.2.1 port 124\nserver 2001:db8::1 ipv4");
  EXPECT_EQ(client.create(), TACTUS_OK);
  EXPECT_TRUE(client.logged("Could not add source 192.0.2.1"));
  EXPECT_TRUE(client.logged("Could not add source 2001:db8::1"));
  EXPECT_EQ(client.sources.size(), 1U);
}

TEST(Control, one_shot_without_server_port) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "server 192.0.2.1\nallow", 0, TACTUS_RUN_ONESHOT | TACTUS_RUN_NO_SERVER);
  client.boot();
  EXPECT_EQ(client.open_sockets(TACTUS_SOCKET_SERVER), 0U);
  world.run_for(1);
  EXPECT_EQ(client.packets_sent, 1U);
}

TEST(Control, one_family_may_be_switched_off) {
  FakeWorld world;
  FakeHost client(world, "192.0.2.10", "server 192.0.2.1\nserver time.example\nallow", 0, TACTUS_RUN_IPV6_ONLY);
  client.names["time.example"] = {"192.0.2.2"};
  client.boot();
  world.run_for(5);
  EXPECT_EQ(client.packets_sent, 0U);
  EXPECT_EQ(client.open_sockets(TACTUS_SOCKET_SERVER), 0U);
  EXPECT_TRUE(client.logged("Invalid host time.example"));
}

}  // namespace
}  // namespace tactus::ntp::test
