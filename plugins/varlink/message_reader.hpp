// SPDX-License-Identifier: Apache-2.0
// Varlink's framing: JSON objects, each with a NUL byte behind it. Incremental; bounds the length, the depth and the
// time of a message before anybody parses it. Does no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tactus/bytes.hpp>
#include <tactus/time.hpp>

namespace tactus::varlink {

struct ReaderLimits {
  std::size_t bytes = 65536;                 // of a message
  unsigned depth = 16;                       // of objects and arrays in one another
  Duration time = std::chrono::seconds(10);  // from a message's first byte to its NUL
};

class MessageReader {
 public:
  enum class Fault : std::uint8_t { none, too_long, too_deep, timed_out };

  explicit MessageReader(ReaderLimits limits = {}) : limits_(limits) {}

  // Takes bytes. Those behind a complete message wait for next(). After a fault nothing is taken any more.
  void feed(Bytes bytes, MonoTime now);
  [[nodiscard]] bool complete() const noexcept { return end_.has_value(); }
  // The complete message, without its NUL. Valid until the next call of feed() or next().
  [[nodiscard]] std::string_view message() const;
  // Forgets the complete message and looks at what came behind it, whose time begins now.
  void next(MonoTime now);

  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  // When an incomplete message becomes a fault; empty: none is under way.
  [[nodiscard]] std::optional<MonoTime> deadline() const;
  void on_deadline();

 private:
  void scan();
  void count_depth(char c);

  ReaderLimits limits_;
  std::string buffer_;
  std::size_t scanned_ = 0;         // bytes of buffer_ that were looked at
  std::optional<std::size_t> end_;  // where the NUL is
  MonoTime begun_{};
  unsigned depth_ = 0;
  bool in_text_ = false;
  bool escaped_ = false;
  Fault fault_ = Fault::none;
};

const char* fault_name(MessageReader::Fault fault);

}  // namespace tactus::varlink
