// SPDX-License-Identifier: Apache-2.0
// Recorded messages.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "message.hpp"

namespace tactus::netptp::test {

inline std::vector<std::uint8_t> from_hex(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::vector<std::string> recorded() {
  std::ifstream file(std::string{TACTUS_TEST_DATA} + "/netptp/ntp_over_ptp.json");
  EXPECT_TRUE(file);
  const auto vectors = nlohmann::json::parse(file);
  std::vector<std::string> out{vectors["pair"]["request_hex"], vectors["pair"]["response_hex"],
                               vectors["f324_response_hex"]};
  for (const auto& packet : vectors["client_server"]) out.push_back(packet["hex"]);
  return out;
}

}  // namespace tactus::netptp::test
