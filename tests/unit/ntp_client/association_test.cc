// SPDX-License-Identifier: Apache-2.0
// Stories of one client association against a model server in virtual time. NTP specification sections 8 to 13.
#include <algorithm>
#include <cmath>

#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

double since(MonoTime from, MonoTime to) { return to_seconds(to - from); }

AssociationSettings fixed_poll(int log2_s) {
  AssociationSettings settings;
  settings.min_poll_log2_s = log2_s;
  settings.max_poll_log2_s = log2_s;
  return settings;
}

TEST(Association, measures_the_offset_of_the_local_clock) {
  Rig rig(fixed_poll(4));
  rig.clock_offset_s = 0.25;  // the local clock is fast
  rig.start();
  EXPECT_TRUE(rig.is_active);
  const MonoTime start = rig.mono;
  EXPECT_NEAR(since(start, rig.next_request().at), 0.2, 0.005);
  answer(rig, 0.004);
  ASSERT_EQ(rig.samples.size(), 1U);
  EXPECT_NEAR(rig.samples[0].offset_s, -0.25, 1e-8);
  EXPECT_NEAR(rig.samples[0].peer_delay_s, 0.008, 1e-8);
  EXPECT_EQ(rig.core.stats_value.reach, 1U);
  EXPECT_EQ(rig.stratum, 1U);
  EXPECT_EQ(rig.closed, 1) << "nothing more is expected on the request's socket";
  for (int i = 0; i < 20; ++i) {
    const MonoTime before = rig.sent.back().at;
    const double interval = since(before, rig.next_request().at);
    EXPECT_GE(interval, 16.0);
    EXPECT_LE(interval, 16.0 * 1.02);
    answer(rig);
  }
  EXPECT_EQ(rig.association.used(), 21U);
  EXPECT_EQ(rig.missed, 0);
}

TEST(Association, requests_tell_nothing_of_the_clock) {
  Rig rig(fixed_poll(0));
  rig.start();
  for (int i = 0; i < 10; ++i) {
    const Header& header = rig.next_request().header;
    EXPECT_TRUE(header.receive.zero());
    EXPECT_TRUE(header.origin.zero());
    EXPECT_TRUE(header.reference.zero());
    EXPECT_EQ(header.refid, 0U);
    EXPECT_EQ(header.precision_log2_s, 32);
    EXPECT_GT(std::abs(difference_s(header.transmit, to_ntp(rig.now()))), 1.0) << "seed 1";
  }
}

TEST(Association, iburst_asks_four_times_two_seconds_apart) {  // [V] of section 10.6
  AssociationSettings settings;
  settings.iburst = true;
  Rig rig(settings);
  const MonoTime start = rig.mono;
  rig.start();
  for (const double expected : {0.2, 2.2, 4.2, 6.2}) {
    EXPECT_NEAR(since(start, rig.next_request().at), expected, 0.15);
    answer(rig);
  }
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::online);
  const MonoTime last = rig.sent.back().at;
  EXPECT_GE(since(last, rig.next_request().at), 64.0);
}

TEST(Association, an_unreachable_server_is_asked_less_and_less) {  // [V] of section 10.4
  AssociationSettings settings;
  settings.iburst = true;
  Rig rig(settings);
  rig.start();
  std::vector<int> intervals;
  rig.next_request();
  while (intervals.size() < 19) {
    const MonoTime before = rig.sent.back().at;
    intervals.push_back(static_cast<int>(std::lround(std::log2(since(before, rig.next_request().at)))));
  }
  // Eight requests 2 s apart, then 2^7, 2^8 four times, 2^9 four times, then 2^10.
  const std::vector<int> expected{1, 1, 1, 1, 1, 1, 1, 7, 8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10};
  EXPECT_EQ(intervals, expected);
  EXPECT_EQ(rig.core.stats_value.reach, 0U);
  EXPECT_EQ(rig.missed, static_cast<int>(rig.sent.size()) - 1);
  EXPECT_EQ(rig.closed, static_cast<int>(rig.sent.size()) - 1 - 7) << "the socket closes 7 s after a request";
}

TEST(Association, poll_follows_the_number_of_samples_and_falls_with_surprises) {
  AssociationSettings settings;
  Rig rig(settings);
  rig.start();
  for (int i = 0; i < 80; ++i) {
    rig.next_request();
    answer(rig);
  }
  EXPECT_GT(rig.association.poll_log2_s(), 8);
  rig.core.prediction_error_s = 1.0;
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.association.poll_log2_s(), 6);
  EXPECT_LE(since(rig.mono, *rig.association.deadline()), 64 * 1.02) << "the timer follows the new interval";
}

TEST(Association, kiss_rate_delays_once_and_is_not_taken_from_strangers) {
  Rig rig(fixed_poll(4));
  rig.start();
  rig.next_request();
  const auto kiss = [](Header& header) { make_kiss(header, kiss_rate); };
  answer(rig, 0.001, 1e-5, [&](Header& header) {
    kiss(header);
    header.origin.value ^= 1;
  });
  EXPECT_TRUE(rig.messages.empty());
  answer(rig, 0.001, 1e-5, kiss);
  ASSERT_EQ(rig.messages.size(), 1U);
  EXPECT_EQ(rig.messages[0], "Received KoD RATE from 192.0.2.1");
  MonoTime last = rig.sent.back().at;
  const double delayed = since(last, rig.next_request().at);
  EXPECT_GE(delayed, 5 * 16.0 - 0.1);
  EXPECT_LE(delayed, 5 * 16.0 * 1.02);
  answer(rig);
  last = rig.sent.back().at;
  EXPECT_LE(since(last, rig.next_request().at), 16 * 1.02);
  EXPECT_EQ(rig.association.dropped(Drop::kod_rate), 1U);
  EXPECT_EQ(rig.association.dropped(Drop::bogus), 1U);
}

TEST(Association, presend_warms_the_path_up_before_each_measurement) {  // [V] of section 10.7
  AssociationSettings settings = fixed_poll(6);
  settings.presend_log2_s = 6;
  Rig rig(settings);
  rig.start();
  for (int i = 0; i < 6; ++i) {
    const auto before = rig.sent.empty() ? MonoTime{} : rig.sent.back().at;
    const MonoTime at = rig.next_request().at;
    if (i > 0) {
      EXPECT_NEAR(since(before, at), i % 2 == 1 ? 2.0 : 64.7, 0.7) << i;
    }
    answer(rig);
    EXPECT_EQ(rig.samples.size(), static_cast<std::size_t>((i + 1) / 2)) << i;
  }
  EXPECT_EQ(rig.association.dropped(Drop::warm_up), 3U);
}

TEST(Association, the_burst_option_asks_more_often_when_the_interval_is_long) {
  AssociationSettings settings;
  settings.burst = true;
  settings.min_poll_log2_s = 4;
  settings.max_poll_log2_s = 6;
  Rig rig(settings);
  rig.start();
  for (int i = 0; i < 100; ++i) {
    rig.next_request();
    answer(rig);
  }
  ASSERT_EQ(rig.association.poll_log2_s(), 6);
  // One lost answer: the next request comes after 2 s, and the burst ends with the first good answer.
  rig.next_request();
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::burst_was_online);
  MonoTime last = rig.sent.back().at;
  EXPECT_NEAR(since(last, rig.next_request().at), 2.0, 0.1);
  answer(rig);
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::online);
  last = rig.sent.back().at;
  EXPECT_GT(since(last, rig.next_request().at), 30.0);
}

TEST(Association, offline_is_silent_and_online_begins_anew) {
  AssociationSettings settings = fixed_poll(4);
  settings.iburst = true;
  Rig rig(settings);
  rig.start();
  rig.next_request();
  answer(rig);
  rig.association.set_offline(rig.context());  // in the initial burst: it goes on, but ends offline
  rig.settle();
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::burst_was_offline);
  for (int i = 0; i < 3; ++i) {
    rig.next_request();
    answer(rig);
  }
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::offline);
  EXPECT_FALSE(rig.association.deadline().has_value());
  EXPECT_FALSE(rig.is_active);
  EXPECT_EQ(rig.core.stats_value.reach, 0U);
  rig.receive(std::vector<std::uint8_t>(48, 0x24));
  EXPECT_EQ(rig.association.dropped(Drop::not_online), 1U);
  rig.association.set_online(rig.context());
  rig.settle();
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::burst_was_online);
  EXPECT_TRUE(rig.is_active);
  const std::vector<std::string> expected{"Source 192.0.2.1 offline", "Source 192.0.2.1 online"};
  EXPECT_EQ(rig.messages, expected);
}

TEST(Association, a_burst_on_an_offline_source_ends_offline_after_its_requests) {
  AssociationSettings settings = fixed_poll(4);
  settings.offline = true;
  Rig rig(settings);
  rig.start();
  EXPECT_FALSE(rig.association.deadline().has_value());
  rig.association.burst(2, 3, rig.context());
  rig.settle();
  EXPECT_TRUE(rig.is_active);
  rig.run_until(rig.mono + std::chrono::minutes(5));
  EXPECT_EQ(rig.sent.size(), 3U);
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::offline);
}

TEST(Association, auto_offline_gives_up_when_sending_fails) {
  AssociationSettings settings = fixed_poll(4);
  settings.auto_offline = true;
  Rig rig(settings);
  rig.start();
  rig.network_down = true;
  rig.run_until(rig.mono + std::chrono::minutes(1));
  EXPECT_EQ(rig.association.operating_mode(), OperatingMode::offline);
  ASSERT_EQ(rig.messages.size(), 1U);
  EXPECT_EQ(rig.messages[0], "Source 192.0.2.1 offline");
}

TEST(Association, intervals_below_a_second_are_for_near_sources) {
  AssociationSettings settings;
  settings.min_poll_log2_s = -3;
  settings.max_poll_log2_s = -3;
  Rig near(settings);
  near.start();
  near.next_request();
  answer(near, 0.0001);
  near.next_request();
  answer(near, 0.0001);
  const MonoTime last = near.sent.back().at;
  EXPECT_NEAR(since(last, near.next_request().at), 0.125, 0.003);
  Rig far(settings);
  far.start();
  for (int i = 0; i < 5; ++i) {
    const auto before = far.sent.empty() ? MonoTime{} : far.sent.back().at;
    const double interval = since(before, far.next_request().at);
    EXPECT_GE(interval, 1.0) << i;
    answer(far, 0.02);
  }
}

TEST(Association, minstratum_offset_and_copy_do_what_they_say) {
  AssociationSettings settings = fixed_poll(4);
  settings.min_stratum = 5;
  settings.offset_s = 0.5;
  Rig rig(settings);
  rig.start();
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.stratum, 5U);
  EXPECT_NEAR(rig.samples.at(0).offset_s, 0.5, 1e-6);

  AssociationSettings copying = fixed_poll(4);
  copying.copy = true;
  Rig copy(copying);
  copy.start();
  copy.next_request();
  answer(copy, 0.001, 1e-5, [](Header& header) { header.stratum = 3; });
  EXPECT_EQ(copy.stratum, 2U);
  EXPECT_EQ(copy.copied_refid, 0x47505300U);
  copy.next_request();
  answer(copy, 0.001, 1e-5, [](Header& header) { header.leap = TACTUS_LEAP_UNSYNCHRONISED; });
  EXPECT_EQ(copy.forgotten, 1);
}

TEST(Association, delay_limits_refuse_a_measurement_but_count_as_reached) {
  AssociationSettings settings = fixed_poll(4);
  settings.delay.max_delay_s = 0.01;
  Rig rig(settings);
  rig.start();
  rig.next_request();
  answer(rig, 0.02);
  EXPECT_TRUE(rig.samples.empty());
  EXPECT_EQ(rig.missed, 1);
  EXPECT_EQ(rig.core.stats_value.reach, 1U);
  EXPECT_EQ(rig.association.dropped(Drop::delay_limit), 1U);
  rig.next_request();
  answer(rig, 0.002);
  EXPECT_EQ(rig.samples.size(), 1U);
}

TEST(Association, the_first_answer_always_fails_a_delay_quantile) {  // section 11.1
  AssociationSettings settings = fixed_poll(4);
  settings.delay.max_delay_quantile = 0.5;
  LocalClock clock = test_clock();
  clock.precision_s = 2e-5;  // the estimate moves in steps of half of it
  Rig rig(settings, 1, nullptr, clock);
  rig.start();
  rig.next_request();
  answer(rig);
  EXPECT_TRUE(rig.samples.empty());
  EXPECT_EQ(rig.association.dropped(Drop::delay_deviation), 1U);
  for (int i = 0; i < 200; ++i) {
    rig.next_request();
    answer(rig, 0.001 + 0.001 * rig.seeded.uniform());
  }
  EXPECT_NEAR(static_cast<double>(rig.samples.size()), 100, 50) << "about half of them are below the median";
}

TEST(Association, stored_times_follow_the_clock) {
  Rig rig(fixed_poll(4));
  rig.start();
  rig.next_request();
  // The clock is stepped back by 10 s between the request and its answer.
  tactus_clock_change change{};
  change.struct_size = sizeof change;
  change.kind = TACTUS_CLOCK_STEP;
  change.corrected_ns = to_ns(rig.now());
  change.offset_s = 10;
  rig.association.on_clock_change(change, rig.context());
  const Header request = rig.sent.back().header;
  const Instant sent = rig.sent.back().now;
  rig.clock_offset_s = -10;
  rig.mono += std::chrono::milliseconds(4);
  rig.receive(bytes_of(answer_to(request, sent + std::chrono::milliseconds(2), sent + std::chrono::milliseconds(2))));
  ASSERT_EQ(rig.samples.size(), 1U);
  EXPECT_NEAR(rig.samples[0].offset_s, 10, 1e-6);
  EXPECT_NEAR(rig.samples[0].peer_delay_s, 0.004, 1e-6);
  change.kind = TACTUS_CLOCK_UNKNOWN;
  rig.next_request();
  rig.association.on_clock_change(change, rig.context());
  answer(rig);
  EXPECT_EQ(rig.samples.size(), 1U) << "an answer to a request from before an unknown step is of no use";
}

TEST(Association, a_better_transmit_time_takes_part_in_the_measurement) {
  Rig rig(fixed_poll(4));
  rig.start();
  rig.next_request();
  const Rig::Sent sent = rig.sent.back();
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now + std::chrono::milliseconds(1), TACTUS_STAMP_KERNEL),
                                    rig.context());
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now + std::chrono::seconds(2), TACTUS_STAMP_KERNEL),
                                    rig.context());
  rig.association.on_transmit_stamp(sent.id + 1, Rig::stamp(sent.now, TACTUS_STAMP_HARDWARE), rig.context());
  answer(rig, 0.003, 0.0);
  ASSERT_EQ(rig.samples.size(), 1U);
  EXPECT_NEAR(rig.samples[0].peer_delay_s, 0.005, 1e-7);
  tactus_ntpdata_row row{};
  rig.association.fill_report(row, 0.1);
  EXPECT_EQ(row.transmit_origin, static_cast<std::uint32_t>('K'));
  EXPECT_EQ(row.receive_origin, static_cast<std::uint32_t>('D'));
  EXPECT_EQ(row.total_kernel_transmit, 1U);
  EXPECT_EQ(row.tests, 0x3ffU);
  EXPECT_EQ(row.stratum, 1U);
  EXPECT_EQ(row.total_good, 1U);
  EXPECT_DOUBLE_EQ(row.jitter_asymmetry, 0.1);
}

// The fuzz of a server's two timestamps may turn their order round; chronyd 4.8 reports the time without sign.
TEST(Association, reports_the_response_time_without_sign) {
  Rig rig(fixed_poll(4));
  rig.start();
  rig.next_request();
  answer(rig, 0.003, -0.001);
  tactus_ntpdata_row row{};
  rig.association.fill_report(row, 0.0);
  EXPECT_NEAR(row.response_time_s, 0.001, 1e-7);
}

TEST(Association, waits_for_a_hardware_timestamp_of_its_request) {  // section 8.1
  LocalClock clock = test_clock();
  clock.hardware_timestamping = true;
  Rig rig(fixed_poll(4), 1, nullptr, clock);
  rig.start();
  rig.next_request();
  answer(rig);  // the first good sample is taken as it is
  ASSERT_EQ(rig.samples.size(), 1U);
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.samples.size(), 1U);
  const Rig::Sent sent = rig.sent.back();
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now + std::chrono::microseconds(5), TACTUS_STAMP_HARDWARE),
                                    rig.context());
  rig.settle();
  EXPECT_EQ(rig.samples.size(), 2U);
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.samples.size(), 2U);
  rig.run_until(rig.mono + std::chrono::milliseconds(2));
  EXPECT_EQ(rig.samples.size(), 3U) << "without one it is used after hwtstimeout";
}

TEST(Association, does_not_wait_for_ever_for_cards_that_take_no_timestamps) {
  LocalClock clock = test_clock();
  clock.hardware_timestamping = true;
  Rig rig(fixed_poll(4), 1, nullptr, clock);
  rig.start();
  const auto waits = [&rig] {
    rig.next_request();
    const std::size_t before = rig.samples.size();
    answer(rig);
    const bool waited = rig.samples.size() == before;
    rig.run_until(rig.mono + std::chrono::milliseconds(2));
    EXPECT_EQ(rig.samples.size(), before + 1);
    return waited;
  };
  EXPECT_FALSE(waits()) << "the first good sample is taken as it is";
  int waited = 0;
  for (int i = 0; i < 40; ++i) waited += waits() ? 1 : 0;
  EXPECT_EQ(waited, 16);
  rig.next_request();
  const Rig::Sent sent = rig.sent.back();
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now, TACTUS_STAMP_HARDWARE), rig.context());
  answer(rig);
  EXPECT_TRUE(waits()) << "there is a card after all";
}

// What came is counted, whether or not it was of use: one request may have several transmit timestamps.
TEST(Association, counts_timestamps_as_they_come) {
  Rig rig(fixed_poll(4));
  rig.start();
  rig.next_request();
  const Rig::Sent sent = rig.sent.back();
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now, TACTUS_STAMP_KERNEL), rig.context());
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now, TACTUS_STAMP_HARDWARE), rig.context());
  rig.association.on_transmit_stamp(sent.id, Rig::stamp(sent.now - std::chrono::seconds(1), TACTUS_STAMP_KERNEL),
                                    rig.context());
  Header bogus = answer_to(sent.header, sent.now, sent.now);
  bogus.origin = Ntp64{1};
  Arrival arrival{.stamp = Rig::stamp(rig.now(), TACTUS_STAMP_KERNEL), .local = ipv4(192, 0, 2, 99, 0)};
  rig.association.on_datagram(bytes_of(bogus), arrival, rig.context());
  answer(rig);
  tactus_ntpdata_row row{};
  rig.association.fill_report(row, 0);
  EXPECT_EQ(row.total_kernel_transmit, 1U) << "the one before it was sent is not believed";
  EXPECT_EQ(row.total_hardware_transmit, 1U);
  EXPECT_EQ(row.total_kernel_receive, 1U);
  EXPECT_EQ(row.total_received, 2U);
  EXPECT_EQ(row.total_valid, 1U);
}

TEST(Association, a_source_that_follows_us_is_not_used) {  // section 15
  Rig rig(fixed_poll(4));
  rig.start();
  rig.next_request();
  const auto follows_us = [](Header& header) {
    header.stratum = 2;
    header.refid = 0xc0000263;  // 192.0.2.99, where the answer arrives
  };
  answer(rig, 0.001, 1e-5, follows_us);
  EXPECT_TRUE(rig.samples.empty());
  EXPECT_EQ(rig.association.dropped(Drop::loop), 1U);
  rig.check_loop = false;
  rig.next_request();
  answer(rig, 0.001, 1e-5, follows_us);
  EXPECT_EQ(rig.samples.size(), 1U);
}

TEST(Association, monotonic_corrections_of_the_source_move_the_history) {  // section 4.3
  AssociationSettings settings = fixed_poll(4);
  settings.monotonic_root = true;
  Rig rig(settings);
  rig.start();
  double server_slewed_s = 0;  // how far the server moved its clock back
  const auto exchange = [&](std::uint32_t epoch, bool with_field) {
    rig.next_request();
    const Instant receive = rig.sent.back().now + from_seconds(0.001 - server_slewed_s);
    const Header header = answer_to(rig.sent.back().header, receive, receive);
    std::vector<std::uint8_t> bytes = bytes_of(header);
    bytes.resize(packet_max_bytes);
    std::size_t length = header_bytes;
    MonotonicRoot root{.root_delay_4_28 = seconds_to_4_28(0.5),
                       .root_dispersion_4_28 = seconds_to_4_28(0.25),
                       .receive = to_ntp(receive + from_seconds(server_slewed_s + 7.0)),
                       .epoch = epoch};
    if (with_field) append_monotonic_root(bytes, length, root);
    bytes.resize(length);
    rig.mono += std::chrono::milliseconds(2);
    rig.receive(bytes);
  };
  exchange(1, true);
  EXPECT_TRUE(rig.shifts.empty());
  EXPECT_NEAR(rig.samples.at(0).root_delay_s, 0.502, 1e-4) << "root values come from the field";
  server_slewed_s = 0.25;
  exchange(1, true);
  ASSERT_EQ(rig.shifts.size(), 1U);
  EXPECT_NEAR(rig.shifts[0], 0.25, 1e-6);
  server_slewed_s = 0.5;
  exchange(2, true);  // another epoch: nothing is known
  EXPECT_EQ(rig.shifts.size(), 1U);
  server_slewed_s = 1.0;
  exchange(2, false);
  exchange(2, true);
  EXPECT_EQ(rig.shifts.size(), 1U) << "a packet without the field forgets it";
  server_slewed_s = 40.0;
  exchange(2, true);
  EXPECT_EQ(rig.shifts.size(), 1U) << "more than 16 s is not believed";
}

TEST(Association, commands_change_options_and_say_so) {
  Rig rig(AssociationSettings{});
  rig.start();
  rig.association.set_min_poll(11);
  rig.association.set_max_poll(5);
  rig.association.set_min_poll(25);
  rig.association.set_max_delay(0.5);
  rig.association.set_max_delay_ratio(2);
  rig.association.set_max_delay_dev_ratio(3);
  rig.association.set_min_stratum(20);
  rig.association.set_poll_target(12);
  rig.association.set_offset(-0.001);
  rig.settle();
  const std::vector<std::string> expected{"Source 192.0.2.1 new minpoll 11",
                                          "Source 192.0.2.1 new maxpoll 11",
                                          "Source 192.0.2.1 new maxpoll 5",
                                          "Source 192.0.2.1 new minpoll 5",
                                          "Source 192.0.2.1 new maxdelay 0.500000",
                                          "Source 192.0.2.1 new maxdelayratio 2.000000",
                                          "Source 192.0.2.1 new maxdelaydevratio 3.000000",
                                          "Source 192.0.2.1 new minstratum 15",
                                          "Source 192.0.2.1 new polltarget 12",
                                          "Source 192.0.2.1 new offset -0.001000"};
  EXPECT_EQ(rig.messages, expected);
  EXPECT_EQ(rig.association.poll_log2_s(), 6) << "the interval follows with the next exchange";
  rig.next_request();
  answer(rig);
  EXPECT_EQ(rig.association.poll_log2_s(), 5);
}

}  // namespace
}  // namespace tactus::ntp::testing
