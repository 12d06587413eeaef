// SPDX-License-Identifier: Apache-2.0
// Records that own their strings, and their builder (option.h).
#include "config/record.hpp"

#include "config/declarations.hpp"
#include "config/words.hpp"

namespace tactus::config {

const tactus_field& field_at(const tactus_directive& directive, std::uint32_t index) {
  TACTUS_ASSERT(index < directive.field_count);
  const auto* base = reinterpret_cast<const char*>(directive.fields);
  const void* at = base + static_cast<std::size_t>(index) * directive.fields->struct_size;
  return *static_cast<const tactus_field*>(at);
}

OwnedRecord::OwnedRecord(const tactus_directive* directive, std::string_view file, unsigned line) {
  values_.resize(directive->field_count);
  word_lists_.resize(directive->field_count);
  for (tactus_value& value : values_) value.text = "";
  record_.struct_size = sizeof record_;
  record_.line = line;
  record_.directive = directive;
  record_.file = keep(file);
  record_.values = values_.data();
  record_.value_count = directive->field_count;
}

const char* OwnedRecord::keep(std::string_view text) {
  if (text.empty()) return "";
  return strings_.emplace_back(text).c_str();
}

RecordBuilder::RecordBuilder(const tactus_directive* directive, std::string_view file, unsigned line)
    : record_(std::make_unique<OwnedRecord>(directive, file, line)) {
  for (std::uint32_t i = 0; i < directive->field_count; ++i) {
    const char* text = field_at(*directive, i).default_text;
    if (text == nullptr) continue;
    if (field_at(*directive, i).type == TACTUS_TYPE_FLAG) {
      record_->values_[i].integer = same_word(text, "true") ? 1 : 0;
      continue;
    }
    std::string_view rest = skip_space(text);
    while (!rest.empty()) {
      std::size_t used = 0;
      TACTUS_ASSERT(store(i, rest, &used, nullptr) == ValueFault::none && used > 0);
      rest = skip_space(rest.substr(used));
    }
  }
  defaulting_ = false;
}

bool RecordBuilder::given(std::uint32_t index) const { return record_->values_[index].present != 0; }

void RecordBuilder::put_text(tactus_value& value, std::string_view text) { value.text = record_->keep(text); }

void RecordBuilder::append_word(std::uint32_t index, std::string_view word) {
  if (!defaulting_ && !given(index)) record_->word_lists_[index].clear();  // what was there is the default
  record_->word_lists_[index].push_back(record_->keep(word));
}

void RecordBuilder::set_flag(std::uint32_t index, bool on) {
  const tactus_directive& directive = record_->directive();
  const auto one_of = [&](std::uint32_t i) { return (field_at(directive, i).flags & TACTUS_FIELD_ONE_OF) != 0; };
  if (on && one_of(index)) {
    std::uint32_t first = index;
    while (first > 0 && one_of(first - 1)) --first;
    for (std::uint32_t i = first; i < directive.field_count && one_of(i); ++i) {
      record_->values_[i].integer = 0;
      record_->values_[i].present = 0;
    }
  }
  tactus_value& value = record_->values_[index];
  value.integer = on ? 1 : 0;
  value.present = 1;
}

ValueFault RecordBuilder::scan(std::uint32_t index, std::string_view text, std::size_t* used, const Resolve& resolve) {
  const ValueFault fault = store(index, text, used, resolve);
  if (fault == ValueFault::none) record_->values_[index].present = 1;
  return fault;
}

ValueFault RecordBuilder::store_word(std::uint32_t index, std::string_view text, std::size_t* used,
                                     const Resolve& resolve) {
  const tactus_field& field = field_at(*record_->record_.directive, index);
  tactus_value& value = record_->values_[index];
  const std::string_view word = first_word(text);
  switch (field.type) {
    case TACTUS_TYPE_STRING:
    case TACTUS_TYPE_PATH:
      if (word.empty()) return ValueFault::syntax;
      break;
    case TACTUS_TYPE_ADDRESS: {
      const auto address = parse_address(word);
      const bool path = (field.flags & TACTUS_FIELD_OR_PATH) != 0 && word.starts_with('/');
      if (!address && !path) return ValueFault::syntax;
      value.subnet = {};
      if (address) {
        value.subnet.address = *address;
        value.subnet.prefix = address->family == TACTUS_FAMILY_IPV4 ? 32 : 128;
      }
      break;
    }
    case TACTUS_TYPE_SUBNET: {
      const auto operand = parse_access(text, resolve);
      if (!operand) return ValueFault::syntax;
      value.subnet = operand->subnet;
      value.integer = operand->all ? 1 : 0;
      put_text(value, text);
      *used = text.size();
      return ValueFault::none;
    }
    case TACTUS_TYPE_WORDS: {
      if (word.empty()) return ValueFault::syntax;
      std::size_t length = 0;
      if ((field.flags & TACTUS_FIELD_NUMBERS) != 0) {
        const ValueFault fault = config::scan_integer(field, word, &length, &refused_);
        if (fault != ValueFault::none) return length == word.size() || length == 0 ? fault : ValueFault::syntax;
        if (length != word.size()) return ValueFault::syntax;
      }
      if (field.choice_count != 0 && find_choice(field, word) == field.choice_count) return ValueFault::syntax;
      append_word(index, word);
      *used = word.size();
      return ValueFault::none;
    }
    default:
      return ValueFault::syntax;
  }
  put_text(value, word);
  *used = word.size();
  return ValueFault::none;
}

ValueFault RecordBuilder::store(std::uint32_t index, std::string_view text, std::size_t* used, const Resolve& resolve) {
  const tactus_field& field = field_at(*record_->record_.directive, index);
  tactus_value& value = record_->values_[index];
  std::int64_t integer = 0;
  ValueFault fault = ValueFault::none;
  switch (field.type) {
    case TACTUS_TYPE_INTEGER:
      fault = scan_integer(field, text, used, &integer);
      if (fault == ValueFault::range) refused_ = integer;
      break;
    case TACTUS_TYPE_REAL: {
      double real = 0;
      fault = scan_real(field, text, used, &real);
      if (fault == ValueFault::none) value.real = real;
      integer = value.integer;
      break;
    }
    case TACTUS_TYPE_HEX:
      fault = scan_hex(field, text, used, &integer);
      break;
    case TACTUS_TYPE_ENUM: {
      std::uint32_t choice = 0;
      fault = scan_choice(field, text, used, &choice);
      if (fault != ValueFault::none) return fault;
      value.integer = choice;
      value.text = field.choices[choice];
      return fault;
    }
    case TACTUS_TYPE_REFID: {
      std::uint32_t refid = 0;
      fault = scan_refid(text, used, &refid);
      integer = refid;
      break;
    }
    default:
      return store_word(index, text, used, resolve);
  }
  if (fault != ValueFault::none) return fault;
  value.integer = integer;
  put_text(value, text.substr(0, *used));
  if ((field.flags & TACTUS_FIELD_REPEATED) != 0) append_word(index, text.substr(0, *used));
  return fault;
}

void RecordBuilder::copy(std::uint32_t index, const tactus_value& value) {
  tactus_value& own = record_->values_[index];
  own = value;
  put_text(own, value.text);
  record_->word_lists_[index].clear();
  for (std::uint32_t i = 0; i < value.count; ++i) {
    record_->word_lists_[index].push_back(record_->keep(value.words[i]));
  }
}

Result<RecordPtr> RecordBuilder::finish() {
  const tactus_directive& directive = record_->directive();
  for (std::uint32_t i = 0; i < directive.field_count; ++i) {
    const tactus_field& field = field_at(directive, i);
    if ((field.flags & TACTUS_FIELD_REQUIRED) != 0 && !given(i)) {
      return error_status(TACTUS_E_INVALID, "`{}` needs `{}`: {}", directive.keyword, field.name, field.doc);
    }
  }
  return defaults();
}

RecordPtr RecordBuilder::defaults() {
  for (std::uint32_t i = 0; i < record_->record_.value_count; ++i) {
    record_->values_[i].words = record_->word_lists_[i].data();
    record_->values_[i].count = static_cast<std::uint32_t>(record_->word_lists_[i].size());
  }
  return std::move(record_);
}

}  // namespace tactus::config
