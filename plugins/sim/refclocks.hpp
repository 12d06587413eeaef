// SPDX-License-Identifier: Apache-2.0
// Reference clocks of a simulated machine: what the drivers shm, sock, pps and phc would read there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <tactus/sdk.hpp>

#include "machine.hpp"

namespace tactus::sim {

// Common: its model, and a call at whole seconds of true UTC.
class SimulatedRefclock : public Refclock {
 public:
  explicit SimulatedRefclock(RefclockHost host);
  ~SimulatedRefclock() override;

 protected:
  [[nodiscard]] Machine& machine() const noexcept { return machine_; }
  [[nodiscard]] RefclockModel& model() const { return machine_.refclock(index_); }
  // Draws whether this reading is there, and its error.
  [[nodiscard]] std::optional<double> draw_error_s();
  // on_second() from now on, at each whole second of UTC that the model's interval divides.
  void begin_seconds(double interval_s);
  virtual void on_second(std::int64_t) {}

 private:
  void next_second();

  Machine& machine_;
  unsigned index_;
  double interval_s_ = 1.0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // calls of the world hold it weakly
};

// A segment that somebody writes once per interval.
class SimulatedShm final : public SimulatedRefclock {
 public:
  SimulatedShm(RefclockHost host, const Options& options);
  void poll();

 private:
  void on_second(std::int64_t utc_ns) override;
  std::optional<Reading> written_;
};

// A sender of samples.
class SimulatedSock final : public SimulatedRefclock {
 public:
  SimulatedSock(RefclockHost host, const Options& options);

 private:
  void on_second(std::int64_t utc_ns) override;
  Timer timer_;
  std::optional<Reading> sent_;
};

// Edges at whole seconds.
class SimulatedPps final : public SimulatedRefclock {
 public:
  SimulatedPps(RefclockHost host, const Options& options);
  void poll();

 private:
  void on_second(std::int64_t utc_ns) override;
  std::optional<Pulse> edge_;
};

// A clock that can be read at any time.
class SimulatedPhc final : public SimulatedRefclock {
 public:
  SimulatedPhc(RefclockHost host, const Options& options);
  void poll();
};

}  // namespace tactus::sim
