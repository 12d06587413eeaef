// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or what failed and what would help. For failures of the world; a programmer's mistake is a
// TACTUS_ASSERT, bad input is counted and dropped.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include <fmt/core.h>
#include <tactus/abi.h>

namespace tactus {

struct [[nodiscard]] Error {
  std::string text;  // place, cause and remedy, one line
  tactus_status status = TACTUS_E_SYSTEM;
};

// error("cannot open {}: {}", path, reason)
template <class... Args>
Error error(fmt::format_string<Args...> format, Args&&... args) {
  return Error{fmt::format(format, std::forward<Args>(args)...)};
}
template <class... Args>
Error error_status(tactus_status status, fmt::format_string<Args...> format, Args&&... args) {
  return Error{fmt::format(format, std::forward<Args>(args)...), status};
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Result(Error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& failure() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Success without a value.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error failure) : failure_(std::move(failure)), ok_(false) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }
  [[nodiscard]] const Error& failure() const { return failure_; }

 private:
  Error failure_;
  bool ok_ = true;
};

[[noreturn]] inline void assertion_failed(const char* what, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
  std::abort();
}

}  // namespace tactus

// A programmer's mistake stops the program in every build.
#define TACTUS_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::tactus::assertion_failed(#condition, __FILE__, __LINE__))
