// SPDX-License-Identifier: Apache-2.0
// The world: order of events, who gets a packet, leap seconds.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "world.hpp"

namespace tactus::sim {
namespace {

constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t midnight = 20'000 * 86400 * s;

tactus_address address(std::uint8_t last, std::uint16_t port = 0) {
  tactus_address out{};
  out.family = TACTUS_FAMILY_IPV4;
  out.port = port;
  out.bytes[0] = 10;
  out.bytes[3] = last;
  return out;
}

struct Pair {
  explicit Pair(World& world) {
    for (std::uint8_t i = 0; i < 2; ++i) {
      Machine::Settings settings;
      settings.name = i == 0 ? "a" : "b";
      machines[i] = &world.add(std::make_unique<Machine>(world, i, settings));
      EXPECT_TRUE(machines[i]->set_addresses({address(static_cast<std::uint8_t>(i + 1))}));
      machines[i]->set_wake([] {});
    }
  }
  Machine* machines[2];
};

Packet packet(std::uint8_t from, std::uint8_t to, std::uint16_t port) {
  return {{1, 2, 3}, address(from, 1000), address(to, port)};
}

TEST(World, what_is_due_at_once_happens_in_the_order_in_which_it_was_asked_for) {
  World world(1, midnight);
  std::string order;
  world.at(midnight + 2 * s, [&] { order += 'c'; });
  world.at(midnight + s, [&] {
    order += 'a';
    world.at(midnight + s, [&] { order += 'b'; });
  });
  world.at(midnight + 5 * s, [&] { order += 'd'; });
  EXPECT_TRUE(world.run_until(midnight + 3 * s));
  EXPECT_EQ(order, "abc");
  EXPECT_EQ(world.now_ns(), midnight + 3 * s);
}

TEST(World, a_packet_goes_to_the_socket_that_is_connected_before_the_one_that_takes_all) {
  World world(1, midnight);
  Pair pair(world);
  int connected = 0;
  int open = 0;
  std::uint16_t port = 123;
  ASSERT_NE(pair.machines[1]->open(port, {}, TACTUS_FAMILY_IPV4, [&](Arrival) { ++open; }), 0U);
  std::uint16_t free_port = 0;
  ASSERT_NE(pair.machines[1]->open(free_port, address(1, 1000), TACTUS_FAMILY_IPV4, [&](Arrival) { ++connected; }), 0U);
  EXPECT_NE(free_port, 0);
  EXPECT_EQ(pair.machines[1]->open(port, {}, TACTUS_FAMILY_IPV4, [](Arrival) {}), 0U);
  pair.machines[0]->send(packet(1, 2, 123));
  pair.machines[0]->send(packet(1, 2, free_port));
  pair.machines[0]->send({{1}, address(1, 1001), address(2, free_port)});  // from another port: not its peer
  pair.machines[0]->send(packet(1, 9, 123));                               // nobody's address
  world.run_until(midnight + s);
  EXPECT_EQ(open, 1);
  EXPECT_EQ(connected, 1);
  EXPECT_EQ(pair.machines[0]->counters().sent, 4U);
  EXPECT_EQ(pair.machines[1]->counters().received, 2U);
}

TEST(World, a_link_that_is_down_passes_nothing_and_one_that_is_up_again_does) {
  World world(1, midnight);
  Pair pair(world);
  int got = 0;
  std::uint16_t port = 123;
  pair.machines[1]->open(port, {}, TACTUS_FAMILY_IPV4, [&](Arrival) { ++got; });
  world.set_link_up(*pair.machines[0], *pair.machines[1], false);
  pair.machines[0]->send(packet(1, 2, 123));
  world.run_until(midnight + s);
  EXPECT_EQ(got, 0);
  world.set_link_up(*pair.machines[0], *pair.machines[1], true);
  pair.machines[0]->send(packet(1, 2, 123));
  world.run_until(midnight + 2 * s);
  EXPECT_EQ(got, 1);
}

TEST(World, utc_has_the_leap_second_and_true_time_has_not) {
  const World inserted(1, midnight, {midnight + s, 1});
  EXPECT_EQ(inserted.utc_ns(midnight + s - 1), midnight + s - 1);
  EXPECT_EQ(inserted.utc_ns(midnight + s), midnight);
  const World deleted(1, midnight, {midnight - s, -1});
  EXPECT_EQ(deleted.utc_ns(midnight - s), midnight);
}

TEST(Machine, the_kernel_inserts_and_deletes_leap_seconds_at_its_own_midnight) {
  for (const bool insert : {true, false}) {
    World world(1, midnight - 10 * s);
    Pair pair(world);
    Machine& machine = *pair.machines[0];
    machine.clock().step(0.5);  // its midnight is half a second early
    machine.set_leap(insert ? TACTUS_LEAP_INSERT : TACTUS_LEAP_DELETE);
    const std::int64_t leap_ns = midnight - s / 2 - (insert ? 0 : s);
    world.run_until(leap_ns - 1'000);
    EXPECT_NEAR(machine.clock().error_s(world.now_ns()), 0.5, 1e-6);
    world.run_until(leap_ns + 1'000);
    EXPECT_NEAR(machine.clock().error_s(world.now_ns()), insert ? -0.5 : 1.5, 1e-6);
    world.run_until(midnight + 2 * 86400 * s);  // once only
    EXPECT_NEAR(machine.clock().error_s(world.now_ns()), insert ? -0.5 : 1.5, 1e-6);
  }
}

TEST(Machine, a_frequency_beyond_the_limit_is_cut_and_remembered) {
  World world(1, midnight);
  Pair pair(world);
  const double limit_ppm = pair.machines[0]->settings().clock.max_frequency_ppm;
  EXPECT_EQ(pair.machines[0]->set_frequency_ppm(-2.0 * limit_ppm), -limit_ppm);
  EXPECT_EQ(pair.machines[0]->counters().largest_asked_ppm, 2.0 * limit_ppm);
}

TEST(Machine, readings_of_one_instant_follow_each_other) {
  World world(1, midnight);
  Pair pair(world);
  const std::int64_t first = pair.machines[0]->read_real_ns();
  const std::int64_t second = pair.machines[0]->read_real_ns();
  EXPECT_EQ(second - first, 25);
}

TEST(Machine, hardware_timestamps_are_good_to_the_noise_of_the_comparison_of_the_clocks) {
  World world(1, midnight);
  Machine::Settings settings;
  settings.name = "a";
  settings.stamps.kind = StampModel::Kind::hardware;
  settings.stamps.nic.frequency = 40e-6;
  settings.stamps.nic.offset_s = 1000.0;
  settings.clock.frequency = -20e-6;
  Machine& machine = world.add(std::make_unique<Machine>(world, 0, settings));
  double squares = 0.0;
  for (int i = 1; i <= 1000; ++i) {
    world.run_until(midnight + i * 700'000'000LL);
    const tactus_stamp stamp = machine.transmit_stamp();
    EXPECT_EQ(stamp.origin, TACTUS_STAMP_HARDWARE);
    const double error_ns = static_cast<double>(stamp.raw_ns - machine.clock().real_ns());
    squares += error_ns * error_ns;
  }
  EXPECT_LT(std::sqrt(squares / 1000.0), 60.0);
  EXPECT_GT(std::sqrt(squares / 1000.0), 5.0);
}

TEST(Machine, asleep_it_hears_nothing) {
  World world(1, midnight);
  Pair pair(world);
  int got = 0;
  std::uint16_t port = 123;
  pair.machines[1]->open(port, {}, TACTUS_FAMILY_IPV4, [&](Arrival) { ++got; });
  pair.machines[1]->suspend(midnight + 100 * s);
  pair.machines[0]->send(packet(1, 2, 123));
  world.run_until(midnight + 200 * s);
  EXPECT_EQ(got, 0);
  pair.machines[0]->send(packet(1, 2, 123));
  world.run_until(midnight + 201 * s);
  EXPECT_EQ(got, 1);
}

}  // namespace
}  // namespace tactus::sim
