// SPDX-License-Identifier: Apache-2.0
// The registry: names, permissions, owners, arguments of another size, exceptions.
#include "control/registry.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <tactus/report_members.hpp>

namespace tactus {
namespace {

struct Row {
  std::uint32_t struct_size;
  std::uint32_t number;
};

constexpr tactus_member row_members[] = {
    members::described(TACTUS_MEMBER_U32, offsetof(Row, number), sizeof(Row::number), "number", "", "a number")};

tactus_status three_rows(void*, const tactus_query* query, tactus_row_sink sink, void* sink_user) {
  for (std::uint32_t i = 0; i < 3; ++i) {
    if ((query->flags & TACTUS_QUERY_INDEX) != 0 && query->index != i) continue;
    const Row row{sizeof(Row), i};
    if (const auto status = sink(sink_user, &row, sizeof row); status != TACTUS_OK) return status;
  }
  return TACTUS_OK;
}

constexpr tactus_report make_report(const char* name, std::uint32_t access = TACTUS_ACCESS_MONITOR,
                                    decltype(tactus_report::read) read = &three_rows) {
  return {sizeof(tactus_report), access, sizeof(Row), 1, name, "rows", row_members, read};
}

tactus_status collect(void* user, const void* row, std::uint32_t size) {
  EXPECT_EQ(size, sizeof(Row));
  static_cast<std::vector<std::uint32_t>*>(user)->push_back(static_cast<const Row*>(row)->number);
  return TACTUS_OK;
}
tactus_status stop_at_once(void*, const void*, std::uint32_t) { return TACTUS_E_LIMIT; }

std::vector<std::uint32_t> numbers(Registry& registry, const char* name, const tactus_query* query = nullptr) {
  std::vector<std::uint32_t> out;
  EXPECT_EQ(registry.read(name, TACTUS_ACCESS_CONTROL, query, &collect, &out), TACTUS_OK);
  return out;
}

TEST(Registry, gives_the_rows_of_a_report_by_name) {
  Registry registry;
  constexpr auto report = make_report("three");
  ASSERT_TRUE(registry.add_report(1, &report, nullptr));
  EXPECT_EQ(numbers(registry, "three"), (std::vector<std::uint32_t>{0, 1, 2}));
  tactus_query one{};
  one.struct_size = sizeof one;
  one.flags = TACTUS_QUERY_INDEX;
  one.index = 2;
  EXPECT_EQ(numbers(registry, "three", &one), (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(registry.read("thre", TACTUS_ACCESS_CONTROL, nullptr, &collect, nullptr), TACTUS_E_NOT_FOUND);
  EXPECT_EQ(registry.read("three", TACTUS_ACCESS_CONTROL, nullptr, &stop_at_once, nullptr), TACTUS_E_LIMIT);
}

TEST(Registry, refuses_who_may_not) {
  Registry registry;
  constexpr auto open = make_report("open", TACTUS_ACCESS_MONITOR);
  constexpr auto closed = make_report("closed", TACTUS_ACCESS_READ);
  ASSERT_TRUE(registry.add_report(1, &open, nullptr));
  ASSERT_TRUE(registry.add_report(1, &closed, nullptr));
  std::vector<std::uint32_t> out;
  EXPECT_EQ(registry.read("open", TACTUS_ACCESS_MONITOR, nullptr, &collect, &out), TACTUS_OK);
  EXPECT_EQ(registry.read("closed", TACTUS_ACCESS_MONITOR, nullptr, &collect, &out), TACTUS_E_DENIED);
  EXPECT_EQ(registry.read("closed", TACTUS_ACCESS_READ, nullptr, &collect, &out), TACTUS_OK);
}

TEST(Registry, forgets_what_an_owner_added_when_it_ends) {
  Registry registry;
  constexpr auto first = make_report("first");
  constexpr auto second = make_report("second");
  ASSERT_TRUE(registry.add_report(1, &first, nullptr));
  ASSERT_TRUE(registry.add_report(2, &second, nullptr));
  EXPECT_EQ(registry.report_at(1), &second);
  registry.remove_owner(1);
  EXPECT_EQ(registry.find_report("first"), nullptr);
  EXPECT_EQ(registry.report_at(0), &second);
  EXPECT_EQ(registry.report_at(1), nullptr);
}

TEST(Registry, refuses_reports_that_cannot_be_used) {
  Registry registry;
  constexpr auto sound = make_report("sound");
  ASSERT_TRUE(registry.add_report(1, &sound, nullptr));
  EXPECT_EQ(registry.add_report(2, &sound, nullptr).failure().status, TACTUS_E_EXISTS);
  const auto refused = [&](auto change) {
    tactus_report report = make_report("other");
    change(report);
    const auto added = registry.add_report(1, &report, nullptr);
    return !added.ok() && added.failure().status == TACTUS_E_INVALID;
  };
  EXPECT_TRUE(refused([](auto& r) { r.struct_size = 8; }));
  EXPECT_TRUE(refused([](auto& r) { r.name = nullptr; }));
  EXPECT_TRUE(refused([](auto& r) { r.name = "Not Good"; }));
  EXPECT_TRUE(refused([](auto& r) { r.access = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.read = nullptr; }));
  EXPECT_TRUE(refused([](auto& r) { r.members = nullptr; }));
  EXPECT_TRUE(refused([](auto& r) { r.row_size = 4; }));  // its member lies outside now
  EXPECT_TRUE(refused([](auto& r) { r.row_size = registry_struct_limit + 1; }));
  EXPECT_TRUE(refused([](auto& r) { r.member_count = registry_member_limit + 1; }));
  EXPECT_FALSE(registry.add_report(1, nullptr, nullptr).ok());
}

// ---- commands

struct Args {
  std::uint32_t struct_size;
  std::uint32_t number;
  double real;
};
constexpr tactus_member args_members[] = {
    members::described(TACTUS_MEMBER_U32, offsetof(Args, number), sizeof(Args::number), "number", "", "a number"),
    members::described(TACTUS_MEMBER_REAL, offsetof(Args, real), sizeof(Args::real), "real", "", "a number")};

// What a command saw, and what it is to answer.
struct Seen {
  int runs = 0;
  Args args{};
  tactus_status answer = TACTUS_OK;
};
tactus_status note(void* user, const void* args, void*, tactus_error* error) {
  auto& seen = *static_cast<Seen*>(user);
  ++seen.runs;
  if (args != nullptr) seen.args = *static_cast<const Args*>(args);
  if (seen.answer != TACTUS_OK) put_error(error, "it was told to fail");
  return seen.answer;
}
tactus_status throws(void*, const void*, void*, tactus_error*) { throw std::runtime_error("thrown"); }

constexpr tactus_command with_args = {
    sizeof(tactus_command), TACTUS_ACCESS_CONTROL, sizeof(Args), 2, "set", "sets", args_members, &note};
constexpr tactus_command plain = {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0, 0, "do", "does", nullptr, &note};

TEST(Registry, runs_a_command_with_its_arguments) {
  Registry registry;
  Seen seen;
  ASSERT_TRUE(registry.add_command(1, &with_args, &seen));
  const Args args{sizeof(Args), 7, 1.5};
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_READ, &args, sizeof args, nullptr, nullptr), TACTUS_E_DENIED);
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr), TACTUS_OK);
  EXPECT_EQ(seen.args.number, 7u);
  EXPECT_EQ(seen.args.real, 1.5);
  EXPECT_EQ(registry.run("unset", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr), TACTUS_E_NOT_FOUND);
}

TEST(Registry, extends_arguments_of_an_older_asker_with_zeros) {
  Registry registry;
  Seen seen;
  seen.args.real = 9.0;
  ASSERT_TRUE(registry.add_command(1, &with_args, &seen));
  const Row shorter{sizeof(Row), 3};
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, &shorter, sizeof shorter, nullptr, nullptr), TACTUS_OK);
  EXPECT_EQ(seen.args.struct_size, sizeof(Row));
  EXPECT_EQ(seen.args.number, 3u);
  EXPECT_EQ(seen.args.real, 0.0);
}

TEST(Registry, refuses_arguments_that_contradict_their_size) {
  Registry registry;
  Seen seen;
  ASSERT_TRUE(registry.add_command(1, &with_args, &seen));
  const Args lying{sizeof(Args) + 8, 1, 1.0};
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, &lying, sizeof lying, nullptr, nullptr), TACTUS_E_INVALID);
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, nullptr), TACTUS_E_INVALID);
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, &lying, 2, nullptr, nullptr), TACTUS_E_INVALID);
  EXPECT_EQ(seen.runs, 0);
}

TEST(Registry, runs_a_command_without_arguments_for_all_who_offer_it) {
  Registry registry;
  Seen first;
  Seen second;
  first.answer = TACTUS_E_SYSTEM;
  ASSERT_TRUE(registry.add_command(1, &plain, &first));
  ASSERT_TRUE(registry.add_command(2, &plain, &second));
  EXPECT_FALSE(registry.add_command(2, &plain, &second).ok());
  tactus_error error{sizeof(tactus_error), 0, {}};
  EXPECT_EQ(registry.run("do", TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, &error), TACTUS_E_SYSTEM);
  EXPECT_STREQ(error.text, "it was told to fail");
  EXPECT_EQ(first.runs, 1);
  EXPECT_EQ(second.runs, 1);
  EXPECT_EQ(registry.command_at(0), &plain);
  EXPECT_EQ(registry.command_at(1), nullptr) << "a name is listed once";
}

TEST(Registry, asks_one_owner_after_the_other_until_the_source_is_found) {
  Registry registry;
  Seen first;
  Seen second;
  first.answer = TACTUS_E_NOT_FOUND;
  ASSERT_TRUE(registry.add_command(1, &with_args, &first));
  ASSERT_TRUE(registry.add_command(2, &with_args, &second));
  const Args args{sizeof(Args), 7, 1.5};
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr), TACTUS_OK);
  EXPECT_EQ(second.args.number, 7u);
  second.answer = TACTUS_E_NOT_FOUND;
  EXPECT_EQ(registry.run("set", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr), TACTUS_E_NOT_FOUND);
}

TEST(Registry, lets_no_exception_through) {
  Registry registry;
  tactus_command command = plain;
  command.run = &throws;
  const auto report = make_report("throws", TACTUS_ACCESS_MONITOR,
                                  [](void*, const tactus_query*, tactus_row_sink, void*) -> tactus_status { throw 1; });
  ASSERT_TRUE(registry.add_command(1, &command, nullptr));
  ASSERT_TRUE(registry.add_report(1, &report, nullptr));
  tactus_error error{sizeof(tactus_error), 0, {}};
  EXPECT_EQ(registry.run("do", TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, &error), TACTUS_E_INTERNAL);
  EXPECT_STREQ(error.text, "thrown");
  EXPECT_EQ(registry.read("throws", TACTUS_ACCESS_MONITOR, nullptr, &stop_at_once, nullptr), TACTUS_E_INTERNAL);
}

TEST(Registry, error_texts_are_cut_to_the_room_of_the_asker) {
  struct {
    tactus_error error;
    char guard;
  } room{{sizeof(tactus_error), 0, {}}, '!'};
  put_error(&room.error, std::string(2000, 'x'));
  EXPECT_EQ(std::string(room.error.text).size(), sizeof room.error.text - 1);
  EXPECT_EQ(room.guard, '!');
  room.error.struct_size = offsetof(tactus_error, text) + 4;
  put_error(&room.error, "abcdef");
  EXPECT_STREQ(room.error.text, "abc");
  put_error(nullptr, "nothing happens");
}

// Each table of report_members.hpp must be one that the registry takes.
template <class Struct, std::size_t N>
void expect_sound(const tactus_member (&table)[N], const char* name) {
  Registry registry;
  const tactus_report report = {sizeof(tactus_report),
                                TACTUS_ACCESS_MONITOR,
                                sizeof(Struct),
                                members::count(table),
                                "table",
                                "",
                                table,
                                &three_rows};
  const auto added = registry.add_report(1, &report, nullptr);
  EXPECT_TRUE(added.ok()) << name << ": " << (added ? "" : added.failure().text);
  for (std::size_t i = 1; i < N; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      EXPECT_STRNE(table[i].name, table[k].name) << name;
      const bool apart =
          table[i].offset >= table[k].offset + table[k].size || table[k].offset >= table[i].offset + table[i].size;
      EXPECT_TRUE(apart) << name << ": " << table[i].name << " overlaps " << table[k].name;
    }
  }
}

TEST(ReportMembers, every_table_describes_its_structure) {
  expect_sound<tactus_tracking>(members::tracking, "tracking");
  expect_sound<tactus_source_row>(members::source_row, "sources");
  expect_sound<tactus_sourcestats_row>(members::sourcestats_row, "sourcestats");
  expect_sound<tactus_selectdata_row>(members::selectdata_row, "selectdata");
  expect_sound<tactus_activity>(members::activity, "activity");
  expect_sound<tactus_ntpdata_row>(members::ntpdata_row, "ntpdata");
  expect_sound<tactus_authdata_row>(members::authdata_row, "authdata");
  expect_sound<tactus_sourcename_row>(members::sourcename_row, "sourcename");
  expect_sound<tactus_serverstats>(members::serverstats, "serverstats");
  expect_sound<tactus_plugin_row>(members::plugin_row, "plugins");
  expect_sound<tactus_plugin_option_row>(members::plugin_option_row, "plugin_options");
  expect_sound<tactus_drop_row>(members::drop_row, "drops");
  expect_sound<tactus_smoothing>(members::smoothing, "smoothing");
  expect_sound<tactus_rtcdata>(members::rtcdata, "rtcdata");
  expect_sound<tactus_manual_row>(members::manual_row, "manual_list");
  expect_sound<tactus_client_row>(members::client_row, "clients");
  expect_sound<tactus_mask_args>(members::mask_args, "mask");
  expect_sound<tactus_burst_args>(members::burst_args, "burst");
  expect_sound<tactus_source_value_args>(members::source_value_args, "source_value");
  expect_sound<tactus_select_args>(members::select_args, "select");
  expect_sound<tactus_address_args>(members::address_args, "address");
  expect_sound<tactus_value_args>(members::value_args, "value");
  expect_sound<tactus_access_args>(members::access_args, "access");
  expect_sound<tactus_local_args>(members::local_args, "local");
  expect_sound<tactus_settime_args>(members::settime_args, "settime");
  expect_sound<tactus_add_source_args>(members::add_source_args, "add_source");
}

}  // namespace
}  // namespace tactus
