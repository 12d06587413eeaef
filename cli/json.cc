// SPDX-License-Identifier: Apache-2.0
#include "json.hpp"

#include <charconv>

namespace tactus::cli {

namespace {

constexpr int deepest = 16;

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::optional<Json> whole() {
    Json out;
    if (!value(out, 0)) return std::nullopt;
    skip_space();
    return at_ == text_.size() ? std::optional{std::move(out)} : std::nullopt;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  bool value(Json& out, int depth) {
    skip_space();
    if (at_ >= text_.size() || depth > deepest) return false;
    switch (text_[at_]) {
      case '{':
        return object(out, depth);
      case '[':
        return array(out, depth);
      case '"':
        out.kind = Json::Kind::text;
        return text(out.text);
      case 't':
        out.kind = Json::Kind::boolean;
        out.boolean = true;
        return word("true");
      case 'f':
        out.kind = Json::Kind::boolean;
        return word("false");
      case 'n':
        return word("null");
      default:
        return number(out);
    }
  }

  bool object(Json& out, int depth) {
    out.kind = Json::Kind::object;
    ++at_;
    if (take('}')) return true;
    do {
      std::string name;
      skip_space();
      if (at_ >= text_.size() || text_[at_] != '"' || !text(name) || !take(':')) return false;
      if (!value(out.members[name], depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool array(Json& out, int depth) {
    out.kind = Json::Kind::array;
    ++at_;
    if (take(']')) return true;
    do {
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool text(std::string& out) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (!escape(out)) return false;
    }
    return false;
  }

  bool escape(std::string& out) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = letters.find(c); i != std::string_view::npos) {
      out += meanings[i];
      return true;
    }
    unsigned code = 0;
    if (c != 'u' || at_ + 4 > text_.size()) return false;
    const auto result = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    if (result.ptr != text_.data() + at_ + 4) return false;
    at_ += 4;
    out += code < 0x80 ? static_cast<char>(code) : '?';  // the daemon escapes control characters only
    return true;
  }

  bool number(Json& out) {
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view("+-.0123456789eE").find(text_[at_]) != std::string_view::npos) ++at_;
    out.kind = Json::Kind::number;
    out.text = text_.substr(start, at_ - start);
    return at_ > start;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Json& Json::at(std::string_view name) const {
  static const Json none;
  const auto found = members.find(name);
  return found == members.end() ? none : found->second;
}

unsigned long long Json::number() const {
  unsigned long long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<Json> parse_json(std::string_view text) { return JsonReader(text).whole(); }

}  // namespace tactus::cli
