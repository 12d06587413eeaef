// SPDX-License-Identifier: Apache-2.0
// The facade of the discipline: sources, selection and reference of one daemon. What the host's source services, the
// refclock layer, the reports and the commands call. Discipline specification, whole.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tactus/host.h>
#include <tactus/reports.h>
#include <tactus/result.hpp>

#include "clock/clock.hpp"
#include "discipline/drops.hpp"
#include "discipline/joint.hpp"
#include "discipline/manual.hpp"
#include "discipline/reference.hpp"
#include "discipline/selection.hpp"
#include "discipline/settings.hpp"
#include "discipline/source.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

class Discipline {
 public:
  // Clock, loop and logger outlive it. Sets the clock's slew and drift limits.
  Discipline(Clock& clock, Loop& loop, Logger& logger, DisciplineSettings settings, DisciplineHooks hooks);
  ~Discipline();
  Discipline(const Discipline&) = delete;
  Discipline& operator=(const Discipline&) = delete;

  // ---- life
  // The skew read from the drift file, ppm; before start().
  void set_initial_skew_ppm(double skew_ppm) { reference_.set_initial_skew_ppm(skew_ppm); }
  // Once, after the configuration is applied and before the loop runs.
  void start();
  // At the orderly end: leap status, drift file. The sources may still exist.
  void finish();
  // -q (update_once), -Q (print_once): `done` is called once, from inside a source's call or from check_one_shot().
  void set_one_shot(OneShot mode, std::function<void(bool ok)> done);
  // After OneShot::initial: normal operation. Not from inside `done`.
  void end_one_shot();
  // Ends a one-shot mode in failure when no active source can come to three samples any more; also called by itself at
  // each change of reach. To be called once after all sources were started.
  void check_one_shot();
  // Ends a one-shot mode in failure now.
  void fail_one_shot() { reference_.fail_one_shot(); }

  // ---- sources: the host's services of the same names (host.h)
  // params->struct_size is honoured. E_INVALID: name missing for NTP, filter length or asymmetry out of range.
  Result<Source*> new_source(const tactus_source_params& params, const tactus_source_callbacks* callbacks, void* user);
  void free_source(Source* source);
  void set_active(Source& source, bool active);
  void set_address(Source& source, const tactus_address& address, std::uint32_t refid, bool reset);
  void set_status(Source& source, int stratum, std::uint32_t leap);
  void set_own_refid(Source& source, std::uint32_t refid) { source.set_own_refid(refid); }  // for `local orphan`
  void reach(Source& source, bool bit);
  void reset_reach(Source& source);
  // offset_s with NTP's sign (positive = local clock slow); negated here, once. E_INVALID: bad value; E_DENIED: too
  // close to a leap second. *result may be NULL.
  tactus_status sample(Source& source, const tactus_sample& sample, tactus_sample_result* result);
  // No measurement at this poll.
  void missed(Source& source, tactus_sample_result* result);
  void stats(const Source& source, tactus_source_stats& out) const;
  [[nodiscard]] double predict_s(const Source& source, Instant at) const { return source.estimator().predict_s(at); }
  void shift(Source& source, double offset_s) { source.shift(offset_s); }
  void reset(Source& source);
  // Replaces the samples of a source by those of a dump (configuration specification 14.2). The caller selects.
  Result<void> load_dump(Source& source, std::string_view text) { return source.load_dump(text, clock_.now()); }
  void set_select_options(Source& source, std::uint32_t mask, std::uint32_t options);

  // ---- reference
  void select() { run_selection(nullptr); }
  [[nodiscard]] tactus_reference reference(Instant at) { return reference_.at(at); }
  [[nodiscard]] bool synchronised() const noexcept { return reference_.synchronised(); }
  [[nodiscard]] double root_distance_s(Instant at) const noexcept { return reference_.root_distance_s(at); }
  [[nodiscard]] Source* selected() const noexcept { return selection_.selected(); }

  // ---- reports. Rows have their struct_size set by the caller. False: no such index.
  [[nodiscard]] std::size_t source_count() const noexcept { return list_.size(); }
  [[nodiscard]] Source* source_at(std::size_t index) const noexcept;
  [[nodiscard]] Source* find(const tactus_address& address) const noexcept;  // port and scope are ignored
  [[nodiscard]] Source* find_refid(std::uint32_t refid) const noexcept;      // reference clocks
  // TAI - UTC at a TAI time; nothing without a table of leap seconds.
  [[nodiscard]] std::optional<int> tai_offset_s(Instant tai) const { return reference_.tai_offset_s(tai); }
  void tracking(tactus_tracking& row) { reference_.fill(row); }
  bool source_row(std::size_t index, tactus_source_row& row) const;
  bool sourcestats_row(std::size_t index, tactus_sourcestats_row& row) const;
  bool selectdata_row(std::size_t index, tactus_selectdata_row& row) const;
  [[nodiscard]] const Drops& drops() const noexcept { return drops_; }
  // Samples handed in; those that entered a store or are in a filter are this minus the drops of discipline.sample.
  [[nodiscard]] std::uint64_t samples_in() const noexcept { return samples_in_; }

  // ---- commands
  void reselect();
  void reset_sources();
  void set_makestep(double threshold_s, int limit);
  void set_max_update_skew_ppm(double ppm);
  void set_reselect_distance_s(double distance_s);
  void set_local(const LocalSettings& local);
  // `smoothtime`; TACTUS_E_DISABLED when it is not configured.
  tactus_status smoothing(tactus_smoothing& row) const { return reference_.fill(row); }
  void activate_smoothing() { reference_.activate_smoothing(); }
  void reset_smoothing() { reference_.reset_smoothing(); }
  // Manual input: on or off (`manual`); forgets all entries; a typed time, ns since 1970 (E_DISABLED; E_INVALID: out of
  // range, or within 1 s of the last one); takes an entry back (E_NOT_FOUND).
  void enable_manual(bool on) noexcept { settings_.manual = on; }
  void reset_manual() noexcept { manual_.reset(); }
  Result<tactus_settime_result> set_time(std::int64_t entered_ns);
  Result<void> delete_manual(std::size_t index);
  [[nodiscard]] std::span<const ManualInput::Entry> manual_entries() const noexcept { return manual_.entries(); }
  Result<void> make_step() { return reference_.make_step(); }
  [[nodiscard]] const DisciplineSettings& settings() const noexcept { return settings_; }

 private:
  void run_selection(Source* updated);
  void on_change(const ClockChange& change);
  static void fill_result(const Source& source, const Source::Taken& taken, tactus_sample_result* result);
  void accumulated(Source& source, const Source::Taken& taken, tactus_sample_result* result);
  void take_jointly(const Source* updated);
  void apply_orphan();
  void update_by_hand(const ManualInput::Estimate& estimate);

  Clock& clock_;
  Logger& logger_;
  DisciplineSettings settings_;
  DisciplineHooks hooks_;
  Drops drops_;
  EstimatorFactory factory_;
  std::vector<std::unique_ptr<Source>> owned_;  // index order
  std::vector<Source*> list_;
  Selection selection_;
  JointEstimator joint_;
  Reference reference_;
  ManualInput manual_;
  std::uint64_t change_handler_ = 0;
  std::uint64_t disperse_handler_ = 0;
  std::uint64_t samples_in_ = 0;
  bool selecting_ = false;
  bool finished_ = false;
};

}  // namespace tactus
