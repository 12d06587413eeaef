// SPDX-License-Identifier: Apache-2.0
// The host's services as C++ objects: log with formatting, timers and watches that end with their owner, clock
// readings.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <fmt/core.h>
#include <tactus/plugin.h>
#include <tactus/result.hpp>
#include <tactus/time.hpp>

namespace tactus {

// Thrown by constructors and start() of instances that cannot go on.
struct Failure : std::exception {
  explicit Failure(Error what) : failure(std::move(what)) {}
  [[nodiscard]] const char* what() const noexcept override { return failure.text.c_str(); }
  Error failure;
};
template <class... Args>
[[noreturn]] void fail(tactus_status status, fmt::format_string<Args...> format, Args&&... args) {
  throw Failure(Error{fmt::format(format, std::forward<Args>(args)...), status});
}

// Copies into a fixed field of a report row, cut to fit, NUL-terminated.
template <std::size_t Size>
void copy_text(char (&to)[Size], std::string_view text) {
  const std::size_t length = text.size() < Size - 1 ? text.size() : Size - 1;
  for (std::size_t i = 0; i < length; ++i) to[i] = text[i];
  for (std::size_t i = length; i < Size; ++i) to[i] = '\0';
}

inline void set_error(tactus_error* to, std::string_view text) {
  if (to != nullptr && TACTUS_COVERS(tactus_error, to, text)) copy_text(to->text, text);
}

// Runs code at the boundary: nothing that it throws crosses.
template <class Call>
tactus_status guarded(tactus_error* to, Call call) noexcept {
  try {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return TACTUS_OK;
    } else {
      return call();
    }
  } catch (const Failure& failure) {
    set_error(to, failure.failure.text);
    return failure.failure.status;
  } catch (const std::exception& exception) {
    set_error(to, exception.what());
    return TACTUS_E_INTERNAL;
  } catch (...) {
    set_error(to, "unknown exception");
    return TACTUS_E_INTERNAL;
  }
}
// Turns a Result<void> into a status and its text.
inline tactus_status to_status(const Result<void>& result, tactus_error* to) {
  if (result) return TACTUS_OK;
  set_error(to, result.failure().text);
  return result.failure().status;
}

// A descriptor that closes with its owner. -1: none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset(int fd = -1) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

// One reading of all three scales.
struct Now {
  MonoTime monotonic;
  RawTime raw;
  Instant corrected;
  double error_s;
};
inline Now to_now(const tactus_instant& in) {
  return {from_ns<MonoTime>(in.monotonic_ns), from_ns<RawTime>(in.raw_ns), from_ns<Instant>(in.corrected_ns),
          in.error_s};
}

enum class LogLevel : std::uint32_t {
  debug = TACTUS_LOG_DEBUG,
  info = TACTUS_LOG_INFO,
  warning = TACTUS_LOG_WARNING,
  error = TACTUS_LOG_ERROR,
  fatal = TACTUS_LOG_FATAL
};

// A view of the host; copies are cheap and refer to the same services.
class Host {
 public:
  explicit Host(const tactus_host* host) : host_(host) {}
  [[nodiscard]] const tactus_host* raw() const noexcept { return host_; }

  template <class... Args>
  void log(LogLevel level, fmt::format_string<Args...> f, Args&&... args) const {
    host_->log(host_, static_cast<std::uint32_t>(level), fmt::format(f, std::forward<Args>(args)...).c_str());
  }
  template <class... Args>
  void info(fmt::format_string<Args...> f, Args&&... args) const {
    log(LogLevel::info, f, std::forward<Args>(args)...);
  }
  template <class... Args>
  void debug(fmt::format_string<Args...> f, Args&&... args) const {
    log(LogLevel::debug, f, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> f, Args&&... args) const {
    log(LogLevel::warning, f, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> f, Args&&... args) const {
    log(LogLevel::error, f, std::forward<Args>(args)...);
  }
  // For what a network can provoke; key groups messages that share one budget.
  template <class... Args>
  void log_limited(LogLevel level, const char* key, fmt::format_string<Args...> f, Args&&... args) const {
    host_->log_limited(host_, static_cast<std::uint32_t>(level), key,
                       fmt::format(f, std::forward<Args>(args)...).c_str());
  }
  [[nodiscard]] std::uint64_t& drop_counter(const char* stage, const char* reason) const {
    return *host_->drop_counter(host_, stage, reason);
  }

  [[nodiscard]] Now now() const {
    tactus_instant out{};
    host_->now(host_, &out);
    return to_now(out);
  }
  [[nodiscard]] Now event() const {
    tactus_instant out{};
    host_->event(host_, &out);
    return to_now(out);
  }
  [[nodiscard]] Instant correct(RawTime raw, double* error_s = nullptr) const {
    return from_ns<Instant>(host_->correct(host_, to_ns(raw), error_s));
  }
  [[nodiscard]] double clock_precision_s() const { return host_->clock_precision(host_); }
  [[nodiscard]] tactus_reference reference(Instant at) const {
    tactus_reference out{};
    out.struct_size = sizeof(out);
    host_->reference(host_, to_ns(at), &out);
    return out;
  }
  template <class Unsigned>
  [[nodiscard]] Unsigned random() const {
    Unsigned out;
    host_->random(host_, &out, sizeof(out));
    return out;
  }
  void random(std::span<std::uint8_t> out) const {
    host_->random(host_, out.data(), static_cast<std::uint32_t>(out.size()));
  }
  [[nodiscard]] std::uint32_t run_flags() const { return host_->run_flags(host_); }

 private:
  const tactus_host* host_;
};

// A one-shot timer that stops with its owner. Its callback may start it again. Not movable: the host knows its address.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }
  void start(const Host& host, MonoTime when, std::function<void()> call) {
    stop();
    host_ = host.raw();
    call_ = std::move(call);
    const tactus_status status = host_->timer_start(host_, to_ns(when), &Timer::fired, this, &id_);
    TACTUS_ASSERT(status == TACTUS_OK);
  }
  void stop() noexcept {
    if (id_ != 0) host_->timer_stop(host_, std::exchange(id_, 0));
  }
  [[nodiscard]] bool running() const noexcept { return id_ != 0; }

 private:
  static void fired(void* user) noexcept {
    auto* self = static_cast<Timer*>(user);
    self->id_ = 0;
    const tactus_host* host = self->host_;
    auto call = self->call_;  // a copy: the callback may start the timer anew or destroy it
    tactus_error error{sizeof(tactus_error), 0, {}};
    if (guarded(&error, [&] { call(); }) != TACTUS_OK) host->log(host, TACTUS_LOG_ERROR, error.text);
  }
  const tactus_host* host_ = nullptr;
  std::uint64_t id_ = 0;
  std::function<void()> call_;
};

// Watches a descriptor until it is destroyed. events: TACTUS_WATCH_* bits. Destroy it before closing the descriptor.
class Watch {
 public:
  Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { stop(); }
  void start(const Host& host, int fd, std::uint32_t events, std::function<void(std::uint32_t)> call) {
    stop();
    host_ = host.raw();
    call_ = std::make_shared<std::function<void(std::uint32_t)>>(std::move(call));
    const tactus_status status = host_->watch(host_, fd, events, &Watch::ready, this, &id_);
    TACTUS_ASSERT(status == TACTUS_OK);
  }
  void set_events(std::uint32_t events) const {
    if (id_ != 0) host_->watch_events(host_, id_, events);
  }
  void stop() noexcept {
    if (id_ != 0) host_->unwatch(host_, std::exchange(id_, 0));
  }

 private:
  static void ready(void* user, std::int32_t, std::uint32_t events) noexcept {
    auto* self = static_cast<Watch*>(user);
    const tactus_host* host = self->host_;
    auto call = self->call_;  // kept alive while it runs, even when it destroys the watch
    tactus_error error{sizeof(tactus_error), 0, {}};
    if (guarded(&error, [&] { (*call)(events); }) != TACTUS_OK) host->log(host, TACTUS_LOG_ERROR, error.text);
  }
  const tactus_host* host_ = nullptr;
  std::uint64_t id_ = 0;
  std::shared_ptr<std::function<void(std::uint32_t)>> call_;
};

}  // namespace tactus
