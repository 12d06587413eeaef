// SPDX-License-Identifier: Apache-2.0
// The registry of reports and commands: checks what is added, looks up by name, keeps permissions, and lets no
// exception of the one who answers through to the one who asks.
#include "control/registry.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <vector>

namespace tactus {

namespace {

constexpr std::uint32_t member_size_1_0 = sizeof(tactus_member);

bool name_is_valid(const char* name) noexcept {
  if (name == nullptr || name[0] == '\0' || std::strlen(name) > registry_name_limit) return false;
  return std::all_of(name, name + std::strlen(name), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

// Bytes that a value of this kind takes; 0: any (text), -1: no such kind.
int kind_size(std::uint32_t kind) noexcept {
  switch (kind) {
    case TACTUS_MEMBER_U32:
    case TACTUS_MEMBER_I32:
    case TACTUS_MEMBER_REFID:
    case TACTUS_MEMBER_FLAG:
    case TACTUS_MEMBER_ENUM:
    case TACTUS_MEMBER_LETTER:
    case TACTUS_MEMBER_BITS:
    case TACTUS_MEMBER_AGO:
      return 4;
    case TACTUS_MEMBER_U64:
    case TACTUS_MEMBER_I64:
    case TACTUS_MEMBER_REAL:
    case TACTUS_MEMBER_TIME:
      return 8;
    case TACTUS_MEMBER_ADDRESS:
      return sizeof(tactus_address);
    case TACTUS_MEMBER_SUBNET:
      return sizeof(tactus_subnet);
    case TACTUS_MEMBER_TEXT:
      return 0;
    default:
      return -1;
  }
}

bool member_is_valid(const tactus_member& member, std::uint32_t whole) noexcept {
  if (member.name == nullptr || member.unit == nullptr || member.doc == nullptr) return false;
  if (member.choice_count > 0 && member.choices == nullptr) return false;
  const int size = kind_size(member.kind);
  if (size < 0 || (size > 0 && member.size != static_cast<std::uint32_t>(size)) || member.size == 0) return false;
  return member.offset <= whole && member.size <= whole - member.offset;
}

// The table of members of a structure of `whole` bytes: nullptr when it is sound, else what is wrong.
const char* members_problem(const tactus_member* members, std::uint32_t count, std::uint32_t whole) noexcept {
  if (count == 0) return nullptr;
  if (members == nullptr) return "has no table of members";
  if (count > registry_member_limit) return "has too many members";
  if (members->struct_size < member_size_1_0) return "has members of a size that no ABI has";
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_member* member = TACTUS_AT(tactus_member, members, i);
    if (member->struct_size != members->struct_size) return "has members of different sizes";
    if (!member_is_valid(*member, whole)) return "has a member that is incomplete or outside its structure";
  }
  return nullptr;
}

template <class List>
auto* find(List& list, std::string_view name) noexcept {
  const auto at = std::find_if(list.begin(), list.end(), [&](const auto& entry) { return name == entry.item->name; });
  return at == list.end() ? nullptr : &*at;
}

// The index-th name of the list; a name that several owners offer counts once. One pass: endpoints walk all names.
template <class List>
auto nth(const List& list, std::uint32_t index) noexcept -> decltype(list.front().item) {
  for (const auto& entry : list) {
    if (entry.first && index-- == 0) return entry.item;
  }
  return nullptr;
}

template <class Item>
Result<void> check_head(const Item* item, const char* what, std::uint32_t size_1_0) {
  if (item == nullptr) return error_status(TACTUS_E_INVALID, "a {} without description", what);
  if (item->struct_size < size_1_0) return error_status(TACTUS_E_INVALID, "a {} of a size that no ABI has", what);
  if (!name_is_valid(item->name)) return error_status(TACTUS_E_INVALID, "a {} without a proper name", what);
  if (item->access < TACTUS_ACCESS_MONITOR || item->access > TACTUS_ACCESS_CONTROL) {
    return error_status(TACTUS_E_INVALID, "the {} '{}' states no access", what, item->name);
  }
  return {};
}

}  // namespace

void put_error(tactus_error* error, std::string_view text) noexcept {
  if (error == nullptr || error->struct_size <= offsetof(tactus_error, text)) return;
  const std::size_t room = std::min<std::size_t>(error->struct_size - offsetof(tactus_error, text), sizeof error->text);
  const std::size_t length = std::min(text.size(), room - 1);
  std::memcpy(error->text, text.data(), length);
  error->text[length] = '\0';
}

Result<void> Registry::add_report(OwnerId owner, const tactus_report* report, void* user) {
  if (auto head = check_head(report, "report", sizeof(tactus_report)); !head) return head;
  if (report->read == nullptr || report->row_size < sizeof(std::uint32_t) || report->row_size > registry_struct_limit) {
    return error_status(TACTUS_E_INVALID, "the report '{}' cannot be read", report->name);
  }
  if (const char* problem = members_problem(report->members, report->member_count, report->row_size)) {
    return error_status(TACTUS_E_INVALID, "the report '{}' {}", report->name, problem);
  }
  if (find(reports_, report->name) != nullptr) {
    return error_status(TACTUS_E_EXISTS, "the report '{}' is there already", report->name);
  }
  reports_.push_back({owner, report, user, true});
  return {};
}

Result<void> Registry::add_command(OwnerId owner, const tactus_command* command, void* user) {
  if (auto head = check_head(command, "command", sizeof(tactus_command)); !head) return head;
  const bool size_ok = command->args_size == 0 ||
                       (command->args_size >= sizeof(std::uint32_t) && command->args_size <= registry_struct_limit);
  if (command->run == nullptr || !size_ok) {
    return error_status(TACTUS_E_INVALID, "the command '{}' cannot be run", command->name);
  }
  if (const char* problem = members_problem(command->members, command->member_count, command->args_size)) {
    return error_status(TACTUS_E_INVALID, "the command '{}' {}", command->name, problem);
  }
  for (const auto& entry : commands_) {
    if (std::strcmp(entry.item->name, command->name) != 0) continue;
    if (entry.owner == owner) return error_status(TACTUS_E_EXISTS, "the command '{}' is there already", command->name);
    if ((entry.item->args_size == 0) != (command->args_size == 0)) {
      return error_status(TACTUS_E_INVALID, "the command '{}' has other arguments elsewhere", command->name);
    }
  }
  commands_.push_back({owner, command, user, find(commands_, command->name) == nullptr});
  return {};
}

void Registry::remove_owner(OwnerId owner) {
  reports_.remove_if([owner](const auto& entry) { return entry.owner == owner; });
  commands_.remove_if([owner](const auto& entry) { return entry.owner == owner; });
  for (auto& entry : commands_) entry.first = find(commands_, entry.item->name) == &entry;
}

tactus_status Registry::read(std::string_view name, std::uint32_t access, const tactus_query* query,
                             tactus_row_sink sink, void* sink_user) {
  if (sink == nullptr) return TACTUS_E_INVALID;
  const auto* found = find(reports_, name);
  if (found == nullptr) return TACTUS_E_NOT_FOUND;
  if (access < found->item->access) return TACTUS_E_DENIED;
  tactus_query all{};
  all.struct_size = sizeof all;
  const auto entry = *found;  // the list may change below
  try {
    return entry.item->read(entry.user, query != nullptr ? query : &all, sink, sink_user);
  } catch (...) {
    return TACTUS_E_INTERNAL;
  }
}

namespace {

// One owner's command, its arguments extended with zeros when the asker's are shorter.
tactus_status run_one(const tactus_command& command, void* user, const void* args, std::uint32_t args_size,
                      void* result, tactus_error* error) {
  try {
    if (command.args_size == 0) return command.run(user, nullptr, result, error);
    if (args_size >= command.args_size) return command.run(user, args, result, error);
    std::vector<std::uint64_t> extended((command.args_size + 7) / 8, 0);  // aligned for any member
    std::memcpy(extended.data(), args, args_size);
    return command.run(user, extended.data(), result, error);
  } catch (const std::exception& failure) {
    put_error(error, failure.what());
    return TACTUS_E_INTERNAL;
  } catch (...) {
    return TACTUS_E_INTERNAL;
  }
}

bool args_are_sound(const void* args, std::uint32_t args_size) {
  std::uint32_t stated = 0;
  if (args == nullptr || args_size < sizeof stated) return false;
  std::memcpy(&stated, args, sizeof stated);
  return stated >= sizeof stated && stated <= args_size;
}

}  // namespace

tactus_status Registry::run(std::string_view name, std::uint32_t access, const void* args, std::uint32_t args_size,
                            void* result, tactus_error* error) {
  put_error(error, "");
  std::vector<Entry<tactus_command>> offers;  // copies: a command may change the list
  for (const auto& entry : commands_) {
    if (name != entry.item->name) continue;
    if (access < entry.item->access) return TACTUS_E_DENIED;
    offers.push_back(entry);
  }
  if (offers.empty()) return TACTUS_E_NOT_FOUND;
  const bool for_all = offers.front().item->args_size == 0;
  if (!for_all && !args_are_sound(args, args_size)) return TACTUS_E_INVALID;
  tactus_status answer = for_all ? TACTUS_OK : TACTUS_E_NOT_FOUND;
  for (const auto& offer : offers) {
    const tactus_status status = run_one(*offer.item, offer.user, args, args_size, result, error);
    if (!for_all && status != TACTUS_E_NOT_FOUND) return status;
    if (for_all && answer == TACTUS_OK) answer = status;
  }
  return answer;
}

const tactus_report* Registry::find_report(std::string_view name) const noexcept {
  const auto* found = find(reports_, name);
  return found == nullptr ? nullptr : found->item;
}

const tactus_command* Registry::find_command(std::string_view name) const noexcept {
  const auto* found = find(commands_, name);
  return found == nullptr ? nullptr : found->item;
}

const tactus_report* Registry::report_at(std::uint32_t index) const noexcept { return nth(reports_, index); }
const tactus_command* Registry::command_at(std::uint32_t index) const noexcept { return nth(commands_, index); }

}  // namespace tactus
