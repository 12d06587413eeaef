// SPDX-License-Identifier: Apache-2.0
// The registry of directives, and the search for the nearest known word.
#include "config/declarations.hpp"

#include <algorithm>

#include "config/catalogue.hpp"
#include "config/record.hpp"
#include "config/words.hpp"

namespace tactus::config {

std::uint32_t flags_of(const tactus_directive& directive) {
  return TACTUS_COVERS(tactus_directive, &directive, flags) ? directive.flags : 0;
}

std::uint32_t texts_of(const tactus_directive& directive) {
  return TACTUS_COVERS(tactus_directive, &directive, texts) ? directive.texts : TACTUS_TEXTS_COUNTED;
}

std::string_view yaml_key_of(const tactus_directive& directive) {
  const bool own = TACTUS_COVERS(tactus_directive, &directive, yaml_key) && directive.yaml_key != nullptr;
  return own ? directive.yaml_key : directive.keyword;
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

Declarations::Declarations() {
  for (const tactus_directive* directive : core_directives()) {
    const auto added = add(directive, "core");
    TACTUS_ASSERT(added.ok());
  }
}

Result<void> Declarations::add(const tactus_directive* directive, std::string_view owner) {
  const std::string keyword = lower_case(directive->keyword);
  const bool is_driver = owner != "core" && std::string_view{directive->group} == "refclocks";
  auto& names = is_driver ? drivers_ : by_keyword_;
  if (const auto known = names.find(keyword); known != names.end()) {
    if (known->second == directive) return {};
    return error_status(TACTUS_E_EXISTS, "the directive {} of {} is declared by {} already", keyword, owner,
                        owners_[known->second]);
  }
  const bool has_alias = TACTUS_COVERS(tactus_directive, directive, alias) && directive->alias != nullptr;
  if (has_alias && !is_driver) {
    if (!names.emplace(lower_case(directive->alias), directive).second) {
      return error_status(TACTUS_E_EXISTS, "the directive {} of {} is declared already", directive->alias, owner);
    }
  }
  names.emplace(keyword, directive);
  order_.push_back(directive);
  owners_.emplace(directive, owner);
  return {};
}

const tactus_directive* Declarations::find(std::string_view keyword) const {
  const auto found = by_keyword_.find(lower_case(keyword));
  return found == by_keyword_.end() ? nullptr : found->second;
}

const tactus_directive* Declarations::find_yaml(std::string_view group, std::string_view key) const {
  for (const tactus_directive* directive : order_) {
    const bool gone = (flags_of(*directive) & (TACTUS_DIRECTIVE_OBSOLETE | TACTUS_DIRECTIVE_IGNORED)) != 0;
    if (!gone && group == directive->group && same_word(key, yaml_key_of(*directive)) &&
        driver(directive->keyword) != directive) {
      return directive;
    }
  }
  return nullptr;
}

const tactus_directive* Declarations::driver(std::string_view name) const {
  const auto found = drivers_.find(lower_case(name));
  return found == drivers_.end() ? nullptr : found->second;
}

std::string_view Declarations::owner(const tactus_directive* directive) const {
  const auto found = owners_.find(directive);
  return found == owners_.end() ? std::string_view{} : std::string_view{found->second};
}

bool Declarations::has_group(std::string_view group) const {
  return std::any_of(order_.begin(), order_.end(), [&](const auto* directive) { return group == directive->group; });
}

std::string Declarations::nearest_keyword(std::string_view word) const {
  std::vector<std::string_view> known;
  for (const auto& [keyword, directive] : by_keyword_) known.push_back(keyword);
  for (const CatalogueEntry& entry : catalogue()) known.push_back(entry.keyword);
  return nearest_word(word, known);
}

std::string Declarations::nearest_group(std::string_view word) const {
  std::vector<std::string_view> known;
  for (const tactus_directive* directive : order_) {
    if (std::find(known.begin(), known.end(), directive->group) == known.end()) known.emplace_back(directive->group);
  }
  return nearest_word(word, known);
}

std::uint32_t field_index(const tactus_directive& directive, std::string_view name) {
  std::uint32_t index = 0;
  while (index < directive.field_count && !same_word(name, field_at(directive, index).name)) ++index;
  return index;
}

namespace {

// Longer words are not compared: nothing that is known is as long.
constexpr std::size_t longest_word = 64;

// Damerau-Levenshtein distance (restricted: adjacent letters swapped count once), without case. Words are at most
// longest_word bytes. Stops with `limit` as soon as the distance cannot be below it.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if ((a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) >= limit) return limit;
  std::array<std::array<std::size_t, longest_word + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = to_lower(a[i - 1]);
      const char y = to_lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (x == y ? 0 : 1)});
      if (i > 1 && j > 1 && x == to_lower(b[j - 2]) && to_lower(a[i - 2]) == y) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit;
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > longest_word) return "";
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view candidate : known) {
    if (candidate.size() > longest_word) continue;
    const std::size_t distance = edit_distance(word, candidate, best);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return std::string{nearest};
}

std::string nearest_field(const tactus_directive& directive, std::string_view word) {
  std::vector<std::string_view> known;
  for (std::uint32_t i = 0; i < directive.field_count; ++i) known.emplace_back(field_at(directive, i).name);
  return nearest_word(word, known);
}

}  // namespace tactus::config
