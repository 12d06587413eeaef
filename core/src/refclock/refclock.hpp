// SPDX-License-Identifier: Apache-2.0
// The reference clocks of a daemon: each polls its driver, aligns and filters what it gives, and feeds its source in
// the discipline. Refclock specification, sections 2.4 to 2.7.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/reports.h>

#include "clock/clock.hpp"
#include "discipline/discipline.hpp"
#include "log/logger.hpp"
#include "loop/loop.hpp"
#include "refclock/aligner.hpp"
#include "refclock/port.hpp"
#include "refclock/wild_guard.hpp"

namespace tactus {

class Refclock;

// All reference clocks of one daemon: makes them and lets those that are locked find each other.
class Refclocks {
 public:
  // All references outlive it. log: a line of refclocks.log; empty: off.
  Refclocks(Clock& clock, Loop& loop, Logger& logger, Discipline& discipline,
            std::function<void(std::string_view)> log);
  ~Refclocks();
  Refclocks(const Refclocks&) = delete;
  Refclocks& operator=(const Refclocks&) = delete;

  // For one `refclock` record; see RefclockFactory.
  Result<std::unique_ptr<RefclockPort>> make(std::string_view driver, const tactus_record& record);

  // Rows of the report "drops", one per reference clock and reason that has counted.
  void each_drop(const std::function<void(const tactus_drop_row&)>& call) const;

 private:
  friend class Refclock;
  [[nodiscard]] Refclock* find(std::uint32_t refid) const noexcept;
  void forget(Refclock* refclock);

  Clock& clock_;
  Loop& loop_;
  Logger& logger_;
  Discipline& discipline_;
  std::function<void(std::string_view)> log_;
  std::vector<Refclock*> all_;  // in the order of creation
  unsigned made_ = 0;
  std::uint64_t change_handler_ = 0;
  std::uint64_t disperse_handler_ = 0;
};

class Refclock final : public RefclockPort {
 public:
  Refclock(Refclocks& owner, RefclockSettings settings);
  ~Refclock() override;

  // The source that it feeds; once, right after construction. Freed with it.
  void attach(Source* source) noexcept;
  // What the source's rows ask of a reference clock; user: the Refclock.
  static tactus_source_callbacks callbacks();

  tactus_status reading(const tactus_reading& reading) override;
  tactus_status pulse(const tactus_pulse& pulse) override;
  void present(bool present, std::string_view why) override;
  void driver_created(std::uint32_t driver_flags, std::function<void()> poll) override;
  Result<void> start() override;

  [[nodiscard]] const RefclockSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] Aligner& aligner() noexcept { return aligner_; }
  [[nodiscard]] WildGuard& guard() noexcept { return guard_; }
  // Each reading goes to the estimator, instead of a filtered sample at each poll.
  [[nodiscard]] bool direct() const noexcept { return direct_; }
  // Rows of the report "drops".
  void each_drop(const std::function<void(const tactus_drop_row&)>& call) const;

 private:
  tactus_status align(const tactus_reading& reading);
  [[nodiscard]] CorrectedTime corrected(std::int64_t raw_ns) const;
  [[nodiscard]] std::optional<LockedClock> locked() const;
  tactus_status account(Taken taken, bool pulse, double raw_offset_s, Instant when);
  void on_timer();
  [[nodiscard]] int readings_per_poll() const noexcept;
  void finish_poll();
  void feed(const Sample& sample);
  void submit(const Sample& sample);
  [[nodiscard]] Expectation expected(Instant at) const;
  [[nodiscard]] int served_stratum() const;
  void log_sample(Instant when, bool pulse, double raw_offset_s) const;
  void log_filtered(const Sample& sample) const;

  Refclocks& owner_;
  RefclockSettings settings_;
  Source* source_ = nullptr;
  Aligner aligner_;
  bool direct_ = false;
  WildGuard guard_;
  std::function<void()> poll_;
  std::string name_;  // of the reference id
  TimerId timer_ = 0;
  MonoTime next_poll_{};
  int readings_left_ = 0;  // until the filter is evaluated
  int readings_done_ = 0;  // in this interval, for the log
  std::optional<bool> present_;
  std::uint64_t not_later_ = 0;  // readings fed directly whose time was not later than the last one's
  std::array<std::uint64_t, static_cast<std::size_t>(Taken::count_)> counts_{};
};

}  // namespace tactus
