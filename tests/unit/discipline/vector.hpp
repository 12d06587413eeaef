// SPDX-License-Identifier: Apache-2.0
// Reads the recorded runs in tests/data/discipline (rows as arrays, their columns named in the file).
#pragma once

#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "samples/sample.hpp"

namespace tactus::testing {

inline nlohmann::json load_vector(const std::string& name) {
  std::ifstream file(std::string(TACTUS_TEST_DATA) + "/discipline/" + name + ".json");
  return nlohmann::json::parse(file);
}

// One row with its columns by name.
class Row {
 public:
  Row(const nlohmann::json& columns, const nlohmann::json& row) : columns_(columns.at(row.at(0))), row_(row) {}
  [[nodiscard]] std::string event() const { return row_.at(0); }
  [[nodiscard]] const nlohmann::json& at(const std::string& name) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_.at(i) == name) return row_.at(i + 1);
    }
    throw std::out_of_range(name);
  }
  [[nodiscard]] double real(const std::string& name) const { return at(name).get<double>(); }
  [[nodiscard]] int integer(const std::string& name) const { return at(name).get<int>(); }
  [[nodiscard]] std::string text(const std::string& name) const { return at(name).get<std::string>(); }
  [[nodiscard]] Instant time(const std::string& name) const {
    const std::string word = text(name);
    const auto dot = word.find('.');
    return from_ns<Instant>(std::stoll(word.substr(0, dot)) * 1'000'000'000 + std::stoll(word.substr(dot + 1)));
  }

 private:
  const nlohmann::json& columns_;
  const nlohmann::json& row_;
};

inline Sample sample_of(const Row& row) {
  return {row.time("time"),       row.real("offset"),         row.real("peer_delay"), row.real("peer_dispersion"),
          row.real("root_delay"), row.real("root_dispersion")};
}

}  // namespace tactus::testing
