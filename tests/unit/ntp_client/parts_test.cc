// SPDX-License-Identifier: Apache-2.0
// The small parts of the NTP client: poll score, timer separation, delay quantile, measurement, tests B to D.
#include <cmath>

#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

TEST(PollControl, limits_are_cleaned_as_specified) {
  EXPECT_EQ(PollControl(-8, -8, 8).min_log2_s(), 6);
  EXPECT_EQ(PollControl(-8, -8, 8).max_log2_s(), 10);
  EXPECT_EQ(PollControl(25, 30, 8).max_log2_s(), 24);
  EXPECT_EQ(PollControl(8, 6, 8).max_log2_s(), 8);
  EXPECT_EQ(PollControl(-4, 2, 8).poll_log2_s(), 0) << "an association starts at a second or more";
}

TEST(PollControl, score_moves_the_interval_by_whole_numbers) {
  PollControl poll(4, 10, 8);
  poll.adjust(2.75, false);
  EXPECT_EQ(poll.poll_log2_s(), 6);
  EXPECT_DOUBLE_EQ(poll.score(), 0.75);
  poll.adjust(-1.0, false);  // -0.25: one step down, the score comes into [0, 1)
  EXPECT_EQ(poll.poll_log2_s(), 5);
  EXPECT_DOUBLE_EQ(poll.score(), 0.75);
  poll.adjust(-9, false);
  EXPECT_EQ(poll.poll_log2_s(), 4);
  EXPECT_DOUBLE_EQ(poll.score(), 0);
  poll.adjust(50, false);
  EXPECT_EQ(poll.poll_log2_s(), 10);
  EXPECT_DOUBLE_EQ(poll.score(), 1);
}

TEST(PollControl, samples_below_the_target_shorten_and_above_lengthen) {
  PollControl poll(4, 10, 8);
  poll.adjust(2.5, false);
  poll.on_sample(1e-6, 1e-3, 4, false);  // (4/8-1)/8*2 = -0.125
  EXPECT_DOUBLE_EQ(poll.score(), 0.375);
  poll.on_sample(1e-6, 1e-3, 16, false);  // (16/8-1)/8 = 0.125
  EXPECT_DOUBLE_EQ(poll.score(), 0.5);
  poll.on_sample(8e-3, 1e-3, 16, false);  // -log2(8) = -3
  EXPECT_EQ(poll.poll_log2_s(), 4);
}

// The column "Score" of chrony 4.8's measurement log in discipline/closed-auto.json (poll after each sample, 6 to 10).
TEST(PollControl, grows_as_it_did_in_a_run_of_chrony) {
  struct Row {
    int poll;
    double score;
  };
  const std::vector<Row> rows{{6, 0.02}, {6, 0.05}, {6, 0.09}, {6, 0.16}, {6, 0.23}, {6, 0.33}, {6, 0.44}, {6, 0.56},
                              {6, 0.70}, {6, 0.86}, {7, 0.03}, {7, 0.22}, {7, 0.42}, {7, 0.64}, {7, 0.88}, {8, 0.12},
                              {8, 0.39}, {8, 0.67}, {8, 0.97}, {9, 0.28}, {9, 0.61}, {9, 0.95}};
  PollControl poll(6, 10, 8);
  for (unsigned n = 1; n <= 8; ++n) poll.on_sample(1e-6, 1e-3, n, false);
  EXPECT_DOUBLE_EQ(poll.score(), 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    poll.on_sample(1e-6, 1e-3, static_cast<unsigned>(9 + i), false);
    EXPECT_EQ(poll.poll_log2_s(), rows[i].poll) << i;
    EXPECT_NEAR(poll.score(), rows[i].score, 0.0051) << i;
  }
}

TEST(PollControl, less_than_a_second_needs_a_near_source) {
  PollControl poll(-4, 4, 8);
  poll.adjust(-2.5, true);
  EXPECT_EQ(poll.poll_log2_s(), -3);
  poll.adjust(0.01, false);
  EXPECT_EQ(poll.poll_log2_s(), 0);
}

TEST(Separation, timers_of_a_class_keep_apart) {
  Seeded seeded{9};
  RandomPool pool(&Seeded::fill, &seeded);
  Separation timers(pool);
  const MonoTime now{std::chrono::seconds(50)};
  std::vector<MonoTime> times;
  for (int i = 0; i < 100; ++i) times.push_back(timers.arm(timers.new_timer(), now, 1.0, 0.2));
  std::sort(times.begin(), times.end());
  EXPECT_GE(times.front(), now + std::chrono::seconds(1));
  EXPECT_LE(times.front(), now + std::chrono::milliseconds(1020));
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_GE(times[i] - times[i - 1], std::chrono::milliseconds(200)) << i;
  }
  const auto late = timers.new_timer();
  timers.dispatched(late, now);
  EXPECT_GE(timers.arm(late, now, 0, 0.2), now + std::chrono::milliseconds(200));
  EXPECT_DOUBLE_EQ(Separation::separation_for(-7), 0.002);
  EXPECT_DOUBLE_EQ(Separation::separation_for(0), 0.125);
  EXPECT_DOUBLE_EQ(Separation::separation_for(10), 0.2);
}

TEST(Separation, a_cancelled_timer_leaves_no_gap) {
  Seeded seeded{9};
  RandomPool pool(&Seeded::fill, &seeded);
  Separation timers(pool);
  const MonoTime now{};
  const auto first = timers.new_timer();
  timers.arm(first, now, 1.0, 0.2);
  timers.cancel(first);
  EXPECT_LE(timers.arm(timers.new_timer(), now, 1.0, 0.2), now + std::chrono::milliseconds(1020));
}

TEST(DelayQuantile, converges_to_the_quantile_of_a_known_distribution) {
  for (const double probability : {0.1, 0.5, 0.9}) {
    Seeded seeded{static_cast<std::uint64_t>(probability * 1000)};
    RandomPool pool(&Seeded::fill, &seeded);
    DelayQuantile quantile(probability, 1e-5);
    for (int i = 0; i < 20000; ++i) quantile.add(1e-3 + 1e-2 * seeded.uniform(), pool);
    EXPECT_NEAR(quantile.value_s(), 1e-3 + 1e-2 * probability, 1.5e-3) << probability;
  }
}

TEST(Measurement, offset_and_delay_of_an_exchange) {  // NTP specification section 8.3
  const Instant t1 = from_ns<Instant>(test_start_s * 1'000'000'000);
  Exchange exchange;
  exchange.transmit = LocalStamp{.time = t1, .error_s = 1e-4};
  exchange.remote_receive = t1 + std::chrono::milliseconds(110);
  exchange.remote_transmit = t1 + std::chrono::milliseconds(111);
  exchange.receive = LocalStamp{.time = t1 + std::chrono::milliseconds(21), .error_s = 2e-4};
  exchange.root_delay_s = 0.5;
  exchange.root_dispersion_s = 0.25;
  exchange.remote_precision_log2_s = -20;
  const Measurement m = measure(exchange, 1e-6, 1e-3, 0.001);
  EXPECT_NEAR(m.peer_delay_s, 0.020, 1e-12);
  EXPECT_NEAR(m.offset_s, 0.101, 1e-12);
  EXPECT_EQ(m.time, t1 + std::chrono::microseconds(10500));
  EXPECT_NEAR(m.peer_dispersion_s, 2e-4 + 21e-6, 1e-12);
  EXPECT_NEAR(m.root_delay_s, 0.52, 1e-12);
  EXPECT_NEAR(m.root_dispersion_s, 0.25 + m.peer_dispersion_s, 1e-15);
  EXPECT_NEAR(measure(exchange, 1e-6, 1e9, 0).peer_dispersion_s, 2e-4 + 2000e-6 * 0.021, 1e-12);
}

TEST(Measurement, network_corrections_take_the_asymmetry_out) {  // NTP specification section 4.4
  Measurement m;
  m.peer_delay_s = 100e-6;
  m.offset_s = 0;
  m.precision_s = 1e-9;
  const LocalStamp receive{.time = {}, .error_s = 0, .duration_s = 1e-6, .correction_s = 31e-6, .origin = 2};
  Measurement corrected = m;
  apply_network_correction(corrected, receive, 51e-6);
  EXPECT_NEAR(corrected.offset_s, -10e-6, 1e-12);
  EXPECT_NEAR(corrected.peer_delay_s, 100e-6 - 80e-6 * (1 - 100e-6), 1e-12);
  Measurement refused = m;
  apply_network_correction(refused, receive, 120e-6);  // more than the whole delay
  EXPECT_DOUBLE_EQ(refused.offset_s, 0);
  apply_network_correction(refused, receive, 0);
  EXPECT_DOUBLE_EQ(refused.peer_delay_s, 100e-6);
}

TEST(DelayTests, need_six_samples_and_follow_their_rules) {  // NTP specification section 11
  DelayLimits limits;
  limits.max_delay_ratio = 2;
  limits.max_clock_error = 0;
  tactus_source_stats stats{};
  stats.samples = 5;
  stats.min_delay_s = 0.01;
  stats.stddev_s = 1e-4;
  stats.skew = 1e-4;
  DelayInput input{.delay_s = 0.05, .offset_s = 0, .predicted_offset_s = 0, .since_estimate_s = 10};
  EXPECT_TRUE(passes_delay_ratio(limits, input, stats));
  EXPECT_TRUE(passes_delay_deviation(limits, input, stats));
  stats.samples = 6;
  EXPECT_FALSE(passes_delay_ratio(limits, input, stats));
  EXPECT_FALSE(passes_delay_deviation(limits, input, stats));
  input.delay_s = 0.0209;  // 0.02 + 10 * 1e-4
  EXPECT_TRUE(passes_delay_ratio(limits, input, stats));
  input.delay_s = 0.0139;  // (0.0139 - 0.01)/2 <= 10 * 1e-4 + 1e-3
  EXPECT_TRUE(passes_delay_deviation(limits, input, stats));
  input.delay_s = 0.05;
  input.offset_s = -1.0;
  input.predicted_offset_s = 0.5;  // the offset says more than the delay explains
  EXPECT_TRUE(passes_delay_deviation(limits, input, stats));
  input.predicted_offset_s = 1.0;
  EXPECT_FALSE(passes_delay_deviation(limits, input, stats));
}

TEST(LoopTest, finds_a_source_that_follows_us) {  // NTP specification section 15
  tactus_reference own{};
  own.stratum = 3;
  own.refid = 0x0a000001;
  own.root_delay_s = 0.125;
  own.reference_time_ns = test_start_s * 1'000'000'000 + 5;
  Header header;
  header.stratum = 3;
  header.refid = own.refid;
  header.root_delay_16_16 = seconds_to_16_16(own.root_delay_s);
  header.reference = to_ntp(from_ns<Instant>(own.reference_time_ns));
  EXPECT_FALSE(passes_loop_test(header, 0xc0000263, own));
  header.root_delay_16_16 += 1;
  EXPECT_TRUE(passes_loop_test(header, 0xc0000263, own));
  header.refid = 0xc0000263;
  EXPECT_FALSE(passes_loop_test(header, 0xc0000263, own));
  header.stratum = 1;
  EXPECT_TRUE(passes_loop_test(header, 0xc0000263, own));
}

}  // namespace
}  // namespace tactus::ntp::testing
