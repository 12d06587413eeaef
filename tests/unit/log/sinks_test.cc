// SPDX-License-Identifier: Apache-2.0
// Lines of the terminal and of files. Formats: configuration specification, sections 11 and 15.
#include "log/sinks.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>

#include "folder.hpp"

namespace tactus {
namespace {

TEST(Sinks, write_the_time_in_utc_and_the_text) {
  EXPECT_EQ(format_log_line(Level::info, "chronyd exiting", 1795644000), "2026-11-25T22:00:00Z chronyd exiting\n");
  EXPECT_EQ(format_log_line(Level::fatal, "Not superuser", 0), "1970-01-01T00:00:00Z Fatal error : Not superuser\n");
  EXPECT_EQ(format_log_line(Level::info, "x", 4102444799), "2099-12-31T23:59:59Z x\n");
}

TEST(Sinks, append_to_a_file_that_only_the_owner_and_group_may_read) {
  Folder folder;
  const std::string path = folder.file("daemon.log");
  for (const char* text : {"one", "two"}) {
    auto sink = file_sink(path);
    ASSERT_TRUE(sink) << sink.failure().text;
    Logger logger(*sink);
    logger.info("{}", text);
  }
  std::string text = contents(path);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }, '9');
  EXPECT_EQ(text, "9999-99-99T99:99:99Z one\n9999-99-99T99:99:99Z two\n");
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u & ~0640u, 0u);
}

TEST(Sinks, refuse_a_symbolic_link_and_a_missing_folder) {
  Folder folder;
  ASSERT_EQ(::symlink(folder.file("target").c_str(), folder.file("link").c_str()), 0);
  const auto link = file_sink(folder.file("link"));
  ASSERT_FALSE(link);
  EXPECT_EQ(link.failure().text, "Could not open " + folder.file("link") + " : Too many levels of symbolic links");
  const auto missing = file_sink(folder.file("no/such"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().text, "Could not open " + folder.file("no/such") + " : No such file or directory");
  EXPECT_EQ(missing.failure().status, TACTUS_E_NOT_FOUND);
}

TEST(Sinks, write_to_a_descriptor_one_line_per_message) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Logger logger(descriptor_sink(ends[1]));
  logger.warning("Running with root privileges");
  char buffer[256];
  const ssize_t got = ::read(ends[0], buffer, sizeof(buffer));
  ASSERT_GT(got, 21);
  EXPECT_EQ(std::string(buffer + 21, static_cast<std::size_t>(got) - 21), "Running with root privileges\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Sinks, map_levels_to_the_priorities_of_syslog) {
  EXPECT_EQ(syslog_priority(Level::debug), LOG_DEBUG);
  EXPECT_EQ(syslog_priority(Level::info), LOG_INFO);
  EXPECT_EQ(syslog_priority(Level::warning), LOG_WARNING);
  EXPECT_EQ(syslog_priority(Level::error), LOG_ERR);
  EXPECT_EQ(syslog_priority(Level::fatal), LOG_CRIT);
}

}  // namespace
}  // namespace tactus
