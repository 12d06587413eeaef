// SPDX-License-Identifier: Apache-2.0
// The slewing engine against chronyd 4.8 in a simulator: tests/data/clock/slewing.json holds the state of its driver
// after each update of three runs.
#include <algorithm>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clock/slew.hpp"

namespace tactus {
namespace {

constexpr Slew::Limits limits{1e6 / 12.0, 1e5};
constexpr double frequency_delay_s = 1.1e-5;
// The file's frequencies have twelve digits.
constexpr double slew_rounding = 1e-15;

struct Row {
  double offset_s, rate, base_ppm, total_ppm, slew, duration_s, excess_s, error_s;
};

Row to_row(const nlohmann::json& in) {
  return {in[0].get<double>(), in[1].get<double>(), in[2].get<double>(), in[3].get<double>(),
          in[4].get<double>(), in[5].get<double>(), in[6].get<double>(), in[7].get<double>()};
}

TEST(Slew, makes_the_same_plan_as_chronyd) {
  std::ifstream file(TACTUS_TEST_DATA "/clock/slewing.json");
  const nlohmann::json data = nlohmann::json::parse(file);
  std::size_t rows = 0;
  for (const auto& run : data["runs"]) {
    double slew_before = 0.0;
    for (const auto& in : run["rows"]) {
      const Row row = to_row(in);
      Slew slew;
      slew.accrue(row.offset_s, row.rate);
      slew.commit(row.base_ppm, row.base_ppm + slew_before * (1e6 - row.base_ppm) / (1.0 + slew_before));
      // An update that comes late by what makes the excess that chronyd had.
      Slew late;
      late.commit(0.0, 0.0);
      static_cast<void>(late.plan(late.planned_s() + row.excess_s, 0.0, limits));
      EXPECT_NEAR(late.excess_s(), row.excess_s, 1e-9 + 1e-6 * row.excess_s);
      late.accrue(row.offset_s, row.rate);
      const double planned_ppm = late.plan(late.planned_s() + row.excess_s, row.base_ppm, limits);
      EXPECT_NEAR(planned_ppm, row.total_ppm, 1.0 / 65536.0 + 1e-9 * std::fabs(planned_ppm)) << rows;
      slew.commit(row.base_ppm, row.total_ppm);
      EXPECT_NEAR(slew.planned_s(), row.duration_s,
                  (1e-8 + slew_rounding / std::max(std::fabs(row.slew), 1e-12)) * row.duration_s)
          << run["run"] << " row " << rows;
      EXPECT_NEAR(slew.slew(), row.slew, 1e-9 * std::fabs(row.slew) + slew_rounding) << rows;
      EXPECT_NEAR(slew.last_change() * frequency_delay_s, row.error_s,
                  1e-6 * row.error_s + slew_rounding * frequency_delay_s)
          << rows;
      slew_before = row.slew;
      ++rows;
    }
  }
  EXPECT_GT(rows, 700u);
}

TEST(Slew, lateness_of_updates_makes_short_slews_longer) {
  Slew slew;
  slew.accrue(1e-3, 0.0);
  slew.commit(0.0, slew.plan(0.0, 0.0, limits));
  EXPECT_DOUBLE_EQ(slew.duration_s(), 1.0);
  EXPECT_NEAR(slew.planned_s(), 1.0, 1e-3);
  // 0.6 s after the planned second: five times that is allowed from now on.
  slew.commit(0.0, slew.plan(slew.planned_s() + 0.6, 0.0, limits));
  EXPECT_NEAR(slew.excess_s(), 0.6, 1e-12);
  EXPECT_NEAR(slew.duration_s(), 3.0, 1e-12);
  // A machine that slept for an hour says nothing about its timers.
  slew.commit(0.0, slew.plan(3600.0, 0.0, limits));
  EXPECT_NEAR(slew.excess_s(), 0.54, 1e-6);
}

TEST(Slew, next_update_is_due_when_the_register_is_empty) {
  Slew slew;
  EXPECT_TRUE(std::isinf(slew.timeout_s()));
  slew.accrue(0.5, 0.0);
  static_cast<void>(slew.plan(0.0, 0.0, limits));
  slew.commit(0.0, 50000.0);
  EXPECT_NEAR(slew.timeout_s(), 0.5 / slew.slew(), 1e-9);
  slew.commit(0.0, -50000.0);
  EXPECT_DOUBLE_EQ(slew.timeout_s(), 1e4);
  slew.commit(0.0, 1.0);
  EXPECT_DOUBLE_EQ(slew.timeout_s(), 1e4);
  slew.cancel();
  slew.accrue(1e-6, 0.0);
  slew.commit(0.0, 1000.0);
  EXPECT_DOUBLE_EQ(slew.timeout_s(), 1.0);
}

TEST(Slew, the_total_frequency_keeps_to_what_the_clock_can_do) {
  Slew slew;
  slew.accrue(10.0, 0.0);
  EXPECT_DOUBLE_EQ(slew.plan(0.0, 90000.0, limits), 1e5);
  EXPECT_DOUBLE_EQ(slew.plan(0.0, 90000.0, {1e5, 0.0}), 0.0);
}

}  // namespace
}  // namespace tactus
