// SPDX-License-Identifier: Apache-2.0
#include "refclocks.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "world.hpp"

namespace tactus::sim {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

Machine& machine_of(const Host& host) { return *static_cast<Machine*>(host.raw()->embedder(host.raw())); }

RawTime raw_time(std::int64_t ns) { return from_ns<RawTime>(ns); }

}  // namespace

SimulatedRefclock::SimulatedRefclock(RefclockHost host)
    : Refclock(host), machine_(machine_of(host)), index_(machine_.next_refclock()) {}
SimulatedRefclock::~SimulatedRefclock() = default;

std::optional<double> SimulatedRefclock::draw_error_s() {
  // Drawn in any case: what is missing does not change what comes after.
  const bool lost = machine_.random().uniform() < model().loss;
  const double error_s = draw(model().jitter, machine_.random());
  if (lost || !machine_.refclock_present(index_) || machine_.suspended()) return std::nullopt;
  return error_s;
}

void SimulatedRefclock::begin_seconds(double interval_s) {
  interval_s_ = std::max(std::round(interval_s), 1.0);
  next_second();
}

void SimulatedRefclock::next_second() {
  World& world = machine_.world();
  const auto interval_ns = static_cast<std::int64_t>(interval_s_) * ns_per_s;
  const std::int64_t utc_ns = (world.utc_ns() / interval_ns + 1) * interval_ns;
  const std::int64_t when_ns = world.now_ns() + utc_ns - world.utc_ns();
  world.at(when_ns, [this, weak = std::weak_ptr(alive_), utc_ns] {
    if (weak.expired()) return;
    on_second(utc_ns);
    next_second();
  });
}

// ---- shm

SimulatedShm::SimulatedShm(RefclockHost host, const Options&) : SimulatedRefclock(host) {
  begin_seconds(model().interval_s);
}

void SimulatedShm::on_second(std::int64_t utc_ns) {
  const auto error_s = draw_error_s();
  if (!error_s) return;
  const std::int64_t local_ns = machine().clock().real_ns();
  written_ = Reading{raw_time(local_ns), static_cast<double>(utc_ns - local_ns) * 1e-9 + *error_s, 0.0, model().leap};
}

void SimulatedShm::poll() {
  if (written_) host().sample(*std::exchange(written_, std::nullopt));
}

// ---- sock

SimulatedSock::SimulatedSock(RefclockHost host, const Options&) : SimulatedRefclock(host) {
  begin_seconds(model().interval_s);
}

void SimulatedSock::on_second(std::int64_t utc_ns) {
  const auto error_s = draw_error_s();
  if (!error_s) return;
  const std::int64_t local_ns = machine().clock().real_ns();
  sent_ = Reading{raw_time(local_ns), static_cast<double>(utc_ns - local_ns) * 1e-9 + *error_s, 0.0, model().leap};
  timer_.start(host(), MonoTime{}, [this] {
    if (sent_) host().sample(*std::exchange(sent_, std::nullopt));
  });
  machine().wake();
}

// ---- pps

SimulatedPps::SimulatedPps(RefclockHost host, const Options&) : SimulatedRefclock(host) { begin_seconds(1.0); }

void SimulatedPps::on_second(std::int64_t) {
  const auto error_s = draw_error_s();
  if (!error_s) return;
  const std::int64_t edge_ns = machine().clock().real_ns() + std::llround((*error_s + model().pulse_error_s) * 1e9);
  const auto fraction_ns = edge_ns % ns_per_s;
  edge_ = Pulse{raw_time(edge_ns), static_cast<double>(fraction_ns) * 1e-9, 0.0};
}

void SimulatedPps::poll() {
  if (edge_) host().pulse(*std::exchange(edge_, std::nullopt));
}

// ---- phc

SimulatedPhc::SimulatedPhc(RefclockHost host, const Options&) : SimulatedRefclock(host) {}

void SimulatedPhc::poll() {
  const auto error_s = draw_error_s();
  if (!error_s) return;
  const std::int64_t local_ns = machine().clock().real_ns();
  const double offset_s = static_cast<double>(machine().world().utc_ns() - local_ns) * 1e-9 + *error_s;
  host().sample({raw_time(local_ns), offset_s, 0.0});
}

}  // namespace tactus::sim
