// SPDX-License-Identifier: Apache-2.0
// Levels, cleaning and rate limits of messages.
#include "log/logger.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tactus {
namespace {

using namespace std::chrono_literals;

struct World {
  std::vector<std::string> lines;
  Logger logger{[this](Level, std::string_view text) { lines.emplace_back(text); }};
};

TEST(Logger, passes_what_is_at_least_as_severe_as_the_minimum) {
  World world;
  world.logger.debug("not {}", 1);
  world.logger.info("shown {}", 2);
  world.logger.set_minimum(Level::error);
  world.logger.warning("not {}", 3);
  world.logger.error("shown {}", 4);
  EXPECT_EQ(world.lines, (std::vector<std::string>{"shown 2", "shown 4"}));
}

TEST(Logger, replaces_control_characters_and_keeps_utf8) {
  World world;
  world.logger.write(Level::info, "a\nb\tc\x1b[1m\x7f caf\xc3\xa9");
  ASSERT_EQ(world.lines.size(), 1u);
  EXPECT_EQ(world.lines[0], "a?b?c?[1m? caf\xc3\xa9");
}

TEST(Logger, cuts_a_text_of_excessive_length) {
  World world;
  world.logger.write(Level::info, std::string(100000, 'x'));
  EXPECT_EQ(world.lines.at(0).size(), 2048u);
}

TEST(Logger, lets_ten_of_a_kind_through_then_one_a_minute_with_the_count_of_the_rest) {
  World world;
  MonoTime now{1000s};
  for (int i = 0; i < 25; ++i) world.logger.write_limited(Level::warning, "bad packet", "bad", now);
  EXPECT_EQ(world.lines.size(), 10u);
  world.logger.write_limited(Level::warning, "bad packet", "bad", now + 59s);
  EXPECT_EQ(world.lines.size(), 10u);
  world.logger.write_limited(Level::warning, "bad packet", "bad", now + 60s);
  ASSERT_EQ(world.lines.size(), 11u);
  EXPECT_EQ(world.lines.back(), "bad (16 similar messages held back)");
  world.logger.write_limited(Level::warning, "bad packet", "bad", now + 61s);
  EXPECT_EQ(world.lines.size(), 11u);
  world.logger.write_limited(Level::warning, "other", "of another kind", now + 61s);
  EXPECT_EQ(world.lines.back(), "of another kind");
}

TEST(Logger, has_its_burst_again_after_a_quiet_time) {
  World world;
  MonoTime now{0s};
  for (int i = 0; i < 12; ++i) world.logger.write_limited(Level::info, "k", "m", now);
  world.lines.clear();
  for (int i = 0; i < 12; ++i) world.logger.write_limited(Level::info, "k", "m", now + 1h);
  EXPECT_EQ(world.lines.size(), 10u);
}

TEST(Logger, keeps_a_bounded_number_of_keys) {
  World world;
  for (int i = 0; i < 1000; ++i) world.logger.write_limited(Level::info, std::to_string(i), "m", MonoTime{1s});
  // 256 keys of their own, and the burst of the bucket that all others share.
  EXPECT_EQ(world.lines.size(), 256u + 10u);
}

}  // namespace
}  // namespace tactus
