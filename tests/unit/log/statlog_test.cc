// SPDX-License-Identifier: Apache-2.0
// Statistic log files: banners, cycling, failures. Rules: configuration specification, section 13; the messages were
// read off chronyd 4.8.
#include "log/statlog.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "folder.hpp"

namespace tactus {
namespace {

struct World {
  Folder folder;
  std::vector<std::string> messages;
  Logger logger{[this](Level level, std::string_view text) {
    messages.push_back((level == Level::warning ? "W " : level == Level::error ? "E " : "? ") + std::string(text));
  }};
  StatLogs logs{logger};
  const std::string banner = "====\nabcd\n====\n";
};

TEST(StatLogs, print_the_banner_before_the_first_and_then_every_n_entries) {
  World w;
  w.logs.configure(w.folder.path(), 3);
  w.logs.enable("tracking");
  const int handle = w.logs.open("tracking", "abcd");
  ASSERT_GE(handle, 0);
  EXPECT_FALSE(std::filesystem::exists(w.folder.file("tracking.log"))) << "it is opened at the first entry";
  for (int i = 1; i <= 4; ++i) w.logs.write(handle, std::to_string(i));
  EXPECT_EQ(contents(w.folder.file("tracking.log")), w.banner + "1\n2\n3\n" + w.banner + "4\n");
}

TEST(StatLogs, print_no_banner_when_logbanner_is_zero) {
  World w;
  w.logs.configure(w.folder.path(), 0);
  w.logs.enable("tracking");
  w.logs.write(w.logs.open("tracking", "abcd"), "1");
  EXPECT_EQ(contents(w.folder.file("tracking.log")), "1\n");
}

TEST(StatLogs, write_nothing_that_was_not_asked_for) {
  World w;
  w.logs.configure(w.folder.path(), 3);
  EXPECT_EQ(w.logs.open("tracking", "abcd"), -1);
  w.logs.write(-1, "x");
  w.logs.write(7, "x");
  w.logs.enable("tracking");
  const int handle = w.logs.open("tracking", "abcd");
  w.logs.disable_all();
  w.logs.write(handle, "x");
  EXPECT_TRUE(std::filesystem::is_empty(w.folder.path()));
}

TEST(StatLogs, open_anew_with_a_banner_after_cyclelogs) {
  World w;
  w.logs.configure(w.folder.path(), 32);
  w.logs.enable("tracking");
  const int handle = w.logs.open("tracking", "abcd");
  w.logs.write(handle, "1");
  std::filesystem::rename(w.folder.file("tracking.log"), w.folder.file("tracking.log.1"));
  w.logs.write(handle, "2");
  w.logs.cycle();
  w.logs.write(handle, "3");
  EXPECT_EQ(contents(w.folder.file("tracking.log.1")), w.banner + "1\n2\n");
  EXPECT_EQ(contents(w.folder.file("tracking.log")), w.banner + "3\n");
}

TEST(StatLogs, append_to_what_is_there) {
  World w;
  for (int i = 0; i < 2; ++i) {
    StatLogs logs(w.logger);
    logs.configure(w.folder.path(), 32);
    logs.enable("tracking");
    logs.write(logs.open("tracking", "abcd"), "1");
  }
  EXPECT_EQ(contents(w.folder.file("tracking.log")), w.banner + "1\n" + w.banner + "1\n");
}

TEST(StatLogs, share_one_file_between_measurements_and_rawmeasurements) {
  World w;
  w.logs.configure(w.folder.path(), 32);
  w.logs.enable("rawmeasurements");
  EXPECT_EQ(w.logs.open("measurements", "abcd"), -1);
  const int raw = w.logs.open("rawmeasurements", "abcd");
  w.logs.enable("measurements");
  EXPECT_EQ(w.logs.open("measurements", "abcd"), raw);
  w.logs.write(raw, "1");
  EXPECT_EQ(contents(w.folder.file("measurements.log")), w.banner + "1\n");
}

TEST(StatLogs, warn_once_when_there_is_no_logdir) {
  World w;
  w.logs.enable("tracking");
  const int handle = w.logs.open("tracking", "abcd");
  w.logs.write(handle, "1");
  w.logs.write(handle, "2");
  EXPECT_EQ(w.messages, (std::vector<std::string>{"W logdir not specified"}));
}

TEST(StatLogs, report_a_file_that_cannot_be_opened_once_per_cycle) {
  World w;
  const std::string path = w.folder.file("tracking.log");
  ASSERT_EQ(::symlink(w.folder.file("target").c_str(), path.c_str()), 0);
  w.logs.configure(w.folder.path(), 32);
  w.logs.enable("tracking");
  const int handle = w.logs.open("tracking", "abcd");
  w.logs.write(handle, "1");
  w.logs.write(handle, "2");
  const std::string message = "E Could not open " + path + " : Too many levels of symbolic links";
  EXPECT_EQ(w.messages, (std::vector<std::string>{message}));
  EXPECT_FALSE(std::filesystem::exists(w.folder.file("target")));
  w.logs.cycle();
  w.logs.write(handle, "3");
  EXPECT_EQ(w.messages, (std::vector<std::string>{message, message}));
  std::filesystem::remove(path);
  w.logs.cycle();
  w.logs.write(handle, "4");
  EXPECT_EQ(contents(path), w.banner + "4\n");
}

}  // namespace
}  // namespace tactus
