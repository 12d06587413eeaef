// SPDX-License-Identifier: Apache-2.0
// The sample filter against computed batches (a model that agreed with chronyd 4.8 to the printed digits).
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "samples/sample_filter.hpp"

namespace tactus {
namespace {

Instant at(double seconds) { return from_ns<Instant>(0) + from_seconds(seconds); }

TEST(SampleFilter, combines_batches_as_recorded) {
  std::ifstream file(std::string(TACTUS_TEST_DATA) + "/samples/sample_filter.json");
  const auto vector = nlohmann::json::parse(file);
  SampleFilter filter({1, 12, 0.0, 0.6, 20e-9});
  int batches = 0;
  for (const auto& batch : vector.at("batches")) {
    for (const auto& sample : batch.at("samples")) {
      const double dispersion_s = sample.at("dispersion");
      // The vector's offsets have NTP's sign.
      ASSERT_EQ(filter.accumulate({at(sample.at("time")), -sample.at("offset").get<double>(), 1e-9, dispersion_s, 1e-9,
                                   dispersion_s}),
                SampleFilter::Refusal::none);
    }
    const auto result = filter.output();
    ASSERT_TRUE(result.has_value());
    const auto& expected = batch.at("result");
    EXPECT_EQ(filter.used(), expected.at("used").get<int>()) << "batch " << batches;
    EXPECT_NEAR(to_seconds(result->time.time_since_epoch()), expected.at("time").get<double>(), 1e-6);
    EXPECT_NEAR(-result->offset_s, expected.at("offset").get<double>(), 1e-12);
    EXPECT_NEAR(result->peer_dispersion_s, expected.at("dispersion").get<double>(), 1e-10) << "batch " << batches;
    EXPECT_EQ(filter.size(), 0);
    ++batches;
  }
  EXPECT_EQ(batches, 12);
}

TEST(SampleFilter, refuses_a_sample_that_is_not_later_and_overwrites_the_oldest) {
  SampleFilter filter(FilterSettings::ntp(3, 1e-6));
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(filter.accumulate({at(i), i * 1.0, 0, 1e-6, 0, 1e-6}), SampleFilter::Refusal::none);
  }
  EXPECT_EQ(filter.accumulate({at(4), 9.0, 0, 1e-6, 0, 1e-6}), SampleFilter::Refusal::not_later);
  EXPECT_EQ(filter.size(), 3);
  const auto result = filter.output();
  ASSERT_TRUE(result.has_value());
  EXPECT_DOUBLE_EQ(result->offset_s, 3.0) << "the median of 2, 3, 4";
  EXPECT_TRUE(filter.last().has_value());
}

TEST(SampleFilter, withholds_what_scatters_too_much_and_keeps_the_samples) {
  SampleFilter filter({1, 8, 1e-3, 0.6, 1e-6});
  filter.accumulate({at(1), 0.0, 0, 1e-6, 0, 1e-6});
  filter.accumulate({at(2), 1.0, 0, 1e-6, 0, 1e-6});
  EXPECT_FALSE(filter.output().has_value());
  EXPECT_EQ(filter.withheld(), SampleFilter::Withheld::deviation);
  EXPECT_EQ(filter.size(), 2);
}

TEST(SampleFilter, follows_a_step_of_the_clock) {
  SampleFilter filter(FilterSettings::ntp(2, 1e-6));
  filter.accumulate({at(100), 0.5, 0, 1e-6, 0, 1e-6});
  filter.adjust({at(110), 0.0, 0.5});
  const auto result = filter.output();
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(result->offset_s, 0.0, 1e-12);
  EXPECT_EQ(result->time, at(99.5));
}

}  // namespace
}  // namespace tactus
