// SPDX-License-Identifier: Apache-2.0
// The table of commands and what is made from it: help, man page, completion, the list of JSON keys.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "generate.hpp"
#include "help.hpp"
#include "interactive.hpp"
#include "json_reports.hpp"

namespace tactus::cli {
namespace {

const std::string docs = std::string(TACTUS_TEST_DATA) + "/../../docs/";
constexpr const char* how = "write it anew: cmake --build --preset release --target tctl_documents";

std::string read(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::set<std::string> offered_commands() {
  std::set<std::string> out;
  for (const Command& command : commands()) {
    if (command.offer != Offer::hidden) out.emplace(command.name);
  }
  return out;
}

std::set<std::string> commands_of_help() {
  std::set<std::string> out;
  for (const HelpLine& line : help_lines()) {
    std::string words(line.usage.substr(0, line.usage.find(' ')));
    for (std::size_t bar = words.find('|'); !words.empty(); bar = words.find('|')) {
      out.insert(words.substr(0, bar));
      words.erase(0, bar == words.npos ? words.size() : bar + 1);
    }
  }
  return out;
}

}  // namespace

TEST(Documents, help_lists_every_command_and_nothing_else) { EXPECT_EQ(commands_of_help(), offered_commands()); }

TEST(Documents, what_chronyc_does_not_have_is_marked_in_both_tables) {
  for (const HelpLine& line : help_lines()) {
    const Command* command = find_command(line.usage.substr(0, line.usage.find(' ')));
    if (command == nullptr) continue;
    EXPECT_EQ(line.beyond, command->offer == Offer::beyond) << line.usage;
  }
}

TEST(Documents, the_man_page_lists_the_options_and_commands_of_the_tables) {
  const std::string page = read(docs + "man/tctl.1");
  EXPECT_EQ(man_page(page), page) << how;
  EXPECT_NE(page.find(man_options()), std::string::npos);
  EXPECT_NE(page.find(man_commands()), std::string::npos);
}

TEST(Documents, the_keys_of_json_are_those_of_the_tables) {
  EXPECT_EQ(read(docs + "tctl-json.md"), json_documentation()) << how;
}

TEST(Documents, completion_scripts_offer_every_command) {
  for (const std::string& script : {bash_completion(), zsh_completion()}) {
    for (const std::string& command : offered_commands()) EXPECT_NE(script.find(command), std::string::npos) << command;
    EXPECT_EQ(script.find("authhash"), std::string::npos);
    EXPECT_NE(script.find("--json"), std::string::npos);
  }
}

TEST(Documents, completion_of_the_interactive_mode_is_that_of_the_table) {
  for (const bool strict : {false, true}) {
    EXPECT_EQ(completions_after("sources ", strict), "-a -v");
    EXPECT_EQ(completions_after("manual ", strict), "on off delete list reset");
    EXPECT_EQ(completions_after("tracking ", strict), "");
    EXPECT_EQ(completions_after("sources -a ", strict), "");
  }
  EXPECT_NE(completions_after("", false).find("explain"), std::string::npos);
  EXPECT_EQ(completions_after("plugins ", false), "info");
}

// Client specification, section 10.
TEST(Documents, under_the_name_of_chronyc_completion_offers_what_chronyc_offers) {
  EXPECT_EQ(
      completions_after("", true),
      "accheck activity add allow authdata burst clients cmdaccheck cmdallow cmddeny cyclelogs delete deny dns dump "
      "exit help keygen local makestep manual maxdelay maxdelaydevratio maxdelayratio maxpoll maxupdateskew minpoll "
      "minstratum ntpdata offline offset online onoffline polltarget quit refresh rekey reload reselect reselectdist "
      "reset retries rtcdata selectdata selectopts serverstats settime shutdown smoothing smoothtime sourcename "
      "sources sourcestats timeout tracking trimrtc waitsync writertc");
  EXPECT_EQ(completions_after("plugins ", true), "");
}

}  // namespace tactus::cli
