// SPDX-License-Identifier: Apache-2.0
#include "quantity.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace tactus::sim {
namespace {

TEST(Quantity, times_have_units_from_nanoseconds_to_years) {
  EXPECT_DOUBLE_EQ(parse_time("20 us").value(), 20e-6);
  EXPECT_DOUBLE_EQ(parse_time("1.5ms").value(), 1.5e-3);
  EXPECT_DOUBLE_EQ(parse_time("-3 s").value(), -3.0);
  EXPECT_DOUBLE_EQ(parse_time("+2 h").value(), 7200.0);
  EXPECT_DOUBLE_EQ(parse_time(" 1 d ").value(), 86400.0);
  EXPECT_DOUBLE_EQ(parse_time("3 y").value(), 3 * 31557600.0);
  EXPECT_DOUBLE_EQ(parse_time("5 µs").value(), 5e-6);
  EXPECT_DOUBLE_EQ(parse_time("1e3 ns").value(), 1e-6);
}

TEST(Quantity, a_time_without_unit_is_refused_but_zero) {
  EXPECT_FALSE(parse_time("20"));
  EXPECT_FALSE(parse_time("20 parsecs"));
  EXPECT_FALSE(parse_time("us"));
  EXPECT_FALSE(parse_time(""));
  EXPECT_FALSE(parse_time("nan s"));
  EXPECT_EQ(parse_time("0").value(), 0.0);
  EXPECT_TRUE(std::isinf(parse_time("inf").value()));
}

TEST(Quantity, frequencies_are_ppm_ppb_or_ratios) {
  EXPECT_DOUBLE_EQ(parse_frequency("100 ppm").value(), 1e-4);
  EXPECT_DOUBLE_EQ(parse_frequency("-5 ppb").value(), -5e-9);
  EXPECT_DOUBLE_EQ(parse_frequency("1e-9").value(), 1e-9);
  EXPECT_FALSE(parse_frequency("1 Hz"));
}

TEST(Quantity, shares_are_percent_or_ratios) {
  EXPECT_DOUBLE_EQ(parse_fraction("5 %").value(), 0.05);
  EXPECT_DOUBLE_EQ(parse_fraction("0.5").value(), 0.5);
  EXPECT_FALSE(parse_fraction("half"));
}

TEST(Quantity, times_are_shown_with_three_digits_and_the_unit_that_fits) {
  EXPECT_EQ(format_time(12.34e-6), "12.3 us");
  EXPECT_EQ(format_time(-1.5e-3), "-1.50 ms");
  EXPECT_EQ(format_time(0.9999e-3), "1.00 ms");
  EXPECT_EQ(format_time(0.0), "0 s");
  EXPECT_EQ(format_time(300.0), "300 s");
  EXPECT_EQ(format_time(7200.0), "2.00 h");
  EXPECT_EQ(format_time(INFINITY), "never");
  EXPECT_EQ(format_frequency(1.234e-6), "1.23 ppm");
  EXPECT_EQ(format_frequency(-4.5e-10), "-0.45 ppb");
}

TEST(Quantity, dates_are_utc_and_must_exist) {
  EXPECT_EQ(parse_date("1970-01-01").value(), 0);
  EXPECT_EQ(parse_date("2026-01-01T00:00:00Z").value(), 1767225600);
  EXPECT_EQ(parse_date("2016-12-31 23:59").value(), 1483228740);
  EXPECT_FALSE(parse_date("2026-02-30"));
  EXPECT_FALSE(parse_date("2026-1-1"));
  EXPECT_FALSE(parse_date("2026-01-01 24:00"));
  EXPECT_FALSE(parse_date("2026-01-01 tomorrow"));
}

}  // namespace
}  // namespace tactus::sim
