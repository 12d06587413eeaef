// SPDX-License-Identifier: Apache-2.0
// plugins, and the advice when there is no daemon.
#include <cstdio>

#include <gtest/gtest.h>
#include <tactus/report_members.hpp>

#include "private_reports.hpp"
#include "support.hpp"
#include "transport.hpp"

namespace tactus::test {

namespace {

// A daemon with two providers, one of which has options and the other a problem.
class PluginDaemon {
 public:
  PluginDaemon() : channel([this](Bytes request) { return answer(request); }) {
    add("plugins", plugins_, sizeof(tactus_plugin_row), members::plugin_row);
    add("plugin_options", options_, sizeof(tactus_plugin_option_row), members::plugin_option_row);
    tactus_plugin_row row{};
    row.kind = 3;
    row.loaded = 1;
    row.abi_major = 1;
    row.options = 1;
    std::snprintf(row.provider, sizeof row.provider, "udp");
    std::snprintf(row.plugin, sizeof row.plugin, "udp");
    std::snprintf(row.summary, sizeof row.summary, "datagrams");
    backend_.add_row("plugins", row);
    row.kind = 2;
    row.loaded = 0;
    std::snprintf(row.provider, sizeof row.provider, "pps");
    std::snprintf(row.plugin, sizeof row.plugin, "pps");
    std::snprintf(row.problem, sizeof row.problem, "built for ABI 2");
    backend_.add_row("plugins", row);
    tactus_plugin_option_row option{};
    option.type = 2;
    std::snprintf(option.provider, sizeof option.provider, "udp");
    std::snprintf(option.directive, sizeof option.directive, "hwtimestamp");
    std::snprintf(option.option, sizeof option.option, "minpoll");
    std::snprintf(option.default_text, sizeof option.default_text, "0");
    backend_.add_row("plugin_options", option);
  }
  Outcome ask(std::vector<std::string> words) { return run_client(channel, std::move(words), {}, {}, false); }

 private:
  template <std::size_t N>
  void add(const char* name, tactus_report& report, std::uint32_t size, const tactus_member (&members)[N]) {
    report.struct_size = sizeof report;
    report.row_size = size;
    report.member_count = static_cast<std::uint32_t>(N);
    report.members = members;
    report.name = name;
    backend_.reports[name] = &report;
  }
  std::vector<std::uint8_t> answer(Bytes request) {
    if (!cmdmon::is_private_request(request)) return {};
    const std::string text = cmdmon::answer_private(request, backend_);
    return {text.begin(), text.end()};
  }

  FakeBackend backend_;
  tactus_report plugins_{};
  tactus_report options_{};
  FakeChannel channel;
};

bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST(Plugins, are_listed_with_what_is_wrong_with_them) {
  PluginDaemon daemon;
  const Outcome run = daemon.ask({"plugins"});
  EXPECT_TRUE(run.success);
  EXPECT_TRUE(has(run.out, "udp       transport  udp")) << run.out;
  EXPECT_TRUE(has(run.out, "pps: built for ABI 2\n"));
  EXPECT_FALSE(daemon.ask({"plugins", "x"}).success);
}

TEST(Plugins, info_has_the_options_of_a_loaded_one_and_says_why_there_are_none) {
  PluginDaemon daemon;
  EXPECT_TRUE(has(daemon.ask({"plugins", "info", "udp"}).out, "hwtimestamp  minpoll  integer"));
  const Outcome run = daemon.ask({"plugins", "info", "pps"});
  EXPECT_TRUE(has(run.out, "Problem         : built for ABI 2\n"));
  EXPECT_TRUE(has(run.out, "Options         : are told when it is loaded\n"));
  EXPECT_TRUE(has(daemon.ask({"plugins", "info", "nts"}).err, "No plugin or provider is called nts"));
}

TEST(Plugins, info_as_json_has_its_options_in_a_list) {
  PluginDaemon daemon;
  auto value = nlohmann::json::parse(daemon.ask({"--json", "plugins", "info", "udp"}).out);
  ASSERT_EQ(value.size(), 1u);
  EXPECT_EQ(value[0]["kind"], "transport");
  EXPECT_EQ(value[0]["option_list"][0]["option"], "minpoll");
  value = nlohmann::json::parse(daemon.ask({"--json", "plugins", "info", "nts"}).out);
  EXPECT_EQ(value["error"], "No plugin or provider is called nts: `plugins` lists them");
}

TEST(Advice, without_a_daemon_names_the_servers_and_the_remedy) {
  EXPECT_EQ(
      cli::advice_without_daemon("/nonexistent/x.sock,127.0.0.1,::1", 323),
      "No time daemon answers at /nonexistent/x.sock, 127.0.0.1 or ::1 (UDP port 323): start one (systemctl start "
      "tactusd), or name its socket with -h.");
  EXPECT_EQ(
      cli::advice_without_daemon("/nonexistent/x.sock", 323),
      "No time daemon answers at /nonexistent/x.sock: start one (systemctl start tactusd), or name its socket with "
      "-h.");
}

}  // namespace tactus::test
