// SPDX-License-Identifier: Apache-2.0
// Sample histories that survive a restart, and the zone files' names. Configuration specification, sections 12.9, 14.2.
#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "../discipline/world.hpp"
#include "daemon/dump_folder.hpp"
#include "daemon/leap_files.hpp"

namespace tactus {
namespace {

using testing::Machine;
namespace fs = std::filesystem;

struct Folder {
  Folder() { path = ::mkdtemp(pattern); }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] bool has(const std::string& name) const { return fs::exists(path + "/" + name); }
  void put(const std::string& name, const std::string& text) const { std::ofstream(path + "/" + name) << text; }
  char pattern[32] = "/tmp/tactus-dump-XXXXXX";
  std::string path;
};

TEST(DumpFolder, knows_its_files) {
  for (const char* name : {"192.0.2.1.dat", "2001:db8::1.dat", "fe80::1%2.dat", "refid:50505330.dat"}) {
    EXPECT_TRUE(is_dump_file_name(name)) << name;
  }
  for (const char* name : {"192.0.2.1", "192.0.2.dat", ".dat", "drift", "backup.dat", "192.0.2.1.nts"}) {
    EXPECT_FALSE(is_dump_file_name(name)) << name;
  }
}

TEST(DumpFolder, histories_go_on_after_a_restart) {
  const Folder folder;
  folder.put("backup.dat", "mine");
  folder.put("192.0.2.9.dat", "SRC0\nof nobody\n");
  Machine before;
  Source& source = before.add(1);
  before.add(2);
  for (int i = 0; i < 8; ++i) {
    before.run(16.0);
    before.measure(source);
  }
  ASSERT_TRUE(DumpFolder(folder.path, before.discipline, before.logger).write());
  EXPECT_TRUE(folder.has("192.0.2.1.dat"));
  EXPECT_FALSE(folder.has("192.0.2.2.dat")) << "no sample";

  Machine after;
  after.run(1000.0);
  Source& same = after.add(1);
  DumpFolder dumps(folder.path, after.discipline, after.logger);
  dumps.begin(true);
  EXPECT_TRUE(after.said("Loaded dump file for 192.0.2.1"));
  EXPECT_EQ(same.estimator().store().size(), 8);
  EXPECT_TRUE(after.discipline.synchronised()) << "the clock is set by it at once";
  EXPECT_FALSE(folder.has("192.0.2.1.dat"));
  EXPECT_FALSE(folder.has("192.0.2.9.dat"));
  EXPECT_TRUE(folder.has("backup.dat"));
}

TEST(DumpFolder, without_r_files_are_deleted_only) {
  const Folder folder;
  folder.put("192.0.2.1.dat", "SRC0\n");
  Machine machine;
  const Source& source = machine.add(1);
  DumpFolder(folder.path, machine.discipline, machine.logger).begin(false);
  EXPECT_FALSE(folder.has("192.0.2.1.dat"));
  EXPECT_EQ(source.estimator().store().size(), 0);
  EXPECT_TRUE(machine.messages.empty());
  EXPECT_TRUE(DumpFolder("", machine.discipline, machine.logger).write()) << "nothing is configured";
}

TEST(DumpFolder, a_source_gets_its_history_with_its_address_and_refuses_a_bad_one) {
  const Folder folder;
  folder.put("192.0.2.1.dat", "SRC0\n192.0.2.1\nrubbish\n");
  Machine machine;
  DumpFolder dumps(folder.path, machine.discipline, machine.logger);
  dumps.begin(true);
  Source& source = machine.add(1);
  dumps.addressed(source);
  EXPECT_TRUE(machine.said("Could not load dump file for 192.0.2.1"));
  EXPECT_EQ(source.estimator().store().size(), 0);
  dumps.addressed(source);
  EXPECT_EQ(machine.count("Could not load"), 1) << "tried once";
}

TEST(LeapFiles, a_zone_stays_in_its_folder) {
  EXPECT_EQ(zone_path("/z", "right/UTC"), "/z/right/UTC");
  EXPECT_EQ(zone_path("/z", "a..b"), "/z/a..b");
  for (const char* zone : {"", "/etc/passwd", "../x", "right/../../x", ".."})
    EXPECT_FALSE(zone_path("/z", zone)) << zone;
}

}  // namespace
}  // namespace tactus
