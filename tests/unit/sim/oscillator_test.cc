// SPDX-License-Identifier: Apache-2.0
// Clocks that are wrong by as much as they are told to be.
#include <cmath>

#include <gtest/gtest.h>

#include "oscillator.hpp"

namespace tactus::sim {
namespace {

constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t start = 1'790'000'000 * s + 250'000'000;

OscillatorModel exact() {
  OscillatorModel out;
  out.frequency_step_ppm = 0.0;
  return out;
}

TEST(Oscillator, offset_and_frequency_are_what_the_model_says) {
  OscillatorModel model = exact();
  model.offset_s = -0.25;
  model.frequency = 1e-4;
  Oscillator clock(model, start, Random(1));
  EXPECT_NEAR(clock.error_s(start), -0.25, 1e-12);
  clock.advance(start + 1000 * s);
  EXPECT_NEAR(clock.error_s(start + 1000 * s), -0.25 + 0.1, 1e-10);
  EXPECT_NEAR(clock.frequency_error(), 1e-4, 1e-15);
}

TEST(Oscillator, an_offset_of_years_does_not_cost_digits) {
  OscillatorModel model = exact();
  model.offset_s = -10.0 * 365.25 * 86400.0;
  Oscillator clock(model, start, Random(1));
  clock.advance(start + 10 * s);
  clock.step(10.0 * 365.25 * 86400.0);
  EXPECT_NEAR(clock.error_s(start + 10 * s), 0.0, 1e-9);
}

TEST(Oscillator, the_adjustment_compensates_and_is_as_coarse_as_the_model_says) {
  OscillatorModel model = exact();
  model.frequency = 50e-6;
  Oscillator clock(model, start, Random(1));
  EXPECT_EQ(clock.set_frequency_ppm(1e6), model.max_frequency_ppm);
  // 50 ppm fast needs 1 - 1/(1 + 50e-6) to be right.
  clock.set_frequency_ppm((1.0 - 1.0 / (1.0 + 50e-6)) * 1e6);
  EXPECT_NEAR(clock.frequency_error(), 0.0, 1e-15);
  OscillatorModel coarse;
  coarse.frequency_step_ppm = 0.5;
  Oscillator other(coarse, start, Random(1));
  EXPECT_EQ(other.set_frequency_ppm(1.3), 1.5);
}

TEST(Oscillator, a_wait_ends_when_the_clock_reads_so_and_never_before) {
  for (const double frequency : {0.0, 1e-4, -1e-4, 0.08, -0.08, 3.3e-9}) {
    OscillatorModel model = exact();
    model.frequency = frequency;
    Oscillator clock(model, start, Random(1));
    clock.advance(start + 12'345);
    for (const std::int64_t wait : {std::int64_t{1}, std::int64_t{999}, 7 * s, 100'000 * s}) {
      const std::int64_t wanted = clock.monotonic_ns() + wait;
      const std::int64_t when = clock.when_monotonic(wanted);
      Oscillator copy = clock;
      copy.advance(when);
      EXPECT_GE(copy.monotonic_ns(), wanted) << frequency << ' ' << wait;
      EXPECT_LE(copy.monotonic_ns(), wanted + 2) << frequency << ' ' << wait;
    }
  }
}

TEST(Oscillator, wander_grows_with_the_root_of_time) {
  OscillatorModel model = exact();
  model.wander = 1e-9;
  double squares = 0.0;
  constexpr int runs = 400;
  for (int i = 0; i < runs; ++i) {
    Oscillator clock(model, start, Random(static_cast<std::uint64_t>(i)));
    clock.advance(start + 100 * s);
    squares += clock.frequency_error() * clock.frequency_error();
  }
  EXPECT_NEAR(std::sqrt(squares / runs), 1e-8, 0.1e-8);
}

TEST(Oscillator, it_does_not_matter_how_often_it_is_asked) {
  OscillatorModel model = exact();
  model.wander = 1e-7;
  model.white = 1e-7;
  model.temperature = 1e-6;
  model.temperature_period_s = 50.0;
  Oscillator once(model, start, Random(1));
  Oscillator often(model, start, Random(1));
  once.advance(start + 100 * s);
  for (std::int64_t t = 0; t <= 100 * s; t += 10'000'019) often.advance(start + t);
  often.advance(start + 100 * s);
  EXPECT_NEAR(once.error_s(start + 100 * s), often.error_s(start + 100 * s), 1e-15 * 1e6);
  EXPECT_EQ(once.frequency_error(), often.frequency_error());
}

TEST(Oscillator, temperature_moves_it_once_around_in_its_period) {
  OscillatorModel model = exact();
  model.temperature = 1e-6;
  model.temperature_period_s = 400.0;
  Oscillator clock(model, start, Random(1));
  clock.advance(start + 100 * s);
  EXPECT_NEAR(clock.frequency_error(), 1e-6, 1e-9);
  clock.advance(start + 300 * s);
  EXPECT_NEAR(clock.frequency_error(), -1e-6, 1e-9);
}

TEST(Oscillator, suspended_it_keeps_the_time_but_not_the_monotonic_count) {
  OscillatorModel model = exact();
  model.frequency = 1e-5;
  Oscillator clock(model, start, Random(1));
  clock.advance(start + 10 * s);
  const std::int64_t monotonic = clock.monotonic_ns();
  clock.suspend(start + 1010 * s);
  EXPECT_EQ(clock.monotonic_ns(), monotonic);
  EXPECT_NEAR(clock.error_s(start + 1010 * s), 1010e-5, 1e-9);
  clock.advance(start + 1011 * s);
  EXPECT_NEAR(static_cast<double>(clock.monotonic_ns() - monotonic), 1e9, 1e5);
}

}  // namespace
}  // namespace tactus::sim
