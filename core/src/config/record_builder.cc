// SPDX-License-Identifier: Apache-2.0
// Records from names and values: strict setters with errors that say what is expected, and the options of reference
// clock drivers (configuration specification, section 6).
#include <cmath>
#include <limits>

#include "config/declarations.hpp"
#include "config/record.hpp"
#include "config/words.hpp"

namespace tactus::config {

namespace {

std::string number_text(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:g}", value);
}

// "from 0 to 65535", "at least 1", or "" when there are no limits worth naming.
std::string limits(const tactus_field& field) {
  constexpr double huge = 9e15;
  const bool low = field.minimum > -huge;
  const bool high = field.maximum < huge;
  if (low && high) return fmt::format(" from {} to {}", number_text(field.minimum), number_text(field.maximum));
  if (low) return fmt::format(" of at least {}", number_text(field.minimum));
  if (high) return fmt::format(" of at most {}", number_text(field.maximum));
  return "";
}

std::string choices(const tactus_field& field) {
  std::string out;
  for (std::uint32_t i = 0; i < field.choice_count; ++i) out += (i == 0 ? "" : ", ") + std::string{field.choices[i]};
  return out;
}

std::string expected(const tactus_field& field) {
  const std::string unit = field.unit != nullptr && *field.unit != '\0' ? fmt::format(" ({})", field.unit) : "";
  switch (field.type) {
    case TACTUS_TYPE_FLAG:
      return "true or false";
    case TACTUS_TYPE_INTEGER:
      return "a whole number" + limits(field) + unit;
    case TACTUS_TYPE_REAL:
      return "a number" + limits(field) + unit;
    case TACTUS_TYPE_ENUM:
      return "one of " + choices(field);
    case TACTUS_TYPE_ADDRESS:
      return "an IPv4 or IPv6 address";
    case TACTUS_TYPE_REFID:
      return "1 to 4 characters";
    case TACTUS_TYPE_HEX:
      return field.choice_count > 0 ? "one of " + choices(field) : "a hexadecimal number";
    case TACTUS_TYPE_SUBNET:
      return "an address, a network such as 192.0.2.0/24 or 2001:db8::/32, or `all`";
    case TACTUS_TYPE_WORDS:
      if (field.choice_count > 0) return "one of " + choices(field);
      return (field.flags & TACTUS_FIELD_NUMBERS) != 0 ? "whole numbers" + limits(field) : "words";
    default:
      return "a word";
  }
}

bool truth(std::string_view word, bool* on) {
  for (const char* yes : {"true", "yes", "on", "1"}) {
    if (same_word(word, yes)) return *on = true;
  }
  for (const char* no : {"false", "no", "off", "0"}) {
    if (same_word(word, no)) {
      *on = false;
      return true;
    }
  }
  return false;
}

}  // namespace

Result<void> RecordBuilder::set(std::string_view name, std::string_view word, const Resolve& resolve) {
  const tactus_directive& directive = record_->directive();
  const std::uint32_t index = field_index(directive, name);
  if (index == directive.field_count) {
    const std::string near = nearest_field(directive, name);
    return error_status(TACTUS_E_INVALID, "`{}` is no option of {}{}", name, directive.keyword,
                        near.empty() ? "" : fmt::format(", did you mean `{}`?", near));
  }
  return set(index, word, resolve);
}

Result<void> RecordBuilder::set(std::uint32_t index, std::string_view word, const Resolve& resolve) {
  const tactus_field& field = field_at(record_->directive(), index);
  const auto refuse = [&] {
    return error_status(TACTUS_E_INVALID, "`{}` of {} must be {}, not '{}'", field.name, record_->directive().keyword,
                        expected(field), word);
  };
  if (field.type == TACTUS_TYPE_FLAG) {
    bool on = false;
    if (!truth(word, &on)) return refuse();
    set_flag(index, on);
    return {};
  }
  // What a line of chrony.conf cannot hold, no value may hold: it would come back as something else.
  const bool one_word = field.type != TACTUS_TYPE_SUBNET;
  if (word.find('\0') != std::string_view::npos || (one_word && split_words(word).size() != 1) ||
      (one_word && is_space(word.front()))) {
    return refuse();
  }
  std::size_t used = 0;
  const tactus_value before = record_->values_[index];
  if (scan(index, word, &used, resolve) != ValueFault::none) return refuse();
  if (used != word.size()) {
    record_->values_[index] = before;
    return refuse();
  }
  return {};
}

Result<RecordPtr> build_record(const tactus_directive& directive, std::span<const NamedValue> values,
                               std::string_view file, unsigned line) {
  RecordBuilder builder{&directive, file, line};
  for (const auto& [name, word] : values) {
    if (auto done = builder.set(name, word); !done) return done.failure();
  }
  return builder.finish();
}

namespace {

// Value of a field by name, "" when absent.
std::string_view text_of(const tactus_record& record, std::string_view name) {
  const std::uint32_t index = field_index(*record.directive, name);
  return index < record.value_count ? record.values[index].text : "";
}

// As C's atoi where the field is declared NUMERIC_PREFIX: what is no number counts as 0. Everything else is strict.
bool set_driver_value(RecordBuilder& builder, const tactus_field& field, std::uint32_t index, std::string_view word) {
  if (field.type == TACTUS_TYPE_FLAG) {
    builder.set_flag(index, true);
    return true;
  }
  std::size_t used = 0;
  const ValueFault fault = builder.scan(index, word, &used, nullptr);
  if (fault == ValueFault::none) return used == word.size() || (field.flags & TACTUS_FIELD_NUMERIC_PREFIX) != 0;
  if (field.type == TACTUS_TYPE_STRING && word.empty()) {
    return builder.set_empty(index);
  }
  const bool like_atoi = field.type == TACTUS_TYPE_INTEGER && (field.flags & TACTUS_FIELD_NUMERIC_PREFIX) != 0;
  return like_atoi && fault == ValueFault::syntax && builder.scan(index, "0", &used, nullptr) == ValueFault::none;
}

}  // namespace

bool RecordBuilder::set_empty(std::uint32_t index) {
  put_text(record_->values_[index], "");
  record_->word_lists_[index].clear();
  record_->values_[index].present = 1;
  return true;
}

Result<RecordPtr> driver_record(const tactus_record& refclock, const tactus_directive& driver) {
  RecordBuilder builder{&driver, refclock.file, refclock.line};
  const std::string_view parameter = text_of(refclock, "parameter");
  for (std::uint32_t i = 0; i < driver.field_count; ++i) {
    const tactus_field& field = field_at(driver, i);
    if ((field.flags & TACTUS_FIELD_POSITIONAL) == 0) continue;
    if (!set_driver_value(builder, field, i, parameter)) {
      return error_status(TACTUS_E_INVALID, "Invalid refclock driver parameter {}: {} must be {}", parameter,
                          field.name, expected(field));
    }
    break;
  }
  std::string_view rest = text_of(refclock, "driveroptions");
  while (!rest.empty()) {
    const std::string_view option = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
    if (option.empty()) continue;
    const std::size_t equals = option.find('=');
    const std::string_view name = option.substr(0, equals);
    const std::string_view word = equals == std::string_view::npos ? "" : option.substr(equals + 1);
    std::uint32_t index = 0;
    while (index < driver.field_count && name != field_at(driver, index).name) ++index;
    const bool known = index < driver.field_count && (field_at(driver, index).flags & TACTUS_FIELD_POSITIONAL) == 0;
    if (known && builder.given(index)) continue;  // the first one counts
    if (!known || !set_driver_value(builder, field_at(driver, index), index, word)) {
      return error_status(TACTUS_E_INVALID, "Invalid refclock driver option {}", option);
    }
  }
  return builder.finish();
}

}  // namespace tactus::config
