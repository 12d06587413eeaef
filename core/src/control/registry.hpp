// SPDX-License-Identifier: Apache-2.0
// The registry of reports and commands (control.h): whoever knows something adds it under its owner, endpoints read and
// run by name. An owner is one instance, or the core; what it added goes when it ends.
#pragma once

#include <cstdint>
#include <list>
#include <string_view>

#include <tactus/control.h>
#include <tactus/result.hpp>

namespace tactus {

using OwnerId = std::uint64_t;
inline constexpr OwnerId core_owner = 0;  // the core's own reports and commands

// Longest name and largest structure that are taken; what is above is a mistake of the one who adds it.
inline constexpr std::size_t registry_name_limit = 63;
inline constexpr std::uint32_t registry_struct_limit = 65536;
inline constexpr std::uint32_t registry_member_limit = 256;

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The structure and what it points to must live until the owner is removed. TACTUS_E_EXISTS: the name is taken;
  // TACTUS_E_INVALID: NULL pointers, a member outside its structure, sizes above the limits.
  // A command may be offered by several owners: one without arguments (rekey, dump) concerns them all, one with
  // arguments the one whose source it names.
  Result<void> add_report(OwnerId owner, const tactus_report* report, void* user);
  Result<void> add_command(OwnerId owner, const tactus_command* command, void* user);
  // Takes back all that the owner added. Allowed inside a report's read or a command's run of another owner.
  void remove_owner(OwnerId owner);

  // Gives the rows of a report to the sink. access: the most the asker may (TACTUS_ACCESS_*). query may be nullptr: all
  // rows. TACTUS_E_NOT_FOUND: nobody offers it; TACTUS_E_DENIED; else the report's or the sink's own answer.
  tactus_status read(std::string_view name, std::uint32_t access, const tactus_query* query, tactus_row_sink sink,
                     void* sink_user);
  // Runs a command. Without arguments: of every owner in order, the first failure is the answer. With arguments: until
  // one owner answers anything but TACTUS_E_NOT_FOUND. args: a structure that begins with struct_size; what the asker's
  // structure is too short for (built against an older header) arrives as zero. error may be nullptr.
  tactus_status run(std::string_view name, std::uint32_t access, const void* args, std::uint32_t args_size,
                    void* result, tactus_error* error);

  [[nodiscard]] const tactus_report* find_report(std::string_view name) const noexcept;
  [[nodiscard]] const tactus_command* find_command(std::string_view name) const noexcept;
  // In the order of addition, each name once; nullptr past the end.
  [[nodiscard]] const tactus_report* report_at(std::uint32_t index) const noexcept;
  [[nodiscard]] const tactus_command* command_at(std::uint32_t index) const noexcept;

 private:
  template <class Item>
  struct Entry {
    OwnerId owner;
    const Item* item;
    void* user;
    bool first;  // of those that have this name
  };
  std::list<Entry<tactus_report>> reports_;
  std::list<Entry<tactus_command>> commands_;
};

// Puts a text into the caller's error structure, cut to its size; nullptr is allowed.
void put_error(tactus_error* error, std::string_view text) noexcept;

}  // namespace tactus
