// SPDX-License-Identifier: Apache-2.0
// The world of a simulation: true time, what happens in it and when, the machines, and the network between them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/abi.h>

#include "delay.hpp"
#include "machine.hpp"
#include "random.hpp"

namespace tactus::sim {

// A leap second of true UTC.
struct TrueLeap {
  std::int64_t at_ns = 0;  // true time of the end of the inserted second, or of the deleted one's start
  int sign = 0;            // +1 inserted, -1 deleted, 0 none
};

class World {
 public:
  using Call = std::function<void()>;
  // Model of the direction from one machine to another.
  using LinkRule = std::function<DirectionModel(const Machine& from, const Machine& to)>;
  // A packet that was handed to the network: the true times at which its copies arrive. to: null, nobody has that
  // address.
  using Tracer = std::function<void(const Machine& from, const Machine* to, const Packet& packet,
                                    const std::vector<std::int64_t>& arrivals_ns)>;

  World(std::uint64_t seed, std::int64_t start_ns, TrueLeap leap = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // ---- time
  [[nodiscard]] std::int64_t now_ns() const noexcept { return now_ns_; }
  [[nodiscard]] std::int64_t start_ns() const noexcept { return start_ns_; }
  // UTC at a true time: one second less after an inserted leap second, one more after a deleted one.
  [[nodiscard]] std::int64_t utc_ns(std::int64_t true_ns) const noexcept;
  [[nodiscard]] std::int64_t utc_ns() const noexcept { return utc_ns(now_ns_); }
  // Calls at a true time, not before now; calls of one instant in the order in which they were asked for.
  void at(std::int64_t when_ns, Call call);
  // Handles what happens until then, in order; time is until_ns afterwards. False when stop() was called.
  bool run_until(std::int64_t until_ns);
  void stop() noexcept { stopped_ = true; }
  [[nodiscard]] std::uint64_t handled() const noexcept { return handled_; }

  // ---- machines
  Machine& add(std::unique_ptr<Machine> machine);
  [[nodiscard]] const std::vector<std::unique_ptr<Machine>>& machines() const noexcept { return machines_; }
  [[nodiscard]] Machine* find(std::string_view name) const;
  // A stream of random numbers of its own for each name.
  [[nodiscard]] Random stream(std::string_view name) const { return {seed_, name}; }

  // ---- network
  void set_link_rule(LinkRule rule) { link_rule_ = std::move(rule); }
  // Asks the rule again for every direction in use; their memory stays.
  void links_changed();
  // Both directions between two machines pass nothing, or pass again.
  void set_link_up(const Machine& a, const Machine& b, bool up);
  // Who has an address; null: nobody.
  [[nodiscard]] Machine* owner(const tactus_address& address) const;
  // False: another machine has it.
  bool claim(Machine& machine, const tactus_address& address);
  void release(const Machine& machine);
  // Sends to whom the address belongs; an IPv4 address that ends in .255 is everybody's within the same 24 bits. What
  // nobody has is lost.
  void send(Machine& from, const Packet& packet);
  void set_tracer(Tracer tracer) { tracer_ = std::move(tracer); }

 private:
  struct Happening {
    std::int64_t when_ns;
    std::uint64_t order;
    Call call;
  };
  struct Later {
    bool operator()(const Happening& a, const Happening& b) const noexcept {
      return a.when_ns != b.when_ns ? a.when_ns > b.when_ns : a.order > b.order;
    }
  };
  using AddressKey = std::pair<std::uint64_t, std::uint64_t>;

  Direction& direction(const Machine& from, const Machine& to);
  void send_to(Machine& from, Machine& to, const Packet& packet);
  static AddressKey key(const tactus_address& address) noexcept;

  std::uint64_t seed_;
  std::int64_t start_ns_;
  std::int64_t now_ns_;
  TrueLeap leap_;
  std::vector<Happening> queue_;  // a heap
  std::uint64_t next_order_ = 0;
  std::uint64_t handled_ = 0;
  bool stopped_ = false;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::map<AddressKey, Machine*> owners_;
  std::map<std::pair<std::size_t, std::size_t>, Direction> directions_;  // by numbers of machines
  LinkRule link_rule_;
  Tracer tracer_;
  std::vector<std::int64_t> arrivals_;
};

}  // namespace tactus::sim
