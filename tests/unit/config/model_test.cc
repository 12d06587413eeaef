// SPDX-License-Identifier: Apache-2.0
// Rules for repeated directives, typed getters, defaults and origins (configuration specification, section 1.4).
#include <gtest/gtest.h>

#include "support.hpp"

namespace tactus::config {
namespace {

std::vector<std::string> lines_of(const std::vector<const tactus_record*>& records) {
  std::vector<std::string> out;
  for (const tactus_record* record : records) out.push_back(to_chrony_line(*record));
  return out;
}

TEST(Model, the_last_line_counts) {
  World world;
  ASSERT_TRUE(world.read("maxslewrate 1\nport 5\nmaxslewrate 2.5\nlocal stratum 5 orphan\nlocal distance 2\n"));
  EXPECT_DOUBLE_EQ(world.model.get_real("maxslewrate"), 2.5);
  EXPECT_EQ(world.model.get_integer("port"), 5);
  EXPECT_EQ(world.model.get_integer("local", "stratum"), 10);
  EXPECT_FALSE(world.model.get_flag("local", "orphan"));
  EXPECT_DOUBLE_EQ(world.model.get_real("local", "distance"), 2);
  EXPECT_EQ(world.model.all("maxslewrate").size(), 2U);
  EXPECT_EQ(origin(*world.model.last("maxslewrate")), "test.conf:3");
}

TEST(Model, options_of_rate_limits_and_driftfile_add_up) {
  World world;
  ASSERT_TRUE(world.read("ratelimit interval 1 burst 2\nratelimit burst 4\ndriftfile /a interval 60\ndriftfile /b\n"));
  EXPECT_EQ(lines_of(world.model.effective("ratelimit")), std::vector<std::string>{"ratelimit interval 1 burst 4"});
  EXPECT_EQ(world.model.get_integer("ratelimit", "leak"), 2);
  EXPECT_EQ(world.model.get_text("driftfile"), "/b");
  EXPECT_EQ(world.model.get_integer("driftfile", "interval"), 60);
}

TEST(Model, one_address_per_family_counts) {
  World world;
  ASSERT_TRUE(
      world.read("bindcmdaddress 127.0.0.1\nbindcmdaddress /a\nbindcmdaddress ::1\nbindcmdaddress 127.0.0.2\n"
                 "bindcmdaddress /\n"));
  EXPECT_EQ(lines_of(world.model.effective("bindcmdaddress")),
            (std::vector<std::string>{"bindcmdaddress ::1", "bindcmdaddress 127.0.0.2", "bindcmdaddress /"}));
}

TEST(Model, what_accumulates_keeps_its_order) {
  World world;
  ASSERT_TRUE(world.read("allow 10/8\nserver a\ndeny 10.1/16\nratelimit\nallow\nport 1\nratelimit burst 3\nport 2\n"));
  EXPECT_EQ(
      lines_of(world.model.effective_of("ntp")),
      (std::vector<std::string>{"allow 10/8", "server a", "deny 10.1/16", "allow", "ratelimit burst 3", "port 2"}));
  EXPECT_EQ(world.model.get_words("log").size(), 0U);
}

TEST(Model, lists_replace_or_accumulate) {
  World world;
  ASSERT_TRUE(world.read("log tracking\nlog statistics tracking\nopencommands sources\nopencommands\n"));
  EXPECT_EQ(world.model.get_words("log"), (std::vector<std::string>{"tracking", "statistics", "tracking"}));
  EXPECT_TRUE(world.model.get_words("opencommands").empty());
  EXPECT_TRUE(world.model.given("opencommands"));
  EXPECT_EQ(World{}.model.get_words("opencommands").size(), 8U);  // the default
}

TEST(Model, defaults_are_those_of_the_declarations) {
  const World world;
  EXPECT_DOUBLE_EQ(world.model.get_real("maxdistance"), 3.0);
  EXPECT_DOUBLE_EQ(world.model.get_real("maxslewrate"), 1e6 / 12);
  EXPECT_EQ(world.model.get_integer("cmdport"), 323);
  EXPECT_EQ(world.model.get_integer("authselectmode"), 2);
  EXPECT_EQ(world.model.get_text("authselectmode"), "mix");
  EXPECT_EQ(world.model.get_integer("acquisitionport", "", -1), -1);
  EXPECT_EQ(world.model.get_text("pidfile", "", "none"), "none");
  EXPECT_EQ(world.model.get_integer("driftfile", "interval"), 3600);
  EXPECT_FALSE(world.model.get_flag("rtcsync"));
  EXPECT_FALSE(world.model.given("maxdistance"));
  EXPECT_EQ(world.model.value("makestep"), nullptr);
}

TEST(Model, an_alias_is_its_directive) {
  World world;
  ASSERT_TRUE(world.read("NTScacheDir /a\n"));
  EXPECT_EQ(world.model.get_text("ntsdumpdir"), "/a");
  EXPECT_EQ(world.model.get_text("ntscachedir"), "/a");
}

TEST(Values, are_what_the_line_says) {
  World world;
  ASSERT_TRUE(
      world.read("server a minpoll -3 maxpoll +7 key -1 extfield f323 extfield 0xF324 maxdelay 5000\n"
                 "refclock PPS /dev/pps0:clear refid GPS1 lock G\nbroadcast 60x 192.0.2.1\n"
                 "clientloglimit -1\nallow all 10.1/12\nserver b ipv4 ipv6\nmakestep 1.5 3.9\n"));
  const auto value = [&](std::size_t record, const char* field) {
    const tactus_record& found = *world.model.records()[record];
    return found.values[field_index(*found.directive, field)];
  };
  EXPECT_EQ(value(0, "minpoll").integer, -3);
  EXPECT_EQ(value(0, "maxpoll").integer, 7);
  EXPECT_EQ(value(0, "key").integer, 4294967295);
  EXPECT_EQ(value(0, "extfield").count, 2U);
  EXPECT_STREQ(value(0, "extfield").words[1], "0xF324");
  EXPECT_DOUBLE_EQ(value(0, "maxdelay").real, 1000);
  EXPECT_EQ(value(0, "port").integer, 123);
  EXPECT_EQ(value(0, "port").present, 0U);
  EXPECT_STREQ(value(1, "parameter").text, "/dev/pps0");
  EXPECT_STREQ(value(1, "driveroptions").text, "clear");
  EXPECT_EQ(value(1, "refid").integer, 0x47505331);
  EXPECT_EQ(value(1, "lock").integer, 0x47000000);
  EXPECT_EQ(value(2, "interval").integer, 60);
  EXPECT_EQ(value(2, "port").integer, 123);
  EXPECT_EQ(value(3, "clientloglimit").integer, std::int64_t{1} << 53);
  EXPECT_EQ(value(4, "subnet").integer, 1);
  EXPECT_EQ(value(4, "subnet").subnet.prefix, 12U);
  EXPECT_EQ(value(4, "subnet").subnet.address.bytes[1], 1);
  EXPECT_EQ(value(5, "ipv4").integer, 0);
  EXPECT_EQ(value(5, "ipv6").integer, 1);
  EXPECT_EQ(value(6, "limit").integer, 3);
}

}  // namespace
}  // namespace tactus::config
