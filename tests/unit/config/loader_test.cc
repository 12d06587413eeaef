// SPDX-License-Identifier: Apache-2.0
// Errors, hints, plugins that are loaded while reading, source directories, and lines that come at run time.
#include <gtest/gtest.h>

#include <tactus/sdk/options.hpp>

#include "config/catalogue.hpp"
#include "config/checks.hpp"
#include "support.hpp"

namespace tactus::config {
namespace {

TEST(Loader, chronys_text_comes_first_and_the_hint_apart) {
  World world;
  EXPECT_FALSE(world.read("servr a\nserver a ibrust\nport 1 # x\nlog traking\n", "/etc/x.conf"));
  ASSERT_EQ(world.problems.size(), 4U);
  EXPECT_EQ(world.problems[0].text, "Invalid directive servr at line 1 in file /etc/x.conf");
  EXPECT_EQ(world.problems[0].hint, "did you mean 'server'?");
  EXPECT_EQ(world.problems[1].text, "Invalid option in server directive at line 2 in file /etc/x.conf");
  EXPECT_EQ(world.problems[1].hint, "did you mean 'iburst'?");
  EXPECT_EQ(world.problems[2].hint, "a comment needs a line of its own");
  EXPECT_EQ(world.problems[3].hint, "did you mean 'tracking'?");
}

TEST(Loader, the_first_error_ends_it_when_asked) {
  World world;
  LoadOptions options = world.options();
  options.stop_at_first = true;
  Loader loader{world.declarations, world.model, options};
  EXPECT_FALSE(loader.read_text("port 1\nbad\nport 2\nworse\n", "f"));
  EXPECT_EQ(loader.problems().size(), 1U);
  EXPECT_EQ(world.model.get_integer("port"), 1);
}

TEST(Loader, a_directive_makes_the_host_load_its_plugin) {
  Declarations declarations;
  Model model{&declarations};
  LoadOptions options;
  std::vector<std::string> loaded;
  options.on_unknown = [&](std::string_view, const CatalogueEntry* entry) {
    if (entry == nullptr) return false;
    loaded.emplace_back(entry->plugin);
    for (const PluginTable& table : plugin_tables()) {
      if (table.owner == entry->plugin) add_plugin(declarations, table);
    }
    return true;
  };
  Loader loader{declarations, model, options};
  EXPECT_TRUE(loader.read_text("Pool a\nallow\ncmdport 0\nkeyfile /k\nserver b\ncmdallow\nrtcsync\n", "f"));
  EXPECT_EQ(loaded, (std::vector<std::string>{"ntp", "cmdmon", "symkey"}));
  EXPECT_EQ(declarations.owner(declarations.find("deny")), "ntp");
}

TEST(Loader, a_plugin_that_is_not_installed_is_named_with_its_package) {
  const Declarations declarations;
  Model model{&declarations};
  Loader loader{declarations, model, {}};
  EXPECT_FALSE(loader.read_text("\nkeyfile /k\n", "f"));
  EXPECT_EQ(loader.problems()[0].text,
            "The keyfile directive needs the plugin symkey of the package tactus, which is not installed at line 2 in "
            "file f");
  Loader yaml{declarations, model, World{}.options()};
  EXPECT_FALSE(yaml.read_text("control:\n  cmdport: 1\n", "f.yaml"));
  EXPECT_NE(yaml.problems()[0].text.find("plugin cmdmon"), std::string::npos) << yaml.problems()[0].text;
}

TEST(Loader, what_has_no_effect_yet_is_said) {
  World world;
  ASSERT_TRUE(world.read("hwclockfile right/UTC\nNtsCacheDir /x\nmaxdistance 3s\nrtcsync\n"));
  ASSERT_EQ(world.warnings.size(), 3U);
  EXPECT_EQ(world.warnings[0].text,
            "hwclockfile directive is not in effect in this version at line 1 in file test.conf");
  EXPECT_EQ(world.warnings[0].line, 1U);
  EXPECT_EQ(world.warnings[1].text,
            "NtsCacheDir directive is not in effect in this version at line 2 in file test.conf");
  EXPECT_EQ(world.warnings[2].text,
            "Ignored 's' after the number in maxdistance directive at line 3 in file test.conf");
}

TEST(Loader, a_missing_main_file_is_an_error) {
  World world;
  Loader loader{world.declarations, world.model, world.options()};
  EXPECT_FALSE(loader.read_file("/nonexistent/chrony.conf"));
  EXPECT_EQ(loader.problems()[0].text, "Could not open /nonexistent/chrony.conf : No such file or directory");
}

TEST(Catalogue, knows_every_directive_of_the_plugins) {
  Declarations core;
  for (const PluginTable& table : plugin_tables()) {
    for (const tactus_directive& directive : table.directives) {
      if (std::string_view{directive.group} == "refclocks") continue;
      const CatalogueEntry* entry = catalogue_find(directive.keyword);
      ASSERT_NE(entry, nullptr) << directive.keyword;
      EXPECT_EQ(entry->plugin, table.owner) << directive.keyword;
      EXPECT_EQ(entry->group, directive.group) << directive.keyword;
      EXPECT_FALSE(package_of_plugin(entry->plugin).empty());
      EXPECT_EQ(core.find(directive.keyword), nullptr) << directive.keyword;
    }
  }
  EXPECT_EQ(package_of_plugin("nts"), "tactus-nts");
  EXPECT_EQ(plugin_of_driver("SHM"), "shm");
}

TEST(Declarations, are_complete_and_their_defaults_parse) {
  const World world;
  std::size_t names = 0;
  for (const tactus_directive* directive : world.declarations.all()) {
    SCOPED_TRACE(directive->keyword);
    EXPECT_EQ(directive->struct_size, sizeof(tactus_directive));
    EXPECT_NE(*directive->doc, '\0');
    names += directive->alias != nullptr ? 2 : 1;
    for (std::uint32_t i = 0; i < directive->field_count; ++i) {
      const tactus_field& field = field_at(*directive, i);
      EXPECT_NE(*field.doc, '\0') << field.name;
      EXPECT_LE(field.minimum, field.maximum) << field.name;
      EXPECT_EQ(field_index(*directive, field.name), i) << "declared twice: " << field.name;
    }
    EXPECT_NE(RecordBuilder(directive, "", 0).defaults(), nullptr);
  }
  // 97 names of chrony 4.8, one that came later, three of the plugins group, two of the estimators, three drivers,
  // five of the endpoints that chrony does not have.
  EXPECT_EQ(names, 97U + 1U + 3U + 2U + 3U + 5U);
}

TEST(Declarations, nobody_declares_what_is_declared) {
  Declarations declarations;
  const tactus_directive mine = *declarations.find("user");
  const auto added = declarations.add(&mine, "other");
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.failure().status, TACTUS_E_EXISTS);
}

TEST(Nearest, finds_slips_and_leaves_strangers_alone) {
  const World world;
  const auto near = [&](const char* word) { return world.declarations.nearest_keyword(word); };
  EXPECT_EQ(near("sevrer"), "server");
  EXPECT_EQ(near("Servers"), "server");
  EXPECT_EQ(near("drfitfile"), "driftfile");
  EXPECT_EQ(near("maxslewrte"), "maxslewrate");
  EXPECT_EQ(near("restrict"), "");
  EXPECT_EQ(near("tinker"), "");
  EXPECT_EQ(near(""), "");
  EXPECT_EQ(near(std::string(5000, 'x').c_str()), "");
}

TEST(SourceDirectories, bad_lines_are_skipped_with_a_warning) {
  const Folder folder;
  folder.write("s/a.sources",
               "# c\nserver 127.0.0.9\nbad line\nserver 127.0.0.10 foo\nallow 1.2.3.4\n\nPOOL b iburst\npeer cut off");
  folder.write("s/b.sources", "server only.in.b\n");
  folder.write("t/b.sources", "server hidden\n");
  folder.write("t/c.sources", "server c\n");
  folder.write("t/.d.sources", "server d\n");
  World world;
  ASSERT_TRUE(world.read("sourcedir " + folder.path("s") + " " + folder.path("t") +
                         "\nsourcedir /nonexistent\nsourcedir\n" + "sourcedir a b c d e f g h i j k\n"));
  std::vector<Problem> warnings;
  const auto records = read_source_directories(world.model, &warnings);
  std::vector<std::string> lines;
  for (const RecordPtr& record : records) lines.push_back(to_chrony_line(*record->get()));
  EXPECT_EQ(lines, (std::vector<std::string>{"server 127.0.0.9", "pool b iburst", "server only.in.b", "server c"}));
  EXPECT_EQ(warnings.size(), 5U);
  EXPECT_EQ(warnings[1].text, "Invalid option in server directive at line 4 in file " + folder.path("s/a.sources"));
}

TEST(ParseLine, gives_a_record_or_chronys_text) {
  const World world;
  const auto good = parse_line(world.declarations, " Server  192.0.2.1   iburst ");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(to_chrony_line(*(*good)->get()), "server 192.0.2.1 iburst");
  EXPECT_EQ(origin(*(*good)->get()), "control");
  for (const char* bad : {"", "foo", "server", "server a b", "linux_hz 1"}) {
    const auto result = parse_line(world.declarations, bad);
    ASSERT_FALSE(result.ok()) << bad;
    EXPECT_EQ(result.failure().status, TACTUS_E_INVALID);
  }
  EXPECT_EQ(parse_line(world.declarations, "server a x").failure().text, "Invalid option in server directive");
}

TEST(BuildRecord, checks_names_and_values) {
  const World world;
  const tactus_directive& server = *world.declarations.find("server");
  const NamedValue good[] = {{"name", "192.0.2.1"}, {"minpoll", "4"}, {"iburst", "true"}, {"offset", "-0.5"}};
  const auto record = build_record(server, good);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(to_chrony_line(*(*record)->get()), "server 192.0.2.1 minpoll 4 iburst offset -0.5");
  for (const NamedValue& bad : {NamedValue{"minpol", "4"}, NamedValue{"minpoll", "4x"}, NamedValue{"key", "0"},
                                NamedValue{"name", "a b"}, NamedValue{"iburst", "2"}, NamedValue{"name", ""}}) {
    const NamedValue values[] = {{"name", "a"}, bad};
    EXPECT_FALSE(build_record(server, values).ok()) << bad.first << "=" << bad.second;
  }
  EXPECT_FALSE(build_record(server, {}).ok());  // the name is missing
}

TEST(DriverRecord, reads_parameter_and_options) {
  World world;
  ASSERT_TRUE(
      world.read("refclock SHM 3:perm=0644:perm=0600\nrefclock SHM x\nrefclock SHM 0:foo=1\nrefclock SHM 0:PERM=1\n"
                 "refclock SHM 0:perm\nrefclock SOCK /a/b:x\n"));
  const auto record = [&](std::size_t i) { return world.model.records()[i]; };
  const tactus_directive& shm = *world.declarations.driver("SHM");
  const auto first = driver_record(*record(0), shm);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ((*first)->get()->values[0].integer, 3);
  EXPECT_STREQ((*first)->get()->values[1].text, "0644");
  const auto word = driver_record(*record(1), shm);
  ASSERT_TRUE(word.ok());
  EXPECT_EQ((*word)->get()->values[0].integer, 0);
  EXPECT_STREQ((*word)->get()->values[1].text, "0600");
  EXPECT_EQ((*word)->get()->values[1].present, 0U);
  EXPECT_EQ(driver_record(*record(2), shm).failure().text, "Invalid refclock driver option foo=1");
  EXPECT_EQ(driver_record(*record(3), shm).failure().text, "Invalid refclock driver option PERM=1");
  const auto empty = driver_record(*record(4), shm);
  ASSERT_TRUE(empty.ok());
  EXPECT_STREQ((*empty)->get()->values[1].text, "");
  EXPECT_EQ((*empty)->get()->values[1].present, 1U);
  EXPECT_EQ(driver_record(*record(5), *world.declarations.driver("sock")).failure().text,
            "Invalid refclock driver option x");
}

TEST(DriverRecord, reads_the_options_of_a_hardware_clock) {
  World world;
  ASSERT_TRUE(
      world.read("refclock PHC /dev/ptp0:nocrossts:extpps:pin=-1:channel=2x:clear poll 2\nrefclock PHC eth0:pin\n"
                 "refclock PHC /dev/ptp0:NOCROSSTS\n"));
  const auto record = [&](std::size_t i) { return world.model.records()[i]; };
  const tactus_directive& phc = *world.declarations.driver("PHC");
  const auto full = driver_record(*record(0), phc);
  ASSERT_TRUE(full.ok());
  const Record options{(*full)->get()};
  EXPECT_EQ(options.text("device"), "/dev/ptp0");
  for (const char* const flag : {"nocrossts", "extpps", "clear"}) EXPECT_TRUE(options.flag(flag)) << flag;
  EXPECT_EQ(options.integer("pin"), -1);
  EXPECT_EQ(options.integer("channel"), 2) << "read as far as it is a number";
  const auto plain = driver_record(*record(1), phc);
  ASSERT_TRUE(plain.ok());
  const Record defaults{(*plain)->get()};
  EXPECT_EQ(defaults.text("device"), "eth0") << "an interface";
  for (const char* const flag : {"nocrossts", "extpps", "clear"}) EXPECT_FALSE(defaults.flag(flag)) << flag;
  EXPECT_EQ(defaults.integer("pin", 7), 0);
  EXPECT_EQ(defaults.integer("channel", 7), 0);
  EXPECT_EQ(driver_record(*record(2), phc).failure().text, "Invalid refclock driver option NOCROSSTS");
}

TEST(Checks, unknown_drivers_and_oddities_are_named) {
  World world;
  ASSERT_TRUE(world.read("refclock FOO 0 refid AAAA\nrefclock SHM 1 refid AAAA\nserver a minpoll 100\n"));
  CheckOptions options;
  options.has_driver = [](std::string_view driver) { return driver == "SHM"; };
  const auto problems = check_configuration(world.model, options);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].text, "unknown refclock driver FOO at line 1 in file test.conf");
  const auto warnings = configuration_warnings(world.model);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].text, "Reference id AAAA is used twice, also in test.conf:1 at line 2 in file test.conf");
  EXPECT_EQ(warnings[1].text, "minpoll 100 is outside -7..24: 24 is used at line 3 in file test.conf");
}

TEST(Loader, the_estimator_is_chrony_s_unless_the_main_file_is_yaml) {
  const Folder folder;
  const auto estimator = [&](const std::string& name, const std::string& content) {
    World world;
    Model model{&world.declarations};
    Loader loader{world.declarations, model, world.options()};
    EXPECT_TRUE(loader.read_file(folder.write(name, content))) << name;
    return model.get_text("discipline");
  };
  EXPECT_EQ(estimator("plain.conf", "makestep 1 3\n"), "regression");
  EXPECT_EQ(estimator("asked.conf", "discipline adaptive\n"), "adaptive");
  EXPECT_EQ(estimator("plain.yaml", "clock:\n  makestep: {threshold: 1, limit: 3}\n"), "adaptive");
  EXPECT_EQ(estimator("asked.yaml", "clock:\n  discipline: regression\n"), "regression");
  EXPECT_EQ(estimator("outer.conf", "include " + folder.path("plain.yaml") + "\n"), "regression");
  EXPECT_EQ(estimator("outer.yaml", "include: " + folder.path("plain.conf") + "\n"), "adaptive");
}

}  // namespace
}  // namespace tactus::config
