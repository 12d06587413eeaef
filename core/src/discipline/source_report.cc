// SPDX-License-Identifier: Apache-2.0
// What a source tells about itself: labels, rows of reports, log lines, dump files. Configuration specification 13
// and 14.2, discipline specification 6.7.
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "discipline/log_lines.hpp"
#include "discipline/source.hpp"

namespace tactus {
namespace {

constexpr std::string_view dump_magic = "SRC0";
constexpr std::int64_t ns_per_s = 1'000'000'000;

void copy_name(char (&out)[TACTUS_NAME_SIZE], std::string_view name) {
  const std::size_t length = std::min<std::size_t>(name.size(), TACTUS_NAME_SIZE - 1);
  std::memcpy(out, name.data(), length);
  out[length] = '\0';
}

// Splits off the first line.
std::string_view next_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

template <class Number>
bool next_number(std::string_view& line, Number& out, int base) {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  const auto [rest, code] = std::from_chars(line.data(), line.data() + line.size(), out, base);
  line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
  return code == std::errc{};
}

}  // namespace

std::string address_text(const tactus_address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  switch (address.family) {
    case TACTUS_FAMILY_IPV4:
      inet_ntop(AF_INET, address.bytes, text, sizeof text);
      return text;
    case TACTUS_FAMILY_IPV6:
      inet_ntop(AF_INET6, address.bytes, text, sizeof text);
      return address.scope != 0 ? fmt::format("{}%{}", text, address.scope) : std::string(text);
    case TACTUS_FAMILY_ID: {
      const std::uint32_t id = static_cast<std::uint32_t>(address.bytes[0]) << 24 |
                               static_cast<std::uint32_t>(address.bytes[1]) << 16 |
                               static_cast<std::uint32_t>(address.bytes[2]) << 8 | address.bytes[3];
      return fmt::format("ID#{:010d}", id);
    }
    default:
      return {};
  }
}

std::string refid_text(std::uint32_t refid) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto byte = static_cast<unsigned char>(refid >> shift);
    if (byte > ' ' && byte < 0x7f) text.push_back(static_cast<char>(byte));
  }
  return text;
}

std::string Source::label() const { return is_ntp() ? address_text(params_.address) : refid_text(params_.refid); }

std::string Source::long_label() const {
  const std::string address = label();
  if (!is_ntp() || params_.name.empty() || params_.name == address) return address;
  // An address that was configured in another spelling is no name.
  unsigned char scratch[16];
  if (inet_pton(AF_INET, params_.name.c_str(), scratch) == 1 ||
      inet_pton(AF_INET6, params_.name.c_str(), scratch) == 1) {
    return address;
  }
  return fmt::format("{} ({})", address, params_.name);
}

std::uint32_t Source::sample_ago_s(Instant now) const {
  const SampleStore& store = estimator_->store();
  if (store.size() == 0) return TACTUS_AGO_NEVER;
  // For NTP the fraction of the sample's time is cut off first (command protocol specification, reply 3).
  std::int64_t at_ns = to_ns(store.newest().sample.time);
  if (is_ntp()) at_ns -= at_ns % ns_per_s;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>((to_ns(now) - at_ns) / ns_per_s, 0, TACTUS_AGO_NEVER - 1));
}

void Source::fill(tactus_source_row& row, Instant now) const {
  const SampleStore& store = estimator_->store();
  row.refid = params_.refid;
  row.address = params_.address;
  row.poll_log2_s = 0;
  row.mode = is_ntp() ? TACTUS_SOURCE_MODE_CLIENT : TACTUS_SOURCE_MODE_REFCLOCK;
  if (callbacks_.describe != nullptr) callbacks_.describe(user_, &row.poll_log2_s, &row.mode);
  row.stratum = store.size() > 0 ? static_cast<std::uint32_t>(stratum_) : 0;
  row.state = static_cast<std::uint32_t>(place_.state);
  row.reach = reach_;
  row.last_sample_ago_s = sample_ago_s(now);
  row.original_offset_s = 0.0;
  row.offset_s = 0.0;
  row.offset_error_s = 0.0;
  if (store.size() > 0) {
    const auto& newest = store.newest();
    row.original_offset_s = newest.original_offset_s;
    row.offset_s = newest.sample.offset_s;
    row.offset_error_s = 0.5 * newest.sample.root_delay_s + newest.sample.root_dispersion_s;
  }
  copy_name(row.name, is_ntp() ? std::string_view(params_.name) : refid_text(params_.refid));
}

void Source::fill(tactus_sourcestats_row& row, Instant now) const {
  const SampleStore& store = estimator_->store();
  const Estimate& estimate = estimator_->estimate();
  row.refid = params_.refid;
  row.address = params_.address;
  row.samples = static_cast<std::uint32_t>(store.size());
  row.runs = static_cast<std::uint32_t>(estimate.runs);
  row.span_s = 0;
  row.reserved = 0;
  row.stddev_s = estimate.stddev_s;
  row.residual_frequency_ppm = estimate.frequency * 1e6;
  row.skew_ppm = estimate.skew * 1e6;
  row.offset_s = 0.0;
  row.offset_error_s = 0.0;
  if (store.size() > 0) {
    const Sample& best = store.at(estimate.best).sample;
    row.span_s =
        static_cast<std::uint32_t>(std::lround(to_seconds(store.newest().sample.time - store.at(0).sample.time)));
    row.offset_s = estimate.offset_s + to_seconds(now - estimate.reference_time) * estimate.frequency;
    row.offset_error_s = estimate.offset_sd_s + to_seconds(now - best.time) * estimate.skew + 0.5 * best.root_delay_s +
                         best.root_dispersion_s;
  }
  copy_name(row.name, is_ntp() ? std::string_view(params_.name) : refid_text(params_.refid));
}

void Source::fill(tactus_selectdata_row& row) const {
  row.refid = params_.refid;
  row.address = params_.address;
  row.state = static_cast<std::uint32_t>(place_.state);
  row.authenticated = params_.authenticated ? 1 : 0;
  row.leap = leap_;
  row.configured_options = params_.select_options;
  row.effective_options = place_.effective_options;
  row.last_sample_ago_s =
      static_cast<std::uint32_t>(std::clamp(place_.data.last_sample_ago_s, 0.0, double{TACTUS_AGO_NEVER - 1}));
  row.score = place_.score;
  row.low_s = place_.data.low_s;
  row.high_s = place_.data.high_s;
  copy_name(row.name, is_ntp() ? std::string_view(params_.name) : refid_text(params_.refid));
}

void Source::fill(tactus_source_stats& stats, Instant now, bool selected) const {
  const Estimate& estimate = estimator_->estimate();
  const SampleStore& store = estimator_->store();
  stats.samples = static_cast<std::uint32_t>(store.size());
  stats.reach = reach_;
  stats.reach_size = static_cast<std::uint32_t>(reach_size_);
  stats.state = static_cast<std::uint32_t>(place_.state);
  stats.selected = selected ? 1 : 0;
  stats.estimate_ns = store.size() > 0 ? to_ns(estimate.reference_time) : 0;
  stats.min_delay_s = store.min_delay_s();
  stats.stddev_s = estimate.stddev_s;
  stats.skew = estimate.skew;
  stats.offset_s = estimator_->predict_s(now);
  stats.last_filter_delay_s =
      filter_ && filter_->last() ? filter_->last()->peer_delay_s : std::numeric_limits<double>::infinity();
  stats.jitter_asymmetry = estimate.asymmetry;
}

std::string Source::statistics_line() const {
  const Estimate& estimate = estimator_->estimate();
  if (!estimate.valid) return {};
  const FitReport& report = estimator_->report();
  return fmt::format("{} {:<15} {:10.3e} {:10.3e} {:10.3e} {:10.3e} {:10.3e} {:7.1e} {:3d} {:3d} {:3d} {:5.2f}",
                     log_time(estimate.reference_time), label(), estimate.stddev_s, estimate.offset_s,
                     estimate.offset_sd_s, estimate.frequency, estimate.skew, report.stress, report.samples_before,
                     report.dropped, estimate.runs, estimate.asymmetry);
}

std::string Source::dump() const {
  std::string text = fmt::format("{}\n{}\n{} {:o} {} {} {}\n", dump_magic, is_ntp() ? params_.name : ".",
                                 params_.authenticated ? 1 : 0, reach_, reach_size_, stratum_, leap_);
  for (const std::string& line : estimator_->save()) text.append(line).push_back('\n');
  return text;
}

Result<void> Source::load_dump(std::string_view text, Instant now) {
  if (next_line(text) != dump_magic) return error_status(TACTUS_E_INVALID, "not a dump file of a source");
  const auto name = next_line(text);
  if (name != (is_ntp() ? std::string_view(params_.name) : ".")) {
    return error_status(TACTUS_E_INVALID, "the dump is of '{}', not of '{}'", name, params_.name);
  }
  std::string_view head = next_line(text);
  int authenticated = 0;
  int size = 0;
  int stratum = 0;
  unsigned reach = 0;
  unsigned leap = 0;
  if (!next_number(head, authenticated, 10) || !next_number(head, reach, 8) || !next_number(head, size, 10) ||
      !next_number(head, stratum, 10) || !next_number(head, leap, 10) || reach > 0377 || size < 0 || size > 8 ||
      stratum < 0 || stratum > 15 || leap > TACTUS_LEAP_DELETE) {
    return error_status(TACTUS_E_INVALID, "the third line is malformed");
  }
  if (params_.authenticated && authenticated == 0) {
    return error_status(TACTUS_E_DENIED, "an authenticated source takes no samples that were not");
  }
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() <= static_cast<std::size_t>(max_store_samples) + 1)
    lines.push_back(next_line(text));
  if (auto loaded = estimator_->load(lines, now); !loaded) return loaded;
  reach_ = reach;
  reach_size_ = size;
  ++place_.updates;
  set_status(stratum, leap);
  return {};
}

}  // namespace tactus
