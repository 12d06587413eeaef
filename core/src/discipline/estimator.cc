// SPDX-License-Identifier: Apache-2.0
// What both estimators do alike. Discipline specification 6.6; dump lines: configuration specification 14.2.
#include "discipline/estimator.hpp"

#include <charconv>
#include <cmath>

namespace tactus {

int best_sample(const SampleStore& store, double skew) noexcept {
  const Instant newest = store.newest().sample.time;
  double least = 0.0;
  int best = 0;
  for (int i = 0; i < store.size(); ++i) {
    const Sample& sample = store.at(i).sample;
    const double distance_s =
        sample.root_dispersion_s + to_seconds(newest - sample.time) * skew + 0.5 * sample.root_delay_s;
    if (i == 0 || distance_s < least) {
      least = distance_s;
      best = i;
    }
  }
  return best;
}

Result<DumpHead> parse_dump_head(std::span<const std::string_view> lines) {
  if (lines.empty()) return error_status(TACTUS_E_INVALID, "the number of samples is missing");
  DumpHead out;
  const std::string_view head = lines[0];
  const char* end = head.data() + head.size();
  auto [rest, code] = std::from_chars(head.data(), end, out.samples);
  while (rest != end && *rest == ' ') ++rest;
  if (code != std::errc{} || std::from_chars(rest, end, out.asymmetry_run).ec != std::errc{} ||
      std::abs(out.asymmetry_run) > asymmetry_run_limit || out.samples < 1 ||
      static_cast<std::size_t>(out.samples) + 1 > lines.size()) {
    return error_status(TACTUS_E_INVALID, "the number of samples is malformed or does not fit: '{}'", head);
  }
  return out;
}

}  // namespace tactus
