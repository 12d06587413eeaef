// SPDX-License-Identifier: Apache-2.0
// Nodes, links and names of a scenario file.
#include <fmt/format.h>

#include <tactus/address.hpp>

#include "scenario_tables.hpp"
#include "yaml_text.hpp"

namespace tactus::sim {

namespace {

constexpr unsigned most_copies = 10000;

void read_copies(Node& out, const Item& item) { out.copies = item.count(1, most_copies); }

void set_config(Node& out, const Item& item, std::string text, bool yaml) {
  if (!out.config.empty()) {
    item.wrong("the node has two configurations; keep `chrony` or `config`");
    return;
  }
  if (text.empty()) {
    item.wrong("is empty; write the daemon's configuration");
    return;
  }
  // A mapping is written anew: its lines are lost.
  out.config_block = item.is_block();
  if (item.node.IsScalar()) out.config_line = item.line + (out.config_block ? 1 : 0);
  out.config = std::move(text);
  out.yaml = yaml;
}

void read_options(Node& out, const Item& item) {
  for (const Item& member : item.members()) out.options.push_back(member.word("an option of tactusd"));
}

void read_refclocks(Node& out, const Item& item) {
  if (!item.node.IsSequence()) {
    item.wrong("must be a list, one member for each refclock of the configuration in its order");
    return;
  }
  for (const Item& member : item.members()) {
    read_refclock(out.refclocks.emplace_back(), member);
  }
}

constexpr Key<Node> node_table[] = {
    {{"chrony", "text", "the daemon's configuration as chrony.conf; `${dir}` is the node's own folder"},
     [](Node& out, const Item& item) { set_config(out, item, item.word("the text of a chrony.conf"), false); }},
    {{"config", "mapping or text", "the daemon's configuration as YAML, instead of `chrony`"},
     [](Node& out, const Item& item) {
       set_config(out, item, item.node.IsMap() ? yaml_text(item.node) : item.word("a mapping, or a YAML text"), true);
     }},
    {{"options", "list of words", "of tactusd's command line (-q, -r, -s, ...)"}, read_options},
    {{"start", "time", "when the daemon starts (0)"},
     [](Node& out, const Item& item) { out.start_s = item.time(0.0); }},
    {{"clock", "clock", "the machine's system clock (perfect)"},
     [](Node& out, const Item& item) { read_clock(out.clock, item); }},
    {{"stamps", "daemon, kernel, hardware, or timestamps", "of the network interface (kernel)"},
     [](Node& out, const Item& item) { read_stamps(out.stamps, item); }},
    {{"refclocks", "list of reference clocks", "what the refclocks of the configuration give, in its order (perfect)"},
     read_refclocks},
    {{"wakeup", "distribution", "how late the machine wakes the daemon up (0)"},
     [](Node& out, const Item& item) { out.wakeup = read_distribution(item); }},
    {{"addresses", "list of addresses", "of the network interface (one is made up)"},
     [](Node& out, const Item& item) { out.addresses = read_addresses(item); }},
    {{"truthful", "true or false", "false: a falseticker; the bounds of those who use it are not checked (true)"},
     [](Node& out, const Item& item) { out.truthful = item.flag(); }},
    {{"copies", "number", "that many nodes: NAME1, NAME2, ...; `${n}` in the configuration is the number (1)"},
     read_copies},
};

bool good_name(std::string_view name) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 60 && name.front() != '.' && std::all_of(name.begin(), name.end(), fine);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

void add_copies(Scenario& out, const Node& node, const Item& item) {
  if (node.copies == 1) {
    out.nodes.push_back(node);
    out.nodes.back().config = replaced(node.config, "${n}", "1");
    return;
  }
  if (!node.addresses.empty()) item.wrong("copies cannot have the same addresses; leave `addresses` out");
  for (unsigned number = 1; number <= node.copies; ++number) {
    Node copy = node;
    copy.copies = 1;
    copy.name = fmt::format("{}{}", node.name, number);
    copy.config = replaced(node.config, "${n}", fmt::format("{}", number));
    out.nodes.push_back(std::move(copy));
  }
}

// ---- links

constexpr Key<Congestion> congestion_table[] = {
    {{"interval", "time", "mean time from the end of one episode to the next"},
     [](Congestion& out, const Item& item) { out.mean_interval_s = item.time(0.0); }},
    {{"length", "time", "mean length of an episode"},
     [](Congestion& out, const Item& item) { out.mean_length_s = item.time(0.0); }},
    {{"extra", "distribution", "delay that is added to each packet meanwhile"},
     [](Congestion& out, const Item& item) { out.extra = read_distribution(item); }},
};

void read_congestion(DirectionModel& out, const Item& item) {
  if (!read_mapping<Congestion>(item, congestion_table, out.congestion)) return;
  for (const KeyDoc& key : congestion_table) {
    if (!item.node[std::string{key.name}]) {
      item.wrong(
          fmt::format("has no {}; write {{interval: 1 h, length: 5 min, extra: {{exponential: 20 ms}}}}", key.name));
    }
  }
}

constexpr Key<DirectionModel> direction_table[] = {
    {{"delay", "time", "the smallest delay of a packet (0)"},
     [](DirectionModel& out, const Item& item) { out.base_s = item.time(0.0); }},
    {{"jitter", "distribution", "added to the delay; what is below 0 counts as 0"},
     [](DirectionModel& out, const Item& item) { out.jitter = read_distribution(item); }},
    {{"correlation", "time", "a packet has the jitter of the one before with the weight exp(-interval/this) (0)"},
     [](DirectionModel& out, const Item& item) { out.correlation_s = item.time(0.0); }},
    {{"congestion", "interval, length and extra", "episodes of more delay, at random"}, read_congestion},
    {{"loss", "share", "of the packets, at random (0)"},
     [](DirectionModel& out, const Item& item) { out.loss = item.fraction(); }},
    {{"duplicate", "share", "of the packets that arrive twice (0)"},
     [](DirectionModel& out, const Item& item) { out.duplicate = item.fraction(); }},
    {{"reorder", "true or false", "whether a packet may overtake another (true)"},
     [](DirectionModel& out, const Item& item) { out.reorder = item.flag(); }},
};

constexpr KeyDoc link_only_keys[] = {
    {"from", "node, NAME* or *", "one end (*)"},
    {"to", "node, NAME* or *", "the other end (*)"},
    {"forward", "keys of a direction", "from the first to the second; what it does not have is that of both"},
    {"backward", "keys of a direction", "the other way"},
};

}  // namespace

void read_nodes(Scenario& out, const Item& item) {
  if (!item.node.IsMap() || item.node.size() == 0) {
    item.wrong("must be a mapping with one node at least; write NAME: {chrony: ...}");
    return;
  }
  for (const auto& pair : item.node) {
    const Item at = item.at(pair.first, pair.second);
    Node node;
    node.name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    if (!good_name(node.name)) at.wrong("not a node's name; use letters, digits, `-`, `_` and `.`, 60 at most");
    if (!read_mapping<Node>(at, node_table, node)) continue;
    if (node.config.empty() && !pair.second["chrony"] && !pair.second["config"]) {
      at.wrong("has no configuration; write `chrony: |` with the lines of a chrony.conf, or `config:`");
    }
    const std::size_t before = out.nodes.size();
    add_copies(out, node, at);
    for (std::size_t i = before; i < out.nodes.size(); ++i) {
      const auto same = [&](const Node& other) { return other.name == out.nodes[i].name; };
      const auto end = out.nodes.begin() + static_cast<std::ptrdiff_t>(before);
      if (std::any_of(out.nodes.begin(), end, same)) {
        at.wrong(fmt::format("there is another node {}; choose another name", out.nodes[i].name));
        break;
      }
    }
  }
}

void read_link(LinkModel& out, const Item& item, std::span<const std::string_view> extra) {
  std::vector<std::string_view> others(extra.begin(), extra.end());
  others.insert(others.end(), {"forward", "backward"});
  DirectionModel both = out.forward;
  if (!read_mapping<DirectionModel>(item, direction_table, both, others)) return;
  out.forward = out.backward = both;
  for (const auto& pair : item.node) {
    const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    DirectionModel* direction = name == "forward" ? &out.forward : name == "backward" ? &out.backward : nullptr;
    if (direction != nullptr)
      read_mapping<DirectionModel>(item.at(pair.first, pair.second), direction_table, *direction);
  }
}

void read_links(Scenario& out, const Item& item) {
  static constexpr std::string_view ends[] = {"from", "to"};
  for (const Item& member : item.members()) {
    Link& link = out.links.emplace_back();
    read_link(link.model, member, ends);
    if (!member.node.IsMap()) continue;
    for (const auto& pair : member.node) {
      const Item at = member.at(pair.first, pair.second);
      const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
      if (name != "from" && name != "to") continue;
      std::string& end = name == "from" ? link.from : link.to;
      end = at.word("a node, NAME* or *");
      check_node(out, at, end);
    }
  }
}

void read_names(Scenario& out, const Item& item) {
  if (!item.node.IsMap()) {
    item.wrong("must be a mapping; write NAME: [node, node]");
    return;
  }
  for (const auto& pair : item.node) {
    const Item at = item.at(pair.first, pair.second);
    Name& name = out.names.emplace_back();
    name.name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    if (pair.second.IsNull()) continue;
    for (const Item& member : at.members()) {
      name.nodes.push_back(member.word("a node"));
      check_node(out, member, name.nodes.back());
    }
  }
}

bool fits(std::string_view pattern, std::string_view name) {
  if (pattern.empty() || pattern.back() != '*') return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

void check_node(const Scenario& scenario, const Item& item, const std::string& name) {
  if (name.empty()) return;
  std::vector<std::string_view> known;
  for (const Node& node : scenario.nodes) {
    if (fits(name, node.name)) return;
    known.push_back(node.name);
  }
  if (known.size() > 20) known.resize(20);
  item.wrong(fmt::format("node `{}` is {}", name, unknown_text(name, known)));
}

std::vector<tactus_address> read_addresses(const Item& item) {
  std::vector<tactus_address> out;
  for (const Item& member : item.members()) {
    const std::string text = member.word("an address");
    const auto address = parse_address(text);
    if (address) {
      out.push_back(*address);
    } else if (!text.empty()) {
      member.wrong(fmt::format("`{}` is not an IP address; write for example 10.0.0.1 or fd00::1", text));
    }
  }
  return out;
}

std::vector<KeyDoc> node_keys() { return docs_of<Node>(node_table); }
std::vector<KeyDoc> direction_keys() { return docs_of<DirectionModel>(direction_table); }
std::vector<KeyDoc> congestion_keys() { return docs_of<Congestion>(congestion_table); }
std::vector<KeyDoc> link_keys() { return {std::begin(link_only_keys), std::end(link_only_keys)}; }

}  // namespace tactus::sim
