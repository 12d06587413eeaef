// SPDX-License-Identifier: Apache-2.0
// The system call filter, loaded for real in a child: what was declared goes on, the first call that was not ends it.
#include <fcntl.h>
#include <ifaddrs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <functional>

#include <gtest/gtest.h>
#include <linux/ptp_clock.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>

#include <tactus/plugin.h>

#include "sandbox/filter.hpp"
#include "sandbox/filter_rules.hpp"

namespace tactus {
namespace {

constexpr int not_loaded = 99;
constexpr int refused = 98;  // by an error, not by a signal

bool kernel_filters() {
  const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

// How a child ends that loads the filter of that level and then does something: the status of waitpid(2).
int status_behind(int level, std::uint32_t needs, const std::function<bool()>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_DUMPABLE, 0);  // a kill is expected: no core file
    auto module = FilterModule::open(TACTUS_TEST_BUILD "/lib");
    if (!module) ::_exit(not_loaded);
    const std::uint32_t penalty = filter_penalty(level);
    const bool only_needed = level == 1 || level == -1;
    const auto loaded = only_needed ? module->load(penalty, allowed_calls(needs, {::getppid()}, ::getpid()))
                                    : module->load(TACTUS_FILTER_ALLOW, refused_calls(penalty));
    if (!loaded) ::_exit(not_loaded);
    ::_exit(act() ? 0 : refused);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

bool killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS; }
bool went_on(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

bool has_socket(int family, int type) { return ::socket(family, type | SOCK_CLOEXEC, 0) >= 0; }
bool reads_clock() {
  timex state{};
  return ::adjtimex(&state) >= 0;
}
bool asks_for_segment() { return ::shmget(IPC_PRIVATE, 64, 0) >= 0 || errno != ENOSYS; }
bool forks() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return child > 0 && ::waitpid(child, nullptr, 0) == child;
}
bool maps(int protection) {
  return ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

class Filter : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kernel_filters()) GTEST_SKIP() << "this kernel has no system call filter";
  }
};

TEST_F(Filter, without_a_declaration_leaves_the_core_its_files_and_its_clock_and_no_network) {
  EXPECT_TRUE(went_on(status_behind(1, 0, [] {
    timespec now{};
    const int fd = ::open("/dev/null", O_WRONLY);
    return ::clock_gettime(CLOCK_REALTIME, &now) == 0 && fd >= 0 && ::write(fd, "x", 1) == 1 && ::close(fd) == 0;
  })));
  EXPECT_TRUE(went_on(status_behind(1, 0, [] { return has_socket(AF_UNIX, SOCK_DGRAM); }))) << "of the system's log";
  EXPECT_TRUE(killed(status_behind(1, 0, [] { return has_socket(AF_INET, SOCK_DGRAM); })));
  EXPECT_TRUE(killed(status_behind(1, 0, [] { return has_socket(AF_INET6, SOCK_STREAM); })));
  EXPECT_TRUE(killed(status_behind(1, 0, reads_clock)));
  EXPECT_TRUE(killed(status_behind(1, 0, asks_for_segment)));
}

TEST_F(Filter, allows_what_a_plugin_declared_and_only_that) {
  const auto datagrams = [] { return has_socket(AF_INET, SOCK_DGRAM) && has_socket(AF_INET6, SOCK_DGRAM); };
  EXPECT_TRUE(went_on(status_behind(1, TACTUS_NEEDS_NET, datagrams)));
  EXPECT_TRUE(killed(status_behind(1, TACTUS_NEEDS_NET, [] { return has_socket(AF_INET, SOCK_RAW); })));
  EXPECT_TRUE(killed(status_behind(1, TACTUS_NEEDS_NET, [] { return has_socket(AF_PACKET, SOCK_DGRAM); })));
  EXPECT_TRUE(killed(status_behind(1, TACTUS_NEEDS_NET | TACTUS_NEEDS_SHM, reads_clock)));
  EXPECT_TRUE(went_on(status_behind(1, TACTUS_NEEDS_CLOCK, reads_clock)));
  EXPECT_TRUE(went_on(status_behind(1, TACTUS_NEEDS_SHM, asks_for_segment)));
  EXPECT_TRUE(killed(status_behind(1, TACTUS_NEEDS_UNIX, datagrams)));
}

TEST_F(Filter, leaves_a_plugin_with_devices_their_requests_and_the_list_of_interfaces) {
  const auto lists = [] {
    ifaddrs* list = nullptr;
    return ::getifaddrs(&list) == 0;
  };
  const auto asks = [](unsigned long request) {
    char answer[256] = {};
    return ::ioctl(STDIN_FILENO, request, answer) == 0 || errno != ENOSYS;
  };
  EXPECT_TRUE(went_on(status_behind(1, TACTUS_NEEDS_NET | TACTUS_NEEDS_DEVICES, lists)));
  EXPECT_TRUE(killed(status_behind(1, TACTUS_NEEDS_NET, lists)));
  EXPECT_TRUE(went_on(status_behind(1, TACTUS_NEEDS_DEVICES, [&] { return asks(PTP_CLOCK_GETCAPS); })));
  EXPECT_TRUE(went_on(status_behind(1, TACTUS_NEEDS_DEVICES, [&] { return asks(SIOCETHTOOL); }))) << "speed of a link";
  EXPECT_TRUE(killed(status_behind(1, TACTUS_NEEDS_NET, [&] { return asks(PTP_CLOCK_GETCAPS); })));
  EXPECT_TRUE(killed(status_behind(1, ~0u, [&] { return asks(TIOCSTI); }))) << "types into a terminal";
}

TEST_F(Filter, lets_no_level_start_a_process_or_a_program) {
  const auto program = [] { return ::execl("/bin/true", "true", nullptr) == 0; };
  for (const int level : {1, 2, -1, -2}) {
    EXPECT_TRUE(killed(status_behind(level, ~0u, forks))) << level;
    EXPECT_TRUE(killed(status_behind(level, ~0u, program))) << level;
  }
}

TEST_F(Filter, of_level_1_maps_data_and_no_code) {
  EXPECT_TRUE(went_on(status_behind(1, ~0u, [] { return maps(PROT_READ | PROT_WRITE); })));
  EXPECT_TRUE(killed(status_behind(1, ~0u, [] { return maps(PROT_READ | PROT_EXEC); })));
}

TEST_F(Filter, of_level_2_refuses_little) {
  EXPECT_TRUE(went_on(status_behind(2, 0, [] {
    return has_socket(AF_INET, SOCK_DGRAM) && reads_clock() && asks_for_segment() && maps(PROT_READ | PROT_EXEC);
  })));
}

TEST_F(Filter, lets_the_daemon_end_its_helper_and_nobody_else) {
  EXPECT_TRUE(went_on(status_behind(1, 0, [] { return ::kill(::getppid(), 0) == 0; })));
  EXPECT_TRUE(killed(status_behind(1, 0, [] { return ::kill(1, 0) == 0; })));
}

void say_42(int) { ::_exit(42); }

TEST_F(Filter, of_a_negative_level_sends_a_signal_that_can_be_caught) {
  const auto caught = [](int level) {
    return status_behind(level, 0, [] {
      ::signal(SIGSYS, say_42);
      return forks();
    });
  };
  for (const int level : {-1, -2}) {
    const int status = caught(level);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 42) << level;
  }
  for (const int level : {1, 2}) EXPECT_TRUE(killed(caught(level))) << level;
}

TEST(FilterModule, that_is_not_there_is_named) {
  const auto module = FilterModule::open("/nonexistent");
  ASSERT_FALSE(module);
  EXPECT_EQ(module.failure().status, TACTUS_E_UNSUPPORTED);
  EXPECT_TRUE(module.failure().text.starts_with("system call filter not supported : /nonexistent/tactus-seccomp.so"))
      << module.failure().text;
}

}  // namespace
}  // namespace tactus
