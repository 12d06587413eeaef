// SPDX-License-Identifier: Apache-2.0
#include "observer.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace tactus::sim {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double day_s = 86400.0;
constexpr std::int64_t ns_per_day = 86'400'000'000'000;
constexpr double leap_quiet_s = 10.0;       // around a leap second no error is looked at
constexpr double bound_allowance_s = 1e-9;  // rounding
constexpr double poll_allowance = 0.95;     // polls are drawn around their interval
constexpr double burst_interval_s = 1.9;
constexpr double same_rule_every_s = 10.0;  // one entry per rule and this long
constexpr std::size_t violation_limit = 100;

// The leap second is at the end of the UTC day that contains leap_s.
bool close_to_leap(const Scenario& scenario, double at_s) {
  if (scenario.leap == 0) return false;
  const double start_s = static_cast<double>(scenario.start_ns % ns_per_day) * 1e-9;  // of the day
  const double day_end_s = (std::floor((start_s + scenario.leap_s) / day_s) + 1.0) * day_s - start_s;
  return std::fabs(at_s - day_end_s) < leap_quiet_s;
}

bool has_word(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

// The shortest interval between two requests to one source that the configuration allows, s.
double shortest_interval_s(const config::Model& model) {
  double shortest_s = infinity;
  for (const tactus_record* record : model.records()) {
    const std::string_view keyword = record->directive->keyword;
    if (keyword != "server" && keyword != "pool" && keyword != "peer") continue;
    double one_s = 64.0;
    bool quick = false;
    for (std::uint32_t i = 0; i < record->directive->field_count; ++i) {
      const tactus_value& value = record->values[i];
      const std::string_view name = record->directive->fields[i].name;
      if (value.present == 0) continue;
      if (name == "minpoll") one_s = std::exp2(static_cast<double>(value.integer));
      if (name == "maxpoll") one_s = std::min(one_s, std::exp2(static_cast<double>(value.integer)));
      if (name == "iburst" || name == "burst" || name == "presend" || name == "xleave") quick = true;
    }
    shortest_s = std::min(shortest_s, quick ? std::min(one_s, burst_interval_s) : one_s * poll_allowance);
  }
  return std::isinf(shortest_s) ? 0.0 : shortest_s;
}

std::string source_name(RunningNode& node, World& world) {
  const Source* source = node.daemon()->discipline().selected();
  if (source == nullptr) return {};
  if (!source->is_ntp()) return source->label();
  const Machine* owner = world.owner(source->address());
  return owner != nullptr ? owner->name() : source->label();
}

}  // namespace

TrueState state_of(RunningNode& node) {
  TrueState out;
  Machine& machine = node.machine();
  const std::int64_t utc_ns = machine.world().utc_ns();
  Oscillator& clock = machine.clock();
  out.error_s = clock.error_s(utc_ns);
  out.corrected_error_s = out.error_s;
  out.frequency_error = clock.frequency_error();
  if (!node.running()) return out;
  Daemon& daemon = *node.daemon();
  const auto raw = from_ns<RawTime>(clock.real_ns());
  out.corrected_error_s += daemon.clock().correction_s(raw);
  const tactus_reference reference = daemon.discipline().reference(daemon.clock().correct(raw));
  out.local = (reference.flags & TACTUS_REFERENCE_LOCAL) != 0;
  out.synchronised = (reference.flags & TACTUS_REFERENCE_SYNCHRONISED) != 0 && !out.local;
  if (out.synchronised) out.bound_s = reference.root_delay_s / 2.0 + reference.root_dispersion_s;
  return out;
}

Observer::Observer(const Scenario& scenario, RunningNode& node, std::int64_t start_ns, std::size_t sample_limit)
    : scenario_(scenario), node_(node), start_ns_(start_ns), sample_limit_(sample_limit) {
  out_.name = node.plan().name;
  out_.shortest_interval_s = infinity;
}

void Observer::break_rule(std::int64_t now_ns, std::string_view rule, std::string text) {
  ++out_.violation_count;
  const auto [last, fresh] = last_broken_s_.emplace(rule, at_s(now_ns));
  if (!fresh && at_s(now_ns) - last->second < same_rule_every_s) return;
  last->second = at_s(now_ns);
  if (out_.violations.size() < violation_limit) {
    out_.violations.push_back({at_s(now_ns), std::string{rule}, std::move(text)});
  }
}

void Observer::on_start() {
  const config::Model& model = node_.daemon()->model();
  const auto given = [&](std::string_view keyword) {
    return model.declarations().find(keyword) != nullptr && model.has(keyword);
  };
  may_step_ = given("makestep") || given("initstepslew") || given("manual") ||
              (given("leapsecmode") && model.get_text("leapsecmode") == "step") ||
              std::any_of(node_.plan().options.begin(), node_.plan().options.end(),
                          [](const std::string& word) { return word == "-q" || word == "-s"; });
  shortest_allowed_s_ = shortest_interval_s(model);
  last_request_ns_.clear();
  steps_seen_ = node_.machine().counters().steps;
  unsettled_ = true;
  last_unsettled_s_ = at_s(node_.started_ns());
  first_synchronised_s_ = -1.0;
}

void Observer::permit(std::string_view command) {
  if (has_word(command, "makestep") || has_word(command, "settime")) may_step_ = true;
  for (const std::string_view word : {"burst", "add", "online", "onoffline", "refresh", "minpoll", "maxpoll"}) {
    if (has_word(command, word)) shortest_allowed_s_ = std::min(shortest_allowed_s_, burst_interval_s);
  }
  if (has_word(command, "poll")) shortest_allowed_s_ = 0.0;
}

void Observer::on_request(std::int64_t now_ns, std::size_t to) {
  const auto [last, first] = last_request_ns_.emplace(to, now_ns);
  if (first) return;
  const double interval_s = static_cast<double>(now_ns - last->second) * 1e-9;
  last->second = now_ns;
  out_.shortest_interval_s = std::min(out_.shortest_interval_s, interval_s);
  // The daemon counts in its own seconds.
  const double allowed_s = shortest_allowed_s_ / (1.0 + std::fabs(node_.machine().clock().frequency_error()));
  if (scenario_.check_polls && interval_s < allowed_s * 0.999) {
    break_rule(now_ns, "poll",
               fmt::format("asked after {:.6f} s, at least {:.6f} s are allowed", interval_s, allowed_s));
  }
}

void Observer::check(std::int64_t now_ns, bool honest) {
  const TrueState state = state_of(node_);
  Machine& machine = node_.machine();
  if (machine.counters().steps != steps_seen_) {
    if (scenario_.check_steps && !may_step_) {
      break_rule(now_ns, "step", fmt::format("the clock was stepped, {} times so far", machine.counters().steps));
    }
    steps_seen_ = machine.counters().steps;
  }
  const double asked_ppm = machine.counters().largest_asked_ppm;
  if (asked_ppm > machine.settings().clock.max_frequency_ppm * (1.0 + 1e-9)) {
    break_rule(now_ns, "frequency", fmt::format("{:.3f} ppm were asked of the clock", asked_ppm));
  }
  if (!node_.running()) return;
  if (state.synchronised) {
    if (first_synchronised_s_ < 0.0) first_synchronised_s_ = at_s(now_ns) - at_s(node_.started_ns());
    const tactus_reference reference = node_.daemon()->discipline().reference(node_.daemon()->clock().event_now());
    if (reference.reference_time_ns != last_update_) {
      last_update_ = reference.reference_time_ns;
      ++out_.updates;
    }
  }
  if (!scenario_.check_bound || !node_.plan().truthful || !honest || !state.synchronised) return;
  if (close_to_leap(scenario_, at_s(now_ns))) return;
  if (std::fabs(state.corrected_error_s) > state.bound_s + bound_allowance_s) {
    break_rule(
        now_ns, "bound",
        fmt::format("the error is {:.9f} s, the daemon's bound {:.9f} s", state.corrected_error_s, state.bound_s));
  }
}

void Observer::look_for_settling(std::int64_t now_ns, double error_s) {
  if (!(scenario_.settled_s > 0.0) || !node_.running()) return;
  unsettled_ = std::fabs(error_s) >= scenario_.settled_s;
  if (unsettled_) last_unsettled_s_ = at_s(now_ns);
}

void Observer::keep(const Sample& sample) {
  if (sample_limit_ == 0) return;
  if (skipped_++ % stride_ != 0) return;
  out_.samples.push_back(sample);
  if (out_.samples.size() < sample_limit_) return;
  // Every other one goes.
  std::size_t to = 0;
  for (std::size_t from = 0; from < out_.samples.size(); from += 2) out_.samples[to++] = out_.samples[from];
  out_.samples.resize(to);
  stride_ *= 2;
}

void Observer::sample(std::int64_t now_ns) {
  const TrueState state = state_of(node_);
  const double now_s = at_s(now_ns);
  keep({now_s, state.error_s, state.corrected_error_s, state.bound_s, state.frequency_error, node_.running()});
  if (close_to_leap(scenario_, now_s)) return;
  look_for_settling(now_ns, state.error_s);
  if (now_s < scenario_.settle_s) return;
  ++count_;
  sum_ += state.error_s;
  sum_squares_ += state.error_s * state.error_s;
  sum_frequency_squares_ += state.frequency_error * state.frequency_error;
  out_.max_time_s = std::max(out_.max_time_s, std::fabs(state.error_s));
  out_.max_frequency = std::max(out_.max_frequency, std::fabs(state.frequency_error));
  if (state.synchronised) out_.max_bound_s = std::max(out_.max_bound_s, state.bound_s);
}

NodeResult Observer::result() {
  NodeResult out = out_;
  Machine& machine = node_.machine();
  const double count = std::max<double>(static_cast<double>(count_), 1.0);
  out.rms_time_s = std::sqrt(sum_squares_ / count);
  out.mean_time_s = sum_ / count;
  out.rms_frequency = std::sqrt(sum_frequency_squares_ / count);
  out.settle_s = unsettled_ || !(scenario_.settled_s > 0.0) ? infinity : last_unsettled_s_ - at_s(node_.started_ns());
  out.synchronised_s = first_synchronised_s_ < 0.0 ? infinity : first_synchronised_s_;
  out.sent = machine.counters().sent;
  out.received = machine.counters().received;
  out.steps = machine.counters().steps;
  out.stepped_s = machine.counters().stepped_s;
  out.frequency_ppm = machine.clock().frequency_ppm();
  out.offset_s = machine.clock().error_s(machine.world().utc_ns());
  out.running = node_.running();
  out.exit_status = node_.exit_status().value_or(0);
  out.log = node_.log();
  if (!node_.running()) return out;
  const TrueState state = state_of(node_);
  Daemon& daemon = *node_.daemon();
  const tactus_reference reference =
      daemon.discipline().reference(daemon.clock().correct(from_ns<RawTime>(machine.clock().real_ns())));
  out.stratum = reference.stratum;
  out.leap = reference.leap;
  out.synchronised = state.synchronised;
  out.source = source_name(node_, machine.world());
  return out;
}

}  // namespace tactus::sim
