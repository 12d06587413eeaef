// SPDX-License-Identifier: Apache-2.0
// The key file (authentication specification, section 1): text in, keys and messages out. No I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mac.hpp"

namespace tactus::symkey {

inline constexpr std::size_t max_line_length = 2047;

struct Key {
  std::uint32_t id = 0;  // 1..4294967295
  Algorithm algorithm = Algorithm::md5;
  std::vector<std::uint8_t> secret;
};

struct Message {
  bool warning;  // else information
  std::string text;
};

// The keys of one file, ascending by id, each id once. Secrets are wiped when the object ends.
class KeyRing {
 public:
  KeyRing() = default;
  KeyRing(KeyRing&& other) noexcept;
  KeyRing& operator=(KeyRing&& other) noexcept;
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;
  ~KeyRing();

  // path is for messages only. Lines that cannot be used are reported and skipped.
  static KeyRing parse(std::string_view text, std::string_view path, std::vector<Message>& messages);

  [[nodiscard]] const Key* find(std::uint32_t id) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

 private:
  void wipe() noexcept;
  std::vector<Key> keys_;
};

}  // namespace tactus::symkey
