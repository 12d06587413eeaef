// SPDX-License-Identifier: Apache-2.0
// State of an association: online and offline, bursts, polling interval, timers, changes of the clock.
// NTP specification sections 6, 10 and 13.
#include "association.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace tactus::ntp {

namespace {

constexpr double initial_delay_s = 0.2;
constexpr double warm_up_spacing_s = 2.0;
constexpr double burst_spacing_max_s = 2.0;
constexpr double peer_factor = 1.1;
constexpr double near_delay_s = 0.01;
constexpr std::uint32_t iburst_good = 4;
constexpr std::uint32_t iburst_total = 8;

AssociationSettings cleaned(AssociationSettings settings) {
  settings.delay.max_delay_s = std::clamp(settings.delay.max_delay_s, 0.0, 1e3);
  settings.delay.max_delay_ratio = std::clamp(settings.delay.max_delay_ratio, 0.0, 1e6);
  settings.delay.max_delay_dev_ratio = std::clamp(settings.delay.max_delay_dev_ratio, 0.0, 1e6);
  settings.min_stratum = std::min<std::uint32_t>(settings.min_stratum, stratum_max - 1U);
  if (settings.peer) {
    settings.iburst = false;
    settings.burst = false;
    settings.copy = false;
    settings.presend_log2_s = 100;
  }
  return settings;
}

// A local time on the changed clock (discipline specification section 7).
void follow(LocalStamp& stamp, const tactus_clock_change& change) {
  if (!stamp.present()) return;
  const Duration age = from_ns<Instant>(change.corrected_ns) - stamp.time;
  stamp.time += from_seconds(to_seconds(age) * change.frequency - change.offset_s);
}

}  // namespace

const char* name_of(Drop reason) noexcept {
  static constexpr std::array<const char*, drop_count> names{
      "too_short",   "too_long",    "bad_length",      "bad_version",   "bad_fields", "wrong_mode",
      "not_online",  "not_awaited", "repeated",        "duplicate",     "bogus",      "zero_timestamp",
      "failed_auth", "kod_rate",    "unsynchronised",  "root_distance", "unpaired",   "warm_up",
      "delay_limit", "delay_ratio", "delay_deviation", "loop"};
  return names[static_cast<std::size_t>(reason)];
}

Association::Association(const AssociationSettings& settings, const LocalClock& clock, RandomPool& random,
                         Separation& timers, Authenticator* auth)
    : settings_(cleaned(settings)),
      clock_(clock),
      random_(random),
      timers_(timers),
      auth_(auth),
      timer_(timers.new_timer()),
      poll_(settings.min_poll_log2_s, settings.max_poll_log2_s, settings.poll_target),
      quantile_(settings.delay.max_delay_quantile, clock.precision_s / 2),
      mode_(settings.offline ? OperatingMode::offline : OperatingMode::online) {}

Association::~Association() { timers_.cancel(timer_); }

// ---- life ----------------------------------------------------------------------------------------------------------

void Association::set_address(const tactus_address& remote, std::string name, const Context& context) {
  const bool was_reachable = context.view.stats().reach != 0;
  remote_ = remote;
  name_ = std::move(name);
  local_ = {};
  local_interface_ = 0;
  report_ = {};
  close_socket();
  due_ = false;
  in_flight_.reset();
  receive_until_.reset();
  reset_exchange();
  if (was_reachable) reset_poll(context);
  // The new address is asked when the old one would have been.
  if (started_ && mode_ != OperatingMode::offline && !transmit_at_) {
    arm_transmit(context, std::max(initial_delay_s, transmit_delay_s(context, false)));
  }
}

void Association::start(const Context& context) {
  TACTUS_ASSERT(remote_.family == TACTUS_FAMILY_IPV4 || remote_.family == TACTUS_FAMILY_IPV6);
  if (started_) return;
  started_ = true;
  if (mode_ != OperatingMode::offline) begin(context, mode_ == OperatingMode::online);
}

void Association::stop() {
  if (!started_) return;
  started_ = false;
  cancel_timers();
  close_socket();
  events_.emplace_back(SetActive{false});
  reset_exchange();
}

void Association::begin(const Context& context, bool with_iburst) {
  events_.emplace_back(SetActive{true});
  if (with_iburst && settings_.iburst) start_burst(iburst_good, iburst_total);
  // Not earlier than the polling interval after the last packet that was sent before.
  arm_transmit(context, std::max(initial_delay_s, transmit_delay_s(context, false)));
}

void Association::reset_exchange() {
  sent_count_ = 0;
  prev_sent_count_ = 0;
  presend_left_ = 0;
  valid_received_ = false;
  valid_times_ = false;
  remote_poll_log2_s_ = 0;
  prev_local_poll_log2_s_ = 0;
  remote_stratum_ = 0;
  remote_root_delay_s_ = 0;
  remote_root_dispersion_s_ = 0;
  remote_receive_ = {};
  remote_transmit_ = {};
  remote_monotonic_ = {};
  remote_epoch_ = 0;
  monotonic_sum_s_ = 0;
  local_receive_ = {};
  prev_local_transmit_ = {};
  sent_receive_ = {};
  sent_transmit_ = {};
  init_remote_transmit_ = {};
  init_local_receive_ = {};
  init_updated_ = false;
  saved_.reset();
  quantile_.reset();
}

void Association::reset_poll(const Context& context) {
  const int before = poll_.poll_log2_s();
  poll_.reset();
  if (transmit_at_ && before > poll_.poll_log2_s()) restart_timer(context, false);
}

// ---- commands ------------------------------------------------------------------------------------------------------

void Association::set_online(const Context& context) {
  switch (mode_) {
    case OperatingMode::online:
    case OperatingMode::burst_was_online:
      return;
    case OperatingMode::burst_was_offline:
      mode_ = OperatingMode::burst_was_online;
      break;
    case OperatingMode::offline:
      reset_exchange();
      mode_ = OperatingMode::online;
      if (started_) begin(context, true);
      break;
  }
  if (!name_.empty()) log_change(fmt::format("Source {} online", name_));
}

void Association::set_offline(const Context&) {
  switch (mode_) {
    case OperatingMode::offline:
    case OperatingMode::burst_was_offline:
      return;
    case OperatingMode::burst_was_online:
      mode_ = OperatingMode::burst_was_offline;
      break;
    case OperatingMode::online:
      take_offline();
      break;
  }
  if (!name_.empty()) log_change(fmt::format("Source {} offline", name_));
}

void Association::burst(std::uint32_t good, std::uint32_t total, const Context& context) {
  if (settings_.peer || !started_ || in_burst()) return;
  if (mode_ == OperatingMode::offline) events_.emplace_back(SetActive{true});
  start_burst(good, total);
  arm_transmit(context, std::max(initial_delay_s, transmit_delay_s(context, false)));
}

void Association::start_burst(std::uint32_t good, std::uint32_t total) {
  if (in_burst()) return;
  mode_ = mode_ == OperatingMode::offline ? OperatingMode::burst_was_offline : OperatingMode::burst_was_online;
  burst_good_ = good;
  burst_total_ = total;
}

void Association::take_offline() {
  mode_ = OperatingMode::offline;
  if (!started_) return;
  cancel_timers();
  close_socket();
  events_.emplace_back(ResetReach{});
  events_.emplace_back(SetActive{false});
  reset_exchange();
}

void Association::set_min_poll(int log2_s) {
  if (log2_s < poll_lowest_log2_s || log2_s > poll_highest_log2_s) return;
  const int other = poll_.max_log2_s();
  poll_.set_min(log2_s);
  log_change(fmt::format("Source {} new minpoll {}", name_, poll_.min_log2_s()));
  if (poll_.max_log2_s() != other) log_change(fmt::format("Source {} new maxpoll {}", name_, poll_.max_log2_s()));
}

void Association::set_max_poll(int log2_s) {
  if (log2_s < poll_lowest_log2_s || log2_s > poll_highest_log2_s) return;
  const int other = poll_.min_log2_s();
  poll_.set_max(log2_s);
  log_change(fmt::format("Source {} new maxpoll {}", name_, poll_.max_log2_s()));
  if (poll_.min_log2_s() != other) log_change(fmt::format("Source {} new minpoll {}", name_, poll_.min_log2_s()));
}

void Association::set_min_stratum(std::uint32_t stratum) {
  settings_.min_stratum = std::min<std::uint32_t>(stratum, stratum_max - 1U);
  log_change(fmt::format("Source {} new minstratum {}", name_, settings_.min_stratum));
}

void Association::set_poll_target(int samples) {
  settings_.poll_target = std::max(1, samples);
  poll_.set_target(settings_.poll_target);
  log_change(fmt::format("Source {} new polltarget {}", name_, settings_.poll_target));
}

void Association::set_max_delay(double seconds) {
  if (!(seconds == seconds)) return;
  settings_.delay.max_delay_s = std::clamp(seconds, 0.0, 1e3);
  log_change(fmt::format("Source {} new maxdelay {:f}", name_, settings_.delay.max_delay_s));
}

void Association::set_max_delay_ratio(double ratio) {
  if (!(ratio == ratio)) return;
  settings_.delay.max_delay_ratio = std::clamp(ratio, 0.0, 1e6);
  log_change(fmt::format("Source {} new maxdelayratio {:f}", name_, settings_.delay.max_delay_ratio));
}

void Association::set_max_delay_dev_ratio(double ratio) {
  if (!(ratio == ratio)) return;
  settings_.delay.max_delay_dev_ratio = std::clamp(ratio, 0.0, 1e6);
  log_change(fmt::format("Source {} new maxdelaydevratio {:f}", name_, settings_.delay.max_delay_dev_ratio));
}

void Association::set_offset(double seconds) {
  if (!(seconds == seconds)) return;
  settings_.offset_s = seconds;
  log_change(fmt::format("Source {} new offset {:f}", name_, seconds));
}

void Association::log_change(std::string text) {
  events_.emplace_back(Message{.level = TACTUS_LOG_INFO, .text = std::move(text), .limited = false});
}

// ---- polling -------------------------------------------------------------------------------------------------------

bool Association::in_burst() const noexcept {
  return mode_ == OperatingMode::burst_was_online || mode_ == OperatingMode::burst_was_offline;
}

bool Association::near(const Context& context) const {
  if (poll_.min_log2_s() >= 0) return false;  // of no consequence then
  const tactus_source_stats stats = context.view.stats();
  return stats.reach != 0 && (stats.min_delay_s <= near_delay_s || stats.last_filter_delay_s <= near_delay_s);
}

void Association::adjust_poll(double amount, const Context& context) { poll_.adjust(amount, near(context)); }

double Association::transmit_delay_s(const Context& context, bool just_sent) const {
  double since_s = 1e9;
  if (just_sent) {
    since_s = 0;
  } else if (last_sent_) {
    since_s = std::max(0.0, to_seconds(context.mono - *last_sent_));
  }
  double delay_s = power_of_2(poll_.poll_log2_s());
  if (in_burst()) {
    delay_s = std::min(burst_spacing_max_s, delay_s / 4);
  } else if (!settings_.peer) {
    if (presend_left_ > 0) delay_s = warm_up_spacing_s;
  } else {
    if (poll_.poll_log2_s() > remote_poll_log2_s_ && context.view.stats().reach != 0) {
      delay_s = power_of_2(std::max(remote_poll_log2_s_, poll_.min_log2_s()));
    }
    // The peer with the higher stratum follows the other's packets; between equals the later one gives way.
    const std::uint32_t own = context.view.reference(context.now).stratum;
    if ((remote_stratum_ > own && since_s * peer_factor < delay_s) ||
        (!just_sent && remote_stratum_ == own && since_s / delay_s > 0.6)) {
      delay_s *= peer_factor;
    }
  }
  return std::max(0.0, delay_s - since_s);
}

void Association::arm_transmit(const Context& context, double delay_s) {
  transmit_at_ = timers_.arm(timer_, context.mono, delay_s, Separation::separation_for(poll_.poll_log2_s()));
}

void Association::restart_timer(const Context& context, bool just_sent) {
  arm_transmit(context, transmit_delay_s(context, just_sent) + kiss_delay_s_);
}

void Association::cancel_timers() {
  timers_.cancel(timer_);
  transmit_at_.reset();
  receive_until_.reset();
  saved_.reset();
  due_ = false;
  in_flight_.reset();
}

void Association::close_socket() {
  if (socket_open_ && !settings_.peer) events_.emplace_back(CloseSocket{});
  socket_open_ = false;
}

std::optional<MonoTime> Association::deadline() const noexcept {
  std::optional<MonoTime> first = transmit_at_;
  const auto take = [&first](MonoTime time) {
    if (!first || time < *first) first = time;
  };
  if (receive_until_) take(*receive_until_);
  if (saved_) take(saved_->until);
  return first;
}

void Association::on_timeout(const Context& context) {
  if (saved_ && saved_->until <= context.mono) {
    ++futile_waits_;
    process_saved(context);
  }
  if (receive_until_ && *receive_until_ <= context.mono) {
    receive_until_.reset();
    close_socket();
  }
  if (transmit_at_ && *transmit_at_ <= context.mono) transmit_step(context);
}

void Association::on_sample_result(const tactus_sample_result& result, const Context& context) {
  if (result.accumulated == 0) return;
  const int before = poll_.poll_log2_s();
  poll_.on_sample(result.prediction_error_s, result.peer_dispersion_s + result.peer_delay_s / 2, result.samples,
                  near(context));
  if (poll_.poll_log2_s() != before && transmit_at_) restart_timer(context, false);
}

void Association::on_clock_change(const tactus_clock_change& change, const Context& context) {
  if (change.kind == TACTUS_CLOCK_UNKNOWN) {
    reset_exchange();
    reset_poll(context);
    return;
  }
  for (LocalStamp* stamp : {&local_receive_, &local_transmit_, &prev_local_transmit_, &init_local_receive_}) {
    follow(*stamp, change);
  }
  LocalStamp daemon{.time = daemon_transmit_};
  follow(daemon, change);
  daemon_transmit_ = daemon.time;
  if (saved_) {
    LocalStamp arrival = LocalStamp::from(saved_->arrival.stamp);
    follow(arrival, change);
    saved_->arrival.stamp.corrected_ns = to_ns(arrival.time);
  }
}

std::optional<Event> Association::next_event() {
  if (next_event_ == events_.size()) {
    events_.clear();
    next_event_ = 0;
    return std::nullopt;
  }
  Event event = std::move(events_[next_event_++]);
  if (auto* measured = std::get_if<Measured>(&event)) {
    // What the log shows is the interval after this packet's own effect on it.
    measured->local_poll_log2_s = poll_.poll_log2_s();
    measured->score = poll_.score();
  }
  return event;
}

}  // namespace tactus::ntp
