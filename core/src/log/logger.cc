// SPDX-License-Identifier: Apache-2.0
// Levels, cleaning of texts, and the rate limit of messages that a network can provoke.
#include "log/logger.hpp"

#include <algorithm>

namespace tactus {
namespace {

constexpr unsigned burst = 10;
constexpr Duration refill_interval = std::chrono::minutes(1);
constexpr std::size_t key_limit = 256;          // further keys share one bucket
constexpr std::size_t text_limit_bytes = 2048;  // of one message

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

void Logger::write(Level level, std::string_view text) {
  if (!enabled(level) || !sink_) return;
  if (text.size() <= text_limit_bytes && std::none_of(text.begin(), text.end(), is_control)) {
    sink_(level, text);
    return;
  }
  std::string clean(text.substr(0, text_limit_bytes));
  std::replace_if(clean.begin(), clean.end(), is_control, '?');
  sink_(level, clean);
}

void Logger::write_limited(Level level, std::string_view key, std::string_view text, MonoTime now) {
  if (!enabled(level)) return;
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    const bool full = buckets_.size() >= key_limit;
    found = buckets_.try_emplace(full ? std::string() : std::string(key), Bucket{now, burst, 0}).first;
  }
  Bucket& bucket = found->second;
  if (bucket.tokens >= burst) bucket.refilled = now;
  if (const auto due = (now - bucket.refilled) / refill_interval; due > 0) {
    bucket.tokens = static_cast<unsigned>(std::min<std::int64_t>(bucket.tokens + due, burst));
    bucket.refilled += due * refill_interval;
  }
  if (bucket.tokens == 0) {
    ++bucket.held_back;
    return;
  }
  --bucket.tokens;
  if (bucket.held_back == 0) {
    write(level, text);
  } else {
    write(level, fmt::format("{} ({} similar messages held back)", text, bucket.held_back));
    bucket.held_back = 0;
  }
}

}  // namespace tactus
