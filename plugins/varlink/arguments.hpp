// SPDX-License-Identifier: Apache-2.0
// From JSON parameters to the argument structure of a command, by its table of members.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "backend.hpp"

namespace tactus::varlink {

// An argument structure: aligned for any member, begins with struct_size.
class Arguments {
 public:
  explicit Arguments(std::uint32_t size);
  [[nodiscard]] const void* data() const noexcept { return words_.data(); }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  [[nodiscard]] void* at(const tactus_member& member) noexcept {
    return reinterpret_cast<char*>(words_.data()) + member.offset;
  }

 private:
  std::uint32_t size_;
  std::vector<std::uint64_t> words_;
};

// Fills the arguments that are given. Returns the name of the first one that the command does not have or whose value
// is not possible; empty: all are good.
std::string fill_arguments(const tactus_command& command, const nlohmann::json& given, Arguments& out);

// What `add_source` leaves open has the default that the same option has in the configuration ("server", "peer",
// "pool"). A list of flags that is not given means online.
void fill_source_defaults(const tactus_command& command, const nlohmann::json& given, Backend& backend, Arguments& out);

}  // namespace tactus::varlink
