// SPDX-License-Identifier: Apache-2.0
// The tokens of a date and the tables of its words (client specification 9.1).
#include "date_words.hpp"

#include <algorithm>
#include <string>

namespace tactus::cli {

namespace {

constexpr std::size_t longest_word = 19;
constexpr long largest_number = 999'999'999;

struct Word {
  std::string_view text;
  TokenKind kind;
  long value;
  TimeUnit unit = TimeUnit::second;
};

constexpr Word meridians[] = {
    {"am", TokenKind::meridian, static_cast<long>(Meridian::am)},
    {"a.m.", TokenKind::meridian, static_cast<long>(Meridian::am)},
    {"pm", TokenKind::meridian, static_cast<long>(Meridian::pm)},
    {"p.m.", TokenKind::meridian, static_cast<long>(Meridian::pm)},
};
constexpr Word calendar[] = {
    {"january", TokenKind::month, 1},   {"february", TokenKind::month, 2},   {"march", TokenKind::month, 3},
    {"april", TokenKind::month, 4},     {"may", TokenKind::month, 5},        {"june", TokenKind::month, 6},
    {"july", TokenKind::month, 7},      {"august", TokenKind::month, 8},     {"september", TokenKind::month, 9},
    {"sept", TokenKind::month, 9},      {"october", TokenKind::month, 10},   {"november", TokenKind::month, 11},
    {"december", TokenKind::month, 12}, {"sunday", TokenKind::weekday, 0},   {"monday", TokenKind::weekday, 1},
    {"tuesday", TokenKind::weekday, 2}, {"tues", TokenKind::weekday, 2},     {"wednesday", TokenKind::weekday, 3},
    {"wednes", TokenKind::weekday, 3},  {"thursday", TokenKind::weekday, 4}, {"thur", TokenKind::weekday, 4},
    {"thurs", TokenKind::weekday, 4},   {"friday", TokenKind::weekday, 5},   {"saturday", TokenKind::weekday, 6},
};
// Hours east of UTC; a DAYZONE stands in the table without its summer hour.
struct Zone {
  std::string_view text;
  int east;
  bool summer;
};
constexpr Zone zones[] = {
    {"gmt", 0, false},  {"ut", 0, false},    {"utc", 0, false},    {"wet", 0, false},   {"bst", 0, true},
    {"wat", -1, false}, {"at", -2, false},   {"ast", -4, false},   {"adt", -4, true},   {"est", -5, false},
    {"edt", -5, true},  {"cst", -6, false},  {"cdt", -6, true},    {"mst", -7, false},  {"mdt", -7, true},
    {"pst", -8, false}, {"pdt", -8, true},   {"yst", -9, false},   {"ydt", -9, true},   {"hst", -10, false},
    {"hdt", -10, true}, {"cat", -10, false}, {"ahst", -10, false}, {"nt", -11, false},  {"idlw", -12, false},
    {"cet", 1, false},  {"met", 1, false},   {"mewt", 1, false},   {"mest", 1, true},   {"mesz", 1, true},
    {"swt", 1, false},  {"sst", 1, true},    {"fwt", 1, false},    {"fst", 1, true},    {"eet", 2, false},
    {"bt", 3, false},   {"zp4", 4, false},   {"zp5", 5, false},    {"zp6", 6, false},   {"wast", 7, false},
    {"wadt", 7, true},  {"cct", 8, false},   {"jst", 9, false},    {"east", 10, false}, {"eadt", 10, true},
    {"gst", 10, false}, {"nzt", 12, false},  {"nzst", 12, false},  {"nzdt", 12, true},  {"idle", 12, false},
};
constexpr Word unit_words[] = {
    {"year", TokenKind::unit, 1, TimeUnit::year},      {"month", TokenKind::unit, 1, TimeUnit::month},
    {"fortnight", TokenKind::unit, 14, TimeUnit::day}, {"week", TokenKind::unit, 7, TimeUnit::day},
    {"day", TokenKind::unit, 1, TimeUnit::day},        {"hour", TokenKind::unit, 1, TimeUnit::hour},
    {"minute", TokenKind::unit, 1, TimeUnit::minute},  {"min", TokenKind::unit, 1, TimeUnit::minute},
    {"second", TokenKind::unit, 1, TimeUnit::second},  {"sec", TokenKind::unit, 1, TimeUnit::second},
};
constexpr Word relative_words[] = {
    {"tomorrow", TokenKind::unit, 1440, TimeUnit::minute},
    {"yesterday", TokenKind::unit, -1440, TimeUnit::minute},
    {"today", TokenKind::unit, 0, TimeUnit::minute},
    {"now", TokenKind::unit, 0, TimeUnit::minute},
    {"this", TokenKind::unit, 0, TimeUnit::minute},
    {"last", TokenKind::number, -1},
    {"next", TokenKind::number, 1},
    {"first", TokenKind::number, 1},
    {"third", TokenKind::number, 3},
    {"fourth", TokenKind::number, 4},
    {"fifth", TokenKind::number, 5},
    {"sixth", TokenKind::number, 6},
    {"seventh", TokenKind::number, 7},
    {"eighth", TokenKind::number, 8},
    {"ninth", TokenKind::number, 9},
    {"tenth", TokenKind::number, 10},
    {"eleventh", TokenKind::number, 11},
    {"twelfth", TokenKind::number, 12},
    {"ago", TokenKind::ago, 1},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

template <std::size_t Size>
std::optional<Token> find(const Word (&table)[Size], std::string_view word) {
  for (const Word& entry : table) {
    if (entry.text == word) return Token{entry.kind, entry.value, entry.unit};
  }
  return std::nullopt;
}

std::optional<Token> find_zone(std::string_view word) {
  for (const Zone& zone : zones) {
    if (zone.text == word) return Token{zone.summer ? TokenKind::day_zone : TokenKind::zone, -60L * zone.east};
  }
  return std::nullopt;
}

std::optional<Token> find_letter_zone(std::string_view word) {
  if (word.size() != 1 || !is_letter(word[0]) || word[0] == 'j') return std::nullopt;
  const char c = word[0];
  int east = 0;
  if (c <= 'i') {
    east = -(c - 'a' + 1);
  } else if (c <= 'm') {
    east = -(c - 'k' + 10);
  } else if (c <= 'y') {
    east = c - 'n' + 1;
  }
  return Token{TokenKind::zone, -60L * east};
}

// The first match in the order of the specification's table.
std::optional<Token> find_word(std::string word) {
  if (auto token = find(meridians, word)) return token;
  if (word.size() == 4 && word[3] == '.') word.pop_back();
  for (const Word& entry : calendar) {
    const bool same = word.size() == 3 ? entry.text.substr(0, 3) == word : entry.text == word;
    if (same) return Token{entry.kind, entry.value};
  }
  if (auto token = find_zone(word)) return token;
  if (word == "dst") return Token{TokenKind::dst, 0};
  if (auto token = find(unit_words, word)) return token;
  if (word.ends_with('s')) {
    if (auto token = find(unit_words, std::string_view(word).substr(0, word.size() - 1))) return token;
  }
  if (auto token = find(relative_words, word)) return token;
  if (auto token = find_letter_zone(word)) return token;
  std::string dotless = word;
  std::erase(dotless, '.');
  return dotless != word ? find_zone(dotless) : std::nullopt;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::optional<std::vector<Token>> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_space(c)) {
        ++at_;
      } else if (c == '(') {
        skip_comment();
      } else if (is_digit(c) || c == '+' || c == '-') {
        if (!number()) return std::nullopt;
      } else if (is_letter(c) || c == '.') {
        if (!word()) return std::nullopt;
      } else {
        tokens_.push_back({TokenKind::character, c});
        ++at_;
      }
    }
    return tokens_;
  }

 private:
  void skip_comment() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) return;
    }
  }
  bool number() {
    long sign = 0;
    if (!is_digit(text_[at_])) {
      sign = text_[at_] == '-' ? -1 : 1;
      ++at_;
      if (at_ >= text_.size() || !is_digit(text_[at_])) return true;  // a sign alone means nothing
    }
    long value = 0;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      value = value * 10 + (text_[at_] - '0');
      if (value > largest_number) return false;
    }
    tokens_.push_back({sign == 0 ? TokenKind::number : TokenKind::signed_number, sign < 0 ? -value : value});
    return true;
  }
  bool word() {
    std::string out;
    for (; at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '.'); ++at_) {
      const char c = text_[at_];
      if (out.size() < longest_word) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    const auto token = find_word(out);
    if (token) tokens_.push_back(*token);
    return token.has_value();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::optional<std::vector<Token>> tokenize_date(std::string_view text) { return Tokenizer(text).run(); }

}  // namespace tactus::cli
