// SPDX-License-Identifier: Apache-2.0
// Every configuration of the specification's vectors (directives.json: what chronyd 4.8 says) is read: verdict, exact
// error text, printed lines and warnings.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "config/checks.hpp"
#include "support.hpp"

namespace tactus::config {
namespace {

using nlohmann::json;

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Where section 17 of the specification recommends something else than what 4.8 does: id, and our first error (""
// none).
const std::map<std::string, std::string>& deviations() {
  static const std::map<std::string, std::string> all{
      {"conf-0080", "Could not parse maxdistance directive"},  // nan
      {"conf-0767", "Invalid value in local directive"},       // nan
      {"conf-0653", ""},                                       // burst up to 255, as documented
      {"conf-0654", ""},
      {"conf-0676", ""},
      {"conf-0677", ""},
      {"conf-0699", ""},
      {"conf-0700", ""},
      {"conf-0416", ""},                                   // maxtxbuffers came after 4.8
      {"conf-1041", "Invalid value in server directive"},  // numbers beyond 32 bits
      {"conf-1104", "Invalid value in server directive"},
  };
  return all;
}

struct Outcome {
  bool good = false;
  std::string error;
  std::string printed;
  std::vector<std::string> warnings;
  std::vector<std::string> check_errors;
};

bool of_tactus_alone(const std::string& warning) {
  return warning.starts_with("Ignored '") || warning.find("is not in effect in this version") != std::string::npos;
}

Outcome run_vector(const json& vector, const Folder& folder, const std::string& file) {
  World world;
  Outcome out;
  LoadOptions options = world.options();
  options.stop_at_first = true;
  options.print = [&](std::string_view line) { out.printed += std::string{line} + "\n"; };
  if (vector.contains("options")) options.restart = vector["options"][0] == "-R";
  Loader loader{world.declarations, world.model, options};
  if (vector["config"].is_null()) {
    std::vector<std::string> lines;
    for (const auto& argument : vector["cmdline"]) {
      const std::string text = replaced(argument.get<std::string>(), "{DIR}", folder.path());
      if (!text.starts_with('-')) lines.push_back(text);  // an option of the command line
    }
    out.good = loader.read_arguments(lines);
  } else {
    out.good = loader.read_file(file);
  }
  if (!out.good) out.error = loader.problems().front().text;
  for (const Problem& warning : loader.warnings()) {
    if (!of_tactus_alone(warning.text)) out.warnings.push_back(warning.text);
  }
  if (out.good) {
    for (const Problem& problem : check_configuration(world.model, {})) out.check_errors.push_back(problem.text);
  }
  return out;
}

TEST(Vectors, give_chronyds_verdict_text_and_print) {
  const json vectors = json::parse(std::ifstream{TACTUS_TEST_DATA "/config/directives.json"});
  ASSERT_EQ(vectors.size(), 1176U);
  std::size_t compared_prints = 0;
  for (const json& vector : vectors) {
    const std::string id = vector["id"];
    SCOPED_TRACE(id + " " + vector.value("note", ""));
    const Folder folder;
    const std::string file = folder.path("chrony.conf");
    const auto filled = [&](const std::string& text) {
      return replaced(replaced(text, "{DIR}", folder.path()), "{FILE}", file);
    };
    if (vector.contains("files")) {
      for (const auto& [name, content] : vector["files"].items()) folder.write(name, filled(content));
    }
    if (!vector["config"].is_null()) folder.write("chrony.conf", filled(vector["config"]));
    const Outcome run = run_vector(vector, folder, file);

    if (const auto deviation = deviations().find(id); deviation != deviations().end()) {
      EXPECT_EQ(run.good, deviation->second.empty());
      EXPECT_TRUE(run.error.starts_with(deviation->second)) << run.error;
      continue;
    }
    EXPECT_EQ(run.good, vector["parse_accepted"].get<bool>()) << run.error;
    const std::string shape = vector["error_text_shape"].is_null() ? "" : filled(vector["error_text_shape"]);
    if (!vector["parse_accepted"]) {
      EXPECT_EQ(run.error, shape);
    }
    if (vector["printed"].is_string()) {
      EXPECT_EQ(run.printed, filled(vector["printed"]));
      ++compared_prints;
    }
    std::vector<std::string> warnings;
    if (vector.contains("parse_warnings")) {
      for (const auto& warning : vector["parse_warnings"]) warnings.push_back(filled(warning));
    }
    EXPECT_EQ(run.warnings, warnings);
  }
  EXPECT_GT(compared_prints, 1100U);
}

// What only the configuration shows is found before anything is opened; the text begins with chrony's.
TEST(Vectors, conflicts_that_stop_the_start_are_found) {
  const json vectors = json::parse(std::ifstream{TACTUS_TEST_DATA "/config/directives.json"});
  const std::vector<std::string> ours{
      "Uneven number", "rtcfile directive", "refclock tai option",  "RTC refclock cannot",
      "Bad subnet",    "Bad scheduler",     "Rate limiting cannot", "Invalid refclock driver option"};
  std::size_t found = 0;
  for (const json& vector : vectors) {
    if (!vector["parse_accepted"] || deviations().contains(vector["id"]) || vector["config"].is_null()) continue;
    SCOPED_TRACE(vector["id"].get<std::string>() + " " + vector["config"].get<std::string>());
    const Folder folder;
    folder.write("chrony.conf", replaced(vector["config"], "{DIR}", folder.path()));
    if (vector.contains("files")) {
      for (const auto& [name, content] : vector["files"].items()) {
        folder.write(name, replaced(content, "{DIR}", folder.path()));
      }
    }
    const Outcome run = run_vector(vector, folder, folder.path("chrony.conf"));
    const std::string shape = vector["error_text_shape"].is_null() ? "" : vector["error_text_shape"].get<std::string>();
    const bool expected =
        std::any_of(ours.begin(), ours.end(), [&](const auto& text) { return shape.starts_with(text); });
    if (expected) {
      ASSERT_FALSE(run.check_errors.empty());
      EXPECT_TRUE(run.check_errors.front().starts_with(shape)) << run.check_errors.front();
      ++found;
    } else if (vector.value("load_accepted", false)) {
      EXPECT_TRUE(run.check_errors.empty()) << run.check_errors.front();
    }
  }
  EXPECT_GT(found, 15U);
}

}  // namespace
}  // namespace tactus::config
