// SPDX-License-Identifier: Apache-2.0
// Giving up rights. The capability calls are made directly: their library would cost memory for two system calls.
#include "sandbox/rights.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include <tactus/plugin.h>

namespace tactus {
namespace {

constexpr int highest_priority = 99;

constexpr std::uint64_t bit(unsigned capability) { return std::uint64_t{1} << capability; }

bool device_binding_needs_right(std::string_view release) {
  int major = 0;
  int minor = 0;
  const char* const end = release.data() + release.size();
  const auto first = std::from_chars(release.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end) return true;
  if (std::from_chars(first.ptr + 1, end, minor).ec != std::errc{}) return true;
  return major < 5 || (major == 5 && minor < 7);
}

Result<void> set_capabilities(std::uint64_t mask) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; ++i) {
    data[i].effective = data[i].permitted = static_cast<std::uint32_t>(mask >> (32 * i));
  }
  if (::syscall(SYS_capset, &header, data) != 0) return error("capset() failed : {}", std::strerror(errno));
  return {};
}

// Asking for a capability that the process does not have is an error for the kernel; what is missing is simply not
// kept.
Result<std::uint64_t> permitted_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, data) != 0) return error("capget() failed : {}", std::strerror(errno));
  return std::uint64_t{data[0].permitted} | std::uint64_t{data[1].permitted} << 32;
}

}  // namespace

std::uint64_t capabilities_for(std::uint32_t needs, const char* release) noexcept {
  std::uint64_t mask = 0;
  if ((needs & TACTUS_NEEDS_CLOCK) != 0) mask |= bit(CAP_SYS_TIME);
  if ((needs & TACTUS_NEEDS_BIND_LOW) != 0) mask |= bit(CAP_NET_BIND_SERVICE);
  if ((needs & TACTUS_NEEDS_NET_RAW) != 0 && device_binding_needs_right(release)) mask |= bit(CAP_NET_RAW);
  return mask;
}

Result<void> become_user(const User& user, std::uint64_t capabilities) {
  const Result<std::uint64_t> permitted = permitted_capabilities();
  if (!permitted) return permitted.failure();
  // Permitted capabilities outlive the change of the user id only with this; the effective ones are cleared and set
  // again.
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return error("prctl() failed : {}", std::strerror(errno));
  if (::setgroups(0, nullptr) != 0) return error("setgroups() failed : {}", std::strerror(errno));
  if (::setresgid(user.gid, user.gid, user.gid) != 0) return error("setresgid() failed : {}", std::strerror(errno));
  if (::setresuid(user.uid, user.uid, user.uid) != 0) return error("setresuid() failed : {}", std::strerror(errno));
  if (auto set = set_capabilities(capabilities & *permitted); !set) return set;
  if (::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) return error("prctl() failed : {}", std::strerror(errno));
  return {};
}

Result<void> drop_all_capabilities() { return set_capabilities(0); }

Result<void> lock_memory() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  // Without it a later allocation would fail once the limit is reached.
  if (::setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0) return error("setrlimit() failed");
  if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) return error("mlockall() failed");
  return {};
}

Result<void> set_scheduler_priority(int priority) {
  if (priority == 0) return {};
  if (priority < 1 || priority > highest_priority) {
    return error_status(TACTUS_E_INVALID, "Bad scheduler priority: {}", priority);
  }
  sched_param parameters{};
  parameters.sched_priority = priority;
  if (::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &parameters) != 0) {
    return error("pthread_setschedparam() failed");
  }
  return {};
}

}  // namespace tactus
