// SPDX-License-Identifier: Apache-2.0
// The tables of keys of a scenario file, one per kind of mapping, and readers of its parts. Only the scenario reader's
// files include this.
#pragma once

#include <span>

#include "scenario.hpp"
#include "yaml_item.hpp"

namespace tactus::sim {

// A distribution: "50 us", {normal: 50 us}, {gamma: {mean: 1 ms, shape: 2}}, ...
Distribution read_distribution(const Item& item);
void read_clock(OscillatorModel& out, const Item& item);
void read_stamps(StampModel& out, const Item& item);
void read_refclock(RefclockModel& out, const Item& item);
// Keys of both directions at once, then `forward` and `backward`. `extra`: keys that the caller reads.
void read_link(LinkModel& out, const Item& item, std::span<const std::string_view> extra);

// A node, with its copies.
void read_nodes(Scenario& out, const Item& item);
void read_links(Scenario& out, const Item& item);
void read_names(Scenario& out, const Item& item);
void read_events(Scenario& out, const Item& item);
void read_expectations(Scenario& out, const Item& item);
// What is checked although nobody asked: no violations. After all was read.
void add_default_expectations(Scenario& scenario);

// "NAME", or "NAME*": the beginning of a name.
bool fits(std::string_view pattern, std::string_view name);
// Says so when no node is called so.
void check_node(const Scenario& scenario, const Item& item, const std::string& name);

std::vector<tactus_address> read_addresses(const Item& item);

// For the documentation.
std::vector<KeyDoc> distribution_keys();
std::vector<KeyDoc> clock_keys();
std::vector<KeyDoc> temperature_keys();
std::vector<KeyDoc> stamp_keys();
std::vector<KeyDoc> refclock_keys();
std::vector<KeyDoc> direction_keys();
std::vector<KeyDoc> congestion_keys();
std::vector<KeyDoc> link_keys();
std::vector<KeyDoc> node_keys();
std::vector<KeyDoc> event_keys();

template <class T>
std::vector<KeyDoc> docs_of(std::span<const Key<T>> keys) {
  return {keys.begin(), keys.end()};
}

}  // namespace tactus::sim
