// SPDX-License-Identifier: Apache-2.0
// Options of a `refclock` line, see settings.hpp.
#include "refclock/settings.hpp"

#include <algorithm>

#include <tactus/host.h>
#include <tactus/plugin.h>
#include <tactus/sdk/options.hpp>

namespace tactus {
namespace {

constexpr int min_poll = -32;
constexpr int max_poll = 32;
constexpr int max_filter = 256;

std::uint32_t selection_options(const Record& options) {
  std::uint32_t out = 0;
  if (options.flag("noselect")) out |= TACTUS_SELECT_NOSELECT;
  if (options.flag("prefer")) out |= TACTUS_SELECT_PREFER;
  if (options.flag("trust")) out |= TACTUS_SELECT_TRUST;
  if (options.flag("require")) out |= TACTUS_SELECT_REQUIRE;
  return out;
}

int clamped(const Record& options, std::string_view name, int otherwise, int low, int high) {
  return static_cast<int>(std::clamp<std::int64_t>(options.integer(name, otherwise), low, high));
}

}  // namespace

std::uint32_t default_refid(std::string_view driver, unsigned index) {
  char name[4] = {0, 0, 0, 0};
  for (std::size_t i = 0; i < 3 && i < driver.size(); ++i) {
    const char c = driver[i];
    name[i] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (index >= 10) name[2] = static_cast<char>('0' + index / 10 % 10);
  name[3] = static_cast<char>('0' + index % 10);
  std::uint32_t out = 0;
  for (const char c : name) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

Result<RefclockSettings> refclock_settings(const tactus_record& record, unsigned index, double clock_precision_s) {
  const Record options{&record};
  if (options.flag("local")) {
    return error_status(TACTUS_E_UNSUPPORTED, "refclock option local is not in this version: remove it");
  }
  constexpr int unlimited = 1 << 30;
  RefclockSettings out;
  for (const char c : options.text("driver")) out.driver += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  out.refid = options.present("refid") ? static_cast<std::uint32_t>(options.integer("refid"))
                                       : default_refid(out.driver, index);
  out.lock_refid = static_cast<std::uint32_t>(options.integer("lock"));
  out.poll_log2_s = clamped(options, "poll", 4, min_poll, max_poll);
  out.dpoll_log2_s = std::min(clamped(options, "dpoll", 0, min_poll, max_poll), out.poll_log2_s);
  out.filter_length = clamped(options, "filter", 64, 1, max_filter);
  out.filter_given = options.present("filter") || options.present("maxdispersion");
  out.rate = clamped(options, "rate", 1, 1, unlimited);
  out.max_lock_age = clamped(options, "maxlockage", 2, 0, unlimited);
  out.stratum = clamped(options, "stratum", 0, 0, 15);
  out.min_samples = options.present("minsamples") ? clamped(options, "minsamples", 0, 0, unlimited) : -1;
  out.max_samples = options.present("maxsamples") ? clamped(options, "maxsamples", 0, 0, unlimited) : -1;
  out.max_unreach = options.present("maxunreach") ? clamped(options, "maxunreach", 0, 0, unlimited) : -1;
  out.select_options = selection_options(options);
  out.pps = options.flag("pps");
  out.tai = options.flag("tai");
  out.offset_s = options.real("offset", 0.0);
  out.delay_s = options.real("delay", 1e-9);
  out.precision_s = std::max(clock_precision_s, options.real("precision", 0.0));
  out.max_dispersion_s = options.real("maxdispersion", 0.0);
  out.width_s = options.real("width", 0.0);
  return out;
}

}  // namespace tactus
