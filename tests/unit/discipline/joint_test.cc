// SPDX-License-Identifier: Apache-2.0
// Several sources that share one wandering clock: the joint bank against the combination of their estimates.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "discipline/adaptive.hpp"
#include "discipline/joint.hpp"

namespace tactus {
namespace {

// Sources that are measured in turn, each every 64 s.
class Sources {
 public:
  Sources(std::size_t count, unsigned seed, std::vector<double> biases = {})
      : random_(seed), biases_(std::move(biases)) {
    biases_.resize(count);
    const auto grid = std::make_shared<const AdaptiveGrid>(AdaptiveSettings{});
    for (std::size_t i = 0; i < count; ++i) {
      estimators_.push_back(std::make_unique<AdaptiveEstimator>(EstimatorSettings{}, grid));
    }
  }

  void round() {
    for (std::size_t i = 0; i < estimators_.size(); ++i) next(i);
  }

  [[nodiscard]] double combined_s() const {
    double sum_s = 0.0;
    for (const auto& estimator : estimators_) sum_s += estimator->predict_s(now());
    return sum_s / static_cast<double>(estimators_.size());
  }
  [[nodiscard]] double truth_s() const { return offset_s_; }
  void step(double offset_s) { offset_s_ += offset_s; }
  [[nodiscard]] const JointEstimator& joint() const { return joint_; }

 private:
  [[nodiscard]] Instant now() const { return from_ns<Instant>(1'800'000'000'000'000'000) + from_seconds(now_s_); }

  void next(std::size_t index) {
    std::exponential_distribution<double> queue(1.0 / 1e-3);
    std::normal_distribution<double> normal;
    const double interval_s = 64.0 / static_cast<double>(estimators_.size());
    const double walk = 1e-9 * std::sqrt(interval_s);
    offset_s_ += frequency_ * interval_s;
    frequency_ += walk * normal(random_);
    now_s_ += interval_s;
    const double there_s = queue(random_);
    const double back_s = queue(random_);
    const double delay_s = 2e-2 + there_s + back_s;
    estimators_[index]->accumulate(
        {now(), offset_s_ + biases_[index] + 0.5 * (back_s - there_s), delay_s, 1e-6, delay_s, 1e-6});
    std::vector<JointEstimator::Member> members;
    for (const auto& estimator : estimators_) {
      if (!estimator->estimate().valid) return;
      members.push_back({estimator.get(), estimator.get(), 1.0});
    }
    joint_.take(members, index, 0);
  }

  std::mt19937 random_;
  std::vector<double> biases_;
  std::vector<std::unique_ptr<AdaptiveEstimator>> estimators_;
  JointEstimator joint_;
  double now_s_ = 0.0;
  double offset_s_ = 0.0;
  double frequency_ = 0.0;
};

TEST(Joint, eight_equal_sources_are_better_than_the_mean_of_their_estimates) {
  double joint = 0.0;
  double mean = 0.0;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Sources sources(8, seed);
    for (int i = 0; i < 500; ++i) {
      sources.round();
      const auto result = sources.joint().result();
      if (i < 100) continue;
      ASSERT_TRUE(result) << "seed " << seed;
      joint += std::pow(result->offset_s - sources.truth_s(), 2);
      mean += std::pow(sources.combined_s() - sources.truth_s(), 2);
    }
  }
  EXPECT_LT(std::sqrt(joint), 0.88 * std::sqrt(mean)) << "seeds 1 to 4";
}

TEST(Joint, sources_that_disagree_for_good_leave_the_level_where_the_combination_has_it) {
  Sources sources(4, 5, {1e-3, -2e-4, -5e-4, -3e-4});
  double error_s = 0.0;
  for (int i = 0; i < 600; ++i) {
    sources.round();
    if (i < 200) continue;
    ASSERT_TRUE(sources.joint().result());
    error_s += (sources.joint().result()->offset_s - sources.truth_s()) / 400;
  }
  EXPECT_NEAR(error_s, 0.0, 2e-5) << "seed 5";
}

TEST(Joint, a_step_of_the_clock_ends_the_bank_and_another_begins) {
  Sources sources(4, 7);
  for (int i = 0; i < 100; ++i) sources.round();
  ASSERT_TRUE(sources.joint().result());
  sources.step(0.1);
  sources.round();
  EXPECT_FALSE(sources.joint().result()) << "the combination of the estimates counts meanwhile";
  for (int i = 0; i < 20; ++i) sources.round();
  ASSERT_TRUE(sources.joint().result());
  EXPECT_NEAR(sources.joint().result()->offset_s, sources.truth_s(), 2e-3);
}

TEST(Joint, says_nothing_before_it_has_seen_enough) {
  Sources sources(4, 9);
  for (int i = 0; i < 10; ++i) sources.round();
  EXPECT_FALSE(sources.joint().result());
}

}  // namespace
}  // namespace tactus
