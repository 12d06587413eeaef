// SPDX-License-Identifier: Apache-2.0
// The registry of all directives that are known now: the core's own and those of the loaded providers. Both readers,
// the schema, the converter and the messages about unknown words are made from it (option.h).
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/option.h>
#include <tactus/result.hpp>

namespace tactus::config {

// Directives that the core itself declares (core_directives*.cc), in the order of the manual.
std::span<const tactus_directive* const> core_directives();

// True when a directive, as its provider wrote it, covers the field at the end of the structure.
std::uint32_t flags_of(const tactus_directive& directive);
std::uint32_t texts_of(const tactus_directive& directive);
std::string_view yaml_key_of(const tactus_directive& directive);

// ASCII comparison without case, the way directive and option names are compared.
bool same_word(std::string_view a, std::string_view b);

class Declarations {
 public:
  // Starts with the core's own directives, owner "core".
  Declarations();

  // Adds a directive of a loaded provider. The declaration must outlive the registry. A directive of the group
  // "refclocks" is the driver's own option list: it has no line of its own and is found with driver(). TACTUS_E_EXISTS
  // when the keyword is declared by somebody else; adding the same again is fine.
  Result<void> add(const tactus_directive* directive, std::string_view owner);

  // By keyword or alias, without case; nullptr: unknown.
  [[nodiscard]] const tactus_directive* find(std::string_view keyword) const;
  // By YAML group and key; nullptr: unknown.
  [[nodiscard]] const tactus_directive* find_yaml(std::string_view group, std::string_view key) const;
  // Driver options of the reference clock driver `name` (case ignored); nullptr: not loaded, or it has none.
  [[nodiscard]] const tactus_directive* driver(std::string_view name) const;
  // Who declared it: "core" or a provider's name; "" when unknown.
  [[nodiscard]] std::string_view owner(const tactus_directive* directive) const;
  // All, in the order in which they were added; drivers' options included.
  [[nodiscard]] std::span<const tactus_directive* const> all() const { return order_; }

  // The known keyword (of this registry or of the catalogue) nearest to `word`; "" when none is near.
  [[nodiscard]] std::string nearest_keyword(std::string_view word) const;
  [[nodiscard]] std::string nearest_group(std::string_view word) const;
  [[nodiscard]] bool has_group(std::string_view group) const;

 private:
  std::vector<const tactus_directive*> order_;
  std::map<std::string, const tactus_directive*, std::less<>> by_keyword_;  // lower case; aliases too
  std::map<std::string, const tactus_directive*, std::less<>> drivers_;
  std::map<const tactus_directive*, std::string> owners_;
};

// Index of a field by name without case; field_count when there is none.
std::uint32_t field_index(const tactus_directive& directive, std::string_view name);

// The word of `known` with the least edit distance (Damerau, case ignored) to `word`, "" when it is farther than a
// third of the word's length (at least 1).
std::string nearest_word(std::string_view word, std::span<const std::string_view> known);
std::string nearest_field(const tactus_directive& directive, std::string_view word);

}  // namespace tactus::config
