// SPDX-License-Identifier: Apache-2.0
// Events of a scenario file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "scenario_tables.hpp"

namespace tactus::sim {

namespace {

// What belongs to an event beside `at` and its own key.
enum Part : unsigned {
  by_time = 1,
  by_ratio = 2,
  length = 4,
  model = 8,
  addresses = 16,
  nodes = 32,
  index = 64,
  text = 128,
};

struct EventKey : KeyDoc {
  Event::Kind kind;
  unsigned parts;     // that it takes
  unsigned required;  // that it must have
  bool pair = false;  // two nodes
};

constexpr EventKey kinds[] = {
    {{"step", "node", "its clock jumps `by` a time"}, Event::Kind::step, by_time, by_time},
    {{"frequency", "node", "its clock runs faster `by` a frequency"}, Event::Kind::frequency, by_ratio, by_ratio},
    {{"clock", "node", "its clock has the noise of `model` (a clock) from now on"}, Event::Kind::clock, model, model},
    {{"stop", "node", "its daemon ends in order"}, Event::Kind::stop, 0, 0},
    {{"kill", "node", "its daemon vanishes"}, Event::Kind::kill, 0, 0},
    {{"start", "node", "its daemon starts (again)"}, Event::Kind::start, 0, 0},
    {{"suspend", "node", "the machine sleeps `for` a time"}, Event::Kind::suspend, length, length},
    {{"link", "[node, node]",
      "the link that was written so has a new `model` (keys of a direction, forward, backward)"},
     Event::Kind::link,
     model,
     model,
     true},
    {{"link_down", "[node, node]", "nothing passes any more"}, Event::Kind::link_down, 0, 0, true},
    {{"link_up", "[node, node]", "packets pass again"}, Event::Kind::link_up, 0, 0, true},
    {{"address", "node", "it has the `addresses` from now on"}, Event::Kind::address, addresses, addresses},
    {{"name", "name", "it resolves to the `nodes` from now on"}, Event::Kind::name, nodes, nodes},
    {{"refclock", "node", "its reference clock `index` (0) has a new `model`"},
     Event::Kind::refclock,
     index | model,
     model},
    {{"refclock_off", "node", "its reference clock `index` (0) gives nothing any more"},
     Event::Kind::refclock_off,
     index,
     0},
    {{"refclock_on", "node", "its reference clock `index` (0) is there again"}, Event::Kind::refclock_on, index, 0},
    {{"lie", "node", "its clock jumps `by` a time (0) and is not to be trusted any more"},
     Event::Kind::lie,
     by_time,
     0},
    {{"honest", "node", "it can be trusted again; its clock jumps `by` a time (0)"}, Event::Kind::honest, by_time, 0},
    {{"command", "node", "`text` is given to tctl there"}, Event::Kind::command, text, text},
};

struct PartKey : KeyDoc {
  unsigned part;  // 0: every event
};

constexpr PartKey part_keys[] = {
    {{"at", "time", "when; from the start"}, 0},
    {{"every", "time", "again and again at this interval"}, 0},
    {{"times", "number", "with `every`: how often (0: until the end)"}, 0},
    {{"by", "time or frequency", "how much"}, by_time | by_ratio},
    {{"for", "time", "how long"}, length},
    {{"model", "mapping", "what it is from now on"}, model},
    {{"addresses", "list of addresses", "from now on"}, addresses},
    {{"nodes", "list of nodes", "from now on"}, nodes},
    {{"index", "number", "of the reference clock, from 0"}, index},
    {{"text", "text", "a command of tctl"}, text},
};

const EventKey* find_kind(std::string_view name) {
  for (const EventKey& kind : kinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

const PartKey* find_part(std::string_view name) {
  for (const PartKey& part : part_keys) {
    if (part.name == name) return &part;
  }
  return nullptr;
}

// The number of the link that goes from one to the other, as it was written.
void find_link(const Scenario& scenario, Event& out, const Item& item) {
  for (std::size_t i = 0; i < scenario.links.size(); ++i) {
    if (scenario.links[i].from != out.node || scenario.links[i].to != out.to) continue;
    out.index = static_cast<unsigned>(i);
    return;
  }
  item.wrong(fmt::format("no link is from `{}` to `{}`; write one below `links`", out.node, out.to));
}

// The node or the two nodes of an event.
void read_who(const Scenario& scenario, const EventKey& kind, Event& out, const Item& item) {
  if (kind.pair) {
    if (!item.node.IsSequence() || item.node.size() != 2) {
      item.wrong("must be two nodes; write [node, node], where `*` is every node");
      return;
    }
    const std::vector<Item> ends = item.members();
    out.node = ends[0].word("a node");
    out.to = ends[1].word("a node");
    check_node(scenario, ends[0], out.node);
    check_node(scenario, ends[1], out.to);
    if (kind.kind == Event::Kind::link) find_link(scenario, out, item);
    return;
  }
  if (kind.kind != Event::Kind::name) {
    out.node = item.word("a node");
    check_node(scenario, item, out.node);
    return;
  }
  out.text = item.word("a name");
  for (const Name& name : scenario.names) {
    if (name.name == out.text) return;
  }
  std::vector<std::string_view> known;
  for (const Name& name : scenario.names) known.push_back(name.name);
  if (known.empty()) {
    item.wrong(fmt::format("name `{}` is unknown; write it below `names`", out.text));
  } else {
    item.wrong(fmt::format("name `{}` is {}", out.text, unknown_text(out.text, known)));
  }
}

void read_model(const EventKey& kind, Event& out, const Item& item) {
  switch (kind.kind) {
    case Event::Kind::clock:
      read_clock(out.clock, item);
      break;
    case Event::Kind::link:
      read_link(out.link, item, {});
      break;
    default:
      read_refclock(out.refclock, item);
      break;
  }
}

void read_part(const Scenario& scenario, const EventKey& kind, const PartKey& part, Event& out, const Item& item) {
  if (part.name == "at") {
    out.at_s = item.time(0.0);
  } else if (part.name == "every") {
    out.every_s = item.time(0.001);
  } else if (part.name == "times") {
    out.times = item.count(0, 1000000);
  } else if ((kind.parts & part.part) == 0) {
    item.wrong(fmt::format("means nothing for `{}`; leave it out", kind.name));
  } else if (part.name == "by") {
    out.amount = (kind.parts & by_ratio) != 0 ? item.frequency() : item.time();
  } else if (part.name == "for") {
    out.amount = item.time(0.001);
  } else if (part.name == "model") {
    read_model(kind, out, item);
  } else if (part.name == "addresses") {
    out.addresses = read_addresses(item);
  } else if (part.name == "nodes") {
    if (item.node.IsNull()) return;
    for (const Item& member : item.members()) {
      out.nodes.push_back(member.word("a node"));
      check_node(scenario, member, out.nodes.back());
    }
  } else if (part.name == "index") {
    out.index = item.count(0, 100);
  } else {
    out.text = item.word("a command of tctl");
  }
}

std::vector<std::string_view> event_words() {
  std::vector<std::string_view> known;
  for (const KeyDoc& key : kinds) known.push_back(key.name);
  for (const KeyDoc& key : part_keys) known.push_back(key.name);
  return known;
}

// The event's own key; nothing when it has none or two, which was said.
const EventKey* kind_of(const Item& item) {
  const EventKey* kind = nullptr;
  for (const auto& pair : item.node) {
    const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    const EventKey* found = find_kind(name);
    if (found == nullptr && find_part(name) == nullptr) {
      item.at(pair.first, pair.second).wrong(unknown_text(name, event_words()));
      return nullptr;
    }
    if (found == nullptr) continue;
    if (kind != nullptr) {
      item.at(pair.first, pair.second)
          .wrong(fmt::format("an event has one of these, and this has `{}`; make two events", kind->name));
      return nullptr;
    }
    kind = found;
  }
  if (kind == nullptr) item.wrong("does not say what happens; write for example {at: 1 h, step: server, by: 10 ms}");
  return kind;
}

void read_event(Scenario& out, const Item& item) {
  if (!item.node.IsMap()) {
    item.wrong("must be a mapping; write for example {at: 1 h, step: server, by: 10 ms}");
    return;
  }
  const EventKey* kind = kind_of(item);
  if (kind == nullptr) return;
  Event event;
  event.kind = kind->kind;
  std::set<std::string> seen;
  unsigned parts = 0;
  for (const auto& pair : item.node) {
    const Item at = item.at(pair.first, pair.second);
    const std::string name = pair.first.Scalar();
    if (!seen.insert(name).second) {
      at.wrong("given twice; keep one");
    } else if (const PartKey* part = find_part(name)) {
      parts |= part->part;
      read_part(out, *kind, *part, event, at);
    } else {
      read_who(out, *kind, event, at);
    }
  }
  if (seen.contains("every") && !seen.contains("times")) event.times = 0;
  if (!seen.contains("at")) item.wrong("has no time; write `at: 1 h`");
  for (const PartKey& part : part_keys) {
    if ((part.part & kind->required) != 0 && (parts & part.part) == 0) {
      item.wrong(fmt::format("`{}` needs `{}`: {}", kind->name, part.name, kind->doc));
    }
  }
  out.events.push_back(std::move(event));
}

}  // namespace

void read_events(Scenario& out, const Item& item) {
  if (!item.node.IsSequence()) {
    item.wrong("must be a list; write `- {at: 1 h, step: server, by: 10 ms}`");
    return;
  }
  for (const Item& member : item.members()) read_event(out, member);
}

std::vector<KeyDoc> event_keys() {
  std::vector<KeyDoc> out(std::begin(part_keys), std::end(part_keys));
  out.insert(out.end(), std::begin(kinds), std::end(kinds));
  return out;
}

}  // namespace tactus::sim
