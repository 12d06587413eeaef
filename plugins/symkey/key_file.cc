// SPDX-License-Identifier: Apache-2.0
// Parser of the key file, see key_file.hpp.
#include "key_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/core.h>
#include <tomcrypt.h>

namespace tactus::symkey {
namespace {

constexpr std::string_view blanks = " \t\r\v\f";

// Up to four words: three are the most that a line may have.
struct Words {
  std::array<std::string_view, 4> word;
  std::size_t count = 0;
};

Words split(std::string_view line) {
  Words out;
  while (out.count < out.word.size()) {
    const auto start = line.find_first_not_of(blanks);
    if (start == std::string_view::npos) break;
    const auto end = std::min(line.find_first_of(blanks, start), line.size());
    out.word[out.count++] = line.substr(start, end - start);
    line.remove_prefix(end);
  }
  return out;
}

// Plain decimal 1..2^32-1. chrony takes signs, zero and trailing letters as well: such ids name a key that nobody
// meant.
std::optional<std::uint32_t> parse_id(std::string_view word) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (error != std::errc{} || end != word.data() + word.size() || id == 0) return std::nullopt;
  return id;
}

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> decode_secret(std::string_view word) {
  std::vector<std::uint8_t> out;
  if (word.starts_with("HEX:")) {
    word.remove_prefix(4);
    if (word.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < word.size(); i += 2) {
      const auto high = hex_digit(word[i]);
      const auto low = hex_digit(word[i + 1]);
      if (!high || !low) return std::nullopt;
      out.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
    }
  } else {
    if (word.starts_with("ASCII:")) word.remove_prefix(6);
    out.assign(word.begin(), word.end());
  }
  if (out.empty()) return std::nullopt;
  return out;
}

void warn(std::vector<Message>& messages, std::string text) { messages.push_back({true, std::move(text)}); }

std::optional<Key> parse_line(std::string_view line, std::size_t number, std::string_view path,
                              std::vector<Message>& messages) {
  const Words words = split(line);
  const auto id = words.count == 2 || words.count == 3 ? parse_id(words.word[0]) : std::nullopt;
  if (!id || line.size() > max_line_length) {
    warn(messages, fmt::format("Could not parse key at line {} in file {}", number, path));
    return std::nullopt;
  }
  const std::string_view type = words.count == 3 ? words.word[1] : "MD5";
  const AlgorithmInfo* algorithm = find_algorithm(type);
  if (algorithm == nullptr) {
    warn(messages, fmt::format("Invalid type in key {}", *id));
    return std::nullopt;
  }
  auto secret = decode_secret(words.word[words.count - 1]);
  if (!secret) {
    warn(messages, fmt::format("Could not decode key {}", *id));
    return std::nullopt;
  }
  if (algorithm->cipher_key_size != 0 && secret->size() != algorithm->cipher_key_size) {
    warn(messages, fmt::format("Invalid length of {} key {} (expected {} bits)", algorithm->name, *id,
                               8 * algorithm->cipher_key_size));
    return std::nullopt;
  }
  return Key{*id, algorithm->algorithm, std::move(*secret)};
}

bool is_comment(std::string_view line) {
  const auto start = line.find_first_not_of(blanks);
  return start == std::string_view::npos || std::string_view{"!;#%"}.find(line[start]) != std::string_view::npos;
}

}  // namespace

KeyRing::KeyRing(KeyRing&& other) noexcept : keys_(std::exchange(other.keys_, {})) {}

KeyRing& KeyRing::operator=(KeyRing&& other) noexcept {
  if (this != &other) {
    wipe();
    keys_ = std::exchange(other.keys_, {});
  }
  return *this;
}

KeyRing::~KeyRing() { wipe(); }

void KeyRing::wipe() noexcept {
  for (Key& key : keys_) zeromem(key.secret.data(), key.secret.size());
  keys_.clear();
}

KeyRing KeyRing::parse(std::string_view text, std::string_view path, std::vector<Message>& messages) {
  KeyRing ring;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_comment(line)) continue;
    if (auto key = parse_line(line, number, path, messages)) ring.keys_.push_back(std::move(*key));
  }
  messages.push_back({false, fmt::format("Loaded {} symmetric keys", ring.keys_.size())});
  // Of keys with one id the first counts.
  std::ranges::stable_sort(ring.keys_, {}, &Key::id);
  for (std::size_t i = 1; i < ring.keys_.size();) {
    if (ring.keys_[i].id != ring.keys_[i - 1].id) {
      ++i;
      continue;
    }
    warn(messages, fmt::format("Detected duplicate key {}", ring.keys_[i].id));
    zeromem(ring.keys_[i].secret.data(), ring.keys_[i].secret.size());
    ring.keys_.erase(ring.keys_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return ring;
}

const Key* KeyRing::find(std::uint32_t id) const noexcept {
  const auto found = std::ranges::lower_bound(keys_, id, {}, &Key::id);
  return found != keys_.end() && found->id == id ? &*found : nullptr;
}

}  // namespace tactus::symkey
