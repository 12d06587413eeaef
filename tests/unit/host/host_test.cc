// SPDX-License-Identifier: Apache-2.0
// The host: life of instances, every service, what is released, what is loaded for which configuration.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include <tactus/reports.h>

#include "host/activation.hpp"
#include "host/crash_guard.hpp"
#include "world.hpp"

namespace tactus {
namespace {

using test::World;
using Lines = std::vector<std::string>;

struct Row {
  std::uint32_t struct_size;
  std::uint32_t ticks;
};

TEST(PluginHost, a_keyword_of_a_plugin_brings_the_plugin_in) {
  World world;
  EXPECT_EQ(world.read("exercise one\n"), "");
  EXPECT_TRUE(world.host->loader().is_loaded("exercise"));
  EXPECT_EQ(world.model.all("exercise").size(), 1u);
  EXPECT_NE(world.read("exercisee one\n"), "") << "there is no such plugin";
}

TEST(PluginHost, a_plugin_that_cannot_be_loaded_is_told_with_the_keyword) {
  World world;
  EXPECT_NE(world.read("keyfile /etc/keys\n"), "");
  EXPECT_TRUE(
      world.logged(fmt::format("Could not load plugin symkey: there is no symkey.so in {} or {} "
                               "(install the package tactus)",
                               HOST_PLUGINS, ABI_PLUGINS)));
  EXPECT_NE(world.read("wrong_major 1\n"), "");
  EXPECT_EQ(world.log.size(), 2u);
  EXPECT_NE(world.log.back().find("is built for plugin ABI 2.0"), std::string::npos) << world.log.back();
}

TEST(PluginHost, an_instance_lives_from_create_to_destroy_and_every_service_answers) {
  const std::string path = ::testing::TempDir() + "tactus-host-state";
  World world;
  ASSERT_EQ(world.read(fmt::format("exercise one\nexercise {}\n", path)), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  EXPECT_EQ(world.said("source "),
            (Lines{"created with 2 records", "source 0", "file 0 0 'state' -4", "config 1", "random 1",
                   "reference leap 3 stratum 16 refid 77", "reading -6", "statlog -12"}));
  ASSERT_TRUE(world.host->start_all().ok());
  EXPECT_TRUE(world.logged("source started, transport 0"));
  EXPECT_TRUE(world.logged("source absent transport -2"));
  EXPECT_TRUE(world.logged("pipe started")) << "made while another started, it is started at once";
  EXPECT_EQ(world.host->instances(), (Lines{"exercise_clock", "exercise", "exercise_pipe"}));
  world.run(0.5);
  EXPECT_TRUE(world.logged("source read 'x' on events 1"));
  EXPECT_TRUE(world.logged("source name answered 0 with 1, first byte 192"));
  world.run(2.6);
  EXPECT_TRUE(world.logged("source tick"));
  EXPECT_TRUE(world.logged("Internal error in plugin exercise : thrown by a timer"));
  world.clock->adjust(0.0, 0.25, 0.0);
  EXPECT_TRUE(world.logged("source clock changed, kind 0 by 0.250"));
  world.log.clear();
  world.host->destroy_all();
  EXPECT_EQ(world.log, (Lines{"pipe destroyed", "source destroyed", "clock destroyed"}));
  ::unlink(path.c_str());
}

TEST(PluginHost, nothing_is_left_of_an_instance_that_gave_nothing_back) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  ASSERT_TRUE(world.host->start_all().ok());
  EXPECT_EQ(world.discipline->source_count(), 1u);
  EXPECT_NE(world.registry.find_report("exercise"), nullptr);
  world.host->destroy_all();
  EXPECT_EQ(world.discipline->source_count(), 0u);
  EXPECT_EQ(world.registry.find_report("exercise"), nullptr);
  EXPECT_EQ(world.registry.find_command("exercise_fatal"), nullptr);
  world.log.clear();
  world.run(5.0);  // timers, watches and names would call into freed memory
  EXPECT_EQ(world.log, Lines{});
}

TEST(PluginHost, samples_reach_the_discipline_and_its_reports) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  EXPECT_EQ(world.registry.run("exercise_sample", TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, nullptr), TACTUS_OK);
  EXPECT_TRUE(world.logged("source sample 0, accumulated 1, held 1"));
  tactus_source_row row{};
  row.struct_size = sizeof row;
  ASSERT_TRUE(world.discipline->source_row(0, row));
  EXPECT_EQ(row.poll_log2_s, 5) << "the association describes itself";
  EXPECT_EQ(row.reach, 1u);
  EXPECT_EQ(row.stratum, 2u);
}

TEST(PluginHost, lines_are_parsed_while_running_and_sources_handed_over) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  ASSERT_TRUE(world.host->start_all().ok());
  tactus_error error{sizeof(tactus_error), 0, {}};
  EXPECT_NE(world.registry.run("exercise_parse", TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, &error), TACTUS_OK);
  EXPECT_TRUE(world.logged("source parsed 'fresh'"));
  EXPECT_NE(std::string(error.text).find("exercise"), std::string::npos) << error.text;
  const auto fresh = config::parse_line(world.declarations, "exercise later");
  const auto twice = config::parse_line(world.declarations, "exercise twice");
  const auto core = config::parse_line(world.declarations, "logbanner 7");
  ASSERT_TRUE(fresh.ok() && twice.ok() && core.ok());
  EXPECT_TRUE(world.host->add_source((*fresh)->get()).ok());
  EXPECT_TRUE(world.logged("source added 'later'"));
  const auto refused = world.host->add_source((*twice)->get());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().status, TACTUS_E_EXISTS);
  EXPECT_EQ(refused.failure().text, "Already in use");
  EXPECT_EQ(world.host->add_source((*core)->get()).failure().status, TACTUS_E_UNSUPPORTED);
  EXPECT_EQ(world.host->remove_source((*fresh)->get()).failure().status, TACTUS_E_UNSUPPORTED);
}

TEST(PluginHost, refusals_are_counted_under_the_name_of_the_instance) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  Lines rows;
  world.host->each_drop([&](std::string_view stage, std::string_view reason, std::uint64_t count) {
    rows.push_back(fmt::format("{} {} {}", stage, reason, count));
  });
  EXPECT_EQ(rows, (Lines{"exercise.packets malformed 4", "exercise.other malformed 1"}));
}

TEST(PluginHost, a_fatal_message_ends_the_loop_with_status_1) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  EXPECT_EQ(world.registry.run("exercise_fatal", TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, nullptr), TACTUS_OK);
  EXPECT_EQ(world.fatals, 1);
  EXPECT_TRUE(world.loop.stopping());
  EXPECT_EQ(world.loop.run(), 1);
}

TEST(PluginHost, a_failing_create_says_why_and_leaves_nothing) {
  World world;
  ASSERT_EQ(world.read("exercise fail\n"), "");
  world.attach_clock();
  const auto created = world.host->create_all();
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.failure().text, "the configuration told it to fail");
  EXPECT_EQ(created.failure().status, TACTUS_E_UNSUPPORTED);
  EXPECT_EQ(world.host->instances(), (Lines{"exercise_clock"}));
  world.run(2.0);
}

TEST(PluginHost, an_exception_of_create_does_not_cross) {
  World world;
  ASSERT_EQ(world.read("exercise throw\n"), "");
  world.attach_clock();
  const auto created = world.host->create_all();
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.failure().status, TACTUS_E_INTERNAL);
  EXPECT_TRUE(world.logged("Internal error in plugin exercise : thrown by create"));
}

TEST(PluginHost, says_what_the_sandbox_has_to_leave_for_those_in_use) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  EXPECT_EQ(world.host->needs(), 0u) << "loaded for its declarations only";
  world.attach_clock();
  EXPECT_EQ(world.host->needs(), TACTUS_NEEDS_NET);
  EXPECT_EQ(world.host->paths(), (Lines{"/var/lib/exercise"}));
}

TEST(PluginHost, loads_nothing_more_once_it_is_sealed) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  world.host->seal();
  EXPECT_TRUE(world.host->declare("exercise").ok()) << "it was there before";
  const auto declared = world.host->declare("ntp");
  ASSERT_FALSE(declared.ok());
  EXPECT_EQ(declared.failure().status, TACTUS_E_DENIED);
  EXPECT_TRUE(declared.failure().text.starts_with("Could not load plugin ntp: the system call filter is on"))
      << declared.failure().text;
}

TEST(PluginHost, the_default_endpoint_may_be_missing_one_that_was_asked_for_may_not) {
  World world;
  ASSERT_EQ(world.read("exercise one\n"), "");
  world.attach_clock();
  EXPECT_TRUE(world.host->create_all().ok());
  EXPECT_TRUE(
      world.logged(fmt::format("Could not load plugin cmdmon: there is no cmdmon.so in {} or {} "
                               "(install the package tactus)",
                               HOST_PLUGINS, ABI_PLUGINS)));
  World strict;
  ASSERT_EQ(strict.read("loadplugin cmdmon\n"), "");
  strict.attach_clock();
  EXPECT_FALSE(strict.host->create_all().ok());
}

TEST(PluginHost, loadplugin_makes_the_directives_of_a_plugin_known) {
  World world;
  EXPECT_NE(world.read("exercise_end x\n"), "");
  EXPECT_EQ(world.read("loadplugin exercise\nexercise_end x\n"), "");
}

// ---- reference clocks

struct Port final : RefclockPort {
  explicit Port(std::vector<std::string>& events) : events_(events) {}
  tactus_status reading(const tactus_reading& reading) override {
    events_.push_back(fmt::format("reading {} {}", reading.raw_ns, reading.offset_s));
    return TACTUS_OK;
  }
  tactus_status pulse(const tactus_pulse&) override { return TACTUS_E_INVALID; }
  void present(bool present, std::string_view why) override { events_.push_back(fmt::format("{} {}", present, why)); }
  void driver_created(std::uint32_t, std::function<void()> poll) override {
    events_.emplace_back("created");
    poll_ = std::move(poll);
  }
  Result<void> start() override {
    events_.emplace_back("start");
    if (poll_) poll_();
    return {};
  }
  std::vector<std::string>& events_;
  std::function<void()> poll_;
};

TEST(PluginHost, the_oldest_driver_gives_readings_to_its_port) {
  World world;
  Lines events;
  world.make_refclock = [&](std::string_view name, const tactus_record&) -> Result<std::unique_ptr<RefclockPort>> {
    events.emplace_back(name);
    return std::unique_ptr<RefclockPort>{std::make_unique<Port>(events)};
  };
  ASSERT_EQ(world.read("refclock OLDEST 0 refid OLD\nexercise one\n"), "");
  world.attach_clock();
  ASSERT_TRUE(world.host->create_all().ok());
  EXPECT_EQ(world.host->instances(), (Lines{"exercise_clock", "oldest.OLD", "exercise"}));
  ASSERT_TRUE(world.host->start_all().ok());
  EXPECT_EQ(events, (Lines{"oldest", "created", "start", "reading 1000 0.25"}));
  EXPECT_TRUE(world.logged("oldest plugin created"));
  world.run(3.5);
  Lines rows;
  world.host->each_drop([&](std::string_view stage, std::string_view, std::uint64_t count) {
    rows.push_back(fmt::format("{} {}", stage, count));
  });
  EXPECT_EQ(rows.front(), "oldest.OLD.oldest 3");
}

TEST(PluginHost, an_unknown_driver_has_chronys_message_and_the_reason) {
  World world;
  ASSERT_EQ(world.read("refclock GPSDO /dev/x\nexercise one\n"), "");
  EXPECT_FALSE(world.host->has_driver("GPSDO"));
  EXPECT_TRUE(world.host->has_driver("GOOD"));
  world.attach_clock();
  const auto created = world.host->create_all();
  ASSERT_FALSE(created.ok());
  EXPECT_TRUE(
      created.failure().text.starts_with("unknown refclock driver GPSDO (Could not load plugin gpsdo: there is no"))
      << created.failure().text;
}

#if !defined(__SANITIZE_ADDRESS__)
TEST(PluginHostDeathTest, a_crash_in_create_or_start_names_the_plugin) {
  const auto run = [](const char* line) {
    World world;
    world.read(line);
    world.read("exercise_end x\n");
    world.attach_clock();
    world.make_refclock = [](std::string_view, const tactus_record&) -> Result<std::unique_ptr<RefclockPort>> {
      static std::vector<std::string> events;
      return std::unique_ptr<RefclockPort>{std::make_unique<Port>(events)};
    };
    ASSERT_TRUE(world.host->create_all().ok());
    ASSERT_TRUE(world.host->start_all().ok());
  };
  EXPECT_EXIT(run("refclock CRASH_CREATE 0\n"), ::testing::KilledBySignal(SIGSEGV),
              "^Fatal error : Plugin crash_create crashed in create \\(signal 11\\)\n$");
  EXPECT_EXIT(run("refclock ABORT_START 0\n"), ::testing::KilledBySignal(SIGABRT),
              "^Fatal error : Plugin abort_start crashed in start \\(signal 06\\)\n$");
}
#endif

// ---- activation

Lines wanted(World& world, std::uint32_t flags = 0) {
  Lines out;
  for (const Wanted& one : wanted_providers(world.model, flags, world.host->loader().loaded())) out.push_back(one.name);
  return out;
}

TEST(Activation, nothing_is_wanted_that_nothing_asks_for) {
  World world;
  ASSERT_EQ(world.read("makestep 1 3\nlogbanner 5\n"), "");
  EXPECT_EQ(wanted(world), (Lines{"cmdmon"}));
  EXPECT_EQ(wanted(world, TACTUS_RUN_NO_SERVER), Lines{});
  EXPECT_TRUE(world.host->loader().loaded().empty());
}

TEST(Activation, providers_of_a_plugin_are_wanted_by_their_own_directives) {
  World world;
  ASSERT_EQ(world.read("exercise one\ndisableplugin cmdmon\n"), "");
  EXPECT_EQ(wanted(world), (Lines{"exercise"}));
  ASSERT_EQ(world.read("exercise_end two\n"), "");
  EXPECT_EQ(wanted(world), (Lines{"exercise", "exercise_end"}));
  EXPECT_EQ(wanted(world, TACTUS_RUN_NO_SERVER), (Lines{"exercise"}));
}

TEST(Activation, loadplugin_asks_for_all_sources_and_endpoints_of_a_plugin) {
  World world;
  ASSERT_EQ(world.read("loadplugin exercise\ndisableplugin cmdmon\n"), "");
  world.attach_clock();
  EXPECT_EQ(wanted(world), (Lines{"exercise", "exercise_end"}));
}

}  // namespace
}  // namespace tactus
