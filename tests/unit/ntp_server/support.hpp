// SPDX-License-Identifier: Apache-2.0
// What the tests of the NTP server share: vectors, addresses, a seeded source of random bits.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <arpa/inet.h>

#include <gtest/gtest.h>
#include <tactus/abi.h>
#include <nlohmann/json.hpp>

#include "random_pool.hpp"

namespace tactus::ntp::test {

inline nlohmann::json vectors(const std::string& name) {
  std::ifstream file(std::string{TACTUS_TEST_DATA} + "/ntp_server/" + name);
  EXPECT_TRUE(file) << name;
  return nlohmann::json::parse(file);
}

inline std::vector<std::uint8_t> from_hex(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline tactus_address address(const std::string& text, std::uint16_t port = 0) {
  tactus_address out{};
  out.port = port;
  const bool v6 = text.find(':') != std::string::npos;
  out.family = v6 ? TACTUS_FAMILY_IPV6 : TACTUS_FAMILY_IPV4;
  EXPECT_EQ(inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), out.bytes), 1) << text;
  return out;
}

// A small generator with a seed (splitmix64).
struct Seeded {
  std::uint64_t state = 1;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  static void fill(void* user, void* buffer, std::uint32_t length) {
    auto* self = static_cast<Seeded*>(user);
    for (std::uint32_t i = 0; i < length; ++i) {
      static_cast<std::uint8_t*>(buffer)[i] = static_cast<std::uint8_t>(self->next());
    }
  }
};

}  // namespace tactus::ntp::test
