// SPDX-License-Identifier: Apache-2.0
// A machine in virtual time with a discipline on it: an oscillator that is fast or slow, a backend that compensates,
// and sources that measure against the truth.
#pragma once

#include <poll.h>

#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "clock/clock.hpp"
#include "discipline/discipline.hpp"

namespace tactus::testing {

struct World {
  static constexpr std::int64_t start_ns = 1'800'000'000'000'000'000;
  double fast_ppm = 0.0;         // of the oscillator
  double compensated_ppm = 0.0;  // set by the backend
  double true_s = 0.0;
  double local_s = 0.0;  // counted by the oscillator as compensated
  double stepped_s = 0.0;
  bool can_step = true;
  std::vector<std::uint32_t> leaps;
  tactus_clock_status status{};
  std::int32_t tai_offset_s = 0;  // told last

  void pass(double seconds) {
    true_s += seconds;
    local_s += seconds * (1.0 + fast_ppm * 1e-6) * (1.0 - compensated_ppm * 1e-6);
  }
  [[nodiscard]] RawTime raw() const { return from_ns<RawTime>(start_ns) + from_seconds(local_s + stepped_s); }
  [[nodiscard]] Instant truth() const { return from_ns<Instant>(start_ns) + from_seconds(true_s); }

  static World& of(void* instance) { return *static_cast<World*>(instance); }
  static const tactus_clock_ops* ops() {
    static const tactus_clock_ops table{sizeof(tactus_clock_ops),
                                        0,
                                        nullptr,
                                        nullptr,
                                        nullptr,
                                        [](void* instance, tactus_clock_limits* out) {
                                          out->flags =
                                              of(instance).can_step ? TACTUS_CLOCK_CAN_STEP | TACTUS_CLOCK_CAN_LEAP : 0;
                                          out->max_frequency_ppm = 1e5;
                                          out->max_frequency_delay_s = 1e-5;
                                        },
                                        [](void* instance) { return to_ns(of(instance).raw()); },
                                        [](void*, double* ppm) {
                                          *ppm = 0.0;
                                          return TACTUS_OK;
                                        },
                                        [](void* instance, double ppm, double* set) {
                                          *set = std::round(ppm * 65536.0) / 65536.0;
                                          of(instance).compensated_ppm = *set;
                                          return TACTUS_OK;
                                        },
                                        [](void* instance, double offset_s, tactus_error*) {
                                          of(instance).stepped_s += offset_s;
                                          return TACTUS_OK;
                                        },
                                        [](void* instance, std::uint32_t leap, std::int32_t tai_s) {
                                          of(instance).leaps.push_back(leap);
                                          if (tai_s != 0) of(instance).tai_offset_s = tai_s;
                                          return TACTUS_OK;
                                        },
                                        [](void* instance, const tactus_clock_status* told) {
                                          of(instance).status = *told;
                                          return TACTUS_OK;
                                        }};
    return &table;
  }
};

class WorldWaiter final : public Waiter {
 public:
  explicit WorldWaiter(World& world) : world_(world) {}
  int wait(std::span<pollfd>, Duration timeout) override {
    if (timeout.count() > 0) world_.pass(to_seconds(timeout));
    return 0;
  }
  MonoTime monotonic() override { return from_ns<MonoTime>(0) + from_seconds(world_.true_s); }

 private:
  World& world_;
};

struct Machine {
  explicit Machine(DisciplineSettings settings = {}, double fast_ppm = 0.0, double initial_fast_s = 0.0,
                   bool can_step = true)
      : world{fast_ppm, 0.0, 0.0, 0.0, initial_fast_s, can_step, {}, {}},
        loop(std::make_unique<WorldWaiter>(world)),
        logger([this](Level, std::string_view text) { messages.emplace_back(text); }),
        clock(loop, logger, {World::ops(), &world}, 1e-7),
        discipline(clock, loop, logger, settings, hooks()) {
    loop.set_wake_hook([this](Duration) { clock.on_wake(); });
    discipline.start();
  }

  DisciplineHooks hooks() {
    DisciplineHooks out;
    out.statistics_log = [this](std::string_view line) { statistics.emplace_back(line); };
    out.tracking_log = [this](std::string_view line) { tracking.emplace_back(line); };
    out.selection_log = [this](std::string_view line) { selection.emplace_back(line); };
    out.random = [this] { return random; };
    out.write_drift = [this](double frequency_ppm, double skew_ppm) { drifts.emplace_back(frequency_ppm, skew_ppm); };
    out.fatal = [this] { ++fatals; };
    out.leap_table = [this](Instant at) { return leap_table ? leap_table(at) : std::nullopt; };
    return out;
  }

  // A source at 192.0.2.N, reachable by default options; refclock: its reference id from N.
  Source& add(int number, std::uint32_t options = 0, bool authenticated = false, bool refclock = false) {
    tactus_source_params params{};
    params.struct_size = sizeof params;
    params.type = refclock ? TACTUS_SOURCE_REFCLOCK : TACTUS_SOURCE_NTP;
    params.refid =
        refclock ? 0x50505300U + static_cast<std::uint32_t>(number) : 0xc0000200U + static_cast<std::uint32_t>(number);
    params.select_options = options;
    params.authenticated = authenticated ? 1 : 0;
    params.min_samples = min_samples;
    params.max_samples = max_samples;
    params.max_unreach = -1;
    params.filter_length = filter_length;
    params.asymmetry = 1.0;
    if (!refclock) {
      params.address.family = TACTUS_FAMILY_IPV4;
      const std::uint8_t bytes[4] = {192, 0, 2, static_cast<std::uint8_t>(number)};
      std::copy(std::begin(bytes), std::end(bytes), params.address.bytes);
    }
    const std::string name = "192.0.2." + std::to_string(number);
    params.name = name.c_str();
    Source& source = **discipline.new_source(params, nullptr, nullptr);
    discipline.set_active(source, true);
    return source;
  }

  // Lets `seconds` of true time pass.
  void run(double seconds) {
    const MonoTime end = loop.read_monotonic() + from_seconds(seconds);
    while (loop.read_monotonic() < end) loop.run_once(end - loop.read_monotonic());
  }

  // A measurement now. server_s: how far the server is ahead of the truth; noise_s: error of this one measurement.
  tactus_sample_result measure(Source& source, double server_s = 0.0, double noise_s = 0.0, double delay_s = 1e-3,
                               int stratum = 1, std::uint32_t leap = TACTUS_LEAP_NORMAL) {
    discipline.reach(source, true);
    discipline.set_status(source, stratum, leap);
    const Instant now = clock.event_now();
    tactus_sample sample{};
    sample.struct_size = sizeof sample;
    sample.corrected_ns = to_ns(now);
    sample.offset_s = to_seconds(world.truth() - now) + server_s + noise_s;
    sample.peer_delay_s = sample.root_delay_s = delay_s;
    sample.peer_dispersion_s = sample.root_dispersion_s = 1e-6;
    tactus_sample_result result{};
    result.struct_size = sizeof result;
    last_status = discipline.sample(source, sample, &result);
    return result;
  }

  [[nodiscard]] double error_s() const {
    return to_seconds(world.raw().time_since_epoch() - world.truth().time_since_epoch());
  }
  [[nodiscard]] bool said(std::string_view text) const { return count(text) > 0; }
  [[nodiscard]] int count(std::string_view text) const {
    int found = 0;
    for (const auto& message : messages) found += message.find(text) != std::string::npos ? 1 : 0;
    return found;
  }
  [[nodiscard]] tactus_tracking report() {
    tactus_tracking row{};
    row.struct_size = sizeof row;
    discipline.tracking(row);
    return row;
  }
  [[nodiscard]] std::string states() const {
    std::string out;
    for (std::size_t i = 0; i < discipline.source_count(); ++i) {
      out.push_back(static_cast<char>(discipline.source_at(i)->place().state));
    }
    return out;
  }

  World world;
  Loop loop;
  std::vector<std::string> messages;
  std::vector<std::string> statistics;
  std::vector<std::string> tracking;
  std::vector<std::string> selection;
  std::vector<std::pair<double, double>> drifts;
  double random = 0.0;
  int fatals = 0;
  int min_samples = -1;
  int max_samples = -1;
  int filter_length = 0;
  tactus_status last_status = TACTUS_OK;
  std::function<std::optional<LeapInfo>(Instant)> leap_table;
  Logger logger;
  Clock clock;
  Discipline discipline;
};

// A repeatable sequence that looks like noise, mean 0, within +-1.
inline double noise(int index) {
  const double x = std::sin(12.9898 * index) * 43758.5453;
  return 2.0 * (x - std::floor(x)) - 1.0;
}

}  // namespace tactus::testing
