// SPDX-License-Identifier: Apache-2.0
// The configuration that was read: owned records in the order in which they were written, and what counts after the
// rules for repeated directives (configuration specification, section 1.4). One model for both readers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/declarations.hpp"
#include "config/record.hpp"

namespace tactus::config {

class Model {
 public:
  // The registry must outlive the model; it may still grow.
  explicit Model(const Declarations* declarations) : declarations_(declarations) {}

  const tactus_record* add(RecordPtr record);
  void clear();

  // Everything as written, in order.
  [[nodiscard]] std::span<const tactus_record* const> records() const { return order_; }
  // All records of a directive as written, in order. Keyword without case, aliases too.
  [[nodiscard]] std::vector<const tactus_record*> all(std::string_view keyword) const;
  [[nodiscard]] const tactus_record* last(std::string_view keyword) const;
  [[nodiscard]] bool has(std::string_view keyword) const { return last(keyword) != nullptr; }

  // What counts: LAST the last one; ACCUMULATE all; MERGE one record with the last given value of each option (file and
  // line are the last one's); PER_FAMILY the last of each family and the last path. Empty when the directive is not
  // given. Pointers stay valid until the model changes.
  [[nodiscard]] std::vector<const tactus_record*> effective(std::string_view keyword) const;
  // What a provider is given: the records that count of all directives that `owner` declared, in the order in which
  // they were written (allow and deny keep theirs; a merged record stands where its last line stood).
  [[nodiscard]] std::vector<const tactus_record*> effective_of(std::string_view owner) const;
  // The single record that counts, nullptr when none: not for ACCUMULATE and PER_FAMILY.
  [[nodiscard]] const tactus_record* value(std::string_view keyword) const;

  // Typed getters: the effective value of a field (default: the first), else the declaration's default, else
  // `otherwise`. A keyword or field that is not declared, or of another type, is a programmer's mistake.
  [[nodiscard]] bool get_flag(std::string_view keyword, std::string_view field = "") const;
  [[nodiscard]] std::int64_t get_integer(std::string_view keyword, std::string_view field = "",
                                         std::int64_t otherwise = 0) const;
  [[nodiscard]] double get_real(std::string_view keyword, std::string_view field = "", double otherwise = 0) const;
  [[nodiscard]] std::string get_text(std::string_view keyword, std::string_view field = "",
                                     std::string_view otherwise = "") const;
  // Words of all effective records together (log: all names that were given).
  [[nodiscard]] std::vector<std::string> get_words(std::string_view keyword, std::string_view field = "") const;
  // Whether it was written (and not only has a default).
  [[nodiscard]] bool given(std::string_view keyword, std::string_view field = "") const;

  [[nodiscard]] const Declarations& declarations() const { return *declarations_; }

 private:
  [[nodiscard]] const tactus_record* merged(const tactus_directive& directive) const;
  [[nodiscard]] const tactus_value* find_value(std::string_view keyword, std::string_view field) const;
  [[nodiscard]] const tactus_field& declared_field(std::string_view keyword, std::string_view field) const;

  const Declarations* declarations_;
  std::vector<RecordPtr> owned_;
  std::vector<const tactus_record*> order_;
  mutable std::map<const tactus_directive*, RecordPtr> merged_;    // made on demand, dropped when the model changes
  mutable std::map<const tactus_directive*, RecordPtr> defaults_;  // records with nothing but defaults
};

// "FILE:LINE", or "command line" / "control" when there is no file.
std::string origin(const tactus_record& record);

}  // namespace tactus::config
