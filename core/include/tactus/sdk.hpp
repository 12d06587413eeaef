// SPDX-License-Identifier: Apache-2.0
// C++20 comfort over the plugin ABI, header only. A complete reference clock driver:
//
//   class Counter final : public tactus::Refclock {
//    public:
//     Counter(tactus::RefclockHost host, const tactus::Options& options) : Refclock(host) { ... }
//     void poll() { host().sample({.when = ..., .offset_s = ...}); }   // optional
//   };
//   TACTUS_PLUGIN("counter", "1.0.0", "Time interval counter", "MIT", tactus::refclock<Counter>("counter"))
//
// A constructor or start() that cannot go on throws tactus::Failure; nothing else may leave a plugin, and what does is
// caught at the boundary and becomes TACTUS_E_INTERNAL with its text.
#pragma once

#include <tactus/plugin.h>
#include <tactus/reports.h>
#include <tactus/bytes.hpp>
#include <tactus/result.hpp>
#include <tactus/sdk/declare.hpp>
#include <tactus/sdk/host.hpp>
#include <tactus/sdk/options.hpp>
#include <tactus/sdk/providers.hpp>
#include <tactus/time.hpp>
