// SPDX-License-Identifier: Apache-2.0
// Scanners of values (configuration specification, section 1.3).
#include "config/scan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>

#include "config/declarations.hpp"
#include "config/words.hpp"

namespace tactus::config {

namespace {

// No number of a configuration is longer; what is longer is not looked at.
constexpr std::size_t longest_number = 512;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Sign and magnitude; false when there are no digits or the number does not fit a signed 64-bit integer.
bool read_decimal(std::string_view text, std::size_t* used, bool* negative, std::uint64_t* magnitude) {
  std::size_t at = 0;
  *negative = false;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) *negative = text[at++] == '-';
  const std::size_t first = at;
  std::uint64_t number = 0;
  const std::uint64_t limit = static_cast<std::uint64_t>(INT64_MAX) + (*negative ? 1 : 0);
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    if (number > (limit - digit) / 10) return false;
    number = number * 10 + digit;
  }
  if (at == first) return false;
  *used = at;
  *magnitude = number;
  return true;
}

}  // namespace

ValueFault scan_integer(const tactus_field& field, std::string_view text, std::size_t* used, std::int64_t* number) {
  bool negative = false;
  std::uint64_t magnitude = 0;
  if (!read_decimal(text, used, &negative, &magnitude)) return ValueFault::syntax;
  double value = 0;
  if (negative && magnitude != 0 && (field.flags & TACTUS_FIELD_WRAP) != 0) {
    constexpr std::uint64_t word = std::uint64_t{1} << 32;
    if (field.maximum < static_cast<double>(word)) {
      if (magnitude >= word) return ValueFault::range;
      *number = static_cast<std::int64_t>(word - magnitude);
      value = static_cast<double>(*number);
    } else {
      value = static_cast<double>(0 - magnitude);  // modulo 2^64: far above every maximum
      *number = INT64_MAX;
    }
  } else {
    *number = negative ? static_cast<std::int64_t>(0 - magnitude) : static_cast<std::int64_t>(magnitude);
    value = static_cast<double>(*number);
  }
  if (value >= field.minimum && value <= field.maximum) return ValueFault::none;
  if ((field.flags & TACTUS_FIELD_CLAMP) == 0) return ValueFault::range;
  *number = static_cast<std::int64_t>(std::clamp(value, field.minimum, field.maximum));
  return ValueFault::none;
}

ValueFault scan_real(const tactus_field& field, std::string_view text, std::size_t* used, double* number) {
  const std::string word{first_word(text).substr(0, longest_number)};
  int length = 0;
  double value = 0;
  if (std::sscanf(word.c_str(), "%lf%n", &value, &length) != 1 || length <= 0) return ValueFault::syntax;
  if (std::isnan(value)) return ValueFault::syntax;
  if (value < field.minimum || value > field.maximum) {
    if ((field.flags & TACTUS_FIELD_CLAMP) == 0) return ValueFault::range;
    value = std::clamp(value, field.minimum, field.maximum);
  }
  *used = static_cast<std::size_t>(length);
  *number = value;
  return ValueFault::none;
}

ValueFault scan_hex(const tactus_field& field, std::string_view text, std::size_t* used, std::int64_t* number) {
  std::size_t at = text.size() > 2 && text[0] == '0' && to_lower(text[1]) == 'x' && hex_digit(text[2]) >= 0 ? 2 : 0;
  const std::size_t first = at;
  std::int64_t value = 0;
  for (; at < text.size() && hex_digit(text[at]) >= 0; ++at) {
    if (value >> 56 != 0) return ValueFault::range;
    value = value * 16 + hex_digit(text[at]);
  }
  if (at == first) return ValueFault::syntax;
  if (static_cast<double>(value) < field.minimum || static_cast<double>(value) > field.maximum) {
    return ValueFault::range;
  }
  bool allowed = field.choice_count == 0;
  for (std::uint32_t i = 0; i < field.choice_count && !allowed; ++i) {
    allowed = std::strtoll(field.choices[i], nullptr, 16) == value;
  }
  if (!allowed) return ValueFault::range;
  *used = at;
  *number = value;
  return ValueFault::none;
}

std::uint32_t find_choice(const tactus_field& field, std::string_view word) {
  for (std::uint32_t i = 0; i < field.choice_count; ++i) {
    const bool same =
        (field.flags & TACTUS_FIELD_CASE) != 0 ? word == field.choices[i] : same_word(word, field.choices[i]);
    if (same) return i;
  }
  return field.choice_count;
}

ValueFault scan_choice(const tactus_field& field, std::string_view text, std::size_t* used, std::uint32_t* choice) {
  std::size_t longest = 0;
  for (std::uint32_t i = 0; i < field.choice_count; ++i) longest = std::max(longest, std::strlen(field.choices[i]));
  const std::string_view word = first_word(text).substr(0, longest);
  const std::uint32_t found = find_choice(field, word);
  if (found == field.choice_count) return ValueFault::syntax;
  *used = word.size();
  *choice = found;
  return ValueFault::none;
}

ValueFault scan_refid(std::string_view text, std::size_t* used, std::uint32_t* refid) {
  const std::string_view word = first_word(text);
  if (word.empty() || word.size() > 4) return ValueFault::range;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | (i < word.size() ? static_cast<std::uint8_t>(word[i]) : 0U);
  }
  *used = word.size();
  *refid = value;
  return ValueFault::none;
}

}  // namespace tactus::config
