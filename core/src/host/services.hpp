// SPDX-License-Identifier: Apache-2.0
// The table of services of one instance (host.h), and what its parts share: how instances, statuses and structures of
// different sizes cross the boundary.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string_view>

#include <tactus/host.h>
#include <tactus/result.hpp>

#include "host/instance.hpp"

namespace tactus {

// The whole table for an instance; context is the instance.
tactus_host make_services(Instance& instance);

namespace services {

void fill_log(tactus_host& table);
void fill_loop(tactus_host& table);
void fill_clock(tactus_host& table);
void fill_sources(tactus_host& table);
void fill_state(tactus_host& table);
void fill_control(tactus_host& table);

inline Instance& self(const tactus_host* host) noexcept { return *static_cast<Instance*>(host->context); }

void report_host_exception(Instance& instance, std::string_view what) noexcept;

// Runs a service; nothing that it throws crosses. Status services give TACTUS_E_INTERNAL then.
template <class Call>
tactus_status guarded(const tactus_host* host, Call call) noexcept {
  try {
    return call(self(host));
  } catch (const std::exception& failure) {
    report_host_exception(self(host), failure.what());
    return TACTUS_E_INTERNAL;
  } catch (...) {
    report_host_exception(self(host), "unknown exception");
    return TACTUS_E_INTERNAL;
  }
}
template <class Call>
void guarded_void(const tactus_host* host, Call call) noexcept {
  guarded(host, [&](Instance& instance) {
    call(instance);
    return TACTUS_OK;
  });
}

inline tactus_status to_status(const Result<void>& result, tactus_error* error) noexcept {
  if (result) return TACTUS_OK;
  put_error(error, result.failure().text);
  return result.failure().status;
}

// A structure as its writer's size says, the rest zero.
template <class Struct>
Struct widened(const Struct& in) noexcept {
  Struct out{};
  std::memcpy(&out, &in, std::min<std::size_t>(in.struct_size, sizeof out));
  return out;
}
// As much of `from` as the caller's structure holds; its struct_size stays the caller's.
template <class Struct>
void hand_back(Struct* to, const Struct& from) noexcept {
  constexpr std::size_t head = sizeof to->struct_size;
  if (to == nullptr || to->struct_size <= head) return;
  std::memcpy(reinterpret_cast<char*>(to) + head, reinterpret_cast<const char*>(&from) + head,
              std::min<std::size_t>(to->struct_size, sizeof from) - head);
}

}  // namespace services

}  // namespace tactus
