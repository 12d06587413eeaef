// SPDX-License-Identifier: Apache-2.0
// Alignment of reference clock readings and pulses (refclock specification, section 2) without clocks or devices.
#include <cmath>

#include <gtest/gtest.h>

#include "refclock/aligner.hpp"

namespace tactus {
namespace {

constexpr double precision_s = 1e-7;
const Instant base = from_ns<Instant>(1'800'000'000LL * 1'000'000'000);

Instant at(double seconds) { return base + from_seconds(seconds); }

RefclockSettings settings() {
  RefclockSettings out;
  out.driver = "shm";
  out.refid = default_refid("shm", 0);
  out.precision_s = precision_s;
  return out;
}

tactus_reading reading(double offset_s, std::uint32_t leap = TACTUS_LEAP_NORMAL) {
  return {sizeof(tactus_reading), leap, 1, offset_s, 0.0, 1, 0};
}
tactus_pulse pulse(double second_s) { return {sizeof(tactus_pulse), 1, 1, second_s, 0.0}; }

tactus_reference synchronised(double distance_s = 0.01) {
  tactus_reference out{};
  out.struct_size = sizeof(out);
  out.leap = TACTUS_LEAP_NORMAL;
  out.stratum = 3;
  out.root_dispersion_s = distance_s;
  return out;
}
tactus_reference unsynchronised() {
  tactus_reference out = synchronised();
  out.leap = TACTUS_LEAP_UNSYNCHRONISED;
  return out;
}

TEST(Aligner, corrects_readings_by_offset_option_and_pending_slew) {
  RefclockSettings with = settings();
  with.offset_s = 0.25;
  Aligner aligner{with, precision_s};
  ASSERT_EQ(aligner.reading(reading(0.5), {at(0), 0.125, 1e-6}, at(0.1), nullptr, unsynchronised()), Taken::sample);
  EXPECT_DOUBLE_EQ(aligner.last_offset_s(), 0.5 - 0.125 + 0.25);
  EXPECT_DOUBLE_EQ(aligner.last_dispersion_s(), 1e-6 + precision_s);
  const auto out = aligner.filtered();
  ASSERT_TRUE(out);
  EXPECT_DOUBLE_EQ(out->offset_s, -0.625) << "stores keep local minus reference";
}

TEST(Aligner, keeps_the_nanoseconds_of_an_offset_of_decades) {
  Aligner aligner{settings(), precision_s};
  const double decades_s = 1.5e9;
  ASSERT_EQ(aligner.reading(reading(decades_s + 0.25), {at(0), 0.0, 0.0}, at(0), nullptr, unsynchronised()),
            Taken::sample);
  EXPECT_DOUBLE_EQ(aligner.last_offset_s(), decades_s + 0.25);
}

TEST(Aligner, refuses_what_is_old_ahead_or_wrong) {
  Aligner aligner{settings(), precision_s};
  const auto take = [&](const tactus_reading& what, double when_s, double now_s) {
    return aligner.reading(what, {at(when_s), 0.0, 0.0}, at(now_s), nullptr, unsynchronised());
  };
  EXPECT_EQ(take(reading(0.0), 0.0, 32.5), Taken::too_old) << "poll 4: two polls are 32 s";
  EXPECT_EQ(take(reading(0.0), 1.0, 0.0), Taken::in_future);
  EXPECT_EQ(take(reading(0.0, TACTUS_LEAP_UNSYNCHRONISED), 0.0, 0.0), Taken::bad_leap);
  EXPECT_EQ(take(reading(std::nan("")), 0.0, 0.0), Taken::bad_value);
  EXPECT_EQ(take(reading(-1e300), 0.0, 0.0), Taken::bad_value);
  EXPECT_FALSE(aligner.take_reached()) << "nothing that was refused counts for reachability";
  auto dead = reading(0.0);
  dead.quality = 0;
  EXPECT_EQ(take(dead, 0.0, 0.0), Taken::alive);
  EXPECT_TRUE(aligner.take_reached());
  EXPECT_FALSE(aligner.filtered());
}

TEST(Aligner, accepts_a_pulse_only_while_the_clock_is_synchronised) {
  Aligner aligner{settings(), precision_s};
  const CorrectedTime when{at(0.0001), 0.0, 0.0};
  EXPECT_EQ(aligner.pulse(pulse(1e-4), when, at(1), nullptr, unsynchronised()), Taken::unsynchronised);
  EXPECT_EQ(aligner.pulse(pulse(1e-4), when, at(1), nullptr, synchronised(0.5)), Taken::unsynchronised);
  ASSERT_EQ(aligner.pulse(pulse(1e-4), when, at(1), nullptr, synchronised()), Taken::sample);
  EXPECT_NEAR(aligner.last_offset_s(), -1e-4, 1e-15) << "the clock is late by what it shows after the second";
  EXPECT_TRUE(aligner.pulsed());
}

TEST(Aligner, reduces_a_pulse_to_half_a_period) {
  RefclockSettings with = settings();
  with.rate = 2;
  Aligner aligner{with, precision_s};
  ASSERT_EQ(aligner.pulse(pulse(0.75), {at(0.75), 0.0, 0.0}, at(1), nullptr, synchronised()), Taken::sample);
  EXPECT_NEAR(aligner.last_offset_s(), -0.25, 1e-12);
}

TEST(Aligner, counts_whole_seconds_from_the_locked_clock) {
  RefclockSettings with = settings();
  with.lock_refid = default_refid("shm", 1);
  Aligner pps{with, precision_s};
  Aligner coarse{settings(), precision_s};
  const LockedClock lock{&coarse.filter(), TACTUS_LEAP_INSERT};
  EXPECT_EQ(pps.pulse(pulse(0.01), {at(1.01), 0.0, 0.0}, at(1.1), &lock, unsynchronised()), Taken::no_lock);

  // The coarse clock says that local time is 2.03 s slow; the pulse, that it is 0.01 s after a second.
  ASSERT_EQ(coarse.reading(reading(2.03), {at(1.0), 0.0, 0.0}, at(1.0), nullptr, unsynchronised()), Taken::sample);
  ASSERT_EQ(pps.pulse(pulse(-0.01), {at(1.01), 0.0, 0.0}, at(1.1), &lock, unsynchronised()), Taken::sample);
  EXPECT_NEAR(pps.last_offset_s(), 2.01, 1e-12);
  EXPECT_EQ(pps.leap(), TACTUS_LEAP_INSERT);

  EXPECT_EQ(pps.pulse(pulse(-0.01), {at(3.5), 0.0, 0.0}, at(3.6), &lock, unsynchronised()), Taken::lock_too_old);
}

TEST(Aligner, refuses_to_guess_which_second_it_is) {
  RefclockSettings with = settings();
  with.lock_refid = default_refid("shm", 1);
  Aligner pps{with, precision_s};
  Aligner coarse{settings(), precision_s};
  const LockedClock lock{&coarse.filter(), TACTUS_LEAP_NORMAL};
  ASSERT_EQ(coarse.reading(reading(0.45), {at(1.0), 0.0, 0.0}, at(1.0), nullptr, unsynchronised()), Taken::sample);
  EXPECT_EQ(pps.pulse(pulse(0.0), {at(1.01), 0.0, 0.0}, at(1.1), &lock, unsynchronised()), Taken::ambiguous);
}

TEST(Aligner, tells_the_edges_of_a_pulse_apart_by_its_width) {
  RefclockSettings with = settings();
  with.width_s = 0.2;
  Aligner aligner{with, precision_s};
  EXPECT_EQ(aligner.pulse(pulse(0.2), {at(0.2), 0.0, 0.0}, at(1), nullptr, synchronised()), Taken::edge);
  EXPECT_EQ(aligner.pulse(pulse(0.05), {at(1.05), 0.0, 0.0}, at(2), nullptr, synchronised()), Taken::sample);
  EXPECT_EQ(aligner.pulse(pulse(0.0), {at(2.0), 0.0, 0.0}, at(3), nullptr, synchronised(0.11)), Taken::edge)
      << "a reference that is more than half a width off cannot tell";
}

TEST(Refid, defaults_to_driver_and_number) {
  EXPECT_EQ(default_refid("shm", 0), 0x53484d30U);
  EXPECT_EQ(default_refid("sock", 1), 0x534f4331U);
  EXPECT_EQ(default_refid("SHM", 10), 0x53483130U);
}

}  // namespace
}  // namespace tactus
