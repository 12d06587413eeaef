// SPDX-License-Identifier: Apache-2.0
// The table of leap seconds follows its file while the daemon runs.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "config/loader.hpp"
#include "daemon/leap_files.hpp"

namespace tactus {
namespace {

constexpr std::int64_t ntp_epoch_s = 2208988800;
constexpr std::int64_t new_year_2027_s = 1798761600;
constexpr std::int64_t now_s = new_year_2027_s - 200 * 86400;

// A list with what 2012 needs, and more.
std::string list_with(const std::string& more) {
  return "#$ 3676924800\n#@ " + std::to_string(new_year_2027_s + ntp_epoch_s + 86400) +
         "\n2272060800 10\n2287785600 11\n3439756800 34\n3550089600 35\n3644697600 36\n3692217600 37\n" + more;
}

TEST(LeapFiles, a_list_is_read_again_after_half_a_day_and_a_bad_one_changes_nothing) {
  const std::string path = ::testing::TempDir() + "leap-list-" + std::to_string(::getpid());
  const auto write = [&path](const std::string& text) { std::ofstream(path) << text; };
  write(list_with(""));
  config::Declarations declarations;
  config::Model model(&declarations);
  config::Loader loader(declarations, model, {});
  ASSERT_TRUE(loader.read_text("leapseclist " + path + "\n", "test"));
  Logger logger([](Level, std::string_view) {});
  const auto files = LeapFiles::make(model, logger, now_s);
  ASSERT_NE(files, nullptr);
  const auto offset_s = [&files](std::int64_t at_s) { return files->at(at_s).tai_offset_s; };
  EXPECT_EQ(offset_s(now_s), 37);

  write(list_with(std::to_string(now_s - 86400 + ntp_epoch_s) + " 38\n"));
  EXPECT_EQ(offset_s(now_s + 11 * 3600), 37);
  EXPECT_EQ(offset_s(now_s + 12 * 3600), 38);
  write("nonsense\n");
  EXPECT_EQ(offset_s(now_s + 25 * 3600), 38);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace tactus
