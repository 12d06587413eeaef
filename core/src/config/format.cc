// SPDX-License-Identifier: Apache-2.0
// Records as lines of chrony.conf: for -p on a YAML file, and for showing what is in effect.
#include "config/declarations.hpp"
#include "config/record.hpp"

namespace tactus::config {

namespace {

void append(std::string& line, std::string_view word) {
  if (word.empty()) return;
  line += ' ';
  line += word;
}

void append_words(std::string& line, const tactus_value& value) {
  for (std::uint32_t i = 0; i < value.count; ++i) append(line, value.words[i]);
}

void append_option(std::string& line, const tactus_field& field, const tactus_value& value) {
  if (field.type == TACTUS_TYPE_FLAG) {
    if (value.integer != 0) append(line, field.name);
    return;
  }
  if ((field.flags & TACTUS_FIELD_REPEATED) != 0) {
    for (std::uint32_t i = 0; i < value.count; ++i) {
      append(line, field.name);
      append(line, value.words[i]);
    }
    return;
  }
  append(line, field.name);
  append(line, value.text);
}

}  // namespace

std::string to_chrony_line(const tactus_record& record) {
  const tactus_directive& directive = *record.directive;
  std::string line = directive.keyword;
  const bool options = directive.shape == TACTUS_SHAPE_OPTIONS || directive.shape == TACTUS_SHAPE_NAMED;
  for (std::uint32_t i = 0; i < record.value_count; ++i) {
    const tactus_field& field = field_at(directive, i);
    const tactus_value& value = record.values[i];
    if (value.present == 0 || directive.shape == TACTUS_SHAPE_FLAG) continue;
    if ((field.flags & TACTUS_FIELD_COLON_TAIL) != 0) {
      line += ':' + std::string{value.text};
    } else if (field.type == TACTUS_TYPE_WORDS) {
      append_words(line, value);
    } else if (options && (field.flags & TACTUS_FIELD_POSITIONAL) == 0) {
      append_option(line, field, value);
    } else if (field.type == TACTUS_TYPE_FLAG) {
      if (value.integer != 0) append(line, field.name);
    } else {
      append(line, value.text);
    }
  }
  return line;
}

}  // namespace tactus::config
