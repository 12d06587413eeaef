// SPDX-License-Identifier: Apache-2.0
// From configuration lines to the discipline's settings, the command socket and the rights that are needed.
#include <gtest/gtest.h>

#include <tactus/plugin.h>

#include "config/loader.hpp"
#include "daemon/settings.hpp"
#include "daemon/source_folders.hpp"

namespace tactus {
namespace {

struct Config {
  explicit Config(std::string_view text) : model(&declarations) {
    config::Loader loader(declarations, model, {});
    EXPECT_TRUE(loader.read_text(text, "test")) << (loader.problems().empty() ? "" : loader.problems()[0].text);
  }
  config::Declarations declarations;
  config::Model model;
};

TEST(Settings, the_estimator_is_chosen_and_adjusted) {
  EXPECT_EQ(discipline_settings(Config("").model, false).estimator, EstimatorKind::regression);
  EXPECT_EQ(discipline_settings(Config("discipline regression\n").model, false).estimator, EstimatorKind::regression);
  const Config config("discipline adaptive\nadaptive memory 32 wanderprior 1e-10\n");
  const DisciplineSettings got = discipline_settings(config.model, false);
  EXPECT_EQ(got.estimator, EstimatorKind::adaptive);
  EXPECT_EQ(got.adaptive.memory, 32.0);
  EXPECT_EQ(got.adaptive.wander_prior, 1e-10);
  EXPECT_EQ(got.adaptive.wander_prior_decades, 1.5);
  EXPECT_EQ(got.adaptive.grid_step, 1.0);
}

TEST(Settings, an_empty_configuration_has_the_defaults) {
  const Config config("");
  const DisciplineSettings got = discipline_settings(config.model, false);
  const DisciplineSettings expected;
  EXPECT_EQ(got.auth_select_mode, AuthSelectMode::mix);
  EXPECT_EQ(got.min_sources, expected.min_sources);
  EXPECT_EQ(got.min_samples, expected.min_samples);
  EXPECT_EQ(got.max_samples, expected.max_samples);
  EXPECT_DOUBLE_EQ(got.max_distance_s, expected.max_distance_s);
  EXPECT_DOUBLE_EQ(got.combine_limit, expected.combine_limit);
  EXPECT_NEAR(got.max_slew_rate_ppm, expected.max_slew_rate_ppm, 1e-6);
  EXPECT_DOUBLE_EQ(got.max_drift_ppm, expected.max_drift_ppm);
  EXPECT_DOUBLE_EQ(got.drift_interval_s, 3600.0);
  EXPECT_EQ(got.makestep.limit, 0);
  EXPECT_LT(got.maxchange.start, 0);
  EXPECT_FALSE(got.local.enabled);
  EXPECT_FALSE(got.rtc_sync);
}

TEST(Settings, directives_are_taken_over) {
  const Config config(
      "makestep 0.5 3\nmaxchange 1000 1 2\nmaxupdateskew -5\nmaxdrift 1e9\nauthselectmode Require\nrtcsync\n"
      "local stratum 8 orphan distance 0.1\ndriftfile /d interval 60\nminsources 2\nmaxslewrate 500\n");
  const DisciplineSettings got = discipline_settings(config.model, false);
  EXPECT_DOUBLE_EQ(got.makestep.threshold_s, 0.5);
  EXPECT_EQ(got.makestep.limit, 3);
  EXPECT_DOUBLE_EQ(got.maxchange.offset_s, 1000.0);
  EXPECT_EQ(got.maxchange.start, 1);
  EXPECT_EQ(got.maxchange.ignore, 2);
  EXPECT_DOUBLE_EQ(got.max_update_skew_ppm, 5.0);
  EXPECT_DOUBLE_EQ(got.max_drift_ppm, 500000.0);
  EXPECT_EQ(got.auth_select_mode, AuthSelectMode::require);
  EXPECT_TRUE(got.rtc_sync);
  EXPECT_TRUE(got.local.enabled);
  EXPECT_EQ(got.local.stratum, 8);
  EXPECT_TRUE(got.local.orphan);
  EXPECT_DOUBLE_EQ(got.local.distance_s, 0.1);
  EXPECT_DOUBLE_EQ(got.drift_interval_s, 60.0);
  EXPECT_EQ(got.min_sources, 2);
  EXPECT_DOUBLE_EQ(got.max_slew_rate_ppm, 500.0);
}

TEST(Settings, a_restart_makes_no_initial_steps) {
  EXPECT_EQ(discipline_settings(Config("makestep 1 3\n").model, true).makestep.limit, 0);
  EXPECT_EQ(discipline_settings(Config("makestep 1 -1\n").model, true).makestep.limit, -1);
}

TEST(Settings, rights_follow_the_configuration) {
  const Config config("");
  constexpr std::uint32_t all = TACTUS_NEEDS_CLOCK | TACTUS_NEEDS_BIND_LOW | TACTUS_NEEDS_NET_RAW;
  EXPECT_EQ(needs_of_configuration(config.model, all), TACTUS_NEEDS_CLOCK | TACTUS_NEEDS_BIND_LOW);
  EXPECT_EQ(command_socket_path(config.model, "/run/x.sock"), "/run/x.sock");
}

TEST(SourceFolders, lines_are_the_same_when_all_their_values_are) {
  const config::Declarations declarations;
  const auto line = [&](std::string_view text) { return config::parse_line(declarations, text).value(); };
  EXPECT_TRUE(same_configuration(*line("makestep 1 3")->get(), *line("makestep 1.0 3")->get()));
  EXPECT_FALSE(same_configuration(*line("makestep 1 3")->get(), *line("makestep 1 4")->get()));
  EXPECT_FALSE(same_configuration(*line("driftfile /a")->get(), *line("driftfile /b")->get()));
  EXPECT_FALSE(same_configuration(*line("logdir /a")->get(), *line("dumpdir /a")->get()));
  EXPECT_TRUE(same_configuration(*line("log tracking statistics")->get(), *line("log tracking statistics")->get()));
  EXPECT_FALSE(same_configuration(*line("log tracking statistics")->get(), *line("log tracking")->get()));
}

}  // namespace
}  // namespace tactus
