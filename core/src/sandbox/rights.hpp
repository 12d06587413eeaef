// SPDX-License-Identifier: Apache-2.0
// Giving up rights: change to a user that keeps only the capabilities which the loaded plugins declared; memory lock
// and real-time priority, which need rights to be had. Configuration specification, sections 12.1 (steps 9, 10)
// and 12.4.
#pragma once

#include <cstdint>

#include <tactus/result.hpp>

#include "sandbox/user.hpp"

namespace tactus {

// Capabilities for a union of TACTUS_NEEDS_* bits: bit n stands for capability n of capability.h. CAP_NET_RAW only
// before Linux 5.7 (binding to a device needs no right from there on); `release` is that of uname(2).
std::uint64_t capabilities_for(std::uint32_t needs, const char* release) noexcept;

// Changes to the user for good, without supplementary groups; of the capabilities only those of the mask stay,
// effective and permitted. For processes that were started as root. Error: the call that failed and why.
Result<void> become_user(const User& user, std::uint64_t capabilities);

// Keeps no capability at all; for helper processes.
Result<void> drop_all_capabilities();

// Locks all memory, now and later. Error: `setrlimit() failed`, `mlockall() failed`; nothing is locked then.
Result<void> lock_memory();

// SCHED_FIFO with a priority; 0 is nothing to do. TACTUS_E_INVALID: `Bad scheduler priority: N`, outside 1..99;
// TACTUS_E_SYSTEM: `pthread_setschedparam() failed`.
Result<void> set_scheduler_priority(int priority);

}  // namespace tactus
