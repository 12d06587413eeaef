// SPDX-License-Identifier: Apache-2.0
// Random numbers: the same everywhere, and distributed as their names say.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "delay.hpp"
#include "random.hpp"

namespace tactus::sim {
namespace {

struct Moments {
  double mean = 0.0;
  double stddev = 0.0;
  double smallest = 0.0;
};

template <class Draw>
Moments moments(Draw draw, int count = 200'000) {
  Moments out;
  out.smallest = INFINITY;
  double squares = 0.0;
  for (int i = 0; i < count; ++i) {
    const double value = draw();
    out.mean += value;
    squares += value * value;
    out.smallest = std::min(out.smallest, value);
  }
  out.mean /= count;
  out.stddev = std::sqrt(squares / count - out.mean * out.mean);
  return out;
}

TEST(Random, has_the_published_numbers_of_its_generator) {
  // splitmix64 of 0 begins e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec; with this state
  // xoshiro256** gives rotl(s[1]*5, 7)*9 first.
  Random random(0);
  const std::uint64_t second = 0x6e789e6aa1b965f4U;
  const std::uint64_t times_five = second * 5;
  EXPECT_EQ(random.bits(), ((times_five << 7) | (times_five >> 57)) * 9);
}

TEST(Random, a_name_has_its_own_stream_that_depends_on_the_seed) {
  EXPECT_EQ(Random(1, "a").bits(), Random(1, "a").bits());
  EXPECT_NE(Random(1, "a").bits(), Random(1, "b").bits());
  EXPECT_NE(Random(1, "a").bits(), Random(2, "a").bits());
}

TEST(Random, distributions_have_their_moments) {
  Random random(7);
  const Moments uniform = moments([&] { return random.uniform(); });
  EXPECT_NEAR(uniform.mean, 0.5, 0.005);
  EXPECT_NEAR(uniform.stddev, std::sqrt(1.0 / 12.0), 0.005);
  const Moments normal = moments([&] { return random.normal(); });
  EXPECT_NEAR(normal.mean, 0.0, 0.01);
  EXPECT_NEAR(normal.stddev, 1.0, 0.01);
  const Moments exponential = moments([&] { return random.exponential(); });
  EXPECT_NEAR(exponential.mean, 1.0, 0.01);
  EXPECT_NEAR(exponential.stddev, 1.0, 0.02);
  for (const double shape : {0.5, 2.0, 9.0}) {
    const Moments gamma = moments([&] { return random.gamma(shape); });
    EXPECT_NEAR(gamma.mean, shape, 0.02 * shape);
    EXPECT_NEAR(gamma.stddev, std::sqrt(shape), 0.03 * std::sqrt(shape));
  }
  const Moments pareto = moments([&] { return random.pareto(5.0); });
  EXPECT_NEAR(pareto.mean, 1.25, 0.01);
  EXPECT_GE(pareto.smallest, 1.0);
}

TEST(Distribution, the_mean_is_what_is_stated_for_every_kind) {
  Random random(3);
  using Kind = Distribution::Kind;
  for (const Kind kind : {Kind::constant, Kind::normal, Kind::exponential, Kind::gamma, Kind::pareto, Kind::uniform}) {
    Distribution model;
    model.kind = kind;
    model.mean_s = 2e-3;
    model.stddev_s = 1e-4;
    model.shape = 4.0;
    const Moments got = moments([&] { return draw(model, random); });
    EXPECT_NEAR(got.mean, 2e-3, 5e-5) << static_cast<int>(kind);
    if (kind == Kind::pareto) {
      EXPECT_LT(got.smallest, 1e-5);
    }
    if (kind == Kind::gamma) {
      EXPECT_NEAR(got.stddev, 1e-3, 3e-5);
    }
  }
  Distribution samples;
  samples.kind = Kind::samples;
  samples.samples = std::make_shared<const std::vector<double>>(std::vector<double>{1.0, 3.0});
  EXPECT_NEAR(moments([&] { return draw(samples, random); }).mean, 2.0, 0.02);
}

TEST(Direction, loses_and_doubles_as_often_as_stated_and_never_undercuts_its_base) {
  DirectionModel model;
  model.base_s = 1e-3;
  model.jitter.kind = Distribution::Kind::normal;
  model.jitter.stddev_s = 1e-3;
  model.loss = 0.25;
  model.duplicate = 0.5;
  Direction direction(model, Random(5));
  std::vector<std::int64_t> arrivals;
  int none = 0;
  int two = 0;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    direction.send(i * 1'000'000'000, arrivals);
    none += arrivals.empty() ? 1 : 0;
    two += arrivals.size() == 2 ? 1 : 0;
    for (const std::int64_t arrival : arrivals) EXPECT_GE(arrival - i * 1'000'000'000, 1'000'000);
  }
  EXPECT_NEAR(none / 20'000.0, 0.25, 0.01);
  EXPECT_NEAR(two / 20'000.0, 0.375, 0.015);
}

TEST(Direction, keeps_the_order_when_it_is_told_to) {
  DirectionModel model;
  model.jitter.kind = Distribution::Kind::exponential;
  model.jitter.mean_s = 1.0;
  for (const bool reorder : {true, false}) {
    model.reorder = reorder;
    Direction direction(model, Random(5));
    std::vector<std::int64_t> arrivals;
    std::int64_t last = 0;
    int overtaken = 0;
    for (std::int64_t i = 0; i < 1000; ++i) {
      direction.send(i * 100'000'000, arrivals);
      ASSERT_EQ(arrivals.size(), 1U);
      overtaken += arrivals[0] < last ? 1 : 0;
      last = std::max(last, arrivals[0]);
    }
    EXPECT_EQ(overtaken > 0, reorder);
  }
}

TEST(Direction, congestion_takes_its_share_of_the_time) {
  DirectionModel model;
  model.congestion.mean_interval_s = 300.0;
  model.congestion.mean_length_s = 100.0;
  model.congestion.extra.mean_s = 1.0;
  Direction direction(model, Random(9));
  std::vector<std::int64_t> arrivals;
  int congested = 0;
  constexpr int count = 100'000;
  for (std::int64_t i = 0; i < count; ++i) {
    direction.send(i * 10'000'000'000, arrivals);
    congested += arrivals[0] > i * 10'000'000'000 ? 1 : 0;
  }
  EXPECT_NEAR(congested / double{count}, 0.25, 0.03);
}

TEST(Direction, correlated_delays_stay_longer) {
  DirectionModel model;
  model.jitter.kind = Distribution::Kind::exponential;
  model.jitter.mean_s = 1e-3;
  model.correlation_s = 10.0;
  Direction direction(model, Random(2));
  std::vector<std::int64_t> arrivals;
  int same = 0;
  std::int64_t last = -1;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    direction.send(i * 1'000'000'000, arrivals);
    const std::int64_t delay = arrivals[0] - i * 1'000'000'000;
    same += delay == last ? 1 : 0;
    last = delay;
  }
  EXPECT_NEAR(same / 10'000.0, std::exp(-0.1), 0.02);
}

}  // namespace
}  // namespace tactus::sim
