// SPDX-License-Identifier: Apache-2.0
// The regression against recorded runs of chronyd 4.8: every count equal, every real to the printed precision.
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include <tactus/robust_line.hpp>

#include "discipline/regression.hpp"
#include "vector.hpp"

namespace tactus {
namespace {

using testing::Row;

void expect_near(double expected, double actual, double scale, const char* what, const std::string& where) {
  EXPECT_LE(std::abs(expected - actual), 2e-7 * std::max(std::abs(expected), std::abs(scale)))
      << what << " " << where << ": expected " << expected << ", got " << actual;
}

class RecordedRun : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedRun, regression_gives_the_recorded_numbers) {
  const auto vector = testing::load_vector(GetParam());
  const auto& conditions = vector.at("conditions");
  EstimatorSettings settings;
  settings.limits = {conditions.at("min_samples"), conditions.at("max_samples"), conditions.at("mindelay")};
  settings.asymmetry = conditions.at("asymmetry").is_string() ? 1.0 : conditions.at("asymmetry").get<double>();
  settings.precision_s = conditions.at("precision");
  std::map<std::string, std::unique_ptr<RegressionEstimator>> sources;
  int fits = 0;
  for (const auto& line : vector.at("events")) {
    const Row row(vector.at("columns"), line);
    if (row.event() == "setref_in" || row.event() == "setref_out") continue;
    auto& source = sources[row.text("src")];
    if (!source) source = std::make_unique<RegressionEstimator>(settings);
    const auto& estimate = source->estimate();
    if (row.event() == "sample") {
      EXPECT_EQ(source->accumulate(testing::sample_of(row)), SampleStore::Added::appended);
    } else if (row.event() == "slew") {
      source->adjust({row.time("when"), row.real("dfreq"), row.real("doffset")});
    } else if (row.event() == "dispersion") {
      source->disperse(row.real("add"));
    } else if (row.event() == "regress") {
      const std::string where = "at fit " + std::to_string(fits);
      EXPECT_EQ(source->report().samples_before, row.integer("n_in")) << where;
      EXPECT_EQ(estimate.valid, row.integer("ok") == 1) << where;
      if (!estimate.valid) continue;
      ++fits;
      EXPECT_EQ(source->report().residuals_before, row.integer("runs_in")) << where;
      EXPECT_EQ(source->report().dropped, row.integer("best_start")) << where;
      EXPECT_EQ(source->report().degrees, row.integer("dof")) << where;
      EXPECT_EQ(estimate.runs, row.integer("n_runs")) << where;
      EXPECT_EQ(estimate.asymmetry_run, row.integer("asymmetry_run")) << where;
      expect_near(row.real("asymmetry"), estimate.asymmetry, 0, "asymmetry", where);
      expect_near(row.real("offset"), estimate.offset_s, row.real("offset_sd"), "offset", where);
      expect_near(row.real("frequency"), estimate.frequency, row.real("frequency_sd"), "frequency", where);
      expect_near(row.real("offset_sd"), estimate.offset_sd_s, 0, "offset sd", where);
      expect_near(row.real("frequency_sd"), estimate.frequency_sd, 0, "frequency sd", where);
      expect_near(row.real("skew"), estimate.skew, 0, "skew", where);
      expect_near(row.real("std_dev"), estimate.stddev_s, 0, "standard deviation", where);
    } else if (row.event() == "kept") {
      EXPECT_EQ(source->store().size(), row.integer("n"));
      EXPECT_EQ(source->store().run_size(), row.integer("runs"));
      EXPECT_EQ(estimate.best, row.integer("best_sample"));
    }
  }
  EXPECT_GT(fits, 40);
}

INSTANTIATE_TEST_SUITE_P(Chrony, RecordedRun,
                         ::testing::Values("open-normal-poll4", "open-asym-poll4", "open-limits-poll4",
                                           "closed-largewander", "closed-three-servers", "closed-refclock"));

TEST(Regression, predicts_nothing_with_nothing_and_the_newest_offset_with_two_samples) {
  RegressionEstimator source({});
  const Instant start = from_ns<Instant>(1'700'000'000'000'000'000);
  EXPECT_EQ(source.predict_s(start), 0.0);
  EXPECT_TRUE(std::isinf(source.min_delay_s()));
  source.accumulate({start, 1e-3, 1e-2, 1e-6, 1e-2, 1e-6});
  source.accumulate({start + std::chrono::seconds(16), 2e-3, 1e-2, 1e-6, 1e-2, 1e-6});
  EXPECT_FALSE(source.estimate().valid);
  EXPECT_EQ(source.predict_s(start + std::chrono::seconds(100)), 2e-3);
  EXPECT_EQ(source.estimate().skew, worst_frequency);
}

TEST(Regression, survives_its_own_dump_lines_with_the_same_estimate) {
  RegressionEstimator source({});
  Instant time = from_ns<Instant>(1'700'000'000'123'456'789);
  for (int i = 0; i < 20; ++i, time += std::chrono::seconds(16)) {
    source.accumulate({time, 1e-3 + 1e-6 * i + (i % 3) * 1e-5, 2e-3, 1e-6, 3e-3, 2e-6});
  }
  const auto lines = source.save();
  std::vector<std::string_view> views(lines.begin(), lines.end());
  RegressionEstimator other({});
  ASSERT_TRUE(other.load(views, time).ok());
  EXPECT_EQ(other.store().size(), source.store().size());
  EXPECT_NEAR(other.estimate().offset_s, source.estimate().offset_s, 1e-8);
  EXPECT_NEAR(other.estimate().frequency, source.estimate().frequency, 1e-10);
  EXPECT_FALSE(other.load(views, time - std::chrono::hours(1)).ok()) << "samples of the future were taken";
  EXPECT_EQ(other.store().size(), 0);
}

TEST(Regression, critical_runs_and_t_follow_their_tables) {
  EXPECT_EQ(critical_runs(7), 0);
  EXPECT_EQ(critical_runs(8), 2);
  EXPECT_EQ(critical_runs(64), 26);
  EXPECT_EQ(critical_runs(129), 56);
  EXPECT_NEAR(t_coefficient(1), 636.6, 1e-4);
  EXPECT_NEAR(t_coefficient(40), 3.551, 1e-6);
  EXPECT_EQ(t_coefficient(41), 3.5);
}

}  // namespace
}  // namespace tactus
