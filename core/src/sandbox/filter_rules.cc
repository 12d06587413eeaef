// SPDX-License-Identifier: Apache-2.0
// The lists. Names of all architectures stand side by side: one that a machine does not have is passed over there.
#include "sandbox/filter_rules.hpp"

#include <asm/ioctls.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <csignal>

#include <tactus/plugin.h>

namespace tactus {
namespace {

// Arguments of C's int: what the upper half of a register holds does not count.
constexpr std::uint64_t int_mask = 0xffffffff;
constexpr std::uint64_t all_bits = ~std::uint64_t{0};
constexpr std::uint64_t socket_type_mask = 0xf;  // without SOCK_CLOEXEC and SOCK_NONBLOCK

constexpr const char* memory_and_process[] = {"brk",
                                              "munmap",
                                              "mremap",
                                              "madvise",
                                              "exit",
                                              "exit_group",
                                              "getpid",
                                              "gettid",
                                              "getuid",
                                              "geteuid",
                                              "getgid",
                                              "getegid",
                                              "getuid32",
                                              "geteuid32",
                                              "getgid32",
                                              "getegid32",
                                              "getppid",
                                              "uname",
                                              "sysinfo",
                                              "getrusage",
                                              "getrlimit",
                                              "ugetrlimit",
                                              "sched_yield",
                                              "futex",
                                              "futex_time64",
                                              "set_robust_list",
                                              "rseq",
                                              "set_tid_address",
                                              "rt_sigaction",
                                              "rt_sigprocmask",
                                              "rt_sigreturn",
                                              "sigaction",
                                              "sigprocmask",
                                              "sigreturn",
                                              "sigaltstack",
                                              "wait4",
                                              "waitpid",
                                              "waitid",
                                              "restart_syscall",
                                              "getrandom",
                                              "membarrier",
                                              "sched_getaffinity"};

constexpr const char* time_and_waiting[] = {
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64",    "gettimeofday",
    "time",          "clock_nanosleep", "nanosleep",    "clock_nanosleep_time64", "poll",
    "ppoll",         "ppoll_time64"};

// Log files, drift file, dump files, source folders, the time zone: the core's own.
constexpr const char* files[] = {
    "open",       "openat",     "close",     "read",       "readv",       "pread64",   "write",    "writev",
    "pwrite64",   "lseek",      "_llseek",   "fstat",      "fstat64",     "stat",      "stat64",   "lstat",
    "lstat64",    "newfstatat", "fstatat64", "statx",      "fstatfs",     "fstatfs64", "access",   "faccessat",
    "faccessat2", "fsync",      "fdatasync", "ftruncate",  "ftruncate64", "fcntl",     "fcntl64",  "dup",
    "chmod",      "fchmod",     "fchmodat",  "unlink",     "unlinkat",    "rename",    "renameat", "renameat2",
    "readlink",   "readlinkat", "getdents",  "getdents64", "getcwd",      "umask"};

// Sockets that there are already, of the log and of the service manager too.
constexpr const char* sockets[] = {"connect", "send", "sendto", "sendmsg", "getsockopt", "getsockname"};

// What more those do who talk to others.
constexpr const char* network[] = {"bind",     "listen",     "accept",      "accept4",         "recv",
                                   "recvfrom", "recvmsg",    "recvmmsg",    "recvmmsg_time64", "sendmmsg",
                                   "shutdown", "setsockopt", "getpeername", "socketpair"};

constexpr const char* clock_calls[] = {"adjtimex",      "clock_adjtime",   "clock_adjtime64",
                                       "clock_settime", "clock_settime64", "settimeofday"};

constexpr const char* shared_memory[] = {"shmget", "shmat", "shmdt", "shmctl"};

constexpr const char* more_files[] = {"mkdir",     "mkdirat", "rmdir",     "link",   "linkat",  "symlink",
                                      "symlinkat", "flock",   "fallocate", "statfs", "statfs64"};

constexpr const char* device_calls[] = {"select", "_newselect", "pselect6", "pselect6_time64"};

// Groups of requests by their second byte: PTP clocks, pulses and real-time clocks, network devices.
constexpr std::uint64_t request_group_mask = 0xff00;
constexpr std::uint64_t device_groups[] = {0x3d00, 0x7000, 0x8900};
// Serial lines: settings, modem lines, counters. TIOCSTI, which types into a terminal, is not among them.
constexpr std::uint64_t serial_requests[] = {
    TCGETS,   TCSETS,   TCSETSW,  TCSETSF,  TCSBRK,   TCXONC,      TCFLSH,      TIOCEXCL,   TIOCMGET,   TIOCMBIS,
    TIOCMBIC, TIOCMSET, TIOCOUTQ, FIONREAD, TIOCSETD, TIOCGSERIAL, TIOCSSERIAL, TIOCMIWAIT, TIOCGICOUNT};
constexpr std::uint64_t set_vma = 0x53564d41;  // the C library names its memory areas with it

constexpr const char* refused[] = {"fork",
                                   "vfork",
                                   "execve",
                                   "execveat",
                                   "ptrace",
                                   "process_vm_readv",
                                   "process_vm_writev",
                                   "kcmp",
                                   "pidfd_getfd",
                                   "mount",
                                   "umount",
                                   "umount2",
                                   "move_mount",
                                   "open_tree",
                                   "fsopen",
                                   "fsmount",
                                   "mount_setattr",
                                   "pivot_root",
                                   "chroot",
                                   "unshare",
                                   "setns",
                                   "init_module",
                                   "finit_module",
                                   "delete_module",
                                   "kexec_load",
                                   "kexec_file_load",
                                   "reboot",
                                   "bpf",
                                   "perf_event_open",
                                   "userfaultfd",
                                   "add_key",
                                   "request_key",
                                   "keyctl",
                                   "swapon",
                                   "swapoff",
                                   "acct",
                                   "open_by_handle_at",
                                   "quotactl",
                                   "personality",
                                   "io_uring_setup",
                                   "iopl",
                                   "ioperm",
                                   "modify_ldt",
                                   "sethostname",
                                   "setdomainname",
                                   "syslog",
                                   "vhangup",
                                   "lookup_dcookie"};

using Rules = std::vector<tactus_filter_rule>;

void add(Rules& rules, std::uint32_t action, const char* call) { rules.push_back({call, action, 0, {}}); }

template <std::size_t Count>
void allow(Rules& rules, const char* const (&calls)[Count]) {
  for (const char* const call : calls) add(rules, TACTUS_FILTER_ALLOW, call);
}

void allow(Rules& rules, const char* call, tactus_filter_test test) {
  rules.push_back({call, TACTUS_FILTER_ALLOW, 1, {test, {}}});
}

constexpr tactus_filter_test argument(std::uint32_t number, std::uint64_t value, std::uint64_t mask = int_mask) {
  return {number, 0, mask, value};
}

void allow_socket(Rules& rules, int family) {
  for (const int type : {SOCK_DGRAM, SOCK_STREAM, SOCK_SEQPACKET}) {
    if (type == SOCK_SEQPACKET && family != AF_UNIX) continue;
    const auto family_value = static_cast<std::uint64_t>(family);
    const auto type_value = static_cast<std::uint64_t>(type);
    rules.push_back(
        {"socket", TACTUS_FILTER_ALLOW, 2, {argument(0, family_value), argument(1, type_value, socket_type_mask)}});
  }
}

void allow_request(Rules& rules, std::uint64_t request, std::uint64_t mask = int_mask) {
  allow(rules, "ioctl", argument(1, request, mask));
}

// Nothing becomes code any more: what has to be mapped was mapped before.
void allow_data_memory(Rules& rules) {
  for (const char* const call : {"mmap", "mmap2", "mprotect"}) {
    allow(rules, call, argument(2, 0, std::uint64_t{PROT_EXEC}));
  }
}

void allow_core(Rules& rules, const std::vector<pid_t>& children, pid_t self) {
  allow(rules, memory_and_process);
  allow_data_memory(rules);
  allow(rules, time_and_waiting);
  allow(rules, files);
  allow(rules, sockets);
  allow_socket(rules, AF_UNIX);        // log, service manager
  allow_request(rules, TCGETS);        // is it a terminal
  allow_request(rules, SIOCGIFINDEX);  // scope of an IPv6 address
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK}) {
    allow(rules, "prctl", argument(0, static_cast<std::uint64_t>(option)));
  }
  allow(rules, "prctl", argument(0, set_vma));
  allow(rules, "prlimit64", argument(2, 0, all_bits));  // reads only
  allow(rules, "tgkill", argument(0, static_cast<std::uint64_t>(self)));
  for (const pid_t child : children) allow(rules, "kill", argument(0, static_cast<std::uint64_t>(child)));
}

}  // namespace

std::uint32_t filter_penalty(int level) noexcept { return level < 0 ? TACTUS_FILTER_SIGNAL : TACTUS_FILTER_KILL; }

std::vector<tactus_filter_rule> allowed_calls(std::uint32_t needs, const std::vector<pid_t>& children, pid_t self) {
  const auto has = [needs](std::uint32_t bits) { return (needs & bits) != 0; };
  Rules rules;
  allow_core(rules, children, self);
  if (has(TACTUS_NEEDS_NET | TACTUS_NEEDS_UNIX | TACTUS_NEEDS_NET_RAW)) allow(rules, network);
  if (has(TACTUS_NEEDS_NET)) {
    allow_socket(rules, AF_INET);
    allow_socket(rules, AF_INET6);
    allow_request(rules, SIOCGIFFLAGS);
    allow_request(rules, SIOCGIFNAME);
  }
  if (has(TACTUS_NEEDS_CLOCK)) allow(rules, clock_calls);
  if (has(TACTUS_NEEDS_SHM)) allow(rules, shared_memory);
  if (has(TACTUS_NEEDS_FILES)) allow(rules, more_files);
  if (has(TACTUS_NEEDS_DEVICES)) {
    allow(rules, device_calls);
    // The list of network devices, which getifaddrs(3) asks the kernel for.
    rules.push_back({"socket", TACTUS_FILTER_ALLOW, 2, {argument(0, AF_NETLINK), argument(2, NETLINK_ROUTE)}});
    allow_request(rules, SIOCETHTOOL);  // speed of a link
    for (const std::uint64_t group : device_groups) allow_request(rules, group, request_group_mask);
    for (const std::uint64_t request : serial_requests) allow_request(rules, request);
  }
  return rules;
}

std::vector<tactus_filter_rule> refused_calls(std::uint32_t penalty) {
  Rules rules;
  for (const char* const call : refused) add(rules, penalty, call);
  // A new process; a thread is none. What clone3 is asked for stands in memory, where a filter does not see it.
  rules.push_back({"clone", penalty, 1, {argument(0, 0, std::uint64_t{CLONE_THREAD}), {}}});
  add(rules, TACTUS_FILTER_MISSING, "clone3");
  return rules;
}

}  // namespace tactus
