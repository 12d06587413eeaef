// SPDX-License-Identifier: Apache-2.0
// Selection, combining and the gain of the reference against recorded runs of chronyd 4.8 with its selection.log.
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "discipline/reference.hpp"
#include "discipline/regression.hpp"
#include "discipline/selection.hpp"
#include "vector.hpp"

namespace tactus {
namespace {

using testing::Row;

void expect_close(double expected, double actual, double tolerance, const std::string& what) {
  EXPECT_NEAR(actual, expected, tolerance * std::max(std::abs(expected), 1e-12)) << what;
}

// Columns of a line of selection.log.
struct LogLine {
  explicit LogLine(const std::string& text) {
    char date[16], time[16], name[32], options[8];
    EXPECT_EQ(std::sscanf(text.c_str(), "%15s %15s %31s %c %7s %o %lf %lf %lf %lf", date, time, name, &state, options,
                          &reach, &score, &age_s, &low_s, &high_s),
              10)
        << text;
    label = name;
  }
  std::string label;
  char state = 0;
  unsigned reach = 0;
  double score = 0.0;
  double age_s = 0.0;
  double low_s = 0.0;
  double high_s = 0.0;
};

class Replay {
 public:
  explicit Replay(const nlohmann::json& vector) {
    EstimatorSettings estimator;
    estimator.precision_s = vector.at("conditions").at("precision");
    if (!vector.at("conditions").at("asymmetry").is_string()) estimator.asymmetry = 0.0;
    const EstimatorFactory factory = [](const EstimatorSettings& from) {
      return std::make_unique<RegressionEstimator>(from);
    };
    for (const auto& text : vector.at("conditions").at("source_configuration")) {
      const std::string line = text;
      SourceParams params;
      params.estimator = estimator;
      params.type = line.rfind("refclock", 0) == 0 ? TACTUS_SOURCE_REFCLOCK : TACTUS_SOURCE_NTP;
      const auto last_dot = line.find(' ', 7);
      if (params.type == TACTUS_SOURCE_NTP) {
        params.name = line.substr(7, last_dot - 7);
        params.address.family = TACTUS_FAMILY_IPV4;
        unsigned parts[4] = {};
        std::sscanf(params.name.c_str(), "%u.%u.%u.%u", &parts[0], &parts[1], &parts[2], &parts[3]);
        for (std::size_t i = 0; i < 4; ++i) {
          params.address.bytes[i] = static_cast<std::uint8_t>(parts[i]);
          params.refid = params.refid << 8 | parts[i];
        }
      } else {
        params.refid = 0x47505300;
      }
      sources_.push_back(std::make_unique<Source>(params, nullptr, nullptr, factory));
      list_.push_back(sources_.back().get());
    }
  }
  Source& source(const std::string& refid) {
    for (Source* one : list_) {
      if (one->refid() == std::stoul(refid, nullptr, 16)) return *one;
    }
    throw std::out_of_range(refid);
  }
  std::vector<Source*> list_;
  std::vector<std::unique_ptr<Source>> sources_;
};

class RecordedSelection : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedSelection, states_intervals_and_combined_estimates_are_chronyds) {
  const auto vector = testing::load_vector(GetParam());
  const auto& events = vector.at("events");
  Replay replay(vector);
  DisciplineSettings settings;
  Drops drops;
  Logger logger([](Level, std::string_view) {});
  std::vector<std::string> lines;
  Selection selection(settings, logger, drops, [&lines](std::string_view line) { lines.emplace_back(line); });
  std::vector<LogLine> expected;
  for (const auto& line : vector.at("selection_log")) expected.emplace_back(line.get<std::string>());
  std::size_t logged = 0;
  int updates = 0;
  SelectionResult result;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Row row(vector.at("columns"), events.at(i));
    if (row.event() == "sample") {
      Source& source = replay.source(row.text("src"));
      source.shift_reach(true);
      source.set_status(1, TACTUS_LEAP_NORMAL);
      source.take(testing::sample_of(row), drops);
      // The instant of the selection is told by the age of the newest sample in the log; without one it is guessed.
      double age_s = 0.5 * row.real("peer_delay") + 1e-5;
      for (std::size_t j = logged; j < std::min(logged + replay.list_.size(), expected.size()); ++j) {
        if (expected[j].label == source.label()) age_s = expected[j].age_s;
      }
      result = selection.run(replay.list_, &source, testing::sample_of(row).time + from_seconds(age_s));
      const bool follows = i + 3 < events.size() && events.at(i + 3).at(0) == "setref_in";
      if (i + 3 < events.size()) {
        EXPECT_EQ(result.action == SelectionResult::Action::update, follows) << "event " << i;
      }
    } else if (row.event() == "setref_in") {
      ++updates;
      const std::string where = " of event " + std::to_string(i);
      const Combined& combined = result.combined;
      ASSERT_NE(result.selected, nullptr);
      EXPECT_EQ(combined.sources, row.integer("combined")) << where;
      expect_close(row.real("offset_at_now"), combined.offset_s + row.real("elapsed") * combined.frequency, 1e-2,
                   "offset" + where);
      expect_close(row.real("offset_sd"), combined.offset_sd_s, 1e-4, "offset sd" + where);
      expect_close(row.real("frequency"), combined.frequency, 1e-4, "frequency" + where);
      expect_close(row.real("frequency_sd"), combined.frequency_sd, 1e-4, "frequency sd" + where);
      expect_close(row.real("skew"), combined.skew, 1e-4, "skew" + where);
      expect_close(row.real("root_delay"), result.selected->reference_root_delay_s(), 1e-6, "root delay" + where);
      expect_close(row.real("root_dispersion"), result.selected->reference_root_dispersion_s(), 1e-4,
                   "root dispersion" + where);
    } else if (row.event() == "slew") {
      replay.source(row.text("src")).adjust({row.time("when"), row.real("dfreq"), row.real("doffset")});
    } else if (row.event() == "dispersion") {
      replay.source(row.text("src")).disperse(row.real("add"));
    }
    for (; logged < std::min(lines.size(), expected.size()); ++logged) {
      const LogLine& want = expected[logged];
      const LogLine have(lines[logged]);
      const std::string where = " in line " + std::to_string(logged) + ": " + lines[logged];
      EXPECT_EQ(have.label, want.label) << where;
      EXPECT_EQ(have.state, want.state) << where;
      EXPECT_EQ(have.reach, want.reach) << where;
      EXPECT_NEAR(have.score, want.score, 0.011) << where;
      EXPECT_NEAR(have.low_s, want.low_s, 2e-3 * std::abs(want.low_s) + 1e-8) << where;
      EXPECT_NEAR(have.high_s, want.high_s, 2e-3 * std::abs(want.high_s) + 1e-8) << where;
    }
  }
  EXPECT_EQ(logged, expected.size());
  EXPECT_GT(updates, 30);
}

INSTANTIATE_TEST_SUITE_P(Chrony, RecordedSelection,
                         ::testing::Values("closed-three-servers", "closed-largewander", "closed-refclock"));

class RecordedLog : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedLog, statistics_lines_are_chronyds_byte_for_byte) {
  const auto vector = testing::load_vector(GetParam());
  Replay replay(vector);
  Drops drops;
  std::size_t line = 0;
  const auto& expected = vector.at("statistics_log");
  for (const auto& event : vector.at("events")) {
    const Row row(vector.at("columns"), event);
    if (row.event() != "sample" || line == expected.size()) continue;
    Source& source = replay.source(row.text("src"));
    source.take(testing::sample_of(row), drops);
    if (const std::string have = source.statistics_line(); !have.empty()) {
      EXPECT_EQ(have, expected.at(line).get<std::string>());
      ++line;
    }
  }
  EXPECT_EQ(line, expected.size());
}

INSTANTIATE_TEST_SUITE_P(Chrony, RecordedLog, ::testing::Values("open-normal-poll4", "open-asym-poll4"));

class RecordedUpdates : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedUpdates, gain_skew_and_correction_rate_are_chronyds) {
  const auto vector = testing::load_vector(GetParam());
  const DisciplineSettings settings;
  const auto& events = vector.at("events");
  int checked = 0;
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    const Row in(vector.at("columns"), events.at(i));
    if (in.event() != "setref_in") continue;
    std::size_t j = i + 1;
    while (j < events.size() && events.at(j).at(0) != "setref_out") ++j;
    if (j == events.size()) break;
    const Row out(vector.at("columns"), events.at(j));
    const auto gain = frequency_gain(in.real("frequency"), in.real("skew"), in.real("prev_skew"),
                                     settings.max_update_skew_ppm * 1e-6);
    const std::string where = " of event " + std::to_string(i);
    expect_close(out.real("frequency"), gain.applied, 2e-10, "frequency" + where);
    expect_close(out.real("skew"), gain.skew, 2e-10, "skew" + where);
    EXPECT_NEAR(gain.residual, out.real("residual"), 1e-10 * std::abs(in.real("frequency"))) << where;
    expect_close(out.real("corr_rate"),
                 settings.corr_time_ratio * 0.5 * in.real("offset_sd") * in.real("update_interval"), 1e-10,
                 "rate" + where);
    ++checked;
  }
  EXPECT_GT(checked, 30);
}

INSTANTIATE_TEST_SUITE_P(Chrony, RecordedUpdates,
                         ::testing::Values("closed-three-servers", "closed-largewander", "closed-refclock"));

}  // namespace
}  // namespace tactus
