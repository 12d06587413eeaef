// SPDX-License-Identifier: Apache-2.0
// Temperature compensation: both forms of the curve, and the texts that it is read from.
#include <gtest/gtest.h>

#include "discipline/temperature.hpp"

namespace tactus {
namespace {

TEST(TemperatureCurve, is_quadratic_around_its_reference) {
  const auto curve = TemperatureCurve::quadratic(30.0, 0.5, 0.01, 0.002);
  EXPECT_DOUBLE_EQ(curve.at(30.0), 0.5);
  EXPECT_DOUBLE_EQ(curve.at(40.0), 0.5 + 0.1 + 0.2);
  EXPECT_DOUBLE_EQ(curve.at(20.0), 0.5 - 0.1 + 0.2);
}

TEST(TemperatureCurve, joins_points_and_goes_on_beyond_them) {
  const auto curve = TemperatureCurve::points({{20.0, 1.0}, {30.0, 2.0}, {40.0, 6.0}});
  ASSERT_TRUE(curve);
  EXPECT_DOUBLE_EQ(curve->at(25.0), 1.5);
  EXPECT_DOUBLE_EQ(curve->at(30.0), 2.0);
  EXPECT_DOUBLE_EQ(curve->at(35.0), 4.0);
  EXPECT_DOUBLE_EQ(curve->at(10.0), 0.0);
  EXPECT_DOUBLE_EQ(curve->at(50.0), 10.0);
  EXPECT_FALSE(TemperatureCurve::points({{20.0, 1.0}}));
}

TEST(TemperaturePoints, are_two_numbers_a_line_and_nothing_else) {
  const auto points = parse_temperature_points("20 1.0\n30000 1.5e0\n");
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 2u);
  EXPECT_DOUBLE_EQ((*points)[1].temperature, 30000.0);
  EXPECT_DOUBLE_EQ((*points)[1].compensation_ppm, 1.5);
  for (const char* bad : {"20\n", "20 1 2\n", "# comment\n20 1\n", "20 1\n\n30 2\n", "20 nan\n", "x y\n"}) {
    EXPECT_FALSE(parse_temperature_points(bad)) << bad;
  }
}

TEST(Temperature, is_the_first_number_of_the_file) {
  EXPECT_DOUBLE_EQ(parse_temperature("45123\n").value_or(0), 45123.0);
  EXPECT_DOUBLE_EQ(parse_temperature("  -4.5 C").value_or(0), -4.5);
  for (const char* bad : {"", "\n", "hot", "nan", "inf"}) EXPECT_FALSE(parse_temperature(bad)) << bad;
}

}  // namespace
}  // namespace tactus
