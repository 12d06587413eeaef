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

namespace tactus::config {

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
  std::deque<std::vector<const char*>> word_lists_;
};
using RecordPtr = std::unique_ptr<OwnedRecord>;

// Looks up a host name while reading (allow/deny, initstepslew): first address only. Empty: not found.
using Resolve = std::function<std::optional<tactus_address>(const std::string& name)>;
// getaddrinfo; may block for as long as the resolver does.
std::optional<tactus_address> resolve_with_system(const std::string& name);

// What is wrong with a value.
enum class ValueFault : std::uint8_t { none, syntax, range, option };

class RecordBuilder {
 public:
  // Fills the defaults of all fields.
  RecordBuilder(const tactus_directive* directive, std::string_view file, unsigned line);

  // Sets a field from a whole word, strictly: nothing may follow a number. For WORDS the word is appended; FLAG takes
  // true/yes/on/1 and false/no/off/0.
  Result<void> set(std::string_view name, std::string_view word, const Resolve& resolve = resolve_with_system);
  Result<void> set(std::uint32_t index, std::string_view word, const Resolve& resolve = resolve_with_system);
  void set_flag(std::uint32_t index, bool on);

  // As set(), reading the longest prefix that the field's type takes; *used is its length. Numbers outside the field's
  // range are ValueFault::range and leave the field alone. `loose`: chrony's "num" and "dbl" scanners.
  ValueFault scan(std::uint32_t index, std::string_view text, std::size_t* used, const Resolve& resolve);
  [[nodiscard]] bool given(std::uint32_t index) const;
  // Number of the last INTEGER that was out of range, for the message.
  [[nodiscard]] std::int64_t refused() const noexcept { return refused_; }

  // Names the first REQUIRED field that is missing.
  Result<RecordPtr> finish();

 private:
  ValueFault scan_integer(const tactus_field& field, tactus_value& value, std::string_view text, std::size_t* used);
  ValueFault scan_real(const tactus_field& field, tactus_value& value, std::string_view text, std::size_t* used);
  ValueFault scan_hex(const tactus_field& field, tactus_value& value, std::string_view text, std::size_t* used);
  ValueFault scan_choice(const tactus_field& field, tactus_value& value, std::string_view text, std::size_t* used);
  ValueFault scan_word(const tactus_field& field, tactus_value& value, std::string_view word);
  void put_text(tactus_value& value, std::string_view text);
  void append_word(std::uint32_t index, std::string_view word);

  RecordPtr record_;
  std::vector<std::vector<const char*>*> words_;
  std::int64_t refused_ = 0;
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

}  // namespace tactus::config
