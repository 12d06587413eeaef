// SPDX-License-Identifier: Apache-2.0
// Scanners of values: how much of a text a type takes, and what it means (configuration specification, section 1.3).
#pragma once

#include <cstdint>
#include <string_view>

#include <tactus/option.h>

namespace tactus::config {

// What is wrong with a value. `syntax`: nothing that could be read, or beyond 64 bits; `range`: outside the field's
// limits.
enum class ValueFault : std::uint8_t { none, syntax, range };

// Each reads the longest prefix of text; *used is set on success only.

// Optional sign and decimal digits. Limits, WRAP and CLAMP of the field apply; *number is also set when it is out of
// range.
ValueFault scan_integer(const tactus_field& field, std::string_view text, std::size_t* used, std::int64_t* number);
// What C's scanf takes for %lf: fraction, exponent, hexadecimal, inf. NaN is refused.
ValueFault scan_real(const tactus_field& field, std::string_view text, std::size_t* used, double* number);
// Hexadecimal digits, 0x optional; one of choices[] (as hexadecimal numbers) when the field has some.
ValueFault scan_hex(const tactus_field& field, std::string_view text, std::size_t* used, std::int64_t* number);
// As many characters as the longest choice has, or up to white space; then one of choices[].
ValueFault scan_choice(const tactus_field& field, std::string_view text, std::size_t* used, std::uint32_t* choice);
// 1 to 4 bytes up to white space; first byte in bits 31..24.
ValueFault scan_refid(std::string_view text, std::size_t* used, std::uint32_t* refid);

// Index of a choice, choice_count when there is none. Case is ignored unless the field has TACTUS_FIELD_CASE.
std::uint32_t find_choice(const tactus_field& field, std::string_view word);

}  // namespace tactus::config
