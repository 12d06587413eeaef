// SPDX-License-Identifier: Apache-2.0
// The YAML form gives the same records as the same configuration in chrony.conf, and its errors name file, line, word
// and remedy.
#include <gtest/gtest.h>

#include "support.hpp"

namespace tactus::config {
namespace {

using Lines = std::vector<std::string>;

TEST(Yaml, says_what_chrony_conf_says) {
  World yaml;
  ASSERT_TRUE(yaml.yaml(R"(
sources:
  - pool: pool.ntp.org
    iburst: true
    maxsources: 3
  - server: time.example.net
    nts: true
    extfield: [F323, F324]
  - peer: 2001:db8::1
    key: 4294967295
    offset: -1.5e-3
  - sourcedir: [/etc/tactus/sources.d, /run/sources]
refclocks:
  - driver: shm
    unit: 2
    perm: "0644"
    refid: GPS
    poll: 3
  - driver: SOCK
    path: /run/gps.sock
    lock: GPS
    prefer: true
clock:
  driftfile: /var/lib/tactus/drift
  makestep: {threshold: 1.0, limit: 3}
  rtcsync: true
  maxslewrate: 1000
  leapsecmode: Slew
server:
  allow: [192.168.0.0/16, all 10/8]
  deny: 10.1.1.1
  bindaddress: [127.0.0.1, "::1"]
  ratelimit: {interval: 1, burst: 100}
  local: {stratum: 8, orphan: true}
  broadcast: [{interval: 60, address: 192.0.2.255}]
control:
  cmdport: 0
  bindcmdaddress: /run/tactus.sock
  cmdallow: true
  opencommands: [tracking, sources]
  varlinksocket: /run/io.tactus
  varlinkmode: "0666"
  metricsport: 9100
  metricsaddress: [192.0.2.1, "2001:db8::1"]
  metricsallow: [192.0.2.0/24]
logging:
  log: [tracking, measurements]
  logdir: /var/log/tactus
auth:
  keyfile: /etc/tactus/keys
nts:
  ntstrustedcerts: [/etc/a.pem, {set: 1, path: /etc/b.pem}]
plugins:
  directory: /usr/lib/tactus/plugins
  disable: [rtc]
  load: metrics
)")) << yaml.problems[0].text
     << yaml.problems[0].hint;

  World chrony;
  ASSERT_TRUE(chrony.read(R"(
pool pool.ntp.org iburst maxsources 3
server time.example.net nts extfield F323 extfield F324
peer 2001:db8::1 key 4294967295 offset -1.5e-3
sourcedir /etc/tactus/sources.d /run/sources
refclock shm 2:perm=0644 refid GPS poll 3
refclock SOCK /run/gps.sock lock GPS prefer
driftfile /var/lib/tactus/drift
makestep 1.0 3
rtcsync
maxslewrate 1000
leapsecmode slew
allow 192.168.0.0/16
allow all 10/8
deny 10.1.1.1
bindaddress 127.0.0.1
bindaddress ::1
ratelimit interval 1 burst 100
local stratum 8 orphan
broadcast 60 192.0.2.255
cmdport 0
bindcmdaddress /run/tactus.sock
cmdallow
opencommands tracking sources
varlinksocket /run/io.tactus
varlinkmode 0666
metricsport 9100
metricsaddress 192.0.2.1
metricsaddress 2001:db8::1
metricsallow 192.0.2.0/24
log tracking measurements
logdir /var/log/tactus
keyfile /etc/tactus/keys
ntstrustedcerts /etc/a.pem
ntstrustedcerts 1 /etc/b.pem
plugindir /usr/lib/tactus/plugins
disableplugin rtc
loadplugin metrics
)")) << chrony.problems[0].text;
  EXPECT_EQ(yaml.lines(), chrony.lines());
  EXPECT_EQ(yaml.model.get_integer("local", "stratum"), 8);
  EXPECT_EQ(yaml.model.records()[0]->line, 3U);
  EXPECT_STREQ(yaml.model.records()[0]->file, "test.yaml");
}

TEST(Yaml, false_leaves_a_switch_off) {
  World world;
  ASSERT_TRUE(
      world.yaml("clock: {rtcsync: false}\nserver: {local: no, allow: off}\nsources:\n- server: a\n  iburst: false\n"));
  EXPECT_EQ(world.lines(), Lines{"server a"});
}

TEST(Yaml, empty_files_and_groups_are_fine) {
  for (const char* text : {"", "# nothing\n", "sources:\n", "---\n", "clock: {}\n", "sources: []\n"}) {
    World world;
    EXPECT_TRUE(world.yaml(text)) << text;
    EXPECT_TRUE(world.model.records().empty());
  }
}

TEST(Yaml, quoted_switch_is_a_word) {
  World world;
  ASSERT_TRUE(world.yaml("server:\n  allow: \"10.0.0.0/8\"\n"));
  EXPECT_EQ(world.lines(), Lines{"allow 10.0.0.0/8"});
}

struct Wrong {
  const char* text;
  unsigned line;
  const char* part;  // of the text
  const char* hint;  // of the hint
};

TEST(Yaml, errors_name_line_word_and_remedy) {
  const Wrong cases[] = {
      {"source:\n- server: a\n", 1, "Unknown key source", "did you mean 'sources'?"},
      {"sources:\n- servr: a\n", 2, "Unknown key servr in the group sources", "did you mean 'server'?"},
      {"sources:\n- server: a\n  ibrust: true\n", 3, "Unknown key ibrust in server", "did you mean 'iburst'?"},
      {"sources:\n- server: a\n  minpoll: six\n", 3, "`minpoll` of server must be a whole number", ""},
      {"sources:\n- server: a\n  port: 65536\n", 3, "from 0 to 65535, not '65536'", ""},
      {"sources:\n- server: a\n  port: 123x\n", 3, "not '123x'", ""},
      {"sources:\n- server: a\n  pool: b\n", 3, "cannot be server and pool", "another item"},
      {"sources:\n- server: a b\n", 2, "not 'a b'", ""},
      {"sources:\n- a\n", 2, "An item of sources needs keys", ""},
      {"clock:\n  allow: [10/8]\n", 2, "Unknown key allow in the group clock", "it belongs in the group `server`"},
      {"clock:\n  makestep: 1\n", 2, "`makestep` needs a mapping", "threshold, limit"},
      {"clock:\n  makestep: {threshold: 1}\n", 2, "`makestep` needs `limit`", ""},
      {"clock:\n  rtcsync: 7\n", 2, "must be true or false", ""},
      {"clock:\n  maxdistance: 3\n", 2, "Unknown key maxdistance", "selection"},
      {"selection:\n  authselectmode: none\n", 2, "one of require, prefer, mix, ignore", ""},
      {"refclocks:\n- unit: 0\n", 2, "needs the key driver", ""},
      {"refclocks:\n- driver: shm\n", 2, "needs the key unit", ""},
      {"refclocks:\n- driver: shm\n  unit: 0\n  prem: 1\n", 4, "Unknown key prem", ""},
      {"refclocks:\n- driver: shm\n  unit: abc\n", 3, "`unit` of shm must be", ""},
      {"server:\n  allow: [1.2.3.4/x]\n", 2, "an address, a network", ""},
      {"clock: 5\n", 1, "needs a mapping or a list", ""},
      {"- a\n", 1, "Expected a mapping of groups", ""},
      {"clock:\n  rtcsync: true\n  rtcsync: true\n", 3, "given twice", ""},
      {"clock: &a {rtcsync: true}\nserver: *a\n", 2, "anchors and aliases", ""},
      {"clock: {rtcsync: true\n", 2, "", ""},
      {"a: b: c\n", 1, "", ""},
      {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n", 1, "nested too deeply", ""},
  };
  for (const Wrong& wrong : cases) {
    SCOPED_TRACE(wrong.text);
    World world;
    ASSERT_FALSE(world.yaml(wrong.text));
    const Problem& problem = world.problems.front();
    EXPECT_EQ(problem.line, wrong.line) << problem.text;
    EXPECT_EQ(problem.file, "test.yaml");
    EXPECT_NE(problem.text.find(wrong.part), std::string::npos) << problem.text;
    EXPECT_NE(problem.text.find(" in file test.yaml"), std::string::npos) << problem.text;
    EXPECT_NE(problem.hint.find(wrong.hint), std::string::npos) << problem.hint;
  }
}

TEST(Yaml, all_errors_of_a_file_are_reported_at_once) {
  World world;
  EXPECT_FALSE(world.yaml("sources:\n- server: a\n  x: 1\n  y: 2\n- pol: b\nclock: {rtcsync: maybe}\n"));
  EXPECT_EQ(world.problems.size(), 4U);
}

TEST(Yaml, the_formats_include_each_other) {
  const Folder folder;
  folder.write("b.conf", "port 5\ninclude " + folder.path("c.yml") + "\n");
  folder.write("c.yml", "clock: {rtcsync: true}\n");
  const std::string main = folder.write("a.yaml", "include: " + folder.path("b.conf") + "\nserver: {dscp: 46}\n");
  World world;
  Loader loader{world.declarations, world.model, world.options()};
  ASSERT_TRUE(loader.read_file(main));
  EXPECT_EQ(world.lines(), (Lines{"port 5", "rtcsync", "dscp 46", "discipline adaptive"}));
  EXPECT_EQ(origin(*world.model.records()[1]), folder.path("c.yml") + ":1");
}

TEST(Yaml, a_missing_module_is_an_error_and_not_a_crash) {
  World world;
  LoadOptions options = world.options();
  options.module_directory = "/nonexistent";
  Loader loader{world.declarations, world.model, options};
  EXPECT_FALSE(loader.read_text("clock: {}", "x.yaml"));
  EXPECT_NE(loader.problems()[0].text.find("cannot read YAML"), std::string::npos);
  EXPECT_NE(loader.problems()[0].text.find("x.yaml"), std::string::npos);
}

TEST(Yaml, printing_gives_lines_of_chrony_conf) {
  World world;
  LoadOptions options = world.options();
  Lines printed;
  options.print = [&](std::string_view line) { printed.emplace_back(line); };
  Loader loader{world.declarations, world.model, options};
  EXPECT_TRUE(loader.read_text("clock: {makestep: {limit: 3, threshold: 1}}\nserver: {allow: all}\n", "x.yaml"));
  EXPECT_EQ(printed, (Lines{"makestep 1 3", "allow all"}));
}

}  // namespace
}  // namespace tactus::config
