// SPDX-License-Identifier: Apache-2.0
// The access table behind allow/deny and cmdallow/cmddeny: prefixes of hexadecimal digits, the longest one decides
// (command protocol specification 3.3, NTP specification 16.2). Header only; used by the plugins ntp and cmdmon.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include <tactus/abi.h>

namespace tactus {

// Two trees, one per family, one level per four bits of the address. Everything is denied at first. A rule whose prefix
// length is not a multiple of four sets all the digits that it covers, so rules whose lengths round up to the same
// multiple of four overwrite each other, and the later one wins.
class AccessTable {
 public:
  // Sets a rule. `all` also removes every longer prefix below. Family NONE with prefix 0 sets both families.
  // TACTUS_E_INVALID, and nothing changes, when the prefix does not fit the family or the family is no IP family.
  tactus_status set(const tactus_subnet& subnet, bool allow, bool all) {
    const std::uint32_t family = subnet.address.family;
    if (family == TACTUS_FAMILY_NONE) {
      if (subnet.prefix != 0) return TACTUS_E_INVALID;
      set_root(v4_, allow, all);
      set_root(v6_, allow, all);
      return TACTUS_OK;
    }
    if (family != TACTUS_FAMILY_IPV4 && family != TACTUS_FAMILY_IPV6) return TACTUS_E_INVALID;
    if (subnet.prefix > bits_of(family)) return TACTUS_E_INVALID;
    set_prefix(family == TACTUS_FAMILY_IPV4 ? v4_ : v6_, subnet, allow, all);
    return TACTUS_OK;
  }

  // What the rules say of an address; false for anything that is no IP address.
  [[nodiscard]] bool allowed(const tactus_address& address) const noexcept {
    const std::uint32_t family = address.family;
    if (family != TACTUS_FAMILY_IPV4 && family != TACTUS_FAMILY_IPV6) return false;
    const Node* node = family == TACTUS_FAMILY_IPV4 ? &v4_ : &v6_;
    State state = node->state;
    for (std::uint32_t depth = 0; depth < bits_of(family) / 4 && node->children; ++depth) {
      node = &(*node->children)[digit(address, depth)];
      if (node->state != State::as_parent) state = node->state;
    }
    return state == State::allow;
  }

  // Whether at least one address of the family (TACTUS_FAMILY_IPV4 or _IPV6) is allowed: a server needs its socket.
  [[nodiscard]] bool any_allowed(std::uint32_t family) const noexcept {
    if (family == TACTUS_FAMILY_IPV4) return any_below(v4_, State::deny);
    if (family == TACTUS_FAMILY_IPV6) return any_below(v6_, State::deny);
    return false;
  }

 private:
  enum class State : std::uint8_t { as_parent, allow, deny };
  struct Node;
  using Children = std::array<Node, 16>;
  struct Node {
    std::unique_ptr<Children> children;
    State state = State::as_parent;
  };

  static std::uint32_t bits_of(std::uint32_t family) noexcept { return family == TACTUS_FAMILY_IPV4 ? 32 : 128; }

  static std::uint32_t digit(const tactus_address& address, std::uint32_t index) noexcept {
    const std::uint32_t octet = address.bytes[index / 2];
    return index % 2 == 0 ? octet >> 4 : octet & 15U;
  }

  static void set_node(Node& node, bool allow, bool all) {
    node.state = allow ? State::allow : State::deny;
    if (all) node.children.reset();
  }

  static void set_root(Node& root, bool allow, bool all) { set_node(root, allow, all); }

  static void set_prefix(Node& root, const tactus_subnet& subnet, bool allow, bool all) {
    Node* node = &root;
    for (std::uint32_t depth = 0; depth < subnet.prefix / 4; ++depth) {
      if (!node->children) node->children = std::make_unique<Children>();
      node = &(*node->children)[digit(subnet.address, depth)];
    }
    const std::uint32_t rest = subnet.prefix % 4;
    if (rest == 0) {
      set_node(*node, allow, all);
      return;
    }
    if (!node->children) node->children = std::make_unique<Children>();
    const std::uint32_t span = 1U << (4 - rest);
    const std::uint32_t first = digit(subnet.address, subnet.prefix / 4) & ~(span - 1);
    for (std::uint32_t i = 0; i < span; ++i) set_node((*node->children)[first + i], allow, all);
  }

  static bool any_below(const Node& node, State inherited) noexcept {
    const State state = node.state == State::as_parent ? inherited : node.state;
    if (!node.children) return state == State::allow;
    for (const Node& child : *node.children) {
      if (any_below(child, state)) return true;
    }
    return false;
  }

  Node v4_{nullptr, State::deny};
  Node v6_{nullptr, State::deny};
};

}  // namespace tactus
