// SPDX-License-Identifier: Apache-2.0
// One source as the selection sees it: what is configured, its samples and estimate, reachability, and its place in the
// last selection. Discipline specification, sections 5 to 8.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <tactus/host.h>
#include <tactus/reports.h>
#include <tactus/result.hpp>

#include "discipline/drops.hpp"
#include "discipline/estimator.hpp"
#include "samples/sample_filter.hpp"

namespace tactus {

// State after the last selection; the value is the letter of selectdata and of selection.log (section 8.8).
enum class SourceState : char {
  noselect = 'N',
  bad_stats = 'M',
  unsynchronised = 's',
  bad_distance = 'd',
  jittery = '~',
  waits_stats = 'w',
  stale = 'S',
  orphan = 'O',
  untrusted = 'T',
  falseticker = 'x',
  waits_sources = 'W',
  not_preferred = 'P',
  waits_update = 'U',
  distant = 'D',
  combined = '+',
  selected = '*',
  candidate = '?',  // only while a selection runs
};

// Interval of the true offset and its ground, as of the last selection (6.7).
struct SelectionData {
  bool valid = false;  // the estimate may be selected by
  double low_s = 0.0;  // local minus reference
  double high_s = 0.0;
  double distance_s = 0.0;  // root distance
  double stddev_s = 0.0;
  double first_sample_ago_s = 0.0;
  double last_sample_ago_s = 0.0;
};

// Which warnings were given since the selected source changed.
struct Reported {
  bool falseticker = false;
  bool distance = false;
  bool jitter = false;
};

// As given by the association; resolved against the global defaults.
struct SourceParams {
  std::uint32_t type = TACTUS_SOURCE_NTP;
  std::uint32_t refid = 0;
  std::uint32_t select_options = 0;  // TACTUS_SELECT_*
  bool authenticated = false;
  int max_unreach = 100000;
  int filter_length = 0;  // 0: none
  EstimatorSettings estimator;
  tactus_address address{};
  std::string name;  // as configured; empty for reference clocks
};

class Source {
 public:
  // callbacks may be NULL; it is copied as far as its struct_size reaches.
  Source(SourceParams params, const tactus_source_callbacks* callbacks, void* user, const EstimatorFactory& factory);

  // ---- identity
  [[nodiscard]] std::uint32_t type() const noexcept { return params_.type; }
  [[nodiscard]] bool is_ntp() const noexcept { return params_.type == TACTUS_SOURCE_NTP; }
  [[nodiscard]] std::uint32_t refid() const noexcept { return params_.refid; }
  [[nodiscard]] bool authenticated() const noexcept { return params_.authenticated; }
  [[nodiscard]] const tactus_address& address() const noexcept { return params_.address; }
  [[nodiscard]] const std::string& name() const noexcept { return params_.name; }
  [[nodiscard]] int max_unreach() const noexcept { return params_.max_unreach; }
  // Address or reference id, as in the statistic logs and dump file names ("192.0.2.1", "GPS", "ID#0000000001").
  [[nodiscard]] std::string label() const;
  // As in messages: "192.0.2.1 (ntp.example.net)", "GPS".
  [[nodiscard]] std::string long_label() const;
  void set_address(const tactus_address& address, std::uint32_t refid);
  // Refid of our own address towards the source, for orphans; 0 unknown.
  [[nodiscard]] std::uint32_t own_refid() const noexcept { return own_refid_; }
  void set_own_refid(std::uint32_t refid) noexcept { own_refid_ = refid; }

  // ---- status
  void set_active(bool active) noexcept { active_ = active; }
  [[nodiscard]] bool active() const noexcept { return active_; }
  void set_status(int stratum, std::uint32_t leap) noexcept;
  void set_leap(std::uint32_t leap) noexcept { leap_ = leap; }
  [[nodiscard]] int stratum() const noexcept { return stratum_; }
  [[nodiscard]] std::uint32_t leap() const noexcept { return leap_; }

  // ---- reachability (8.1)
  void shift_reach(bool bit) noexcept;
  void reset_reach() noexcept;
  [[nodiscard]] std::uint32_t reach() const noexcept { return reach_; }
  [[nodiscard]] int reach_size() const noexcept { return reach_size_; }
  [[nodiscard]] int unreachable_run() const noexcept { return unreachable_run_; }

  // ---- samples
  struct Taken {
    bool accumulated = false;
    Sample sample;                    // what entered the store
    double prediction_error_s = 0.0;  // |measured - predicted|
    bool after_reset = false;         // the store was emptied because the sample was not later
    bool filter_failed = false;
  };
  // A measurement: to the filter if there is one, else to the store.
  Taken take(const Sample& sample, Drops& drops);
  // A poll without a measurement; the filter may have become due.
  Taken miss(Drops& drops);
  [[nodiscard]] Estimator& estimator() noexcept { return *estimator_; }
  [[nodiscard]] const Estimator& estimator() const noexcept { return *estimator_; }
  [[nodiscard]] const std::optional<SampleFilter>& filter() const noexcept { return filter_; }
  // Drops samples, filter, reachability, status: as new.
  void reset(Drops& drops);
  // Drops samples and filter only (the clock was stepped by an unknown amount).
  void reset_samples(Drops& drops);
  void adjust(const HistoryChange& change);
  void shift(double offset_s);
  void disperse(double dispersion_s);

  // ---- for selection and reference
  [[nodiscard]] SelectionData selection_data(Instant now) const;
  // Root values of the best sample for the reference: delay, dispersion at the estimate's reference time (6.7).
  [[nodiscard]] double reference_root_delay_s() const;
  [[nodiscard]] double reference_root_dispersion_s() const;

  struct Place {
    SourceState state = SourceState::bad_stats;
    std::uint32_t effective_options = 0;  // TACTUS_SELECT_*
    SelectionData data;
    double score = 1.0;
    int distant = 0;    // updates that it stays out of the combination
    int bad_count = 0;  // own updates in a row that ended as x, d or ~
    int updates = 0;    // samples since the last reference update
    Reported reported;
  };
  [[nodiscard]] Place& place() noexcept { return place_; }
  [[nodiscard]] const Place& place() const noexcept { return place_; }
  [[nodiscard]] std::uint32_t configured_options() const noexcept { return params_.select_options; }
  void set_configured_options(std::uint32_t options) noexcept { params_.select_options = options; }
  // Interval of its polls now, log2 s; 0 when it does not tell.
  [[nodiscard]] int poll_log2_s() const;
  // A reference clock whose readings come one by one, several in a poll interval.
  void set_direct() noexcept { direct_ = true; }
  // The time that an update of the clock counts with at least when the adaptive estimator steers, s. Specification
  // "beyond chrony", section 5.
  [[nodiscard]] double least_update_unit_s() const;
  // Asks the association to use another address.
  void ask_replacement() const;

  // ---- reports; struct_size of each row is set by the caller, the rest is filled
  void fill(tactus_source_row& row, Instant now) const;
  void fill(tactus_sourcestats_row& row, Instant now) const;
  void fill(tactus_selectdata_row& row) const;
  void fill(tactus_source_stats& stats, Instant now, bool selected) const;
  // statistics.log of the last estimate (configuration specification 13.2); empty when the fit failed.
  [[nodiscard]] std::string statistics_line() const;

  // ---- dump files (configuration specification 14.2); the whole text, and what is read back
  [[nodiscard]] std::string dump() const;
  Result<void> load_dump(std::string_view text, Instant now);

 private:
  Taken store(const Sample& sample, Drops& drops);
  Taken filter_due(Drops& drops);
  [[nodiscard]] std::uint32_t sample_ago_s(Instant now) const;

  SourceParams params_;
  tactus_source_callbacks callbacks_{};
  void* user_;
  std::unique_ptr<Estimator> estimator_;
  std::optional<SampleFilter> filter_;
  int filter_polls_ = 0;
  bool active_ = false;
  bool direct_ = false;
  int stratum_ = 0;
  std::uint32_t leap_ = TACTUS_LEAP_UNSYNCHRONISED;
  std::uint32_t reach_ = 0;
  int reach_size_ = 0;
  int unreachable_run_ = 0;
  std::uint32_t own_refid_ = 0;
  Place place_;
};

// "192.0.2.1", "2001:db8::1%2", "ID#0000000001", "" for family NONE.
std::string address_text(const tactus_address& address);
// The printable characters of a reference id: "GPS".
std::string refid_text(std::uint32_t refid);

}  // namespace tactus
