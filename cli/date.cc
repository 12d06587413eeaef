// SPDX-License-Identifier: Apache-2.0
// Dates for settime: tokens, grammar and evaluation of the client specification, sections 9.1 to 9.3.
#include "date.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <ctime>
#include <string_view>
#include <vector>

#include "date_words.hpp"

namespace tactus::cli {

namespace {

// Everything collected from the items.
struct Collected {
  int times = 0;
  int zones = 0;
  int dates = 0;
  int weekdays = 0;
  int relatives = 0;
  long year = 0, month = 0, day = 0;
  long hour = 0, minute = 0, second = 0;
  Meridian meridian = Meridian::h24;
  long zone_west_min = 0;
  long weekday = 0, weekday_ordinal = 0;
  std::array<long, 6> relative{};  // indexed by TimeUnit
};

class Parser {
 public:
  Parser(std::vector<Token> tokens, Collected& out) : tokens_(std::move(tokens)), out_(out) {}

  bool run() {
    while (at_ < tokens_.size()) {
      if (!item()) return false;
    }
    return out_.times <= 1 && out_.zones <= 1 && out_.dates <= 1 && out_.weekdays <= 1;
  }

 private:
  [[nodiscard]] TokenKind kind() const { return at_ < tokens_.size() ? tokens_[at_].kind : TokenKind::end; }
  [[nodiscard]] bool is_char(char c) const { return kind() == TokenKind::character && tokens_[at_].value == c; }
  long take() { return tokens_[at_++].value; }
  bool take_number(long& value) {
    if (kind() != TokenKind::number) return false;
    value = take();
    return true;
  }

  bool item() {
    switch (kind()) {
      case TokenKind::number:
        return number_item(take());
      case TokenKind::signed_number: {
        const long amount = take();
        return kind() == TokenKind::unit && relative(amount);
      }
      case TokenKind::unit:
        return relative(1);
      case TokenKind::month:
        return month_first(take());
      case TokenKind::weekday:
        set_weekday(take(), 1);
        if (is_char(',')) ++at_;
        return true;
      case TokenKind::zone:
        set_zone(take());
        if (kind() == TokenKind::dst) {
          ++at_;
          out_.zone_west_min -= 60;
        }
        return true;
      case TokenKind::day_zone:
        set_zone(take() - 60);
        return true;
      default:
        return false;
    }
  }

  // What begins with an unsigned number. A longer form is taken where it may begin.
  bool number_item(long first) {
    switch (kind()) {
      case TokenKind::meridian:
        set_time(first, 0, 0);
        out_.meridian = static_cast<Meridian>(take());
        return true;
      case TokenKind::signed_number: {  // year-month-day
        const long month = -take();
        if (kind() != TokenKind::signed_number) return false;
        set_date(first, month, -take());
        return true;
      }
      case TokenKind::month: {
        const long month = take();
        if (kind() == TokenKind::signed_number) {
          set_date(-take(), month, first);
        } else if (kind() == TokenKind::number) {
          set_date(take(), month, first);
        } else {
          set_date(out_.year, month, first);
        }
        return true;
      }
      case TokenKind::weekday:
        set_weekday(take(), first);
        return true;
      case TokenKind::unit:
        return relative(first);
      default:
        break;
    }
    if (is_char(':')) return clock_time(first);
    if (is_char('/')) return slashed_date(first);
    lone_number(first);
    return true;
  }

  bool clock_time(long hour) {
    ++at_;
    long minute = 0;
    long second = 0;
    bool has_second = false;
    if (!take_number(minute)) return false;
    if (is_char(':')) {
      ++at_;
      has_second = true;
      if (!take_number(second)) return false;
    }
    if (kind() == TokenKind::signed_number) {  // a zone; without a second the current one stays
      const long offset = take();
      const long magnitude = std::abs(offset);
      const long minutes = magnitude % 100 + magnitude / 100 * 60;
      set_time(hour, minute, has_second ? second : out_.second);
      set_zone(offset < 0 ? minutes : -minutes);
      return true;
    }
    set_time(hour, minute, second);
    if (kind() == TokenKind::meridian) out_.meridian = static_cast<Meridian>(take());
    return true;
  }

  bool slashed_date(long first) {
    ++at_;
    long second = 0;
    if (!take_number(second)) return false;
    if (!is_char('/')) {
      set_date(out_.year, first, second);
      return true;
    }
    ++at_;
    long third = 0;
    if (!take_number(third)) return false;
    if (first >= 1000) {
      set_date(first, second, third);
    } else {
      set_date(third, first, second);
    }
    return true;
  }

  bool month_first(long month) {
    long day = 0;
    if (!take_number(day)) return false;
    long year = out_.year;
    if (is_char(',')) {
      ++at_;
      if (!take_number(year)) return false;
    }
    set_date(year, month, day);
    return true;
  }

  bool relative(long amount) {
    const Token unit = tokens_[at_++];
    ++out_.relatives;
    out_.relative[static_cast<std::size_t>(unit.unit)] += amount * unit.value;
    if (kind() == TokenKind::ago) {
      ++at_;
      for (long& each : out_.relative) each = -each;
    }
    return true;
  }

  void lone_number(long value) {
    if (out_.times > 0 && out_.dates > 0 && out_.relatives == 0) {
      out_.year = value;
    } else if (value > 10000) {
      set_date(value / 10000, value / 100 % 100, value % 100);
    } else if (value < 100) {
      set_time(value, 0, 0);
    } else {
      set_time(value / 100, value % 100, 0);
    }
  }

  void set_time(long hour, long minute, long second) {
    ++out_.times;
    out_.hour = hour;
    out_.minute = minute;
    out_.second = second;
    out_.meridian = Meridian::h24;
  }
  void set_date(long year, long month, long day) {
    ++out_.dates;
    out_.year = year;
    out_.month = month;
    out_.day = day;
  }
  void set_weekday(long weekday, long ordinal) {
    ++out_.weekdays;
    out_.weekday = weekday;
    out_.weekday_ordinal = ordinal;
  }
  void set_zone(long west_min) {
    ++out_.zones;
    out_.zone_west_min = west_min;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Collected& out_;
};

long full_year(long year) {
  year = std::abs(year);
  if (year < 69) return year + 2000;
  return year < 100 ? year + 1900 : year;
}

// Hour of the day, -1 when there is no such hour.
long full_hour(long hour, Meridian meridian) {
  if (meridian == Meridian::h24) return hour >= 0 && hour <= 23 ? hour : -1;
  if (hour < 1 || hour > 12) return -1;
  return hour % 12 + (meridian == Meridian::pm ? 12 : 0);
}

long relative_of(const Collected& in, TimeUnit unit) { return in.relative[static_cast<std::size_t>(unit)]; }

// Adds with saturation: absurd amounts are mktime's to refuse.
int to_int(long value) { return static_cast<int>(std::clamp<long>(value, INT_MIN / 2, INT_MAX / 2)); }

}  // namespace

std::optional<std::int64_t> parse_date(const std::string& text, std::int64_t now) {
  const auto start = static_cast<std::time_t>(now);
  std::tm local{};
  if (::localtime_r(&start, &local) == nullptr) return std::nullopt;
  Collected in;
  in.year = local.tm_year + 1900L;
  in.month = local.tm_mon + 1;
  in.day = local.tm_mday;
  in.hour = local.tm_hour;
  in.minute = local.tm_min;
  in.second = local.tm_sec;
  const auto tokens = tokenize_date(text);
  if (!tokens || !Parser(*tokens, in).run()) return std::nullopt;

  std::tm tm{};
  const bool keeps_time = in.relatives > 0 && in.dates == 0 && in.weekdays == 0;
  if (in.times > 0 || keeps_time) {
    const long hour = full_hour(in.hour, in.meridian);
    if (hour < 0) return std::nullopt;
    tm.tm_hour = to_int(hour);
    tm.tm_min = to_int(in.minute);
    tm.tm_sec = to_int(in.second);
  }
  tm.tm_year = to_int(full_year(in.year) - 1900 + relative_of(in, TimeUnit::year));
  tm.tm_mon = to_int(in.month - 1 + relative_of(in, TimeUnit::month));
  tm.tm_mday = to_int(in.day + relative_of(in, TimeUnit::day));
  tm.tm_hour = to_int(tm.tm_hour + relative_of(in, TimeUnit::hour));
  tm.tm_min = to_int(tm.tm_min + relative_of(in, TimeUnit::minute));
  tm.tm_sec = to_int(tm.tm_sec + relative_of(in, TimeUnit::second));
  const bool absolute = in.dates + in.weekdays + in.times > 0 || relative_of(in, TimeUnit::day) != 0 ||
                        relative_of(in, TimeUnit::month) != 0 || relative_of(in, TimeUnit::year) != 0;
  tm.tm_isdst = absolute ? -1 : local.tm_isdst;

  std::time_t result = std::mktime(&tm);
  if (result == -1) return std::nullopt;
  if (in.weekdays > 0 && in.dates == 0) {
    const long ordinal = in.weekday_ordinal - (in.weekday_ordinal > 0 ? 1 : 0);
    tm.tm_mday = to_int(tm.tm_mday + (in.weekday - tm.tm_wday + 7) % 7 + 7 * ordinal);
    tm.tm_isdst = -1;
    result = std::mktime(&tm);
    if (result == -1) return std::nullopt;
  }
  if (in.zones > 0) result += in.zone_west_min * 60 + tm.tm_gmtoff;
  return static_cast<std::int64_t>(result);
}

}  // namespace tactus::cli
