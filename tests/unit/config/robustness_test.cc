// SPDX-License-Identifier: Apache-2.0
// Neither reader crashes, hangs or lets a bad record through, whatever bytes a file holds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "config/checks.hpp"
#include "support.hpp"

namespace tactus::config {
namespace {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string mutate(std::string text) {
    for (std::size_t n = 1 + random_() % 6; n > 0; --n) {
      const std::size_t at = text.empty() ? 0 : random_() % text.size();
      switch (random_() % 5) {
        case 0:
          text.insert(at, 1, static_cast<char>(random_()));
          break;
        case 1:
          if (!text.empty()) text.erase(at, 1 + random_() % 8);
          break;
        case 2:
          if (!text.empty()) text[at] = static_cast<char>(random_());
          break;
        case 3:
          text.insert(at, text.substr(random_() % (text.size() + 1), random_() % 40));
          break;
        default:
          text.insert(at, pieces[random_() % std::size(pieces)]);
          break;
      }
    }
    return text;
  }
  std::string noise() {
    std::string text(random_() % 3000, ' ');
    for (char& c : text) c = static_cast<char>(random_());
    return text;
  }
  std::uint32_t next() { return static_cast<std::uint32_t>(random_()); }

 private:
  static constexpr const char* pieces[] = {"\n",
                                           "server ",
                                           "- ",
                                           ": ",
                                           "99999999999999999999",
                                           "-",
                                           "#",
                                           "{",
                                           "[",
                                           "\"",
                                           "0x",
                                           "allow ",
                                           "1.2.3.4/33",
                                           "inf",
                                           "'",
                                           "\n  ",
                                           "true",
                                           "sources:\n- server: ",
                                           "refclock SHM 0:",
                                           "\t",
                                           "%",
                                           "*a"};
  std::mt19937 random_;
};

// Every record that came through has values within the limits of its declaration, and its line gives the same record.
void expect_sound(const World& world) {
  for (const tactus_record* record : world.model.records()) {
    for (std::uint32_t i = 0; i < record->value_count; ++i) {
      const tactus_field& field = field_at(*record->directive, i);
      const tactus_value& value = record->values[i];
      ASSERT_NE(value.text, nullptr);
      if (value.present == 0 || field.type != TACTUS_TYPE_INTEGER) continue;
      ASSERT_GE(static_cast<double>(value.integer), field.minimum) << field.name;
      ASSERT_LE(static_cast<double>(value.integer), field.maximum) << field.name;
    }
  }
  check_configuration(world.model, {});
  configuration_warnings(world.model);
}

TEST(Robustness, mutated_chrony_conf_never_crashes) {
  const nlohmann::json vectors = nlohmann::json::parse(std::ifstream{TACTUS_TEST_DATA "/config/directives.json"});
  constexpr std::uint32_t seed = 20251;
  Mutator mutator{seed};
  std::size_t accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    SCOPED_TRACE(fmt::format("seed {} round {}", seed, i));
    const auto& vector = vectors[mutator.next() % vectors.size()];
    if (vector["config"].is_null() || vector["group"] == "include" || vector["group"] == "confdir") continue;
    World world;
    if (world.read(mutator.mutate(vector["config"]))) ++accepted;
    ASSERT_NO_FATAL_FAILURE(expect_sound(world));
  }
  EXPECT_GT(accepted, 100U);
}

TEST(Robustness, mutated_yaml_never_crashes) {
  constexpr std::uint32_t seed = 77;
  Mutator mutator{seed};
  const std::string base =
      "sources:\n  - pool: pool.ntp.org\n    iburst: true\n    minpoll: 4\n  - server: \"a\"\n    extfield: [F323]\n"
      "refclocks:\n  - driver: shm\n    unit: 0\n    perm: '0600'\nclock:\n  makestep: {threshold: 1.0, limit: 3}\n"
      "  rtcsync: true\nserver:\n  allow: [10.0.0.0/8, all]\n  local: {stratum: 8}\nlogging: {log: [tracking]}\n";
  std::size_t accepted = 0;
  for (int i = 0; i < 2000; ++i) {
    SCOPED_TRACE(fmt::format("seed {} round {}", seed, i));
    World world;
    if (world.yaml(mutator.mutate(base))) ++accepted;
    ASSERT_NO_FATAL_FAILURE(expect_sound(world));
  }
  EXPECT_GT(accepted, 10U);
}

TEST(Robustness, noise_is_refused_or_ignored) {
  constexpr std::uint32_t seed = 4;
  Mutator mutator{seed};
  for (int i = 0; i < 150; ++i) {
    SCOPED_TRACE(fmt::format("seed {} round {}", seed, i));
    const std::string noise = mutator.noise();
    World chrony;
    chrony.read(noise);
    World yaml;
    yaml.yaml(noise);
    static_cast<void>(parse_line(chrony.declarations, noise));
  }
}

TEST(Robustness, endless_errors_are_not_all_kept) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text += "bad\n";
  World world;
  EXPECT_FALSE(world.read(text));
  EXPECT_EQ(world.problems.size(), 1000U);
}

}  // namespace
}  // namespace tactus::config
