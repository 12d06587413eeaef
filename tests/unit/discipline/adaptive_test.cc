// SPDX-License-Identifier: Apache-2.0
// The adaptive estimator against the recorded results of its prototype (specification "beyond chrony", section 13), and
// what no recording shows: endurance, dumps, its own judgement of its error.
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "discipline/adaptive.hpp"
#include "discipline/adaptive_control.hpp"
#include "discipline/reference.hpp"
#include "vector.hpp"

namespace tactus {
namespace {

using testing::Row;

const Instant epoch = from_ns<Instant>(1'700'000'000'000'000'000);

std::unique_ptr<AdaptiveEstimator> make(const EstimatorSettings& settings) {
  static const auto grid = std::make_shared<const AdaptiveGrid>(AdaptiveSettings{});
  return std::make_unique<AdaptiveEstimator>(settings, grid);
}

Instant at(double seconds) { return epoch + from_seconds(seconds); }

class RecordedAdaptive : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedAdaptive, agrees_with_the_prototype_within_a_ten_thousandth_of_the_deviations) {
  const auto vector = testing::load_vector(GetParam());
  EstimatorSettings settings;
  settings.precision_s = vector.at("precision");
  if (vector.at("refclock")) settings.asymmetry = 0.0;
  const auto source = make(settings);
  int compared = 0;
  for (const auto& line : vector.at("events")) {
    const Row row(vector.at("columns"), line);
    if (row.event() == "sample") {
      source->accumulate({at(row.real("time")), row.real("offset"), row.real("peer_delay"), row.real("peer_dispersion"),
                          row.real("peer_delay"), row.real("peer_dispersion")});
    } else if (row.event() == "slew") {
      source->adjust({at(row.real("when")), row.real("dfreq"), row.real("doffset")});
    } else {
      ++compared;
      const AdaptiveMixture& got = source->mixture();
      const double offset_sd_s = row.real("offset_sd");
      const double frequency_sd = row.real("frequency_sd");
      EXPECT_NEAR(got.offset_s, row.real("offset"), 1e-5 * offset_sd_s) << "sample " << compared;
      EXPECT_NEAR(got.frequency, row.real("frequency"), 1e-5 * frequency_sd) << "sample " << compared;
      EXPECT_NEAR(std::sqrt(got.offset_variance), offset_sd_s, 1e-5 * offset_sd_s) << "sample " << compared;
      EXPECT_NEAR(std::sqrt(got.frequency_variance), frequency_sd, 1e-5 * frequency_sd) << "sample " << compared;
      EXPECT_NEAR(source->delays().scale_s, row.real("scale"), 1e-6 * row.real("scale")) << "sample " << compared;
      EXPECT_EQ(source->branch_open(), row.integer("branch") != 0) << "sample " << compared;
      if (compared < min_fit_samples) continue;
      EXPECT_TRUE(source->estimate().valid);
      EXPECT_EQ(source->estimate().offset_s, got.offset_s);
    }
  }
  EXPECT_GT(compared, 50);
}

INSTANTIATE_TEST_SUITE_P(Prototype, RecordedAdaptive,
                         ::testing::Values("adaptive-closed-auto", "adaptive-closed-largewander",
                                           "adaptive-closed-refclock", "adaptive-open-asym-poll4",
                                           "adaptive-open-wander-poll6", "adaptive-synthetic-early-step",
                                           "adaptive-synthetic-freq-jump", "adaptive-synthetic-mixed",
                                           "adaptive-synthetic-phase-step"));

// A source over a path with one-sided exponential jitter, and an oscillator whose frequency walks.
class Weather {
 public:
  Weather(unsigned seed, double jitter_s, double wander) : random_(seed), jitter_s_(jitter_s), wander_(wander) {}
  Sample next(double interval_s) {
    std::exponential_distribution<double> queue(1.0 / jitter_s_);
    std::normal_distribution<double> normal;
    const double walk = wander_ * std::sqrt(interval_s);
    offset_s_ += frequency_ * interval_s + 0.5 * walk * interval_s * normal(random_);
    frequency_ += walk * normal(random_);
    now_s_ += interval_s;
    const double there_s = queue(random_);
    const double back_s = queue(random_);
    const double delay_s = 2e-4 + there_s + back_s;
    return {at(now_s_), offset_s_ + 0.5 * (back_s - there_s), delay_s, 1e-6, delay_s, 1e-6};
  }
  void step(double offset_s) { offset_s_ += offset_s; }
  [[nodiscard]] double offset_s() const { return offset_s_; }

 private:
  std::mt19937 random_;
  double jitter_s_;
  double wander_;
  double now_s_ = 0.0;
  double offset_s_ = 0.0;
  double frequency_ = 0.0;
};

TEST(Adaptive, knows_its_own_error_within_a_factor_of_two_in_steady_weather) {
  for (const double wander : {1e-10, 1e-9, 1e-8}) {
    const auto source = make({});
    Weather weather(7, 1e-4, wander);
    double squares = 0.0;
    double claimed = 0.0;
    for (int i = 0; i < 1200; ++i) {
      source->accumulate(weather.next(64.0));
      if (i < 200) continue;
      const Estimate& estimate = source->estimate();
      squares += (estimate.offset_s - weather.offset_s()) * (estimate.offset_s - weather.offset_s());
      claimed += estimate.offset_sd_s * estimate.offset_sd_s;
    }
    EXPECT_LT(squares, 4.0 * claimed) << "wander " << wander;
    EXPECT_GT(squares, 0.25 * claimed) << "wander " << wander;
  }
}

TEST(Adaptive, stays_finite_through_gaps_steps_and_changes_of_the_clock) {
  const auto source = make({});
  Weather weather(11, 1e-3, 1e-9);
  std::mt19937 random(13);
  std::uniform_real_distribution<double> part(0.0, 1.0);
  std::uniform_real_distribution<double> either(-1.0, 1.0);
  for (int i = 0; i < 4000; ++i) {
    const double interval_s = std::pow(10.0, part(random) < 0.02 ? 6.0 * part(random) - 2.0 : 1.0 + part(random));
    if (part(random) < 0.01) weather.step(std::pow(10.0, 6.0 * part(random) - 4.0));
    const Sample sample = weather.next(interval_s);
    source->accumulate(sample);
    if (part(random) < 0.01) source->disperse(1e-9);
    if (part(random) < 0.01) source->shift(1e-6);
    // Undone at once, so that the weather need not follow.
    if (part(random) < 0.3) {
      const double df = 1e-5 * either(random);
      source->adjust({sample.time, df, 0.0});
      source->adjust({sample.time, -df / (1.0 - df), 0.0});
    }
    const Estimate& estimate = source->estimate();
    ASSERT_TRUE(std::isfinite(estimate.offset_s) && std::isfinite(estimate.frequency)) << "sample " << i;
    ASSERT_TRUE(i < 2 || (estimate.offset_sd_s > 0.0 && estimate.offset_sd_s < 1e6)) << "sample " << i;
    ASSERT_TRUE(estimate.skew > 0.0 && estimate.skew <= max_skew) << "sample " << i;
    ASSERT_TRUE(source->effective_samples() >= std::min(i + 1, min_fit_samples) &&
                source->effective_samples() <= max_store_samples)
        << "sample " << i;
  }
}

TEST(Adaptive, tells_nothing_before_the_third_sample) {
  const auto source = make({});
  EXPECT_EQ(source->predict_s(epoch), 0.0);
  Weather weather(1, 1e-5, 1e-9);
  source->accumulate(weather.next(16.0));
  const Sample second = weather.next(16.0);
  source->accumulate(second);
  EXPECT_FALSE(source->estimate().valid);
  EXPECT_EQ(source->estimate().skew, worst_frequency);
  EXPECT_EQ(source->predict_s(second.time + std::chrono::seconds(100)), second.offset_s);
  source->accumulate(weather.next(16.0));
  EXPECT_TRUE(source->estimate().valid);
  source->reset();
  EXPECT_FALSE(source->estimate().valid);
  EXPECT_EQ(source->store().size(), 0);
}

TEST(Adaptive, begins_anew_when_time_runs_backwards) {
  const auto source = make({});
  Weather weather(1, 1e-5, 1e-9);
  Sample sample;
  for (int i = 0; i < 80; ++i) sample = weather.next(16.0);
  for (int i = 0; i < 10; ++i) source->accumulate(sample = weather.next(16.0));
  EXPECT_EQ(source->accumulate(sample), SampleStore::Added::after_reset);
  EXPECT_EQ(source->store().size(), 1);
  EXPECT_FALSE(source->estimate().valid);
}

TEST(Adaptive, comes_back_from_a_dump_as_if_it_had_seen_only_those_samples) {
  const auto source = make({});
  Weather weather(5, 1e-4, 1e-9);
  Sample sample;
  for (int i = 0; i < 50; ++i) source->accumulate(sample = weather.next(16.0));
  const auto lines = source->save();
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  const auto other = make({});
  ASSERT_TRUE(other->load(views, sample.time).ok());
  EXPECT_EQ(other->store().size(), 50);
  const double sd_s = source->estimate().offset_sd_s;
  EXPECT_NEAR(other->estimate().offset_s, source->estimate().offset_s, 1e-2 * sd_s);
  EXPECT_NEAR(other->estimate().offset_sd_s, sd_s, 1e-2 * sd_s);
  const Sample next = weather.next(16.0);
  source->accumulate(next);
  other->accumulate(next);
  EXPECT_NEAR(other->estimate().offset_s, source->estimate().offset_s, 1e-2 * sd_s);
  EXPECT_FALSE(other->load(views, epoch).ok()) << "samples of the future were taken";
  EXPECT_FALSE(other->load({}, epoch).ok());
  EXPECT_EQ(other->store().size(), 0);
}

TEST(Adaptive, a_wandering_clock_is_worth_few_samples_and_a_steady_one_many) {
  double worth[2] = {};
  int index = 0;
  for (const double wander : {1e-10, 1e-7}) {
    const auto source = make({});
    Weather weather(3, 1e-4, wander);
    for (int i = 0; i < 200; ++i) source->accumulate(weather.next(64.0));
    worth[index++] = source->effective_samples();
  }
  EXPECT_GT(worth[0], 20.0);
  EXPECT_LT(worth[1], 10.0);
}

TEST(Adaptive, a_step_among_the_first_samples_moves_what_is_held) {
  for (int before = 3; before < 7; ++before) {
    const auto source = make({});
    Weather weather(9, 1e-4, 1e-9);
    for (int i = 0; i < before; ++i) source->accumulate(weather.next(64.0));
    weather.step(1.0);
    for (int i = 0; i < 4; ++i) source->accumulate(weather.next(64.0));
    ASSERT_TRUE(source->estimate().valid) << before;
    EXPECT_NEAR(source->estimate().offset_s, weather.offset_s(), 1e-3) << before;
  }
}

TEST(Adaptive, a_bad_sample_among_the_first_ones_is_forgotten_soon) {
  const auto source = make({});
  Weather weather(10, 1e-4, 1e-9);
  for (int i = 0; i < 5; ++i) source->accumulate(weather.next(64.0));
  Sample bad = weather.next(64.0);
  bad.offset_s += 1.0;
  source->accumulate(bad);
  for (int i = 0; i < 5; ++i) source->accumulate(weather.next(64.0));
  ASSERT_TRUE(source->estimate().valid);
  EXPECT_NEAR(source->estimate().offset_s, weather.offset_s(), 1e-3);
}

TEST(Adaptive, only_a_maximum_of_one_or_two_samples_is_obeyed) {
  EstimatorSettings settings;
  settings.limits.max_samples = 2;
  const auto once = make(settings);
  settings.limits.max_samples = 10;
  const auto source = make(settings);
  Weather weather(3, 1e-4, 1e-9);
  for (int i = 0; i < 20; ++i) {
    const Sample sample = weather.next(16.0);
    once->accumulate(sample);
    source->accumulate(sample);
  }
  EXPECT_EQ(once->store().size(), 2);
  EXPECT_FALSE(once->estimate().valid);
  EXPECT_EQ(source->store().size(), 20);
}

TEST(AdaptiveControl, small_remainders_take_two_updates_and_large_ones_less) {
  const double unit_s = 64.0;
  const double sd_s = 1e-5;
  const auto duration_s = [&](double pending_s) {
    return 3.0 * adaptive_patience_s2(pending_s, sd_s, unit_s, 100) / std::abs(pending_s);
  };
  EXPECT_NEAR(duration_s(1e-6), 128.0, 1e-9);
  EXPECT_NEAR(duration_s(-2e-5), 128.0, 1e-9);
  EXPECT_NEAR(duration_s(4e-5), 64.0, 1e-9);
}

TEST(AdaptiveControl, the_first_corrections_are_hurried) {
  EXPECT_EQ(adaptive_patience_s2(1e-3, 1e-4, 64.0, 0), 0.0) << "as fast as can be";
  double last = 0.0;
  for (int updates = 1; updates <= adaptive_young_updates; ++updates) {
    const double now = adaptive_patience_s2(1e-3, 1e-4, 64.0, updates);
    EXPECT_GT(now, last) << updates;
    last = now;
  }
  EXPECT_EQ(adaptive_patience_s2(1e-3, 1e-4, 64.0, 1000), last);
}

TEST(AdaptiveControl, a_frequency_is_taken_whole_or_not_at_all) {
  EXPECT_EQ(full_gain(1e-6, 1e-4, 1e-3).applied, 1e-6);
  EXPECT_EQ(full_gain(1e-6, 1e-4, 1e-3).residual, 0.0);
  EXPECT_EQ(full_gain(1e-6, 2e-3, 1e-3).applied, 0.0);
  EXPECT_EQ(full_gain(1e-6, 2e-3, 1e-3).residual, 1e-6);
}

}  // namespace
}  // namespace tactus
