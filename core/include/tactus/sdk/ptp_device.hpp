// SPDX-License-Identifier: Apache-2.0
// Reading a PTP hardware clock beside the system's through its device (/dev/ptpN). Reference clock specification,
// section 7.2; the kernel's header linux/ptp_clock.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <linux/ptp_clock.h>
#include <sys/ioctl.h>

#include <tactus/ptp_clock.hpp>
#include <tactus/sdk/host.hpp>
#include <tactus/time.hpp>

namespace tactus {

// How a device is read: the first of these that works is kept.
enum class PtpMethod : std::uint8_t { untried, precise, extended, plain };

namespace ptp_device_detail {

inline constexpr unsigned readings_wanted = PTP_MAX_SAMPLES;

inline RawTime raw_of(const ptp_clock_time& time) {
  return from_ns<RawTime>(time.sec * 1'000'000'000 + static_cast<std::int64_t>(time.nsec));
}
inline std::int64_t ns_of(const ptp_clock_time& time) { return to_ns(raw_of(time)); }

inline bool read_precise(int fd, std::vector<PtpReading>& out) {
  ptp_sys_offset_precise data{};
  if (::ioctl(fd, PTP_SYS_OFFSET_PRECISE, &data) != 0) return false;
  const RawTime both = raw_of(data.sys_realtime);
  out.push_back({both, ns_of(data.device), both});
  return true;
}

inline bool read_extended(int fd, std::vector<PtpReading>& out) {
  ptp_sys_offset_extended data{};
  data.n_samples = readings_wanted;
  if (::ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &data) != 0) return false;
  for (unsigned i = 0; i < std::min(data.n_samples, readings_wanted); ++i) {
    const auto& times = data.ts[i];
    out.push_back({raw_of(times[0]), ns_of(times[1]), raw_of(times[2])});
  }
  return true;
}

inline bool read_plain(int fd, std::vector<PtpReading>& out) {
  ptp_sys_offset data{};
  data.n_samples = readings_wanted;
  if (::ioctl(fd, PTP_SYS_OFFSET, &data) != 0) return false;
  for (std::size_t i = 0; i < std::min(data.n_samples, readings_wanted); ++i) {
    out.push_back({raw_of(data.ts[2 * i]), ns_of(data.ts[2 * i + 1]), raw_of(data.ts[2 * i + 2])});
  }
  return true;
}

}  // namespace ptp_device_detail

// Up to 25 readings; empty when the device gives none. cross: hardware that reads both clocks at once may do so.
// method: of this device, untried at first.
inline std::vector<PtpReading> read_ptp_clock(int fd, bool cross, PtpMethod& method) {
  using namespace ptp_device_detail;
  std::vector<PtpReading> out;
  if (method == PtpMethod::untried) method = cross ? PtpMethod::precise : PtpMethod::extended;
  if (method == PtpMethod::precise && !read_precise(fd, out)) method = PtpMethod::extended;
  if (method == PtpMethod::extended && out.empty() && !read_extended(fd, out)) method = PtpMethod::plain;
  if (method == PtpMethod::plain && out.empty()) read_plain(fd, out);
  return out;
}

// Corrected time over raw time while these readings were made; 1 when the clock did not move. readings: at least one.
inline double ptp_reading_ratio(const Host& host, std::span<const PtpReading> readings) {
  const RawTime first = readings.front().before;
  const RawTime last = readings.back().after;
  const double raw_s = to_seconds(last - first);
  return raw_s > 0 ? to_seconds(host.correct(last) - host.correct(first)) / raw_s : 1;
}

}  // namespace tactus
