// SPDX-License-Identifier: Apache-2.0
// Whole daemons in virtual time: that they work at all, and that the same seed gives the same bytes.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "simulation.hpp"

namespace tactus::sim {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tactus-sim-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Node node(const std::string& name, const std::string& config) {
  Node out;
  out.name = name;
  out.config = config;
  return out;
}

Scenario pair_of_nodes() {
  Scenario out;
  out.name = "pair";
  out.duration_s = 4000.0;
  out.settle_s = 2000.0;
  out.settled_s = 1e-3;
  out.start_ns = 1'790'000'000'000'000'000;
  out.nodes.push_back(node("server", "local stratum 1\nallow\n"));
  out.nodes.push_back(node("client",
                           "server server iburst\nmakestep 1 3\ndriftfile ${dir}/drift\nlogdir ${dir}\nlog "
                           "measurements statistics tracking\n"));
  out.nodes.back().clock.offset_s = 0.1;
  out.nodes.back().clock.frequency = 50e-6;
  out.nodes.back().clock.wander = 1e-9;
  Link link;
  link.model.forward.base_s = link.model.backward.base_s = 1e-4;
  link.model.forward.jitter.kind = Distribution::Kind::exponential;
  link.model.forward.jitter.mean_s = 1e-4;
  link.model.backward.jitter = link.model.forward.jitter;
  out.links.push_back(link);
  return out;
}

RunOptions options_in(const Folder& folder) {
  RunOptions out;
  out.work_folder = folder.path();
  out.plugin_folder = TEST_PLUGIN_FOLDER;
  out.module_folder = TEST_MODULE_FOLDER;
  out.event_log = true;
  return out;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

TEST(Simulation, a_client_follows_its_server) {
  const Folder folder;
  const Scenario scenario = pair_of_nodes();
  const auto result = run(scenario, options_in(folder));
  ASSERT_TRUE(result.ok()) << result.failure().text;
  const NodeResult& client = result->nodes[1];
  EXPECT_TRUE(client.synchronised);
  EXPECT_EQ(client.stratum, 2U);
  EXPECT_EQ(client.source, "server");
  EXPECT_LT(client.rms_time_s, 200e-6);
  EXPECT_GT(client.rms_time_s, 1e-6);
  EXPECT_LT(client.settle_s, 600.0);
  EXPECT_EQ(client.violation_count, 0U);
}

TEST(Simulation, the_same_seed_gives_the_same_bytes_and_another_one_does_not) {
  const Scenario scenario = pair_of_nodes();
  std::string logs[3];
  for (int i = 0; i < 3; ++i) {
    const Folder folder;
    RunOptions options = options_in(folder);
    options.seed = i == 2 ? 2 : 1;
    const auto result = run(scenario, options);
    ASSERT_TRUE(result.ok()) << result.failure().text;
    logs[i] = result->event_log;
    for (const char* name : {"measurements.log", "statistics.log", "tracking.log", "drift"}) {
      logs[i] += text_of(folder.path() + "/client/" + name);
    }
    EXPECT_GT(logs[i].size(), 10000U);
  }
  EXPECT_EQ(logs[0], logs[1]);
  EXPECT_NE(logs[0], logs[2]);
}

}  // namespace
}  // namespace tactus::sim
