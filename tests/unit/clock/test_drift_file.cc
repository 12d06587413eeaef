// SPDX-License-Identifier: Apache-2.0
// The drift file and state files in general: what is read, what is refused, and that a file is replaced whole. The
// drift files and their messages are those of chronyd 4.8.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "clock/drift_file.hpp"
#include "fake_world.hpp"
#include "loop/state_file.hpp"

namespace tactus::test {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tactus-drift-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void put(const std::string& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }
std::string get(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

struct Case {
  std::string content;
  std::vector<std::string> messages;  // {F}: the path
  double frequency_ppm;
  double skew_ppm;  // < 0: none
};

std::string with_path(std::string text, const std::string& path) {
  if (const auto at = text.find("{F}"); at != std::string::npos) text.replace(at, 3, path);
  return text;
}

TEST(DriftFile, is_read_or_reported_and_ignored) {
  const std::string bad = "Could not read valid frequency and skew from driftfile {F}";
  const std::vector<Case> cases = {
      {"12.345 0.5\n", {"Frequency 12.345 +/- 0.500 ppm read from {F}"}, 12.345, 0.5},
      {"-12.345 0.5 extra\n", {"Frequency -12.345 +/- 0.500 ppm read from {F}"}, -12.345, 0.5},
      {"12.345\n0.5\n", {"Frequency 12.345 +/- 0.500 ppm read from {F}"}, 12.345, 0.5},
      {"0 0\n", {"Frequency 0.000 +/- 0.000 ppm read from {F}", "Initial frequency 7.000 ppm"}, 7.0, 1e-6},
      {"1 -5\n", {"Frequency 1.000 +/- -5.000 ppm read from {F}"}, 1.0, 1e-6},
      {"1 nan\n", {"Frequency 1.000 +/- nan ppm read from {F}"}, 1.0, 1e-6},
      {"600000 1\n",
       {"Frequency 600000.000 +/- 1.000 ppm read from {F}", "Frequency 600000.0 ppm exceeds allowed maximum"},
       500000.0,
       1.0},
      {"nan 1\n", {"Frequency nan +/- 1.000 ppm read from {F}", "Frequency nan ppm exceeds allowed maximum"}, 0.0, 1.0},
      {"12.345\n", {bad, "Initial frequency 7.000 ppm"}, 7.0, -1},
      {"\n", {bad, "Initial frequency 7.000 ppm"}, 7.0, -1},
      {"", {bad, "Initial frequency 7.000 ppm"}, 7.0, -1},
      {"abc def\n", {bad, "Initial frequency 7.000 ppm"}, 7.0, -1},
      {std::string("\0\0\0\0 1 1", 8), {bad, "Initial frequency 7.000 ppm"}, 7.0, -1},
      {std::string(100000, ' ') + "1 1", {bad, "Initial frequency 7.000 ppm"}, 7.0, -1},
  };
  for (const Case& one : cases) {
    const Folder folder;
    const std::string path = folder.file("drift");
    put(path, one.content);
    World world;
    world.initial_ppm = 7.0;
    Machine machine(world);
    const auto skew = load_drift(path, machine.clock, machine.logger);
    SCOPED_TRACE(one.content.substr(0, 40));
    ASSERT_EQ(machine.messages.size(), one.messages.size());
    for (std::size_t i = 0; i < one.messages.size(); ++i)
      EXPECT_EQ(machine.messages[i], with_path(one.messages[i], path));
    EXPECT_DOUBLE_EQ(machine.clock.frequency_ppm(), one.frequency_ppm);
    ASSERT_EQ(skew.has_value(), one.skew_ppm >= 0);
    if (skew) {
      EXPECT_DOUBLE_EQ(*skew, one.skew_ppm);
    }
  }
}

TEST(DriftFile, that_is_missing_is_no_reason_to_speak) {
  const Folder folder;
  World world;
  Machine machine(world);
  EXPECT_FALSE(load_drift(folder.file("none"), machine.clock, machine.logger));
  EXPECT_FALSE(load_drift("", machine.clock, machine.logger));
  EXPECT_TRUE(machine.messages.empty());
}

TEST(DriftFile, has_one_line_of_two_columns) {
  const Folder folder;
  const std::string path = folder.file("drift");
  ASSERT_TRUE(save_drift(path, {-12.3456789, 0.0123456}));
  EXPECT_EQ(get(path), "          -12.345679             0.012346\n");
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
  const auto back = parse_drift(get(path));
  ASSERT_TRUE(back);
  EXPECT_DOUBLE_EQ(back->frequency_ppm, -12.345679);
}

TEST(StateFile, is_replaced_whole_and_leaves_nothing_behind) {
  const Folder folder;
  const std::string path = folder.file("state");
  put(path, "old");
  put(path + ".tmp", "left over by a run that was killed");
  ASSERT_TRUE(write_state(path, "new", 0600));
  EXPECT_EQ(get(path), "new");
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(StateFile, is_not_written_through_a_planted_link) {
  const Folder folder;
  const std::string path = folder.file("state");
  const std::string victim = folder.file("victim");
  put(victim, "untouched");
  ASSERT_EQ(::symlink(victim.c_str(), (path + ".tmp").c_str()), 0);
  ASSERT_TRUE(write_state(path, "new", 0644));
  EXPECT_EQ(get(victim), "untouched");
  EXPECT_EQ(get(path), "new");
}

TEST(StateFile, failures_name_the_file_and_the_reason) {
  const Folder folder;
  const auto written = write_state(folder.file("none/state"), "x", 0644);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.failure().text, "Could not open " + folder.file("none/state.tmp") + " : No such file or directory");
  std::filesystem::create_directory(folder.file("state"));
  put(folder.file("state/inside"), "x");
  const auto replaced = write_state(folder.file("state"), "x", 0644);
  ASSERT_FALSE(replaced);
  EXPECT_NE(replaced.failure().text.find("Could not replace"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.file("state.tmp")));
}

TEST(StateFile, reading_is_bounded_and_never_waits) {
  const Folder folder;
  put(folder.file("long"), std::string(5000, 'x'));
  const auto too_long = read_state(folder.file("long"), 4999);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.failure().status, TACTUS_E_LIMIT);
  EXPECT_EQ(read_state(folder.file("long"), 5000)->size(), 5000u);
  EXPECT_EQ(read_state(folder.file("none"), 10).failure().status, TACTUS_E_NOT_FOUND);
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(*read_state(folder.file("pipe"), 10), "");
}

}  // namespace
}  // namespace tactus::test
