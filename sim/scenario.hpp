// SPDX-License-Identifier: Apache-2.0
// A scenario: what is simulated and what is expected of it. Plain data; read from YAML by scenario_reader.hpp, run by
// simulation.hpp. Times of events and durations are true seconds from the start.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tactus/abi.h>

#include "delay.hpp"
#include "machine.hpp"
#include "oscillator.hpp"

namespace tactus::sim {

struct Node {
  std::string name;
  std::vector<tactus_address> addresses;  // port 0; empty: one IPv4 address is made up
  // The configuration's text, chrony.conf or YAML. ${dir} stands for the node's own folder.
  std::string config;
  bool yaml = false;
  unsigned config_line = 0;          // of its first line in the scenario file; 0: not known
  bool config_block = false;         // its lines are lines of the file
  std::vector<std::string> options;  // of tactusd's command line (-q, -s, -r, ...)
  double start_s = 0.0;              // when the daemon starts
  OscillatorModel clock;
  StampModel stamps;
  std::vector<RefclockModel> refclocks;
  Distribution wakeup;   // how late the machine wakes the daemon up
  bool truthful = true;  // false: its users' error bounds are not checked (a falseticker)
  unsigned copies = 1;   // more: NAME1, NAME2, ...
};

// The network: the first entry that fits a pair of nodes counts; names may end in `*`.
struct Link {
  std::string from = "*";
  std::string to = "*";
  LinkModel model;
};

// A name that the resolver knows, beside those of the nodes themselves.
struct Name {
  std::string name;
  std::vector<std::string> nodes;  // whose addresses it has
};

struct Event {
  enum class Kind : std::uint8_t {
    step,       // node's clock by amount_s
    frequency,  // node's clock by `amount` (ratio) more
    clock,      // new noise model of the node's clock
    stop,       // node's daemon ends (orderly)
    kill,       // node's daemon vanishes
    start,      // node's daemon starts (again)
    suspend,    // node sleeps for amount_s
    link,       // the entry of `link` has a new model
    link_down,  // nothing passes between `node` and `to`
    link_up,
    address,   // node has new addresses
    name,      // a name has new nodes
    refclock,  // node's refclock `index` has a new model
    refclock_off,
    refclock_on,
    lie,     // node's answers are not to be trusted from now on (amount_s: step of its clock)
    honest,  // ... are again
    command  // `text` is given to tctl at the node
  };
  Kind kind = Kind::step;
  double at_s = 0.0;
  double every_s = 0.0;  // repeated; 0: once
  unsigned times = 1;    // with every_s; 0: until the end
  std::string node;
  std::string to;
  std::string text;
  double amount = 0.0;
  unsigned index = 0;
  OscillatorModel clock;
  LinkModel link;
  RefclockModel refclock;
  std::vector<tactus_address> addresses;
  std::vector<std::string> nodes;
};

// A figure that a run gives for a node, and its bounds (inclusive).
struct Expectation {
  std::string node;    // NAME, or NAME* for all of that name
  std::string figure;  // key of figures() in result.hpp
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::string text;   // for figures that are words: source, leap, log_contains, log_lacks
  unsigned line = 0;  // of the scenario file
};

struct Scenario {
  std::string name;  // of the file, without its ending
  std::string file;
  std::string description;
  double duration_s = 0.0;    // > 0
  double settle_s = 0.0;      // figures are taken from here on
  double settled_s = 0.0;     // |error| below this, for good, counts as settled; 0: time to settle is not looked for
  std::int64_t start_ns = 0;  // true time at the start, ns since 1970 UTC
  // A leap second of true UTC: +1 inserted, -1 deleted, at the end of the UTC day that contains leap_s.
  int leap = 0;
  double leap_s = 0.0;
  double sample_s = 0.0;    // between readings of the true errors; 0: chosen by the duration
  bool check_bound = true;  // invariants, see result.hpp
  bool check_steps = true;
  bool check_polls = true;
  std::vector<unsigned> seeds{1};
  std::vector<Node> nodes;
  std::vector<Link> links;
  std::vector<Name> names;
  std::vector<Event> events;
  std::vector<Expectation> expectations;
};

}  // namespace tactus::sim
