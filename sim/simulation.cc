// SPDX-License-Identifier: Apache-2.0
#include "simulation.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>

#include "node.hpp"
#include "observer.hpp"
#include "world.hpp"

namespace tactus::sim {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t ns_per_day = 86400 * ns_per_s;
// Who listened to a wrong clock is not measured by its bound for this long: the samples stay for a while.
constexpr std::int64_t poisoned_ns = 5000 * ns_per_s;
constexpr double honest_allowance_s = 1e-6;
constexpr double longest_sample_interval_s = 64.0;
constexpr double samples_wanted = 5000.0;
constexpr unsigned slices = 200;  // of a run, for progress
constexpr std::uint16_t ntp_port = 123;
constexpr unsigned mode_active = 1;  // NTP modes of packets that ask
constexpr unsigned mode_client = 3;

std::int64_t to_ns(double seconds) { return std::llround(seconds * 1e9); }

bool fits(const std::string& pattern, const std::string& name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == name;
}

// 10.1.0.1 and on.
tactus_address made_up_address(std::size_t number) {
  tactus_address out{};
  out.family = TACTUS_FAMILY_IPV4;
  constexpr std::size_t hosts = 253;  // .1 to .253
  out.bytes[0] = 10;
  out.bytes[1] = static_cast<std::uint8_t>(1 + number / (hosts * 256));
  out.bytes[2] = static_cast<std::uint8_t>(number / hosts);
  out.bytes[3] = static_cast<std::uint8_t>(1 + number % hosts);
  return out;
}

// One node with copies becomes several.
std::vector<Node> spread(const std::vector<Node>& nodes) {
  std::vector<Node> out;
  for (const Node& node : nodes) {
    for (unsigned i = 1; i <= std::max(node.copies, 1U); ++i) {
      Node one = node;
      const std::string number = std::to_string(i);
      if (node.copies > 1) {
        one.name += number;
        if (i > 1) one.addresses.clear();
      }
      for (std::size_t at = one.config.find("${n}"); at != std::string::npos; at = one.config.find("${n}", at)) {
        one.config.replace(at, 4, number);
      }
      out.push_back(std::move(one));
    }
  }
  return out;
}

class Run {
 public:
  Run(const Scenario& scenario, const RunOptions& options)
      : scenario_(scenario),
        options_(options),
        plans_(spread(scenario.nodes)),
        links_(scenario.links),
        names_(scenario.names),
        world_(options.seed, scenario.start_ns, true_leap()) {}

  Result<RunResult> run() {
    if (auto made = make_machines(); !made) return made.failure();
    plan_events();
    const std::int64_t end_ns = scenario_.start_ns + to_ns(scenario_.duration_s);
    plan_samples();
    for (unsigned slice = 1; slice <= slices; ++slice) {
      const double done = static_cast<double>(slice) / slices;
      const std::int64_t until_ns = slice == slices ? end_ns : scenario_.start_ns + to_ns(scenario_.duration_s * done);
      if (!world_.run_until(until_ns)) return failure_;
      if (options_.progress && !options_.progress(done)) return error("given up");
    }
    return collect();
  }

 private:
  struct Entry {
    std::unique_ptr<RunningNode> node;
    std::unique_ptr<Observer> observer;
    std::vector<std::string> replies;
    bool lying = false;               // by an event
    std::int64_t wrong_until_ns = 0;  // its answers were wrong, and are remembered until then
    bool misled = false;              // its reference is from sources of which one was wrong
    std::int64_t misled_update_ns = 0;
  };

  [[nodiscard]] TrueLeap true_leap() const {
    if (scenario_.leap == 0) return {};
    const std::int64_t inside_ns = scenario_.start_ns + to_ns(scenario_.leap_s);
    const std::int64_t day_end_ns = (inside_ns / ns_per_day + 1) * ns_per_day;
    return {scenario_.leap > 0 ? day_end_ns + ns_per_s : day_end_ns - ns_per_s, scenario_.leap};
  }

  // ---- setting up

  Result<void> make_machines() {
    world_.set_link_rule([this](const Machine& from, const Machine& to) { return link_model(from.name(), to.name()); });
    world_.set_tracer(
        [this](const Machine& from, const Machine* to, const Packet& packet,
               const std::vector<std::int64_t>& arrivals_ns) { on_packet(from, to, packet, arrivals_ns); });
    const NodeSetting setting{world_, options_.plugin_folder, options_.module_folder,
                              [this](const std::string& name, std::uint32_t family,
                                     std::vector<tactus_address>& found) { return lookup(name, family, found); }};
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const Node& plan = plans_[i];
      auto machine = std::make_unique<Machine>(
          world_, i,
          Machine::Settings{plan.name, plan.addresses, plan.clock, plan.stamps, plan.refclocks, plan.wakeup});
      auto addresses = plan.addresses;
      if (addresses.empty()) addresses.push_back(made_up_address(i));
      Machine& added = world_.add(std::move(machine));
      if (!added.set_addresses(std::move(addresses))) {
        return error_status(TACTUS_E_INVALID, "node {}: another node has one of its addresses", plan.name);
      }
      const std::string folder = options_.work_folder + "/" + plan.name;
      std::error_code failed;
      std::filesystem::create_directories(folder, failed);
      if (failed) return error_status(TACTUS_E_SYSTEM, "could not make {}: {}", folder, failed.message());
      Entry entry;
      entry.node = std::make_unique<RunningNode>(setting, plan, added, folder);
      entry.observer = std::make_unique<Observer>(scenario_, *entry.node, scenario_.start_ns,
                                                  options_.keep_samples ? options_.sample_limit : 0);
      entry.node->set_after_turn([this, i](RunningNode&) { after_turn(i); });
      entries_.push_back(std::move(entry));
      world_.at(scenario_.start_ns + to_ns(plan.start_s), [this, i] { start(i); });
    }
    return {};
  }

  [[nodiscard]] DirectionModel link_model(const std::string& from, const std::string& to) const {
    for (const Link& link : links_) {
      if (fits(link.from, from) && fits(link.to, to)) return link.model.forward;
      if (fits(link.from, to) && fits(link.to, from)) return link.model.backward;
    }
    return {};
  }

  tactus_status lookup(const std::string& name, std::uint32_t family, std::vector<tactus_address>& found) const {
    const auto add = [&](const std::string& machine_name) {
      const Machine* machine = world_.find(machine_name);
      if (machine == nullptr) return;
      for (const tactus_address& address : machine->addresses()) {
        const bool wanted = family == TACTUS_FAMILY_NONE || family == address.family;
        if (wanted && found.size() < TACTUS_RESOLVE_MAX) found.push_back(address);
      }
    };
    for (const Name& entry : names_) {
      if (entry.name != name) continue;
      for (const std::string& machine : entry.nodes) add(machine);
      return found.empty() ? TACTUS_E_ABSENT : TACTUS_OK;
    }
    add(name);
    return found.empty() ? TACTUS_E_NOT_FOUND : TACTUS_OK;
  }

  // ---- while it runs

  void start(std::size_t i) {
    Entry& entry = entries_[i];
    if (auto started = entry.node->start(); !started) {
      if (started.failure().text.empty() && !entry.node->log().empty()) {
        failure_ = error("node {}: {}", entry.node->plan().name, entry.node->log().back());
      } else {
        failure_ = error("node {}: {}", entry.node->plan().name, started.failure().text);
      }
      world_.stop();
      return;
    }
    entry.observer->on_start();
  }

  void after_turn(std::size_t i) {
    Entry& entry = entries_[i];
    judge(i);
    entry.observer->check(world_.now_ns(), trusts_the_honest(entry));
  }

  // Who leaves a liar has its time until the next update.
  bool trusts_the_honest(Entry& entry) {
    if (!entry.node->running()) {
      entry.misled = false;
      return true;
    }
    Daemon& daemon = *entry.node->daemon();
    const std::int64_t update_ns = daemon.discipline().reference(daemon.clock().event_now()).reference_time_ns;
    if (!honest_sources(*entry.node)) {
      entry.misled = true;
      entry.misled_update_ns = update_ns;
    } else if (update_ns != entry.misled_update_ns) {
      entry.misled = false;
    }
    return !entry.misled;
  }

  // Whether what a node serves now is as right as it says.
  void judge(std::size_t i) {
    Entry& entry = entries_[i];
    if (!entry.node->running()) return;
    const TrueState state = state_of(*entry.node);
    const double bound_s = state.synchronised ? state.bound_s : 0.0;
    if (entry.lying || std::fabs(state.corrected_error_s) > bound_s + honest_allowance_s) {
      entry.wrong_until_ns = world_.now_ns() + poisoned_ns;
    }
  }

  [[nodiscard]] bool honest_sources(RunningNode& node) const {
    if (!node.running()) return true;
    Discipline& discipline = node.daemon()->discipline();
    unsigned refclock = 0;
    for (std::size_t k = 0; k < discipline.source_count(); ++k) {
      const Source& source = *discipline.source_at(k);
      const unsigned index = source.is_ntp() ? 0 : refclock++;
      const SourceState state = source.place().state;
      if (state != SourceState::selected && state != SourceState::combined) continue;
      if (!source.is_ntp()) {
        if (!node.machine().refclock(index).right) return false;
        continue;
      }
      const Machine* owner = world_.owner(source.address());
      if (owner == nullptr || entries_[owner->number()].wrong_until_ns > world_.now_ns()) return false;
    }
    return true;
  }

  void on_packet(const Machine& from, const Machine* to, const Packet& packet,
                 const std::vector<std::int64_t>& arrivals_ns) {
    const bool asks =
        !packet.data.empty() && ((packet.data[0] & 7U) == mode_client || (packet.data[0] & 7U) == mode_active);
    if (to != nullptr && asks && packet.to.port == ntp_port) {
      entries_[from.number()].observer->on_request(world_.now_ns(), to->number());
    }
    if (options_.event_log) {
      event_log_ += fmt::format("{} {} > {} {}", world_.now_ns() - scenario_.start_ns, from.name(),
                                to != nullptr ? to->name() : "nobody", packet.data.size());
      for (const std::int64_t arrival_ns : arrivals_ns) {
        event_log_ += fmt::format(" {}", arrival_ns - world_.now_ns());
      }
      event_log_ += '\n';
    }
  }

  void plan_samples() {
    double interval_s = scenario_.sample_s;
    if (!(interval_s > 0.0)) {
      interval_s = std::clamp(scenario_.duration_s / samples_wanted, 1.0, longest_sample_interval_s);
    }
    sample_interval_ns_ = std::max<std::int64_t>(to_ns(interval_s), 1'000'000);
    world_.at(scenario_.start_ns + sample_interval_ns_, [this] { sample(); });
  }

  void sample() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].node->machine().suspended()) {
        judge(i);
        entries_[i].observer->sample(world_.now_ns());
      }
    }
    world_.at(world_.now_ns() + sample_interval_ns_, [this] { sample(); });
  }

  // ---- events

  void plan_events() {
    for (const Event& event : scenario_.events) plan_event(event, scenario_.start_ns + to_ns(event.at_s), 1);
  }
  void plan_event(const Event& event, std::int64_t when_ns, unsigned turn) {
    world_.at(when_ns, [this, &event, when_ns, turn] {
      happen(event);
      if (event.every_s > 0.0 && (event.times == 0 || turn < event.times)) {
        plan_event(event, when_ns + to_ns(event.every_s), turn + 1);
      }
    });
  }

  void happen(const Event& event) {
    switch (event.kind) {
      case Event::Kind::link:
        if (event.index < links_.size()) links_[event.index].model = event.link;
        world_.links_changed();
        return;
      case Event::Kind::name:
        for (Name& name : names_) {
          if (name.name == event.text) name.nodes = event.nodes;
        }
        return;
      case Event::Kind::link_down:
      case Event::Kind::link_up:
        each(event.node, [&](Entry& a) {
          each(event.to, [&](Entry& b) {
            if (&a == &b) return;
            world_.set_link_up(a.node->machine(), b.node->machine(), event.kind == Event::Kind::link_up);
          });
        });
        return;
      default:
        each(event.node, [&](Entry& entry) { happen_at(entry, event); });
    }
  }

  template <class Call>
  void each(const std::string& pattern, Call call) {
    for (Entry& entry : entries_) {
      if (fits(pattern, entry.node->plan().name)) call(entry);
    }
  }

  void happen_at(Entry& entry, const Event& event) {
    RunningNode& node = *entry.node;
    Machine& machine = node.machine();
    switch (event.kind) {
      case Event::Kind::step:
        machine.clock().step(event.amount);
        break;
      case Event::Kind::frequency:
        machine.clock().change_frequency(event.amount);
        break;
      case Event::Kind::clock:
        machine.clock().change_model(event.clock);
        break;
      case Event::Kind::stop:
        node.stop(true);
        return;
      case Event::Kind::kill:
        node.stop(false);
        return;
      case Event::Kind::start:
        start(machine.number());
        return;
      case Event::Kind::suspend:
        machine.suspend(world_.now_ns() + to_ns(event.amount));
        return;
      case Event::Kind::address:
        static_cast<void>(machine.set_addresses(event.addresses));
        break;
      case Event::Kind::refclock:
        machine.refclock(event.index) = event.refclock;
        break;
      case Event::Kind::refclock_off:
      case Event::Kind::refclock_on:
        machine.set_refclock_present(event.index, event.kind == Event::Kind::refclock_on);
        break;
      case Event::Kind::lie:
        machine.clock().step(event.amount);
        entry.lying = true;
        break;
      case Event::Kind::honest:
        machine.clock().step(event.amount);
        entry.lying = false;
        break;
      case Event::Kind::command: {
        entry.observer->permit(event.text);
        const double at_s = static_cast<double>(world_.now_ns() - scenario_.start_ns) * 1e-9;
        entry.replies.push_back(fmt::format("{:.6f} {}\n{}", at_s, event.text, node.command(event.text)));
        break;
      }
      default:
        break;
    }
    judge(machine.number());
    node.schedule();
  }

  RunResult collect() {
    RunResult out;
    out.seed = options_.seed;
    out.events = world_.handled();
    out.event_log = std::move(event_log_);
    for (Entry& entry : entries_) {
      out.nodes.push_back(entry.observer->result());
      out.nodes.back().replies = std::move(entry.replies);
    }
    // Orderly ends, so that files are complete; what they still send nobody gets.
    for (Entry& entry : entries_) entry.node->stop(true);
    return out;
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  const std::vector<Node> plans_;
  std::vector<Link> links_;
  std::vector<Name> names_;
  World world_;
  std::vector<Entry> entries_;  // by number of the machine
  Error failure_;
  std::int64_t sample_interval_ns_ = 0;
  std::string event_log_;
};

}  // namespace

Result<RunResult> run(const Scenario& scenario, const RunOptions& options) {
  Run one(scenario, options);
  return one.run();
}

}  // namespace tactus::sim
