// SPDX-License-Identifier: Apache-2.0
// Reading the records that an instance was configured with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <tactus/plugin.h>

namespace tactus {

// One configuration line, by field name. The record outlives the instance. A field that the record's directive does not
// declare is absent; a default that the declaration states counts as a value, see present().
class Record {
 public:
  explicit Record(const tactus_record* record) : record_(record) {}

  [[nodiscard]] const tactus_record* raw() const noexcept { return record_; }
  [[nodiscard]] std::string_view keyword() const noexcept { return record_->directive->keyword; }
  [[nodiscard]] std::string_view file() const noexcept { return record_->file; }
  [[nodiscard]] std::uint32_t line() const noexcept { return record_->line; }

  // The value of a field; nullptr when the directive has no such field.
  [[nodiscard]] const tactus_value* find(std::string_view name) const noexcept {
    for (std::uint32_t i = 0; i < record_->value_count; ++i) {
      if (name == TACTUS_AT(tactus_field, record_->directive->fields, i)->name) return &record_->values[i];
    }
    return nullptr;
  }
  // True when it was written in the configuration.
  [[nodiscard]] bool present(std::string_view name) const noexcept {
    const tactus_value* value = find(name);
    return value != nullptr && value->present != 0;
  }
  [[nodiscard]] bool flag(std::string_view name) const noexcept {
    const tactus_value* value = find(name);
    return value != nullptr && value->integer != 0;
  }
  // `otherwise` when there is neither a written value nor a declared default.
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise = 0) const noexcept {
    const tactus_value* value = usable(name);
    return value != nullptr ? value->integer : otherwise;
  }
  [[nodiscard]] double real(std::string_view name, double otherwise = 0.0) const noexcept {
    const tactus_value* value = usable(name);
    return value != nullptr ? value->real : otherwise;
  }
  // Empty when absent. NUL-terminated: data() may be handed to C functions.
  [[nodiscard]] std::string_view text(std::string_view name) const noexcept {
    const tactus_value* value = find(name);
    return value != nullptr && value->text != nullptr ? std::string_view{value->text} : std::string_view{""};
  }
  [[nodiscard]] std::span<const char* const> words(std::string_view name) const noexcept {
    const tactus_value* value = find(name);
    return value != nullptr ? std::span{value->words, value->count} : std::span<const char* const>{};
  }
  [[nodiscard]] std::optional<tactus_subnet> subnet(std::string_view name) const noexcept {
    const tactus_value* value = find(name);
    return value != nullptr && value->present != 0 ? std::optional{value->subnet} : std::nullopt;
  }
  [[nodiscard]] std::optional<tactus_address> address(std::string_view name) const noexcept {
    const tactus_value* value = find(name);
    return value != nullptr && value->present != 0 ? std::optional{value->subnet.address} : std::nullopt;
  }

 private:
  [[nodiscard]] const tactus_value* usable(std::string_view name) const noexcept {
    for (std::uint32_t i = 0; i < record_->value_count; ++i) {
      const tactus_field& field = *TACTUS_AT(tactus_field, record_->directive->fields, i);
      if (name != field.name) continue;
      return record_->values[i].present != 0 || field.default_text != nullptr ? &record_->values[i] : nullptr;
    }
    return nullptr;
  }
  const tactus_record* record_;
};

// All records of an instance, in the order in which they were written.
class Options {
 public:
  explicit Options(const tactus_config* config) : records_(config->records, config->record_count) {}

  [[nodiscard]] std::span<const tactus_record* const> records() const noexcept { return records_; }
  // The last record of a directive: what counts for those that do not accumulate.
  [[nodiscard]] std::optional<Record> last(std::string_view keyword) const noexcept {
    for (auto i = records_.size(); i > 0; --i) {
      if (keyword == records_[i - 1]->directive->keyword) return Record{records_[i - 1]};
    }
    return std::nullopt;
  }
  template <class Call>
  void each(std::string_view keyword, Call call) const {
    for (const tactus_record* record : records_) {
      if (keyword == record->directive->keyword) call(Record{record});
    }
  }
  // The one field of a directive of shape VALUE.
  [[nodiscard]] std::int64_t integer(std::string_view keyword, std::int64_t otherwise) const noexcept {
    const auto record = last(keyword);
    return record ? record->raw()->values[0].integer : otherwise;
  }
  [[nodiscard]] double real(std::string_view keyword, double otherwise) const noexcept {
    const auto record = last(keyword);
    return record ? record->raw()->values[0].real : otherwise;
  }
  [[nodiscard]] std::string_view text(std::string_view keyword, std::string_view otherwise = "") const noexcept {
    const auto record = last(keyword);
    return record ? std::string_view{record->raw()->values[0].text} : otherwise;
  }
  [[nodiscard]] bool given(std::string_view keyword) const noexcept { return last(keyword).has_value(); }

  // Reference clocks: the word after the driver's name (device, unit, path), and a field of the common or driver
  // options.
  [[nodiscard]] std::string_view parameter() const noexcept {
    return records_.empty() ? "" : first().text("parameter");
  }
  [[nodiscard]] Record first() const noexcept { return Record{records_.front()}; }
  // Driver options: the second record when the provider declares some.
  [[nodiscard]] std::optional<Record> driver() const noexcept {
    return records_.size() > 1 ? std::optional{Record{records_[1]}} : std::nullopt;
  }

 private:
  std::span<const tactus_record* const> records_;
};

}  // namespace tactus
