// SPDX-License-Identifier: Apache-2.0
// The sample ring. Discipline specification, section 5.
#include "samples/sample_store.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace tactus {
namespace {

constexpr int line_fields = 7;
constexpr double sane_limit = 1e6;  // delays and dispersions of a dump file, s (6.7)

// Instant of "SECONDS.FRACTION"; keeps nanoseconds, which a double would not.
bool parse_time(std::string_view word, Instant& out) {
  std::int64_t seconds = 0;
  const auto [rest, code] = std::from_chars(word.data(), word.data() + word.size(), seconds);
  if (code != std::errc{} || seconds < 0 || seconds > 9'000'000'000) return false;
  std::int64_t nanoseconds = 0;
  const char* end = word.data() + word.size();
  if (rest != end) {
    if (*rest != '.') return false;
    int digits = 0;
    for (const char* at = rest + 1; at != end; ++at, ++digits) {
      if (*at < '0' || *at > '9') return false;
      if (digits < 9) nanoseconds = nanoseconds * 10 + (*at - '0');
    }
    for (; digits < 9; ++digits) nanoseconds *= 10;
  }
  out = from_ns<Instant>(seconds * 1'000'000'000 + nanoseconds);
  return true;
}

std::string_view next_word(std::string_view& line) {
  const auto begin = line.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  const auto end = std::min(line.find_first_of(" \t\r", begin), line.size());
  const auto word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

bool parse_entry(std::string_view line, SampleStore::Entry& entry) {
  if (!parse_time(next_word(line), entry.sample.time)) return false;
  double values[line_fields - 1];
  for (double& value : values) {
    const auto word = next_word(line);
    const auto [rest, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc{} || rest != word.data() + word.size() || !(std::abs(value) < sane_limit)) return false;
  }
  entry.sample.offset_s = values[0];
  entry.original_offset_s = values[1];
  entry.sample.peer_delay_s = values[2];
  entry.sample.peer_dispersion_s = values[3];
  entry.sample.root_delay_s = values[4];
  entry.sample.root_dispersion_s = values[5];
  return std::all_of(values + 2, values + line_fields - 1, [](double value) { return value >= 0.0; });
}

}  // namespace

SampleStore::SampleStore(const StoreLimits& limits)
    : max_samples_(limits.max_samples > 0 ? std::min(limits.max_samples, max_store_samples) : max_store_samples),
      configured_min_delay_s_(limits.min_delay_s) {
  min_samples_ = std::clamp(limits.min_samples, 1, max_samples_);
}

SampleStore::Entry& SampleStore::slot(int index) const noexcept {
  // The newest entry has index samples_ - 1.
  const int position = last_ - (samples_ - 1 - index);
  return ring_[static_cast<std::size_t>((position + 2 * capacity) % capacity)];
}

const SampleStore::Entry& SampleStore::at(int index) const noexcept {
  TACTUS_ASSERT(index >= -run_samples_ && index < samples_);
  return slot(index);
}

SampleStore::Added SampleStore::accumulate(const Sample& sample) {
  Added added = Added::appended;
  if (!ring_) ring_ = std::make_unique<Entry[]>(capacity);
  if (samples_ == max_samples_) drop_oldest(1);
  if (samples_ > 0 && sample.time <= newest().sample.time) {
    reset();
    added = Added::after_reset;
  }
  last_ = (last_ + 1) % capacity;
  ++samples_;
  Entry& entry = slot(samples_ - 1);
  entry = {sample, sample.offset_s};
  if (configured_min_delay_s_ > 0.0 && entry.sample.peer_delay_s < configured_min_delay_s_) {
    entry.sample.peer_delay_s = 2.0 * configured_min_delay_s_ - entry.sample.peer_delay_s;
  }
  // The ring holds 128: a run sample whose slot was taken is gone.
  run_samples_ = std::min(run_samples_, std::min(samples_, capacity - samples_));
  return added;
}

double SampleStore::min_delay_s() const noexcept {
  if (configured_min_delay_s_ > 0.0) return configured_min_delay_s_;
  double least = std::numeric_limits<double>::infinity();
  for (int i = -run_samples_; i < samples_; ++i) least = std::min(least, slot(i).sample.peer_delay_s);
  return least;
}

void SampleStore::drop_oldest(int k) noexcept {
  TACTUS_ASSERT(k >= 0 && k <= samples_);
  samples_ -= k;
  run_samples_ = std::min(run_samples_ + k, samples_);
}

void SampleStore::reset() noexcept {
  samples_ = 0;
  run_samples_ = 0;
}

void SampleStore::adjust(const HistoryChange& change) noexcept {
  for (int i = -run_samples_; i < samples_; ++i) {
    Sample& sample = slot(i).sample;
    const double delta_s = history_delta_s(change, sample.time);
    sample.time += from_seconds(delta_s);
    sample.offset_s += delta_s;
  }
}

void SampleStore::shift(double offset_s) noexcept {
  for (int i = -run_samples_; i < samples_; ++i) slot(i).sample.offset_s += offset_s;
}

void SampleStore::disperse(double dispersion_s) noexcept {
  for (int i = 0; i < samples_; ++i) {
    slot(i).sample.peer_dispersion_s += dispersion_s;
    slot(i).sample.root_dispersion_s += dispersion_s;
  }
}

std::vector<std::string> SampleStore::save() const {
  std::vector<std::string> lines;
  lines.reserve(static_cast<std::size_t>(samples_));
  for (int i = 0; i < samples_; ++i) {
    const Entry& entry = slot(i);
    const std::int64_t ns = to_ns(entry.sample.time);
    lines.push_back(fmt::format("{}.{:09d} {:.6e} {:.6e} {:.6e} {:.6e} {:.6e} {:.6e}", ns / 1'000'000'000,
                                ns % 1'000'000'000, entry.sample.offset_s, entry.original_offset_s,
                                entry.sample.peer_delay_s, entry.sample.peer_dispersion_s, entry.sample.root_delay_s,
                                entry.sample.root_dispersion_s));
  }
  return lines;
}

Result<void> SampleStore::load(std::span<const std::string_view> lines, Instant now) {
  reset();
  if (lines.empty() || lines.size() > static_cast<std::size_t>(max_store_samples)) {
    return error_status(TACTUS_E_INVALID, "{} samples, 1 to {} are possible", lines.size(), max_store_samples);
  }
  if (!ring_) ring_ = std::make_unique<Entry[]>(capacity);
  Instant previous = from_ns<Instant>(-1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Entry entry;
    if (!parse_entry(lines[i], entry)) {
      reset();
      return error_status(TACTUS_E_INVALID, "sample {} is malformed", i + 1);
    }
    if (entry.sample.time <= previous || entry.sample.time > now) {
      reset();
      return error_status(TACTUS_E_INVALID, "sample {} is out of order or in the future", i + 1);
    }
    previous = entry.sample.time;
    if (samples_ == max_samples_) drop_oldest(1);
    last_ = (last_ + 1) % capacity;
    ++samples_;
    slot(samples_ - 1) = entry;
  }
  run_samples_ = 0;
  return {};
}

}  // namespace tactus
