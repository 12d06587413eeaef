// SPDX-License-Identifier: Apache-2.0
// Messages of the daemon: one sink chosen at start (stderr, syslog, file), levels, and rate limits for what a network
// can provoke. A Logger is an object of its daemon; nothing here is global.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <tactus/time.hpp>

namespace tactus {

enum class Level : std::uint8_t { debug, info, warning, error, fatal };

class Logger {
 public:
  // Receives each message that passes the level. Must not call the logger.
  using Sink = std::function<void(Level, std::string_view text)>;

  explicit Logger(Sink sink, Level minimum = Level::info) : sink_(std::move(sink)), minimum_(minimum) {}

  void set_sink(Sink sink) { sink_ = std::move(sink); }
  void set_minimum(Level minimum) noexcept { minimum_ = minimum; }
  [[nodiscard]] bool enabled(Level level) const noexcept { return level >= minimum_; }

  // Control characters are replaced by '?'.
  void write(Level level, std::string_view text);
  // At most 10 messages of a key at once, then one a minute, with a count of those held back. now: monotonic.
  void write_limited(Level level, std::string_view key, std::string_view text, MonoTime now);

  template <class... Args>
  void debug(fmt::format_string<Args...> f, Args&&... args) {
    put(Level::debug, f, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> f, Args&&... args) {
    put(Level::info, f, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> f, Args&&... args) {
    put(Level::warning, f, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> f, Args&&... args) {
    put(Level::error, f, std::forward<Args>(args)...);
  }
  // The caller ends the daemon; the logger only writes.
  template <class... Args>
  void fatal(fmt::format_string<Args...> f, Args&&... args) {
    put(Level::fatal, f, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void put(Level level, fmt::format_string<Args...> f, Args&&... args) {
    if (enabled(level)) write(level, fmt::format(f, std::forward<Args>(args)...));
  }
  struct Bucket {
    MonoTime refilled{};
    unsigned tokens = 0;
    std::uint64_t held_back = 0;
  };
  Sink sink_;
  Level minimum_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace tactus
