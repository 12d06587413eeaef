// SPDX-License-Identifier: Apache-2.0
// The formatters of chronyc's reports (client specification, section 4): each gives the text and the CSV form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tactus/reports.h>
#include <tactus/cmdmon.hpp>

#include "output.hpp"

namespace tactus::cli {

// Scaled formats (4.1). Values in seconds or ppm.
Field format_interval(std::uint32_t seconds);   // SEC, 4 characters
Field format_offset(double seconds);            // OFF, 6 characters
Field format_signed_offset(double seconds);     // SOFF, 7 characters
Field format_ppm(double ppm);                   // PPM
Field format_signed_ppm(double ppm);            // SPPM
Field format_log_interval(std::int8_t log2_s);  // LOGI

// Plain formats (4.2).
Field format_slow_fast(double seconds);           // SLOWFAST: `<x> seconds slow`
Field format_fast_slow(double ppm);               // FASTSLOW: `<x> ppm fast`
Field format_date(const cmdmon::WireTime& time);  // DATE, in CSV EPOCH
std::string format_log_date(const cmdmon::WireTime& time);
Field format_leap_letter(unsigned leap);  // LEAP1, in CSV LEAP
std::string format_leap(unsigned leap);
std::string format_yes_no(bool yes);
std::string format_ntp_mode(unsigned mode);
std::string format_stamp_source(unsigned character);
std::string format_hex(std::uint32_t value);    // HEX8
std::string format_refid(std::uint32_t refid);  // REFSTR
std::string format_address(const tactus_address& address);
double power_of_two(int log2);  // LOG2S

// Text padded with spaces to a width; longer text stays whole.
std::string pad_right(std::string_view text, std::size_t width);
// Padding applies in text mode only.
Field padded(std::string_view text, std::size_t width);
// A header line and its underline of the same length.
void print_header(Output& output, std::string_view header);

// The line of a status (command protocol specification, section 9).
std::string_view status_text(std::uint16_t status);

}  // namespace tactus::cli
