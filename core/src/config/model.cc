// SPDX-License-Identifier: Apache-2.0
// The configuration that was read, and the rules for repeated directives (configuration specification, section 1.4).
#include "config/model.hpp"

#include <algorithm>

#include "config/words.hpp"

namespace tactus::config {

const tactus_record* Model::add(RecordPtr record) {
  merged_.clear();
  order_.push_back(record->get());
  owned_.push_back(std::move(record));
  return order_.back();
}

void Model::clear() {
  merged_.clear();
  defaults_.clear();
  order_.clear();
  owned_.clear();
}

std::vector<const tactus_record*> Model::all(std::string_view keyword) const {
  std::vector<const tactus_record*> out;
  const tactus_directive* directive = declarations_->find(keyword);
  for (const tactus_record* record : order_) {
    if (record->directive == directive) out.push_back(record);
  }
  return out;
}

const tactus_record* Model::last(std::string_view keyword) const {
  const tactus_directive* directive = declarations_->find(keyword);
  const auto found = std::find_if(order_.rbegin(), order_.rend(),
                                  [&](const tactus_record* record) { return record->directive == directive; });
  return found == order_.rend() ? nullptr : *found;
}

namespace {

// The last of each address family, and the last path; in the order in which they were written.
std::vector<const tactus_record*> last_per_family(const std::vector<const tactus_record*>& records) {
  std::vector<const tactus_record*> out;
  for (const tactus_record* record : records) {
    const auto family = record->values[0].subnet.address.family;
    std::erase_if(out,
                  [&](const tactus_record* earlier) { return earlier->values[0].subnet.address.family == family; });
    out.push_back(record);
  }
  return out;
}

}  // namespace

std::vector<const tactus_record*> Model::effective(std::string_view keyword) const {
  const tactus_record* newest = last(keyword);
  if (newest == nullptr) return {};
  switch (newest->directive->repeat) {
    case TACTUS_REPEAT_ACCUMULATE:
      return all(keyword);
    case TACTUS_REPEAT_MERGE:
      return {merged(*newest->directive)};
    case TACTUS_REPEAT_PER_FAMILY:
      return last_per_family(all(keyword));
    default:
      return {newest};
  }
}

std::vector<const tactus_record*> Model::effective_of(std::string_view owner) const {
  std::vector<const tactus_record*> out;
  for (const tactus_record* record : order_) {
    if (declarations_->owner(record->directive) != owner) continue;
    const auto counting = effective(record->directive->keyword);
    if (std::find(counting.begin(), counting.end(), record) != counting.end()) {
      out.push_back(record);
    } else if (record->directive->repeat == TACTUS_REPEAT_MERGE && record == last(record->directive->keyword)) {
      out.push_back(counting.front());
    }
  }
  return out;
}

const tactus_record* Model::value(std::string_view keyword) const {
  const tactus_record* newest = last(keyword);
  if (newest == nullptr) return nullptr;
  return newest->directive->repeat == TACTUS_REPEAT_MERGE ? merged(*newest->directive) : newest;
}

const tactus_record* Model::merged(const tactus_directive& directive) const {
  RecordPtr& slot = merged_[&directive];
  if (slot) return slot->get();
  const std::vector<const tactus_record*> records = all(directive.keyword);
  RecordBuilder builder{&directive, records.back()->file, records.back()->line};
  for (std::uint32_t i = 0; i < directive.field_count; ++i) {
    for (const tactus_record* record : records) {
      if (record->values[i].present != 0) builder.copy(i, record->values[i]);
    }
  }
  slot = builder.finish().value();
  return slot->get();
}

const tactus_field& Model::declared_field(std::string_view keyword, std::string_view field) const {
  const tactus_directive* directive = declarations_->find(keyword);
  TACTUS_ASSERT(directive != nullptr && directive->field_count > 0);
  const std::uint32_t index = field.empty() ? 0 : field_index(*directive, field);
  TACTUS_ASSERT(index < directive->field_count);
  return field_at(*directive, index);
}

const tactus_value* Model::find_value(std::string_view keyword, std::string_view field) const {
  const tactus_directive* directive = declarations_->find(keyword);
  const tactus_field& declared = declared_field(keyword, field);
  const std::uint32_t index = field_index(*directive, declared.name);
  const tactus_record* record = value(keyword);
  if (record == nullptr) {
    RecordPtr& slot = defaults_[directive];
    if (!slot) slot = RecordBuilder{directive, "", 0}.defaults();
    record = slot->get();
  }
  const tactus_value& found = record->values[index];
  return found.present != 0 || declared.default_text != nullptr ? &found : nullptr;
}

bool Model::get_flag(std::string_view keyword, std::string_view field) const {
  TACTUS_ASSERT(declared_field(keyword, field).type == TACTUS_TYPE_FLAG);
  const tactus_value* found = find_value(keyword, field);
  return found != nullptr && found->integer != 0;
}

std::int64_t Model::get_integer(std::string_view keyword, std::string_view field, std::int64_t otherwise) const {
  const std::uint32_t type = declared_field(keyword, field).type;
  TACTUS_ASSERT(type != TACTUS_TYPE_REAL && type != TACTUS_TYPE_STRING && type != TACTUS_TYPE_PATH);
  const tactus_value* found = find_value(keyword, field);
  return found != nullptr ? found->integer : otherwise;
}

double Model::get_real(std::string_view keyword, std::string_view field, double otherwise) const {
  TACTUS_ASSERT(declared_field(keyword, field).type == TACTUS_TYPE_REAL);
  const tactus_value* found = find_value(keyword, field);
  return found != nullptr ? found->real : otherwise;
}

std::string Model::get_text(std::string_view keyword, std::string_view field, std::string_view otherwise) const {
  const tactus_value* found = find_value(keyword, field);
  return std::string{found != nullptr ? std::string_view{found->text} : otherwise};
}

std::vector<std::string> Model::get_words(std::string_view keyword, std::string_view field) const {
  const tactus_field& declared = declared_field(keyword, field);
  TACTUS_ASSERT(declared.type == TACTUS_TYPE_WORDS || (declared.flags & TACTUS_FIELD_REPEATED) != 0);
  const std::uint32_t index = field_index(*declarations_->find(keyword), declared.name);
  std::vector<std::string> out;
  const auto records = effective(keyword);
  for (const tactus_record* record : records) {
    const tactus_value& value = record->values[index];
    out.insert(out.end(), value.words, value.words + value.count);
  }
  if (!records.empty()) return out;
  if (const tactus_value* value = find_value(keyword, field)) out.assign(value->words, value->words + value->count);
  return out;
}

bool Model::given(std::string_view keyword, std::string_view field) const {
  const tactus_record* record = value(keyword);
  if (record == nullptr) return false;
  if (record->value_count == 0) return true;
  return record->values[field.empty() ? 0 : field_index(*record->directive, declared_field(keyword, field).name)]
             .present != 0;
}

std::string origin(const tactus_record& record) {
  if (*record.file != '\0') return fmt::format("{}:{}", record.file, record.line);
  return record.line != 0 ? fmt::format("command line, argument {}", record.line) : "control";
}

}  // namespace tactus::config
