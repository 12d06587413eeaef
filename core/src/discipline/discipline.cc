// SPDX-License-Identifier: Apache-2.0
// The facade: sources in, selection and reference out. Discipline specification 3.2, 7, 8.1.
#include "discipline/discipline.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "discipline/adaptive.hpp"
#include "discipline/regression.hpp"

namespace tactus {
namespace {

constexpr int unreachable_size = 8;  // reach bits before an address is given up
constexpr int one_shot_updates = 7;  // polls of a source in the one-shot modes
constexpr int no_orphan_stratum = 16;
constexpr int max_filter_length = 256;

bool good(double value) { return std::isfinite(value); }
bool good_bound(double value) { return std::isfinite(value) && value >= 0.0; }

EstimatorFactory estimator_factory(const DisciplineSettings& settings) {
  if (settings.estimator == EstimatorKind::adaptive) return adaptive_factory(settings.adaptive);
  return [](const EstimatorSettings& from) { return std::make_unique<RegressionEstimator>(from); };
}

HistoryChange history(const ClockChange& change) { return {change.corrected, change.frequency, change.offset_s}; }

}  // namespace

Discipline::Discipline(Clock& clock, Loop& loop, Logger& logger, DisciplineSettings settings, DisciplineHooks hooks)
    : clock_(clock),
      logger_(logger),
      settings_(settings),
      hooks_(std::move(hooks)),
      factory_(estimator_factory(settings_)),
      selection_(settings_, logger, drops_, hooks_.selection_log),
      reference_(clock, loop, logger, settings_, hooks_, drops_) {
  clock_.set_max_slew_rate_ppm(settings_.max_slew_rate_ppm);
  clock_.set_max_drift_ppm(settings_.max_drift_ppm);
  apply_orphan();
  change_handler_ = clock_.on_change([this](const ClockChange& change) { on_change(change); });
  disperse_handler_ = clock_.on_disperse([this](double dispersion_s) {
    for (Source* source : list_) source->disperse(dispersion_s);
    joint_.disperse(dispersion_s);
  });
}

Discipline::~Discipline() {
  clock_.remove_handler(change_handler_);
  clock_.remove_handler(disperse_handler_);
}

void Discipline::start() { reference_.start(); }

void Discipline::finish() {
  if (std::exchange(finished_, true)) return;
  reference_.finish();
}

// ---- one-shot modes (8.1, 10.2)

void Discipline::set_one_shot(OneShot mode, std::function<void(bool ok)> done) {
  reference_.set_one_shot(mode, std::move(done));
  selection_.set_quiet(mode != OneShot::off);
}

void Discipline::end_one_shot() {
  reference_.end_one_shot();
  selection_.set_quiet(false);
}

void Discipline::check_one_shot() {
  if (reference_.one_shot() == OneShot::off || finished_) return;
  const bool hope = std::any_of(list_.begin(), list_.end(), [](const Source* source) {
    const int left = one_shot_updates - source->reach_size();
    return source->active() && left > 0 && source->estimator().store().size() + left >= min_fit_samples;
  });
  if (!hope) reference_.fail_one_shot();
}

// ---- sources

Result<Source*> Discipline::new_source(const tactus_source_params& params, const tactus_source_callbacks* callbacks,
                                       void* user) {
  tactus_source_params given{};
  std::memcpy(&given, &params, std::min<std::size_t>(params.struct_size, sizeof given));
  const bool ntp = given.type == TACTUS_SOURCE_NTP;
  if (given.type > TACTUS_SOURCE_REFCLOCK)
    return error_status(TACTUS_E_INVALID, "unknown type of source {}", given.type);
  if (given.filter_length < 0 || given.filter_length > max_filter_length || !good(given.asymmetry) ||
      !good_bound(given.min_delay_s)) {
    return error_status(TACTUS_E_INVALID, "source {}: filter length, asymmetry or minimum delay is out of range",
                        given.name != nullptr ? given.name : "");
  }
  SourceParams source;
  source.type = given.type;
  source.refid = given.refid;
  source.select_options = given.select_options;
  source.authenticated = given.authenticated != 0;
  source.max_unreach = given.max_unreach >= 0 ? given.max_unreach : settings_.max_unreach;
  source.filter_length = given.filter_length;
  source.address = given.address;
  if (given.name != nullptr) source.name = given.name;
  source.estimator.limits = {given.min_samples >= 0 ? given.min_samples : settings_.min_samples,
                             given.max_samples >= 0 ? given.max_samples : settings_.max_samples, given.min_delay_s};
  source.estimator.asymmetry = ntp ? given.asymmetry : 0.0;
  source.estimator.precision_s = clock_.precision_s();
  owned_.push_back(std::make_unique<Source>(std::move(source), callbacks, user, factory_));
  list_.push_back(owned_.back().get());
  selection_.update_options(list_);
  return list_.back();
}

void Discipline::free_source(Source* source) {
  if (source == nullptr) return;
  selection_.forget(*source);
  joint_.forget(source);
  std::erase(list_, source);
  std::erase_if(owned_, [source](const auto& owned) { return owned.get() == source; });
  selection_.update_options(list_);
  run_selection(nullptr);
  check_one_shot();
}

void Discipline::set_active(Source& source, bool active) {
  source.set_active(active);
  // At the start sources come one after the other; the daemon asks when all are there.
  if (!active) check_one_shot();
}

void Discipline::set_address(Source& source, const tactus_address& address, std::uint32_t refid, bool reset_it) {
  source.set_address(address, refid);
  if (reset_it) reset(source);
  if (hooks_.addressed) hooks_.addressed(source);
}

void Discipline::set_status(Source& source, int stratum, std::uint32_t leap) {
  // Around a leap second the bits of servers are not to be trusted.
  if (reference_.leap_close(clock_.event_now(), 0.0)) leap = source.leap();
  source.set_status(stratum, leap);
}

void Discipline::reach(Source& source, bool bit) {
  source.shift_reach(bit);
  if (source.reach() == 0) {
    const bool give_up = source.is_ntp() && source.reach_size() >= unreachable_size;
    run_selection(nullptr);
    if (give_up) source.ask_replacement();
  }
  check_one_shot();
}

void Discipline::reset_reach(Source& source) {
  source.reset_reach();
  reach(source, false);
}

tactus_status Discipline::sample(Source& source, const tactus_sample& sample, tactus_sample_result* result) {
  ++samples_in_;
  fill_result(source, {}, result);
  if (sample.corrected_ns <= 0 || !good(sample.offset_s) || !good_bound(sample.peer_delay_s) ||
      !good_bound(sample.peer_dispersion_s) || !good_bound(sample.root_delay_s) ||
      !good_bound(sample.root_dispersion_s)) {
    drops_.add(Drop::sample_bad_value);
    return TACTUS_E_INVALID;
  }
  const Sample kept{from_ns<Instant>(sample.corrected_ns),
                    -sample.offset_s,
                    sample.peer_delay_s,
                    sample.peer_dispersion_s,
                    sample.root_delay_s,
                    sample.root_dispersion_s};
  if (reference_.leap_close(kept.time, kept.offset_s)) {
    logger_.info("Dropping sample around leap second");
    drops_.add(Drop::sample_leap_close);
    return TACTUS_E_DENIED;
  }
  accumulated(source, source.take(kept, drops_), result);
  return TACTUS_OK;
}

void Discipline::missed(Source& source, tactus_sample_result* result) {
  fill_result(source, {}, result);
  accumulated(source, source.miss(drops_), result);
}

void Discipline::fill_result(const Source& source, const Source::Taken& taken, tactus_sample_result* result) {
  if (result == nullptr) return;
  result->accumulated = taken.accumulated ? 1 : 0;
  result->samples = static_cast<std::uint32_t>(std::lround(source.estimator().effective_samples()));
  result->reserved = 0;
  result->prediction_error_s = taken.prediction_error_s;
  result->peer_delay_s = taken.sample.peer_delay_s;
  result->peer_dispersion_s = taken.sample.peer_dispersion_s;
}

void Discipline::accumulated(Source& source, const Source::Taken& taken, tactus_sample_result* result) {
  if (!taken.accumulated) return;
  fill_result(source, taken, result);
  if (taken.after_reset) {
    logger_.warning("A sample of {} is not later than the last one: its history is dropped", source.long_label());
  }
  if (hooks_.statistics_log) {
    if (const std::string line = source.statistics_line(); !line.empty()) hooks_.statistics_log(line);
  }
  run_selection(&source);
}

void Discipline::stats(const Source& source, tactus_source_stats& out) const {
  source.fill(out, clock_.event_now(), &source == selection_.selected());
}

void Discipline::reset(Source& source) {
  source.reset(drops_);
  if (&source == selection_.selected()) run_selection(nullptr);
}

void Discipline::set_select_options(Source& source, std::uint32_t mask, std::uint32_t options) {
  source.set_configured_options((source.configured_options() & ~mask) | (options & mask));
  selection_.update_options(list_);
}

// ---- selection and reference

void Discipline::run_selection(Source* updated) {
  if (finished_ || std::exchange(selecting_, true)) return;
  const SelectionResult result = selection_.run(list_, updated, clock_.event_now());
  if (settings_.estimator == EstimatorKind::adaptive && updated != nullptr) take_jointly(updated);
  if (result.action == SelectionResult::Action::unsynchronise) {
    reference_.unsynchronise();
  } else if (result.action == SelectionResult::Action::update) {
    const Source& source = *result.selected;
    ReferenceUpdate update;
    update.combined = result.combined;
    if (const auto joint = joint_.result(); joint && update.combined.sources > 1) {
      update.combined.reference_time = joint->time;
      update.combined.offset_s = joint->offset_s;
      update.combined.offset_sd_s = joint->offset_sd_s;
      update.combined.frequency = joint->frequency;
      update.combined.frequency_sd = std::clamp(joint->frequency_sd, min_skew, max_skew);
      update.combined.skew = adaptive_skew_ratio * update.combined.frequency_sd;
    }
    update.leap = result.leap;
    update.stratum = source.stratum();
    update.refid = source.refid();
    if (source.is_ntp()) update.address = source.address();
    update.label = source.label();
    update.least_unit_s = source.least_update_unit_s();
    update.root_delay_s = source.reference_root_delay_s();
    update.root_dispersion_s = source.reference_root_dispersion_s();
    reference_.update(update);
  }
  selecting_ = false;
  // Only now: an association may remove or reset sources in answer.
  for (Source* source : selection_.take_replacements()) {
    if (std::find(list_.begin(), list_.end(), source) != list_.end()) source->ask_replacement();
  }
}

// The new sample of a source that is combined with others.
void Discipline::take_jointly(const Source* updated) {
  std::vector<JointEstimator::Member> members;
  std::size_t newest = SIZE_MAX;
  std::size_t selected = SIZE_MAX;
  for (const Source* source : list_) {
    const SourceState state = source->place().state;
    if (state != SourceState::selected && state != SourceState::combined) continue;
    if (!source->estimator().estimate().valid) continue;
    if (source == updated) newest = members.size();
    if (state == SourceState::selected) selected = members.size();
    // Under these settings every source has this estimator.
    const auto& estimator = static_cast<const AdaptiveEstimator&>(source->estimator());
    members.push_back({source, &estimator, adaptive_weight(*source)});
  }
  if (members.size() < 2 || selected == SIZE_MAX) {
    joint_.reset();
  } else if (newest != SIZE_MAX) {
    joint_.take(members, newest, selected);
  }
}

void Discipline::on_change(const ClockChange& change) {
  if (change.kind != ChangeKind::unknown) {
    for (Source* source : list_) source->adjust(history(change));
    joint_.adjust(history(change));
    manual_.adjust(history(change));
    return;
  }
  manual_.reset();
  joint_.reset();
  for (Source* source : list_) source->reset_samples(drops_);
  reference_.unsynchronise();
  run_selection(nullptr);
}

void Discipline::apply_orphan() {
  const LocalSettings& local = settings_.local;
  selection_.set_orphan_stratum(local.enabled && local.orphan ? local.stratum : no_orphan_stratum);
}

// ---- reports

Source* Discipline::source_at(std::size_t index) const noexcept {
  return index < list_.size() ? list_[index] : nullptr;
}

Source* Discipline::find(const tactus_address& address) const noexcept {
  const auto found = std::find_if(list_.begin(), list_.end(), [&address](const Source* source) {
    const tactus_address& own = source->address();
    return source->is_ntp() && own.family == address.family &&
           std::memcmp(own.bytes, address.bytes, sizeof own.bytes) == 0;
  });
  return found != list_.end() ? *found : nullptr;
}

Source* Discipline::find_refid(std::uint32_t refid) const noexcept {
  const auto found = std::find_if(list_.begin(), list_.end(), [refid](const Source* source) {
    return !source->is_ntp() && source->refid() == refid;
  });
  return found != list_.end() ? *found : nullptr;
}

bool Discipline::source_row(std::size_t index, tactus_source_row& row) const {
  if (index >= list_.size()) return false;
  list_[index]->fill(row, clock_.event_now());
  return true;
}

bool Discipline::sourcestats_row(std::size_t index, tactus_sourcestats_row& row) const {
  if (index >= list_.size()) return false;
  list_[index]->fill(row, clock_.event_now());
  return true;
}

bool Discipline::selectdata_row(std::size_t index, tactus_selectdata_row& row) const {
  if (index >= list_.size()) return false;
  list_[index]->fill(row);
  return true;
}

// ---- commands

void Discipline::reselect() {
  selection_.reselect();
  run_selection(nullptr);
}

void Discipline::reset_sources() {
  joint_.reset();
  for (Source* source : list_) source->reset_samples(drops_);
  reference_.unsynchronise();
  run_selection(nullptr);
}

void Discipline::set_makestep(double threshold_s, int limit) {
  settings_.makestep = {threshold_s, limit};
  reference_.restart_makestep();
  logger_.info("New makestep {:f} {}", threshold_s, limit);
}

void Discipline::set_max_update_skew_ppm(double ppm) {
  settings_.max_update_skew_ppm = ppm;
  logger_.info("New maxupdateskew {:f} ppm", ppm);
}

void Discipline::set_reselect_distance_s(double distance_s) {
  settings_.reselect_distance_s = distance_s;
  logger_.info("New reselect distance {:f}", distance_s);
}

void Discipline::set_local(const LocalSettings& local) {
  settings_.local = local;
  apply_orphan();
  logger_.info("{} local reference mode", local.enabled ? "Enabled" : "Disabled");
}

}  // namespace tactus
