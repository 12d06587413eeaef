// SPDX-License-Identifier: Apache-2.0
// Builders for option declarations: constant data, written where the option is used.
//
//   constexpr tactus_field fields[] = {
//       tactus::field_integer("poll", "log2 s", -32, 32, "4", "interval of updates"),
//       tactus::field_flag("pps", "use only the part below a second")};
//   constexpr tactus_directive directive = tactus::directive("example", "refclocks", TACTUS_SHAPE_OPTIONS, fields,
//   "...");
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include <tactus/option.h>

namespace tactus {

inline constexpr double no_limit = std::numeric_limits<double>::infinity();

constexpr tactus_field field(std::uint32_t type, const char* name, const char* unit, double minimum, double maximum,
                             const char* default_text, const char* doc, std::uint32_t flags = 0) {
  return tactus_field{sizeof(tactus_field), type, flags, 0, name, unit, doc, default_text, nullptr, minimum, maximum};
}
constexpr tactus_field field_flag(const char* name, const char* doc, std::uint32_t flags = 0) {
  return field(TACTUS_TYPE_FLAG, name, "", 0, 1, nullptr, doc, flags);
}
constexpr tactus_field field_integer(const char* name, const char* unit, double minimum, double maximum,
                                     const char* default_text, const char* doc, std::uint32_t flags = 0) {
  return field(TACTUS_TYPE_INTEGER, name, unit, minimum, maximum, default_text, doc, flags);
}
constexpr tactus_field field_real(const char* name, const char* unit, const char* default_text, const char* doc,
                                  std::uint32_t flags = 0, double minimum = -no_limit, double maximum = no_limit) {
  return field(TACTUS_TYPE_REAL, name, unit, minimum, maximum, default_text, doc, flags);
}
constexpr tactus_field field_text(std::uint32_t type, const char* name, const char* default_text, const char* doc,
                                  std::uint32_t flags = 0) {
  return field(type, name, "", -no_limit, no_limit, default_text, doc, flags);
}
constexpr tactus_field field_choice(std::uint32_t type, const char* name, std::span<const char* const> choices,
                                    const char* default_text, const char* doc, std::uint32_t flags = 0) {
  tactus_field out = field_text(type, name, default_text, doc, flags);
  out.choices = choices.data();
  out.choice_count = static_cast<std::uint32_t>(choices.size());
  return out;
}

constexpr tactus_directive directive(const char* keyword, const char* group, std::uint32_t shape,
                                     std::span<const tactus_field> fields, const char* doc,
                                     std::uint32_t repeat = TACTUS_REPEAT_LAST,
                                     std::uint32_t texts = TACTUS_TEXTS_COUNTED, std::uint32_t flags = 0,
                                     const char* alias = nullptr, const char* yaml_key = nullptr) {
  return tactus_directive{sizeof(tactus_directive),
                          shape,
                          repeat,
                          static_cast<std::uint32_t>(fields.size()),
                          keyword,
                          group,
                          doc,
                          fields.data(),
                          flags,
                          texts,
                          alias,
                          yaml_key};
}

// A directive with one value (shape VALUE) or none (a FLAG field, shape FLAG): its keyword and doc line are the
// field's.
struct Simple {
  tactus_field field;
  const char* group;
  std::uint32_t repeat = TACTUS_REPEAT_LAST;
  std::uint32_t texts = TACTUS_TEXTS_COUNTED;
  std::uint32_t flags = 0;
  const char* alias = nullptr;
  const char* yaml_key = nullptr;
};
// The object must have static storage: the directive points to its field.
constexpr tactus_directive directive(const Simple& simple) {
  const std::uint32_t shape = simple.field.type == TACTUS_TYPE_FLAG ? TACTUS_SHAPE_FLAG : TACTUS_SHAPE_VALUE;
  return directive(simple.field.name, simple.group, shape, std::span{&simple.field, 1}, simple.field.doc, simple.repeat,
                   simple.texts, simple.flags, simple.alias, simple.yaml_key);
}

// The table and after it the directives of `others`: what a provider that declares several hands over.
template <std::size_t Simples, std::size_t Others>
constexpr std::array<tactus_directive, Simples + Others> directives_of(const Simple (&simple)[Simples],
                                                                       const tactus_directive (&others)[Others]) {
  std::array<tactus_directive, Simples + Others> out{};
  for (std::size_t i = 0; i < Simples; ++i) out[i] = directive(simple[i]);
  for (std::size_t i = 0; i < Others; ++i) out[Simples + i] = others[i];
  return out;
}

}  // namespace tactus
