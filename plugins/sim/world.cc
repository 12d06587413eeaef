// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <tactus/result.hpp>

namespace tactus::sim {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;

bool is_broadcast(const tactus_address& address) {
  return address.family == TACTUS_FAMILY_IPV4 && address.bytes[3] == 255;
}

bool same_subnet(const tactus_address& a, const tactus_address& b) {
  return a.family == b.family && std::memcmp(a.bytes, b.bytes, 3) == 0;
}

}  // namespace

World::World(std::uint64_t seed, std::int64_t start_ns, TrueLeap leap)
    : seed_(seed), start_ns_(start_ns), now_ns_(start_ns), leap_(leap) {}
World::~World() = default;

// ---- time

std::int64_t World::utc_ns(std::int64_t true_ns) const noexcept {
  if (leap_.sign == 0 || true_ns < leap_.at_ns) return true_ns;
  return true_ns - leap_.sign * ns_per_s;
}

void World::at(std::int64_t when_ns, Call call) {
  queue_.push_back({std::max(when_ns, now_ns_), next_order_++, std::move(call)});
  std::push_heap(queue_.begin(), queue_.end(), Later{});
}

bool World::run_until(std::int64_t until_ns) {
  while (!stopped_ && !queue_.empty() && queue_.front().when_ns <= until_ns) {
    std::pop_heap(queue_.begin(), queue_.end(), Later{});
    const Happening next = std::move(queue_.back());
    queue_.pop_back();
    now_ns_ = next.when_ns;
    ++handled_;
    next.call();
  }
  if (stopped_) return false;
  now_ns_ = std::max(now_ns_, until_ns);
  return true;
}

// ---- machines

Machine& World::add(std::unique_ptr<Machine> machine) {
  machines_.push_back(std::move(machine));
  return *machines_.back();
}

Machine* World::find(std::string_view name) const {
  const auto found =
      std::find_if(machines_.begin(), machines_.end(), [&](const auto& one) { return one->name() == name; });
  return found == machines_.end() ? nullptr : found->get();
}

// ---- network

World::AddressKey World::key(const tactus_address& address) noexcept {
  AddressKey out{};
  std::memcpy(&out.first, address.bytes, 8);
  std::memcpy(&out.second, address.bytes + 8, 8);
  return out;
}

Machine* World::owner(const tactus_address& address) const {
  const auto found = owners_.find(key(address));
  return found == owners_.end() ? nullptr : found->second;
}

bool World::claim(Machine& machine, const tactus_address& address) {
  const auto [at, fresh] = owners_.emplace(key(address), &machine);
  return fresh || at->second == &machine;
}

void World::release(const Machine& machine) {
  std::erase_if(owners_, [&](const auto& entry) { return entry.second == &machine; });
}

Direction& World::direction(const Machine& from, const Machine& to) {
  const std::pair numbers(from.number(), to.number());
  const auto found = directions_.find(numbers);
  if (found != directions_.end()) return found->second;
  const DirectionModel model = link_rule_ ? link_rule_(from, to) : DirectionModel{};
  return directions_.emplace(numbers, Direction(model, stream("link " + from.name() + " > " + to.name())))
      .first->second;
}

void World::links_changed() {
  if (!link_rule_) return;
  for (auto& [numbers, direction] : directions_) {
    direction.set_model(link_rule_(*machines_[numbers.first], *machines_[numbers.second]));
  }
}

void World::set_link_up(const Machine& a, const Machine& b, bool up) {
  direction(a, b).set_up(up);
  direction(b, a).set_up(up);
}

void World::send_to(Machine& from, Machine& to, const Packet& packet) {
  if (&from == &to) {
    arrivals_.assign(1, now_ns_);
  } else {
    direction(from, to).send(now_ns_, arrivals_);
  }
  if (tracer_) tracer_(from, &to, packet, arrivals_);
  for (const std::int64_t arrival_ns : arrivals_) {
    at(arrival_ns, [&to, packet] { to.deliver(packet); });
  }
}

void World::send(Machine& from, const Packet& packet) {
  if (Machine* to = owner(packet.to)) {
    send_to(from, *to, packet);
    return;
  }
  if (is_broadcast(packet.to)) {
    for (const auto& machine : machines_) {
      const tactus_address own = machine->address(TACTUS_FAMILY_IPV4);
      if (machine.get() != &from && same_subnet(own, packet.to)) send_to(from, *machine, packet);
    }
    return;
  }
  arrivals_.clear();
  if (tracer_) tracer_(from, nullptr, packet, arrivals_);
}

}  // namespace tactus::sim
