// SPDX-License-Identifier: Apache-2.0
// The command line as a pure function.
#include <initializer_list>

#include <gtest/gtest.h>

#include "daemon/command_line.hpp"
#include "daemon/identity.hpp"

namespace tactus {
namespace {

CommandLine parse(std::initializer_list<std::string_view> arguments) {
  return parse_command_line("chronyd", std::span<const std::string_view>(arguments.begin(), arguments.size()));
}

TEST(CommandLine, without_arguments_is_a_daemon) {
  const CommandLine line = parse({});
  EXPECT_EQ(line.action, Action::run);
  EXPECT_FALSE(line.foreground);
  EXPECT_TRUE(line.control_clock);
  EXPECT_TRUE(line.require_root);
  EXPECT_TRUE(line.open_ports);
  EXPECT_FALSE(line.config_file);
  EXPECT_FALSE(line.timeout_s);
  EXPECT_TRUE(line.directives.empty());
}

TEST(CommandLine, options_can_be_joined_and_stand_behind_directives) {
  const CommandLine line = parse({"-xd", "port 0", "-f/etc/a", "-t5", "", "-f", "/etc/b"});
  EXPECT_FALSE(line.control_clock);
  EXPECT_TRUE(line.log_to_stderr);
  EXPECT_EQ(line.config_file, "/etc/b");
  EXPECT_EQ(line.timeout_s, 5);
  EXPECT_EQ(line.directives, (std::vector<std::string>{"port 0", ""}));
}

TEST(CommandLine, two_dashes_end_the_options) {
  const CommandLine line = parse({"-x", "--", "-f", "--", "-Z"});
  EXPECT_EQ(line.action, Action::run);
  EXPECT_EQ(line.directives, (std::vector<std::string>{"-f", "--", "-Z"}));
  EXPECT_EQ(parse({"-"}).directives, std::vector<std::string>{"-"});
}

TEST(CommandLine, long_options_are_found_anywhere_and_first) {
  EXPECT_EQ(parse({"-Z", "--help"}).action, Action::usage);
  EXPECT_EQ(parse({"port 0", "--version"}).action, Action::version);
  EXPECT_EQ(parse({"--", "--version"}).action, Action::version);
  EXPECT_EQ(parse({"-xv"}).action, Action::version);
  EXPECT_EQ(parse({"-h", "-Z"}).action, Action::usage);
}

TEST(CommandLine, complaints_are_those_of_getopt) {
  EXPECT_EQ(parse({"-xZ"}).complaint, "chronyd: invalid option -- 'Z'");
  EXPECT_EQ(parse({"--foo"}).complaint, "chronyd: invalid option -- '-'");
  EXPECT_EQ(parse({"-x", "-u"}).complaint, "chronyd: option requires an argument -- 'u'");
  EXPECT_EQ(parse({"-Z"}).action, Action::usage_error);
}

TEST(CommandLine, numbers_begin_with_digits_and_fit) {
  for (const char* bad : {"x", "", "-", "+", "+-1", "99999999999"}) {
    EXPECT_EQ(parse({"-P", bad}).action, Action::fatal) << bad;
    EXPECT_EQ(parse({"-P", bad}).complaint, std::string("Invalid argument ") + bad);
  }
  EXPECT_EQ(parse({"-P", "12x"}).priority, 12);
  EXPECT_EQ(parse({"-P", " +7"}).priority, 7);
  EXPECT_EQ(parse({"-F", "-2"}).filter_level, -2);
  EXPECT_FALSE(parse({"-t", "-1"}).timeout_s);
  EXPECT_EQ(parse({"-t", "0"}).timeout_s, 0);
}

TEST(CommandLine, levels_are_clamped_and_the_order_of_p_and_L_counts) {
  EXPECT_EQ(parse({"-L", "9"}).log_level, 3);
  EXPECT_EQ(parse({"-L", "-9"}).log_level, -1);
  EXPECT_EQ(parse({"-p"}).log_level, 1);
  EXPECT_EQ(parse({"-p", "-L", "2"}).log_level, 2);
  EXPECT_EQ(parse({"-L", "2", "-p"}).log_level, 1);
  EXPECT_EQ(parse({"-d", "-d", "-L", "2"}).log_level, -1);
  EXPECT_EQ(parse({"-L", "2", "-dd"}).log_level, -1);
}

TEST(CommandLine, one_shot_modes_mix) {
  const CommandLine show = parse({"-Q"});
  EXPECT_EQ(show.mode, RunMode::show_once);
  EXPECT_FALSE(show.control_clock);
  EXPECT_FALSE(show.require_root);
  EXPECT_FALSE(show.open_ports);
  EXPECT_TRUE(show.foreground);
  const CommandLine both = parse({"-Q", "-q"});
  EXPECT_EQ(both.mode, RunMode::set_once);
  EXPECT_FALSE(both.control_clock);
  EXPECT_FALSE(both.require_root);
}

TEST(CommandLine, the_last_family_counts) {
  EXPECT_EQ(parse({"-4"}).family, 4);
  EXPECT_EQ(parse({"-4", "-6"}).family, 6);
}

TEST(Identity, depends_on_the_name) {
  const Identity own = identity_for("/usr/sbin/tactusd");
  EXPECT_FALSE(own.chrony);
  EXPECT_EQ(own.program, "tactusd");
  EXPECT_EQ(own.pid_file, "/run/tactus/tactusd.pid");
  const Identity other = identity_for("chronyd");
  EXPECT_TRUE(other.chrony);
  EXPECT_TRUE(version_text(other).starts_with("chronyd (chrony) version 4.8 (+CMDMON +REFCLOCK "));
  EXPECT_EQ(other.config_files[0], "/etc/chrony/chrony.conf");
  EXPECT_TRUE(usage_text(other, "./chronyd").starts_with("Usage: ./chronyd [OPTION]... [DIRECTIVE]...\n"));
  EXPECT_FALSE(identity_for("chronyd.real").chrony);
}

}  // namespace
}  // namespace tactus
