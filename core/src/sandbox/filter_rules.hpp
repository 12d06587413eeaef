// SPDX-License-Identifier: Apache-2.0
// Which system calls a daemon needs: its own, and those that the loaded plugins declared with TACTUS_NEEDS_*.
// Configuration specification, section 10.1 (-F).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "sandbox/filter_module.h"

namespace tactus {

// What a call that is not allowed costs at a level (-2..2, not 0): positive the process, negative a signal.
std::uint32_t filter_penalty(int level) noexcept;

// Level 1: what is needed and nothing else; `otherwise` is the penalty. `needs` are TACTUS_NEEDS_* bits. `children` are
// the processes that the daemon may end. `self` is the caller's process id, for a signal to itself.
std::vector<tactus_filter_rule> allowed_calls(std::uint32_t needs, const std::vector<pid_t>& children, pid_t self);

// Level 2: what no time daemon ever does (new processes, other programs, tracing, mounts, the kernel itself);
// `otherwise` is to allow. Holds for a helper process too, which needs more than the daemon.
std::vector<tactus_filter_rule> refused_calls(std::uint32_t penalty);

}  // namespace tactus
