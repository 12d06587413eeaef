// SPDX-License-Identifier: Apache-2.0
// A tactus_record that owns its strings, and the builder that makes one from a declaration, value by value. Used by
// both readers, and by the host for directives that come while running (option.h).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tactus/option.h>
#include <tactus/result.hpp>

#include "config/address.hpp"
#include "config/scan.hpp"

namespace tactus::config {

// The i-th field; steps over the array with the size that its writer stated.
const tactus_field& field_at(const tactus_directive& directive, std::uint32_t index);

// Owns one record; its address and its strings stay valid as long as it lives.
class OwnedRecord {
 public:
  OwnedRecord(const tactus_directive* directive, std::string_view file, unsigned line);
  OwnedRecord(const OwnedRecord&) = delete;
  OwnedRecord& operator=(const OwnedRecord&) = delete;

  [[nodiscard]] const tactus_record* get() const noexcept { return &record_; }
  [[nodiscard]] const tactus_directive& directive() const noexcept { return *record_.directive; }

 private:
  friend class RecordBuilder;
  const char* keep(std::string_view text);

  tactus_record record_{};
  std::vector<tactus_value> values_;
  std::deque<std::string> strings_;
  std::vector<std::vector<const char*>> word_lists_;  // one per field
};
using RecordPtr = std::unique_ptr<OwnedRecord>;

class RecordBuilder {
 public:
  // Fills the defaults of all fields. A default that does not parse is a programmer's mistake.
  RecordBuilder(const tactus_directive* directive, std::string_view file, unsigned line);

  // Sets a field from a whole word, strictly: nothing may follow a number. WORDS and REPEATED: the word is appended.
  // FLAG: true, yes, on, 1 and false, no, off, 0. The error says what is expected.
  Result<void> set(std::string_view name, std::string_view word, const Resolve& resolve = resolve_with_system);
  Result<void> set(std::uint32_t index, std::string_view word, const Resolve& resolve = resolve_with_system);
  void set_flag(std::uint32_t index, bool on);
  bool set_empty(std::uint32_t index);  // a text that is written and empty; true

  // As set(), reading the longest prefix of text that the field's type takes; *used is its length. After a fault the
  // field is as before. FLAG fields are set by set_flag().
  ValueFault scan(std::uint32_t index, std::string_view text, std::size_t* used, const Resolve& resolve);
  // Takes over a value of a record of the same directive.
  void copy(std::uint32_t index, const tactus_value& value);
  [[nodiscard]] bool given(std::uint32_t index) const;
  // The last INTEGER that was out of range, for the message.
  [[nodiscard]] std::int64_t refused() const noexcept { return refused_; }

  // Names the first REQUIRED field that is missing. The builder is empty afterwards.
  Result<RecordPtr> finish();
  // A record with nothing but the defaults, REQUIRED fields or not. The builder is empty afterwards.
  RecordPtr defaults();

 private:
  ValueFault store(std::uint32_t index, std::string_view text, std::size_t* used, const Resolve& resolve);
  ValueFault store_word(std::uint32_t index, std::string_view text, std::size_t* used, const Resolve& resolve);
  void put_text(tactus_value& value, std::string_view text);
  void append_word(std::uint32_t index, std::string_view word);

  RecordPtr record_;
  std::int64_t refused_ = 0;
  bool defaulting_ = true;  // while the constructor fills in the defaults
};

// A record from option names and values, e.g. ("server", {{"name", "192.0.2.1"}, {"minpoll", "4"}}), checked like a
// line of the configuration. Flags take "true".
using NamedValue = std::pair<std::string_view, std::string_view>;
Result<RecordPtr> build_record(const tactus_directive& directive, std::span<const NamedValue> values,
                               std::string_view file = "", unsigned line = 0);

// The driver's own options of a `refclock` record, read against the driver's declaration: its first POSITIONAL field is
// the parameter (a number is read like atoi), the others are name or name=value (case counts, the first one given
// counts). Error: "Invalid refclock driver option TEXT".
Result<RecordPtr> driver_record(const tactus_record& refclock, const tactus_directive& driver);

// The record as a line of chrony.conf that gives the same record: what was written, without defaults. (A value that
// chrony.conf cannot express, such as a parameter with a ':', gives a line that only reads similarly.)
std::string to_chrony_line(const tactus_record& record);

}  // namespace tactus::config
