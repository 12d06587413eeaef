// SPDX-License-Identifier: Apache-2.0
// Words and numbers of a date (client specification 9.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tactus::cli {

enum class TokenKind : std::uint8_t {
  end,
  number,
  signed_number,
  meridian,
  month,
  weekday,
  zone,
  day_zone,
  dst,
  unit,
  ago,
  character,
};
enum class Meridian : std::uint8_t { am, pm, h24 };
enum class TimeUnit : std::uint8_t { year, month, day, hour, minute, second };

struct Token {
  TokenKind kind = TokenKind::end;
  // number: the value; month: 1..12; weekday: 0 Sunday; zone: minutes west of UTC; unit: multiple of `unit`;
  // meridian: Meridian; character: its code.
  long value = 0;
  TimeUnit unit = TimeUnit::second;
};

// Empty when there is a word that is not known, or a number beyond all use.
std::optional<std::vector<Token>> tokenize_date(std::string_view text);

}  // namespace tactus::cli
