// SPDX-License-Identifier: Apache-2.0
// Documents that are made from tctl's tables.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "json_reports.hpp"

namespace tactus::cli {
namespace {

const std::string docs = std::string(TACTUS_TEST_DATA) + "/../../docs/";
constexpr const char* how =
    "write it anew: test_cli --gtest_also_run_disabled_tests --gtest_filter=*write_the_documents";

std::string read(const std::string& path) {
  std::ifstream stream(path);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

TEST(Documents, the_keys_of_json_are_those_of_the_tables) {
  EXPECT_EQ(read(docs + "tctl-json.md"), json_documentation()) << how;
}

TEST(Documents, DISABLED_write_the_documents) { std::ofstream(docs + "tctl-json.md") << json_documentation(); }

}  // namespace tactus::cli
