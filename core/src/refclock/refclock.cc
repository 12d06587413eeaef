// SPDX-License-Identifier: Apache-2.0
// Reference clocks of the daemon, see refclock.hpp.
#include "refclock/refclock.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <tactus/sdk/host.hpp>

#include "discipline/log_lines.hpp"

namespace tactus {
namespace {

constexpr double max_tai_reading_s = 4294967296.0;  // NTP specification 2.2

constexpr std::uint32_t local_refid = 0x7f7f0101;
constexpr int known_samples = 8;      // as many make an estimator's expectation worth something
constexpr double known_polls = 4.0;   // for so long
constexpr int max_reading_bits = 30;  // readings of one interval are counted in an int

// The guard's start takes three readings for one: with few in a poll the filter is as good and sooner.
bool feeds_directly(const RefclockSettings& settings) {
  constexpr int least_readings_log2 = 2;
  return !settings.filter_given && settings.poll_log2_s - settings.dpoll_log2_s >= least_readings_log2;
}

Duration poll_interval(int log2_s) { return from_seconds(std::ldexp(1.0, log2_s)); }

// Date and time with microseconds (configuration specification 13.5).
std::string log_time_us(Instant when) {
  return fmt::format("{}.{:06}", log_time(when), to_ns(when) % 1'000'000'000 / 1000);
}

}  // namespace

Refclocks::Refclocks(Clock& clock, Loop& loop, Logger& logger, Discipline& discipline,
                     std::function<void(std::string_view)> log)
    : clock_(clock), loop_(loop), logger_(logger), discipline_(discipline), log_(std::move(log)) {
  change_handler_ = clock_.on_change([this](const ClockChange& change) {
    for (Refclock* refclock : all_) {
      if (change.kind == ChangeKind::unknown) {
        refclock->aligner().drop();
        refclock->guard().drop();
      } else {
        const HistoryChange history{change.corrected, change.frequency, change.offset_s};
        refclock->aligner().adjust(history);
        refclock->guard().adjust(history);
      }
    }
  });
  disperse_handler_ = clock_.on_disperse([this](double dispersion_s) {
    for (Refclock* refclock : all_) {
      refclock->aligner().disperse(dispersion_s);
      refclock->guard().disperse(dispersion_s);
    }
  });
}

Refclocks::~Refclocks() {
  clock_.remove_handler(change_handler_);
  clock_.remove_handler(disperse_handler_);
}

Result<std::unique_ptr<RefclockPort>> Refclocks::make(std::string_view driver, const tactus_record& record) {
  auto settings = refclock_settings(record, made_, clock_.precision_s());
  if (!settings) return settings.failure();
  settings->driver = std::string{driver};
  tactus_source_params params{};
  params.struct_size = sizeof(params);
  params.type = TACTUS_SOURCE_REFCLOCK;
  params.refid = settings->refid;
  params.select_options = settings->select_options;
  params.min_samples = settings->min_samples;
  params.max_samples = settings->max_samples;
  params.max_unreach = settings->max_unreach;
  params.asymmetry = 0.0;  // refclock specification 1.2
  const std::string name = refid_text(settings->refid);
  params.name = name.c_str();

  auto out = std::make_unique<Refclock>(*this, *settings);
  const auto callbacks = Refclock::callbacks();
  const auto source = discipline_.new_source(params, &callbacks, out.get());
  if (!source) return source.failure();
  out->attach(*source);
  all_.push_back(out.get());
  ++made_;
  return std::unique_ptr<RefclockPort>{std::move(out)};
}

Refclock* Refclocks::find(std::uint32_t refid) const noexcept {
  for (Refclock* refclock : all_) {
    if (refclock->settings().refid == refid) return refclock;
  }
  return nullptr;
}

void Refclocks::forget(Refclock* refclock) { std::erase(all_, refclock); }

void Refclocks::each_drop(const std::function<void(const tactus_drop_row&)>& call) const {
  for (const Refclock* refclock : all_) refclock->each_drop(call);
}

void Refclock::each_drop(const std::function<void(const tactus_drop_row&)>& call) const {
  const auto tell = [&](std::uint64_t count, const char* reason) {
    if (count == 0) return;
    tactus_drop_row row{};
    row.struct_size = sizeof(row);
    row.count = count;
    copy_text(row.stage, "refclock." + name_);
    copy_text(row.reason, reason);
    call(row);
  };
  for (std::size_t i = static_cast<std::size_t>(Taken::bad_value); i < counts_.size(); ++i) {
    tell(counts_[i], taken_name(static_cast<Taken>(i)));
  }
  // These were taken as samples before.
  tell(guard_.wild(), "wild");
  tell(guard_.beside(), "beside_middle");
  tell(not_later_, "not_later_sample");
}

Refclock::Refclock(Refclocks& owner, RefclockSettings settings)
    : owner_(owner),
      settings_(std::move(settings)),
      aligner_(settings_, owner.clock_.precision_s()),
      direct_(owner.discipline_.settings().estimator == EstimatorKind::adaptive && feeds_directly(settings_)),
      name_(refid_text(settings_.refid)) {}

Refclock::~Refclock() {
  owner_.loop_.stop_timer(timer_);
  owner_.forget(this);
  if (source_ != nullptr) owner_.discipline_.free_source(source_);
}

tactus_source_callbacks Refclock::callbacks() {
  tactus_source_callbacks out{};
  out.struct_size = sizeof(out);
  out.describe = [](void* user, std::int32_t* poll_log2_s, std::uint32_t* mode) {
    *poll_log2_s = static_cast<Refclock*>(user)->settings_.poll_log2_s;
    *mode = TACTUS_SOURCE_MODE_REFCLOCK;
  };
  return out;
}

void Refclock::attach(Source* source) noexcept {
  source_ = source;
  if (direct_) source->set_direct();
}

void Refclock::driver_created(std::uint32_t, std::function<void()> poll) { poll_ = std::move(poll); }

Result<void> Refclock::start() {
  if (settings_.lock_refid != 0) {
    const Refclock* other = owner_.find(settings_.lock_refid);
    if (other == nullptr || other == this) {
      owner_.logger_.warning("Invalid lock refid {}", refid_text(settings_.lock_refid));
      settings_.lock_refid = 0;
      aligner_ = Aligner{settings_, owner_.clock_.precision_s()};
    } else if (other->poll_ && static_cast<double>(settings_.max_lock_age) / settings_.rate <
                                   std::ldexp(1.0, other->settings_.dpoll_log2_s)) {
      owner_.logger_.warning("{} maxlockage too small for {}", name_, other->name_);
    }
  }
  owner_.discipline_.set_active(*source_, true);
  next_poll_ = owner_.loop_.now();
  readings_left_ = readings_per_poll();
  timer_ = owner_.loop_.start_timer(next_poll_, [this] { on_timer(); });
  return {};
}

int Refclock::readings_per_poll() const noexcept {
  return 1 << std::min(settings_.poll_log2_s - settings_.dpoll_log2_s, max_reading_bits);
}

void Refclock::on_timer() {
  timer_ = 0;
  if (poll_) {
    ++readings_done_;
    poll_();
    if (--readings_left_ <= 0) {
      readings_left_ = readings_per_poll();
      finish_poll();
    }
  } else {
    finish_poll();
  }
  const Duration interval = poll_interval(poll_ ? settings_.dpoll_log2_s : settings_.poll_log2_s);
  // The grid is kept while we are in time; after a long sleep it begins anew.
  next_poll_ += interval;
  if (next_poll_ <= owner_.loop_.now()) next_poll_ = owner_.loop_.now() + interval;
  timer_ = owner_.loop_.start_timer(next_poll_, [this] { on_timer(); });
}

void Refclock::finish_poll() {
  readings_done_ = 0;
  Discipline& discipline = owner_.discipline_;
  discipline.reach(*source_, aligner_.take_reached());
  const auto sample = aligner_.filtered();
  if (!sample) return;
  // A clock that is fed directly still has a filter: for the log, and for pulses that are locked to it.
  log_filtered(*sample);
  if (!direct_) submit(*sample);
}

Expectation Refclock::expected(Instant at) const {
  const Estimate& estimate = source_->estimator().estimate();
  Expectation out;
  if (!estimate.valid || estimate.samples < known_samples) return out;
  const double ago_s = to_seconds(at - estimate.reference_time);
  if (ago_s > known_polls * std::ldexp(1.0, settings_.poll_log2_s)) return out;
  out.known = true;
  out.offset_s = estimate.offset_s + ago_s * estimate.frequency;
  const double noise_s = std::max(estimate.stddev_s, aligner_.last_dispersion_s());
  out.deviation_s = std::hypot(estimate.offset_sd_s, ago_s * estimate.frequency_sd, noise_s);
  return out;
}

void Refclock::feed(const Sample& sample) {
  const SampleStore& store = source_->estimator().store();
  if (store.size() > 0 && sample.time <= store.newest().sample.time) {
    ++not_later_;
    return;
  }
  guard_.take(sample, expected(sample.time));
  // What waits moves with the clock, which each one may change.
  while (const auto passed = guard_.next()) submit(*passed);
}

void Refclock::submit(const Sample& sample) {
  Discipline& discipline = owner_.discipline_;
  discipline.set_status(*source_, served_stratum(), aligner_.leap());
  const tactus_sample out{.struct_size = sizeof(tactus_sample),
                          .reserved = 0,
                          .corrected_ns = to_ns(sample.time),
                          .offset_s = -sample.offset_s,
                          .peer_delay_s = sample.peer_delay_s,
                          .peer_dispersion_s = sample.peer_dispersion_s,
                          .root_delay_s = sample.root_delay_s,
                          .root_dispersion_s = sample.root_dispersion_s};
  discipline.sample(*source_, out, nullptr);
}

// Section 2.5: a pulse that is not locked to a clock is as good as the reference that told its second.
int Refclock::served_stratum() const {
  if (!aligner_.pulsed() || settings_.lock_refid != 0) return settings_.stratum;
  const tactus_reference reference = owner_.discipline_.reference(owner_.clock_.now());
  const Refclock* current = owner_.find(reference.refid);
  const bool follows_pulse =
      current != nullptr && current != this && current->settings_.lock_refid == 0 && current->aligner_.pulsed();
  if (reference.refid == settings_.refid || reference.refid == local_refid || follows_pulse) {
    return static_cast<int>(reference.stratum) - 1;
  }
  return 0;
}

CorrectedTime Refclock::corrected(std::int64_t raw_ns) const {
  CorrectedTime out;
  const auto raw = from_ns<RawTime>(raw_ns);
  out.when = owner_.clock_.correct(raw, &out.error_s);
  out.correction_s = owner_.clock_.correction_s(raw);
  return out;
}

std::optional<LockedClock> Refclock::locked() const {
  if (settings_.lock_refid == 0) return std::nullopt;
  const Refclock* other = owner_.find(settings_.lock_refid);
  if (other == nullptr) return std::nullopt;
  return LockedClock{&other->aligner_.filter(), other->aligner_.leap()};
}

tactus_status Refclock::reading(const tactus_reading& reading) {
  if (reading.raw_ns <= 0) return account(Taken::bad_value, false, 0.0, {});
  if (settings_.tai && std::isfinite(reading.offset_s) && std::fabs(reading.offset_s) < max_tai_reading_s) {
    const auto tai = from_ns<Instant>(reading.raw_ns) + from_seconds(reading.offset_s);
    const auto ahead_s = owner_.discipline_.tai_offset_s(tai);
    if (!ahead_s) return account(Taken::bad_value, false, 0.0, {});
    tactus_reading utc = reading;
    utc.offset_s -= *ahead_s;
    return align(utc);
  }
  return align(reading);
}

tactus_status Refclock::align(const tactus_reading& reading) {
  const CorrectedTime at = corrected(reading.raw_ns);
  const auto lock = locked();
  const tactus_reference reference = owner_.discipline_.reference(at.when);
  const Taken taken = aligner_.reading(reading, at, owner_.clock_.now(), lock ? &*lock : nullptr, reference);
  const double raw_offset_s =
      settings_.pps ? aligner_.last_offset_s() + at.correction_s - settings_.offset_s : reading.offset_s;
  return account(taken, settings_.pps, raw_offset_s, at.when);
}

tactus_status Refclock::pulse(const tactus_pulse& pulse) {
  if (pulse.raw_ns <= 0) return account(Taken::bad_value, true, 0.0, {});
  const CorrectedTime at = corrected(pulse.raw_ns);
  const auto lock = locked();
  const tactus_reference reference = owner_.discipline_.reference(at.when);
  const Taken taken = aligner_.pulse(pulse, at, owner_.clock_.now(), lock ? &*lock : nullptr, reference);
  return account(taken, true, aligner_.last_offset_s() + at.correction_s - settings_.offset_s, at.when);
}

tactus_status Refclock::account(Taken taken, bool pulse, double raw_offset_s, Instant when) {
  ++counts_[static_cast<std::size_t>(taken)];
  if (taken == Taken::sample) {
    log_sample(when, pulse, raw_offset_s);
    if (direct_) feed(*aligner_.filter().last());
  }
  if (taken == Taken::sample || taken == Taken::alive) {
    present(true, "");
    return TACTUS_OK;
  }
  owner_.logger_.debug("{} reading dropped: {}", name_, taken_name(taken));
  return TACTUS_E_INVALID;
}

void Refclock::present(bool present, std::string_view why) {
  const bool first = !present_.has_value();
  if (!first && *present_ == present) return;
  present_ = present;
  if (present) {
    if (!first) owner_.logger_.info("Reference clock {} is back", name_);
  } else {
    owner_.logger_.warning("Reference clock {} is absent{}{}", name_, why.empty() ? "" : ": ", why);
  }
}

void Refclock::log_sample(Instant when, bool pulse, double raw_offset_s) const {
  if (!owner_.log_) return;
  char line[160];
  std::snprintf(line, sizeof(line), "%s %-5s %3d %1c %1d %13.6e %13.6e %10.3e", log_time_us(when).c_str(),
                name_.c_str(), readings_done_, leap_letter(aligner_.leap()), pulse ? 1 : 0, raw_offset_s,
                aligner_.last_offset_s(), aligner_.last_dispersion_s());
  owner_.log_(line);
}

void Refclock::log_filtered(const Sample& sample) const {
  if (!owner_.log_) return;
  char line[160];
  std::snprintf(line, sizeof(line), "%s %-5s   - %1c -       -       %13.6e %10.3e", log_time_us(sample.time).c_str(),
                name_.c_str(), leap_letter(aligner_.leap()), -sample.offset_s, sample.peer_dispersion_s);
  owner_.log_(line);
}

}  // namespace tactus
