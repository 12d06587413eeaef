// SPDX-License-Identifier: Apache-2.0
// PID file, passed descriptors, notification, capabilities, filter levels, directories.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <linux/capability.h>

#include <tactus/plugin.h>

#include "daemon/background.hpp"
#include "daemon/notify.hpp"
#include "daemon/pid_file.hpp"
#include "program.hpp"
#include "sandbox/filter.hpp"
#include "sandbox/rights.hpp"
#include "sandbox/user.hpp"

namespace tactus::test {
namespace {

void put(const std::string& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }
std::string get(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

TEST(PidFile, of_a_living_process_stops_the_start) {
  const Folder folder;
  const std::string path = folder.file("pid");
  put(path, std::to_string(::getppid()) + "\n");
  const auto checked = check_pid_file(path, "chronyd");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.failure().text,
            fmt::format("Another chronyd may already be running (pid={}), check {}", ::getppid(), path));
}

TEST(PidFile, that_names_nobody_is_no_obstacle) {
  const Folder folder;
  const std::string path = folder.file("pid");
  EXPECT_TRUE(check_pid_file(path, "chronyd"));
  for (const char* content : {"", "\n", "abc\n", "0\n", "-5\n", "4194304000\n"}) {
    put(path, content);
    EXPECT_TRUE(check_pid_file(path, "chronyd")) << content;
  }
  put(path, std::to_string(::getpid()));
  EXPECT_TRUE(check_pid_file(path, "chronyd")) << "the number of this process, from before a restart of a container";
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  put(path, std::to_string(child));
  EXPECT_TRUE(check_pid_file(path, "chronyd")) << "a zombie";
  ::waitpid(child, nullptr, 0);
}

TEST(PidFile, replaces_what_is_there_and_never_writes_through_a_link) {
  const Folder folder;
  const std::string path = folder.file("pid");
  const std::string victim = folder.file("victim");
  put(victim, "untouched");
  ASSERT_EQ(::symlink(victim.c_str(), path.c_str()), 0);
  ASSERT_TRUE(write_pid_file(path));
  EXPECT_EQ(get(victim), "untouched");
  EXPECT_EQ(get(path), std::to_string(::getpid()) + "\n");
  struct stat info {};
  ASSERT_EQ(::lstat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
  EXPECT_TRUE(remove_pid_file(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(remove_pid_file(path));
  const auto failed = write_pid_file(folder.file("none/pid"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.failure().text, "Could not open " + folder.file("none/pid") + " : No such file or directory");
}

TEST(PassedDescriptors, are_a_plain_number_or_none) {
  EXPECT_EQ(passed_descriptors(nullptr), 0);
  EXPECT_EQ(passed_descriptors("2"), 2);
  for (const char* bad : {"", "x", "2x", "-1", "99999999999999"}) EXPECT_EQ(passed_descriptors(bad), 0) << bad;
}

TEST(Notifier, sends_a_datagram_to_a_path) {
  const Folder folder;
  const std::string path = folder.file("notify");
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(Notifier(path).send("READY=1"));
  char buffer[64];
  const ssize_t got = ::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
  ASSERT_GT(got, 0);
  EXPECT_EQ(std::string_view(buffer, static_cast<std::size_t>(got)), "READY=1");
  ::close(fd);
}

TEST(Notifier, failures_are_named) {
  EXPECT_TRUE(Notifier("").send("READY=1"));
  EXPECT_EQ(Notifier("@abstract").send("READY=1").failure().text, "Unsupported notification socket");
  EXPECT_EQ(Notifier(std::string(200, '/')).send("READY=1").failure().text, "Unsupported notification socket");
  EXPECT_EQ(Notifier("/nonexistent/socket").send("READY=1").failure().text,
            "Could not send notification to $NOTIFY_SOCKET");
}

TEST(Rights, capabilities_are_what_the_plugins_need) {
  const auto bit = [](unsigned capability) { return std::uint64_t{1} << capability; };
  EXPECT_EQ(capabilities_for(0, "6.1.0"), 0u);
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_NET | TACTUS_NEEDS_SHM, "6.1.0"), 0u);
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_CLOCK, "6.1.0"), bit(CAP_SYS_TIME));
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_CLOCK | TACTUS_NEEDS_BIND_LOW, "6.1.0"),
            bit(CAP_SYS_TIME) | bit(CAP_NET_BIND_SERVICE));
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_NET_RAW, "6.1.0"), 0u);
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_NET_RAW, "5.6.19"), bit(CAP_NET_RAW));
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_NET_RAW, "5.7"), 0u);
  EXPECT_EQ(capabilities_for(TACTUS_NEEDS_NET_RAW, "4.19.0-6"), bit(CAP_NET_RAW));
}

TEST(Rights, filter_levels_and_priorities_are_checked) {
  EXPECT_TRUE(check_filter_level(0));
  EXPECT_EQ(check_filter_level(3).failure().text, "Unsupported filter level");
  EXPECT_EQ(check_filter_level(-3).failure().text, "Unsupported filter level");
  for (const int level : {-2, -1, 1, 2}) EXPECT_TRUE(check_filter_level(level));
  EXPECT_TRUE(set_scheduler_priority(0));
  EXPECT_EQ(set_scheduler_priority(100).failure().text, "Bad scheduler priority: 100");
  EXPECT_EQ(set_scheduler_priority(-1).failure().text, "Bad scheduler priority: -1");
}

// In a child: the change is for good.
TEST(Rights, a_changed_user_keeps_only_the_named_capabilities) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change the user";
  const pid_t child = ::fork();
  if (child == 0) {
    const User nobody{"nobody", 65534, 65534};
    if (!become_user(nobody, capabilities_for(TACTUS_NEEDS_BIND_LOW, "6.1.0"))) ::_exit(1);
    if (::geteuid() != 65534 || ::getegid() != 65534 || ::getgroups(0, nullptr) != 0) ::_exit(2);
    const std::string status = get("/proc/self/status");
    if (status.find("CapEff:\t0000000000000400") == std::string::npos) ::_exit(3);
    if (status.find("CapPrm:\t0000000000000400") == std::string::npos) ::_exit(4);
    if (!drop_all_capabilities()) ::_exit(5);
    if (get("/proc/self/status").find("CapPrm:\t0000000000000000") == std::string::npos) ::_exit(6);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(User, root_is_known_and_strangers_are_not) {
  EXPECT_EQ(find_user("root")->uid, 0u);
  EXPECT_EQ(find_user("nosuchuser").failure().text, "Could not get user/group ID of nosuchuser");
}

TEST(Directories, are_made_with_parents_and_left_alone_when_they_exist) {
  const Folder folder;
  const User self{"self", ::geteuid(), ::getegid()};
  ASSERT_TRUE(make_directory(folder.file("a/b/c/"), 0750, self));
  struct stat info {};
  ASSERT_EQ(::stat(folder.file("a/b/c").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0750u);
  ASSERT_EQ(::stat(folder.file("a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0755u);
  ASSERT_EQ(::chmod(folder.file("a/b/c").c_str(), 0711), 0);
  ASSERT_TRUE(make_directory(folder.file("a/b/c"), 0750, self));
  ASSERT_EQ(::stat(folder.file("a/b/c").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0711u);
  put(folder.file("file"), "x");
  EXPECT_EQ(make_directory(folder.file("file"), 0750, self).failure().text, folder.file("file") + " is not directory");
  EXPECT_EQ(make_directory(folder.file("file/x"), 0750, self).failure().text,
            "Could not access " + folder.file("file/x") + " : Not a directory");
}

}  // namespace
}  // namespace tactus::test
