// SPDX-License-Identifier: Apache-2.0
// Client records and the rate limit.
#include "client_log.hpp"

#include <cmath>

#include "support.hpp"

namespace tactus::ntp::test {
namespace {

using namespace std::chrono_literals;

struct World {
  Seeded seed;
  RandomPool random{&Seeded::fill, &seed};
  MonoTime now = from_ns<MonoTime>(5'000'000'000);
};

ClientLog::Config limited(const RateLimit& limit) {
  ClientLog::Config config;
  config.limits[0] = limit;
  return config;
}

TEST(TokenBucket, has_the_parameters_of_the_vectors) {
  const auto list = vectors("token_bucket.json");
  for (const auto& item : list["vectors"]) {
    RateLimit limit;
    limit.interval_log2_s = item["interval"].get<int>();
    limit.burst = item["burst"].get<int>();
    const TokenBucket bucket = TokenBucket::from(limit);
    EXPECT_EQ(bucket.shift, item["shift"].get<int>()) << item;
    EXPECT_EQ(bucket.per_response, item["tokens_per_response"].get<std::uint32_t>()) << item;
    EXPECT_EQ(bucket.size, item["bucket_size"].get<std::uint32_t>()) << item;
    EXPECT_LT(bucket.size, 65536U);
  }
}

TEST(ClientLog, has_as_many_records_as_fit) {
  EXPECT_EQ(ClientLog::capacity(524288), 4096U);
  EXPECT_EQ(ClientLog::capacity(100'000'000), 524288U);
  EXPECT_EQ(ClientLog::capacity(0), 16U);
  EXPECT_EQ(ClientLog::capacity(std::uint64_t{1} << 40), 16777216U);
}

TEST(ClientLog, answers_a_burst_and_then_one_in_four) {
  World world;
  RateLimit limit;
  limit.interval_log2_s = 1;
  limit.burst = 16;
  ClientLog log(limited(limit), world.random);
  const tactus_address client = address("192.0.2.1");
  int passed = 0;
  for (int i = 0; i < 2016; ++i) {
    const auto record = log.hit(Service::ntp, client, world.now);
    const Limit verdict = log.limit(Service::ntp, record);
    if (i < 16) {
      EXPECT_EQ(verdict, Limit::pass) << i;
    } else {
      passed += verdict == Limit::pass ? 1 : 0;
    }
  }
  EXPECT_NEAR(passed, 500, 80);
  EXPECT_EQ(log.totals().hits[0], 2016U);
  EXPECT_EQ(log.totals().drops[0], 2000U - static_cast<unsigned>(passed));
}

TEST(ClientLog, refills_one_response_per_interval) {
  World world;
  RateLimit limit;
  limit.interval_log2_s = 2;
  limit.burst = 2;
  limit.leak_log2 = 4;
  ClientLog log(limited(limit), world.random);
  const tactus_address client = address("2001:db8::1");
  int passed = 0;
  for (int i = 0; i < 400; ++i) {
    passed += log.limit(Service::ntp, log.hit(Service::ntp, client, world.now)) == Limit::pass ? 1 : 0;
    world.now += 4s;
  }
  EXPECT_EQ(passed, 400) << "a client that keeps to the interval is never limited";
}

TEST(ClientLog, sends_a_kiss_for_some_of_those_it_drops) {
  World world;
  RateLimit limit;
  limit.burst = 1;
  limit.leak_log2 = 4;
  limit.kod_log2 = 2;
  ClientLog log(limited(limit), world.random);
  const tactus_address client = address("192.0.2.1");
  std::uint64_t kisses = 0;
  for (int i = 0; i < 4000; ++i) {
    kisses += log.limit(Service::ntp, log.hit(Service::ntp, client, world.now)) == Limit::kod ? 1U : 0U;
  }
  EXPECT_NEAR(static_cast<double>(kisses), 4000 * 15.0 / 16 / 4, 120);
  EXPECT_NEAR(static_cast<double>(log.totals().drops[0]), 4000 * 15.0 / 16 * 3 / 4, 200);
}

TEST(ClientLog, grows_to_its_limit_and_then_replaces_the_oldest) {
  World world;
  ClientLog::Config config;
  config.limit_bytes = 1920 * 4;  // 64 records
  ClientLog log(config, world.random);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    tactus_address client = address("10.0.0.0");
    client.bytes[2] = static_cast<std::uint8_t>(i >> 8);
    client.bytes[3] = static_cast<std::uint8_t>(i);
    const auto record = log.hit(Service::ntp, client, world.now);
    ASSERT_LT(record, log.size());
    EXPECT_EQ(log.record(record).address[3], client.bytes[3]);
    EXPECT_EQ(log.record(record).hits[0], 1U);
    world.now += 1s;
  }
  EXPECT_EQ(log.size(), 64U);
  EXPECT_EQ(log.totals().replaced, 1000U - 64U);
  std::uint32_t oldest_ago = 0;
  for (std::uint32_t i = 0; i < log.size(); ++i) {
    oldest_ago = std::max(oldest_ago, log.ago_s(log.record(i).last[0], world.now));
  }
  EXPECT_LT(oldest_ago, 200U) << "old records gave way";
}

TEST(ClientLog, keeps_records_when_the_table_doubles) {
  World world;
  ClientLog log({}, world.random);
  for (std::uint32_t round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 300; ++i) {
      tactus_address client = address("2001:db8::");
      client.bytes[14] = static_cast<std::uint8_t>(i >> 8);
      client.bytes[15] = static_cast<std::uint8_t>(i);
      const auto record = log.hit(Service::ntp, client, world.now);
      EXPECT_EQ(log.record(record).hits[0], round + 1);
    }
  }
  EXPECT_EQ(log.totals().replaced, 0U);
}

TEST(ClientLog, reports_the_interval_between_requests) {
  const std::pair<Duration, int> cases[] = {{64s, 6}, {1s, 0}, {16s, 4}, {1024s, 10}, {125ms, -3}};
  for (const auto& [gap, log2_s] : cases) {
    World world;
    ClientLog log({}, world.random);
    std::uint32_t record = 0;
    for (int i = 0; i < 40; ++i) {
      record = log.hit(Service::ntp, address("192.0.2.1"), world.now);
      if (i == 0) {
        EXPECT_EQ(ClientLog::reported_interval(log.record(record).rate[0]), 127);
      }
      world.now += gap;
    }
    EXPECT_EQ(ClientLog::reported_interval(log.record(record).rate[0]), log2_s);
  }
}

TEST(ClientLog, keeps_nothing_when_it_is_off) {
  World world;
  ClientLog::Config config;
  config.enabled = false;
  ClientLog log(config, world.random);
  EXPECT_EQ(log.hit(Service::ntp, address("192.0.2.1"), world.now), ClientLog::no_record);
  EXPECT_EQ(log.limit(Service::ntp, ClientLog::no_record), Limit::pass);
  EXPECT_EQ(log.totals().hits[0], 1U);
  EXPECT_EQ(log.limit_interval(Service::ntp), -19);
}

}  // namespace
}  // namespace tactus::ntp::test
