// SPDX-License-Identifier: Apache-2.0
// Formatters of chronyc's reports (client specification, section 4).
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>

#include <arpa/inet.h>

#include <fmt/format.h>

namespace tactus::cli {

namespace {

constexpr std::uint32_t minute = 60;
constexpr std::uint32_t hour = 3600;
constexpr std::uint32_t day = 86400;

// One row of the table of units: below `limit` (by absolute value) the value is printed times `scale`.
struct Unit {
  double limit;
  double scale;
  double divisor;
  int decimals;
  int width;  // of the number, unsigned form
  const char* name;
};
constexpr Unit units[] = {
    {9999.5e-9, 1e9, 1, 0, 4, "ns"},
    {9999.5e-6, 1e6, 1, 0, 4, "us"},
    {9999.5e-3, 1e3, 1, 0, 4, "ms"},
    {999.5, 1, 1, 1, 5, "s"},
    {99999.5, 1, 1, 0, 5, "s"},
    {99999.5 * 60, 1, 60, 0, 5, "m"},
    {99999.5 * 3600, 1, 3600, 0, 5, "h"},
    {99999.5 * 3600 * 24, 1, 86400, 0, 5, "d"},
    {INFINITY, 1, 3600.0 * 24 * 365, 0, 5, "y"},
};

const Unit& unit_of(double magnitude) {
  const Unit* unit = units;
  while (!(magnitude < unit->limit) && unit + 1 < std::end(units)) ++unit;
  return *unit;
}

bool to_utc(const cmdmon::WireTime& time, std::tm& out) {
  const auto seconds = static_cast<std::time_t>(time.seconds);
  return ::gmtime_r(&seconds, &out) != nullptr;
}

}  // namespace

Field format_interval(std::uint32_t seconds) {
  Field out{{}, fmt::to_string(seconds)};
  const std::uint32_t days = seconds / day;
  if (seconds == 0xffffffffu) {
    out.text = "   -";
  } else if (seconds < 1200) {
    out.text = fmt::format("{:4}", seconds);
  } else if (seconds < 36000) {
    out.text = fmt::format("{:3}m", seconds / minute);
  } else if (seconds < 345600) {
    out.text = fmt::format("{:3}h", seconds / hour);
  } else if (days <= 999) {
    out.text = fmt::format("{:3}d", days);
  } else {
    out.text = fmt::format("{:3}y", days / 365);
  }
  return out;
}

Field format_offset(double seconds) {
  const double magnitude = std::fabs(seconds);
  const Unit& unit = unit_of(magnitude);
  return {fmt::format("{:{}.{}f}{}", magnitude * unit.scale / unit.divisor, unit.width, unit.decimals, unit.name),
          fmt::format("{:.9f}", seconds)};
}

Field format_signed_offset(double seconds) {
  const Unit& unit = unit_of(std::fabs(seconds));
  return {fmt::format("{:+{}.{}f}{}", seconds * unit.scale / unit.divisor, unit.width + 1, unit.decimals, unit.name),
          fmt::format("{:.9f}", seconds)};
}

Field format_ppm(double ppm) {
  return {std::fabs(ppm) < 99999.5 ? fmt::format("{:10.3f}", ppm) : fmt::format("{:10.0f}", ppm),
          fmt::format("{:.3f}", ppm)};
}

Field format_signed_ppm(double ppm) {
  return {std::fabs(ppm) < 99999.5 ? fmt::format("{:+10.3f}", ppm) : fmt::format("{:+10.0f}", ppm),
          fmt::format("{:.3f}", ppm)};
}

Field format_log_interval(std::int8_t log2_s) {
  if (log2_s == 127) return {" -", "127"};
  return {fmt::format("{:2}", log2_s), fmt::to_string(static_cast<int>(log2_s))};
}

Field format_slow_fast(double seconds) {
  return {fmt::format("{:.9f} seconds {}", std::fabs(seconds), seconds > 0.0 ? "slow" : "fast"),
          fmt::format("{:.9f}", seconds)};
}

Field format_fast_slow(double ppm) {
  return {fmt::format("{:.3f} ppm {}", std::fabs(ppm), ppm > 0.0 ? "fast" : "slow"), fmt::format("{:.3f}", ppm)};
}

Field format_date(const cmdmon::WireTime& time) {
  Field out{{}, fmt::format("{}.{:09}", time.seconds, time.nanoseconds)};
  std::tm parts{};
  char text[64] = "";
  if (to_utc(time, parts) && std::strftime(text, sizeof text, "%a %b %d %H:%M:%S %Y", &parts) > 0) out.text = text;
  return out;
}

std::string format_log_date(const cmdmon::WireTime& time) {
  std::tm parts{};
  char text[64] = "";
  if (!to_utc(time, parts) || std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts) == 0) {
    return "INVALID    INVALID ";
  }
  return text;
}

std::string format_leap(unsigned leap) {
  switch (leap) {
    case TACTUS_LEAP_NORMAL:
      return "Normal";
    case TACTUS_LEAP_INSERT:
      return "Insert second";
    case TACTUS_LEAP_DELETE:
      return "Delete second";
    case TACTUS_LEAP_UNSYNCHRONISED:
      return "Not synchronised";
    default:
      return "Invalid";
  }
}

Field format_leap_letter(unsigned leap) {
  constexpr std::string_view letters = "N+-?";
  return {std::string(1, letters[std::min(leap, 3u)]), format_leap(leap)};
}

std::string format_yes_no(bool yes) { return yes ? "Yes" : "No"; }

std::string format_ntp_mode(unsigned mode) {
  switch (mode) {
    case 1:
      return "Symmetric active";
    case 2:
      return "Symmetric passive";
    case 4:
      return "Server";
    default:
      return "Invalid";
  }
}

std::string format_stamp_source(unsigned character) {
  switch (character) {
    case 'D':
      return "Daemon";
    case 'K':
      return "Kernel";
    case 'H':
      return "Hardware";
    default:
      return "Invalid";
  }
}

std::string format_hex(std::uint32_t value) { return fmt::format("{:08X}", value); }

std::string format_refid(std::uint32_t refid) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto c = static_cast<unsigned char>(refid >> shift);
    if (c >= 0x20 && c <= 0x7e) out += static_cast<char>(c);
  }
  return out;
}

std::string format_address(const tactus_address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  switch (address.family) {
    case TACTUS_FAMILY_IPV4:
      ::inet_ntop(AF_INET, address.bytes, text, sizeof text);
      return text;
    case TACTUS_FAMILY_IPV6:
      ::inet_ntop(AF_INET6, address.bytes, text, sizeof text);
      return text;
    case TACTUS_FAMILY_ID:
      return fmt::format("ID#{:010}", load_be<std::uint32_t>(address.bytes, 0));
    default:
      return "[UNSPEC]";
  }
}

double power_of_two(int log2) { return std::ldexp(1.0, std::clamp(log2, -31, 31)); }

std::string pad_right(std::string_view text, std::size_t width) {
  std::string out(text);
  if (out.size() < width) out.resize(width, ' ');
  return out;
}

Field padded(std::string_view text, std::size_t width) { return {pad_right(text, width), std::string(text)}; }

void print_header(Output& output, std::string_view header) {
  output.print_line("{}", header);
  output.print_line("{}", std::string(header.size(), '='));
}

std::string_view status_text(std::uint16_t status) {
  switch (status) {
    case 0:
      return "200 OK";
    case 1:
      return "500 Failure";
    case 2:
      return "501 Not authorised";
    case 3:
      return "502 Invalid command";
    case 4:
      return "503 No such source";
    case 5:
      return "504 Duplicate or stale logon detected";
    case 6:
      return "505 Facility not enabled in daemon";
    case 7:
      return "507 Bad subnet";
    case 8:
      return "208 Access allowed";
    case 9:
      return "209 Access denied";
    case 10:
      return "510 No command access from this host";
    case 11:
      return "511 Source already present";
    case 12:
      return "512 Too many sources present";
    case 13:
      return "513 RTC driver not running";
    case 14:
      return "514 Can't write RTC parameters";
    case 15:
      return "519 Client logging is not active in the daemon";
    case 16:
      return "516 Sample index out of range";
    case 17:
      return "515 Invalid address family";
    case 18:
      return "517 Protocol version mismatch";
    case 19:
      return "518 Packet length mismatch";
    case 21:
      return "521 Invalid name";
    default:
      return "520 Got unexpected error from daemon";
  }
}

}  // namespace tactus::cli
