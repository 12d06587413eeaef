// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "world.hpp"

namespace tactus::sim {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t ns_per_day = 86400 * ns_per_s;
constexpr std::uint16_t first_free_port = 32768;
constexpr std::uint16_t free_ports = 28232;
// How hardware timestamps are brought to system time: the two clocks are read together at most this often, with this
// much noise.
constexpr std::int64_t comparison_interval_ns = ns_per_s;
constexpr double comparison_noise_s = 20e-9;
constexpr double comparison_weight = 0.1;  // of a new rate

std::int64_t to_ns(double seconds) { return std::llround(seconds * 1e9); }

bool same_host(const tactus_address& a, const tactus_address& b) {
  return a.family == b.family && std::memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

}  // namespace

Machine::Machine(World& world, std::size_t number, Settings settings)
    : world_(world),
      number_(number),
      settings_(std::move(settings)),
      random_(world.stream("machine " + settings_.name)),
      clock_(settings_.clock, world.now_ns(), world.stream("clock " + settings_.name)),
      nic_(settings_.stamps.nic, world.now_ns(), world.stream("interface " + settings_.name)) {
  for (const RefclockModel& model : settings_.refclocks) refclocks_.push_back({model});
}

// ---- clock

Oscillator& Machine::clock() {
  if (!suspended_) clock_.advance(world_.now_ns());
  return clock_;
}

std::int64_t Machine::reading_delay_ns() {
  if (read_at_ns_ != world_.now_ns()) {
    read_at_ns_ = world_.now_ns();
    readings_ = 0;
  }
  return std::llround(static_cast<double>(readings_++) * settings_.clock.reading_s * 1e9);
}

std::int64_t Machine::read_real_ns() {
  const std::int64_t now_ns = clock().real_ns() + reading_delay_ns();
  const std::int64_t grain_ns = std::max<std::int64_t>(to_ns(settings_.clock.resolution_s), 1);
  return grain_ns == 1 ? now_ns : now_ns / grain_ns * grain_ns;
}

// Timers are driven by it: it is not delayed by readings.
std::int64_t Machine::read_monotonic_ns() { return clock().monotonic_ns(); }

void Machine::step(double offset_s) {
  clock().step(offset_s);
  ++counters_.steps;
  counters_.stepped_s += std::fabs(offset_s);
  nic_known_ = false;
  arm_leap();
}

double Machine::set_frequency_ppm(double ppm) {
  counters_.largest_asked_ppm = std::max(counters_.largest_asked_ppm, std::fabs(ppm));
  const double set_ppm = clock().set_frequency_ppm(ppm);
  nic_known_ = false;
  if (leap_ != TACTUS_LEAP_NORMAL && !leap_done_) arm_leap();  // midnight comes sooner or later now
  return set_ppm;
}

void Machine::set_leap(std::uint32_t leap) {
  if (leap == leap_) return;
  leap_ = leap;
  leap_done_ = false;
  arm_leap();
}

void Machine::arm_leap() {
  const std::uint64_t generation = ++leap_generation_;
  if (leap_done_ || (leap_ != TACTUS_LEAP_INSERT && leap_ != TACTUS_LEAP_DELETE)) return;
  const std::int64_t real_ns = clock().real_ns();
  const std::int64_t early_ns = leap_ == TACTUS_LEAP_DELETE ? ns_per_s : 0;
  const std::int64_t day_end_ns = (real_ns + early_ns) / ns_per_day * ns_per_day + ns_per_day - early_ns;
  const std::int64_t when_ns = clock().when_monotonic(clock().monotonic_ns() + day_end_ns - real_ns);
  world_.at(when_ns, [this, generation, day_end_ns] {
    if (generation != leap_generation_) return;
    if (clock().real_ns() >= day_end_ns) {
      apply_leap();
    } else {
      arm_leap();  // its frequency has changed meanwhile
    }
  });
}

void Machine::apply_leap() {
  clock().step_ns(leap_ == TACTUS_LEAP_INSERT ? -ns_per_s : ns_per_s);
  leap_done_ = true;
  nic_known_ = false;
}

// ---- network

std::uint64_t Machine::open(std::uint16_t& port, const tactus_address& remote, std::uint16_t family,
                            Receiver receiver) {
  const auto taken = [&](std::uint16_t candidate) {
    return std::any_of(sockets_.begin(), sockets_.end(),
                       [&](const Socket& one) { return one.port == candidate && one.family == family; });
  };
  if (port == 0) {
    do port = static_cast<std::uint16_t>(first_free_port + random_.below(free_ports));
    while (taken(port));
  } else if (taken(port)) {
    return 0;
  }
  sockets_.push_back({next_socket_, port, family, remote, std::move(receiver)});
  return next_socket_++;
}

void Machine::close(std::uint64_t socket) {
  std::erase_if(sockets_, [&](const Socket& one) { return one.id == socket; });
}

tactus_address Machine::address(std::uint16_t family) const {
  const auto found = std::find_if(addresses_.begin(), addresses_.end(),
                                  [&](const tactus_address& one) { return one.family == family; });
  return found == addresses_.end() ? tactus_address{} : *found;
}

bool Machine::has(const tactus_address& address) const {
  return std::any_of(addresses_.begin(), addresses_.end(),
                     [&](const tactus_address& one) { return same_host(one, address); });
}

bool Machine::set_addresses(std::vector<tactus_address> addresses) {
  world_.release(*this);
  for (const tactus_address& address : addresses) {
    if (!world_.claim(*this, address)) {
      world_.release(*this);
      return false;
    }
  }
  addresses_ = std::move(addresses);
  return true;
}

void Machine::send(const Packet& packet) {
  ++counters_.sent;
  world_.send(*this, packet);
}

void Machine::deliver(const Packet& packet) {
  if (suspended_ || !wake_) return;
  const auto found = std::find_if(sockets_.begin(), sockets_.end(), [&](const Socket& one) {
    if (one.port != packet.to.port || one.family != packet.to.family) return false;
    return one.remote.family == TACTUS_FAMILY_NONE ||
           (same_host(one.remote, packet.from) && one.remote.port == packet.from.port);
  });
  if (found == sockets_.end()) return;
  ++counters_.received;
  Arrival arrival{packet, {}};
  const double noise_s = draw(settings_.stamps.receive, random_);
  switch (settings_.stamps.kind) {
    case StampModel::Kind::daemon:
      break;
    case StampModel::Kind::kernel:
      arrival.stamp.raw_ns = clock().real_ns() + to_ns(noise_s);
      arrival.stamp.origin = TACTUS_STAMP_KERNEL;
      break;
    case StampModel::Kind::hardware:
      arrival.stamp.raw_ns = hardware_ns(noise_s);
      arrival.stamp.origin = TACTUS_STAMP_HARDWARE;
      break;
  }
  found->receiver(std::move(arrival));
  wake();
}

tactus_stamp Machine::transmit_stamp() {
  tactus_stamp out{};
  const double noise_s = draw(settings_.stamps.transmit, random_);
  switch (settings_.stamps.kind) {
    case StampModel::Kind::daemon:
      break;
    case StampModel::Kind::kernel:
      out.raw_ns = clock().real_ns() - to_ns(noise_s);
      out.origin = TACTUS_STAMP_KERNEL;
      break;
    case StampModel::Kind::hardware:
      out.raw_ns = hardware_ns(-noise_s);
      out.origin = TACTUS_STAMP_HARDWARE;
      break;
  }
  return out;
}

// Reads both clocks together, with noise, and learns how the one runs against the other.
void Machine::compare_clocks() {
  nic_.advance(world_.now_ns());
  const Pair now{world_.now_ns(), clock().real_ns() + to_ns(comparison_noise_s * random_.normal()), nic_.real_ns()};
  if (nic_known_ && now.nic_ns > pair_.nic_ns) {
    const double interval_ns = static_cast<double>(now.nic_ns - pair_.nic_ns);
    const double rate = (static_cast<double>(now.system_ns - pair_.system_ns) - interval_ns) / interval_ns;
    nic_rate_ += comparison_weight * (rate - nic_rate_);
  } else {
    nic_rate_ = (1.0 + clock().frequency_error()) / (1.0 + nic_.frequency_error()) - 1.0;
  }
  pair_ = now;
  nic_known_ = true;
}

std::int64_t Machine::hardware_ns(double error_s) {
  if (!nic_known_ || world_.now_ns() - pair_.true_ns >= comparison_interval_ns) compare_clocks();
  nic_.advance(world_.now_ns());
  const std::int64_t since_ns = nic_.real_ns() + to_ns(error_s) - pair_.nic_ns;
  return pair_.system_ns + since_ns + std::llround(static_cast<double>(since_ns) * nic_rate_);
}

// ---- reference clocks

RefclockModel& Machine::refclock(unsigned index) {
  while (refclocks_.size() <= index) refclocks_.emplace_back();
  return refclocks_[index].model;
}

void Machine::set_refclock_present(unsigned index, bool present) {
  static_cast<void>(refclock(index));
  refclocks_[index].present = present;
}

bool Machine::refclock_present(unsigned index) {
  static_cast<void>(refclock(index));
  return refclocks_[index].present;
}

// ---- life

void Machine::wake() {
  if (!wake_ || suspended_) return;
  const std::int64_t late_ns = std::max<std::int64_t>(to_ns(draw(settings_.wakeup, random_)), 0);
  if (late_ns == 0) {
    wake_();
    return;
  }
  world_.at(world_.now_ns() + late_ns, [this] {
    if (wake_ && !suspended_) wake_();
  });
}

void Machine::suspend(std::int64_t until_ns) {
  if (suspended_) return;
  clock_.advance(world_.now_ns());
  suspended_ = true;
  world_.at(until_ns, [this] {
    clock_.suspend(world_.now_ns());
    suspended_ = false;
    nic_known_ = false;
    arm_leap();
    if (wake_) wake_();
  });
}

void Machine::reset() {
  wake_ = nullptr;
  sockets_.clear();
  refclocks_made_ = 0;
}

}  // namespace tactus::sim
