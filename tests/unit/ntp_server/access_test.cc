// SPDX-License-Identifier: Apache-2.0
// The access table against rule sequences tried on chronyd 4.8.
#include <tactus/access.hpp>

#include "support.hpp"

namespace tactus::ntp::test {
namespace {

struct Rule {
  bool allow = false;
  bool all = false;
  tactus_subnet subnet{};
};

// "allow [all] [SUBNET]" with full addresses, or short IPv4 networks.
Rule parse_rule(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  Rule rule;
  words >> word;
  rule.allow = word == "allow" || word == "cmdallow";
  if (!(words >> word)) return rule;
  if (word == "all") {
    rule.all = true;
    if (!(words >> word)) return rule;
  }
  const auto slash = word.find('/');
  std::string host = word.substr(0, slash);
  const bool v6 = host.find(':') != std::string::npos;
  std::uint32_t dots = 0;
  for (const char c : host) dots += c == '.' ? 1U : 0U;
  std::uint32_t prefix = v6 ? 128 : (dots + 1) * 8;
  for (; !v6 && dots < 3; ++dots) host += ".0";
  if (slash != std::string::npos) prefix = static_cast<std::uint32_t>(std::stoul(word.substr(slash + 1)));
  rule.subnet.address = address(host);
  rule.subnet.prefix = prefix;
  return rule;
}

TEST(AccessTable, decides_like_chronyd_after_each_sequence_of_commands) {
  for (const auto& item : vectors("access.json")) {
    AccessTable table;
    std::string story;
    EXPECT_EQ(table.set({}, false, true), TACTUS_OK);
    for (std::size_t i = 0; i < item["rules"].size(); ++i) {
      const Rule rule = parse_rule(item["rules"][i].get<std::string>());
      story += item["rules"][i].get<std::string>() + "; ";
      const bool taken = item["rule_status"][i] == "200 OK";
      EXPECT_EQ(table.set(rule.subnet, rule.allow, rule.all) == TACTUS_OK, taken) << story;
    }
    for (const auto& [host, verdict] : item["checks"].items()) {
      EXPECT_EQ(table.allowed(address(host)), verdict == "208 Access allowed") << story << host;
    }
  }
}

TEST(AccessTable, decides_like_chronyd_with_rules_of_a_configuration) {
  std::size_t checked = 0;
  for (const char* group : {"accheck", "cmdaccheck"}) {
    const auto list = vectors("access_effects.json");
    for (const auto& item : list[group]) {
      AccessTable table;
      std::istringstream lines(item["config"].get<std::string>());
      std::string line;
      while (std::getline(lines, line)) {
        if (line.rfind("allow", 0) != 0 && line.rfind("deny", 0) != 0 && line.rfind("cmdallow", 0) != 0 &&
            line.rfind("cmddeny", 0) != 0) {
          continue;
        }
        const Rule rule = parse_rule(line);
        EXPECT_EQ(table.set(rule.subnet, rule.allow, rule.all), TACTUS_OK) << line;
      }
      for (const auto& [host, allowed] : item["allowed"].items()) {
        EXPECT_EQ(table.allowed(address(host)), allowed.get<bool>()) << item["config"] << " " << host;
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 300U);
}

TEST(AccessTable, knows_whether_a_family_needs_a_socket) {
  AccessTable table;
  EXPECT_FALSE(table.any_allowed(TACTUS_FAMILY_IPV4));
  ASSERT_EQ(table.set({address("192.0.2.0"), 25, 0}, true, false), TACTUS_OK);
  EXPECT_TRUE(table.any_allowed(TACTUS_FAMILY_IPV4));
  EXPECT_FALSE(table.any_allowed(TACTUS_FAMILY_IPV6));
  ASSERT_EQ(table.set({address("192.0.0.0"), 16, 0}, false, true), TACTUS_OK);
  EXPECT_FALSE(table.any_allowed(TACTUS_FAMILY_IPV4));
  EXPECT_FALSE(table.any_allowed(TACTUS_FAMILY_NONE));
}

TEST(AccessTable, refuses_prefixes_that_do_not_fit) {
  AccessTable table;
  tactus_subnet everything{};
  everything.prefix = 1;
  EXPECT_EQ(table.set(everything, true, false), TACTUS_E_INVALID);
  EXPECT_EQ(table.set({address("::"), 129, 0}, true, false), TACTUS_E_INVALID);
  tactus_subnet id{};
  id.address.family = TACTUS_FAMILY_ID;
  EXPECT_EQ(table.set(id, true, false), TACTUS_E_INVALID);
  EXPECT_FALSE(table.allowed(id.address));
}

}  // namespace
}  // namespace tactus::ntp::test
