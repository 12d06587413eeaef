// SPDX-License-Identifier: Apache-2.0
// The core's reports and commands over a real clock and discipline: rows, effects, messages.
#include "control/core_control.hpp"
#include "control/estimator_report.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace tactus {
namespace {

class StillWaiter final : public Waiter {
 public:
  int wait(std::span<pollfd>, Duration timeout) override {
    if (timeout.count() > 0) now_ += timeout;
    return 0;
  }
  MonoTime monotonic() override { return now_; }

 private:
  MonoTime now_{};
};

struct FakeBackend {
  std::int64_t ns = 1'800'000'000'000'000'000;
  double ppm = 0.0;
  std::vector<double> steps;

  static FakeBackend& self(void* instance) { return *static_cast<FakeBackend*>(instance); }
  static void limits(void*, tactus_clock_limits* out) {
    out->flags = TACTUS_CLOCK_CAN_STEP;
    out->max_frequency_ppm = 1e5;
  }
  static std::int64_t read(void* instance) { return self(instance).ns; }
  static tactus_status get_frequency(void*, double* ppm) {
    *ppm = 0.0;
    return TACTUS_OK;
  }
  static tactus_status set_frequency(void* instance, double ppm, double* set_ppm) {
    *set_ppm = self(instance).ppm = ppm;
    return TACTUS_OK;
  }
  static tactus_status step(void* instance, double offset_s, tactus_error*) {
    self(instance).steps.push_back(offset_s);
    self(instance).ns += from_seconds(offset_s).count();
    return TACTUS_OK;
  }
  static tactus_status set_leap(void*, std::uint32_t, std::int32_t) { return TACTUS_OK; }
  static tactus_status set_status(void*, const tactus_clock_status*) { return TACTUS_OK; }
};
constexpr tactus_clock_ops fake_ops = {sizeof(tactus_clock_ops),
                                       0,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       &FakeBackend::limits,
                                       &FakeBackend::read,
                                       &FakeBackend::get_frequency,
                                       &FakeBackend::set_frequency,
                                       &FakeBackend::step,
                                       &FakeBackend::set_leap,
                                       &FakeBackend::set_status};

class CoreControlTest : public ::testing::Test {
 protected:
  CoreControlTest()
      : loop(std::make_unique<StillWaiter>()),
        logger([this](Level, std::string_view text) { log.emplace_back(text); }),
        clock(loop, logger, Backend{&fake_ops, &backend}, 1e-7),
        discipline(clock, loop, logger, DisciplineSettings{}, DisciplineHooks{}) {
    ControlHooks hooks;
    hooks.shutdown = [this] { events.emplace_back("shutdown"); };
    hooks.cycle_logs = [this] { events.emplace_back("cycle"); };
    hooks.dump = [this]() -> Result<void> {
      events.emplace_back("dump");
      return error("disk full");
    };
    hooks.set_refclock_offset = [this](std::uint32_t refid, double offset_s) {
      events.push_back(fmt::format("offset {:x} {}", refid, offset_s));
      return refid == 0x47505300;
    };
    hooks.drops.emplace_back([](const DropSink& sink) { sink("other.stage", "reason", 42); });
    control = std::make_unique<CoreControl>(registry, clock, discipline, logger, std::move(hooks));
  }
  Source* add_source(const char* name, std::uint8_t last) {
    tactus_source_params params{};
    params.struct_size = sizeof params;
    params.type = TACTUS_SOURCE_NTP;
    params.refid = last;
    params.min_samples = params.max_samples = params.max_unreach = -1;
    params.address.family = TACTUS_FAMILY_IPV4;
    params.address.bytes[3] = last;
    params.name = name;
    auto made = discipline.new_source(params, nullptr, nullptr);
    EXPECT_TRUE(made.ok());
    return *made;
  }
  template <class Row>
  std::vector<Row> rows(const char* name, const tactus_query* query = nullptr) {
    std::vector<Row> out;
    const auto collect = [](void* user, const void* row, std::uint32_t size) -> tactus_status {
      EXPECT_EQ(size, sizeof(Row));
      EXPECT_EQ(static_cast<const Row*>(row)->struct_size, sizeof(Row));
      static_cast<std::vector<Row>*>(user)->push_back(*static_cast<const Row*>(row));
      return TACTUS_OK;
    };
    status = registry.read(name, TACTUS_ACCESS_MONITOR, query, collect, &out);
    return out;
  }
  tactus_status run(const char* name) {
    return registry.run(name, TACTUS_ACCESS_CONTROL, nullptr, 0, nullptr, &failure);
  }
  tactus_status run_value(const char* name, double real, std::int64_t integer = 0) {
    const tactus_value_args args{sizeof(tactus_value_args), 0, integer, real};
    return registry.run(name, TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, &failure);
  }
  [[nodiscard]] bool logged(std::string_view text) const {
    return std::find(log.begin(), log.end(), text) != log.end();
  }

  std::vector<std::string> log;
  std::vector<std::string> events;
  tactus_status status = TACTUS_OK;
  tactus_error failure{sizeof(tactus_error), 0, {}};
  Loop loop;
  Logger logger;
  FakeBackend backend;
  Clock clock;
  Discipline discipline;
  Registry registry;
  std::unique_ptr<CoreControl> control;
};

TEST_F(CoreControlTest, an_unsynchronised_clock_is_reported_as_such) {
  const auto tracking = rows<tactus_tracking>("tracking");
  ASSERT_EQ(tracking.size(), 1u);
  EXPECT_EQ(tracking[0].stratum, 0u);
  EXPECT_EQ(tracking[0].leap, TACTUS_LEAP_UNSYNCHRONISED);
  EXPECT_EQ(tracking[0].root_delay_s, 1.0);
}

TEST_F(CoreControlTest, sources_come_in_index_order_and_one_by_index) {
  add_source("first", 1);
  add_source("second", 2);
  const auto all = rows<tactus_source_row>("sources");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_STREQ(all[0].name, "first");
  EXPECT_STREQ(all[1].name, "second");
  EXPECT_EQ(all[0].last_sample_ago_s, TACTUS_AGO_NEVER);
  tactus_query query{};
  query.struct_size = sizeof query;
  query.flags = TACTUS_QUERY_INDEX;
  query.index = 1;
  const auto one = rows<tactus_sourcestats_row>("sourcestats", &query);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_STREQ(one[0].name, "second");
  query.index = 2;
  EXPECT_TRUE(rows<tactus_selectdata_row>("selectdata", &query).empty());
  EXPECT_EQ(status, TACTUS_E_NOT_FOUND);
  query.flags = 0;
  query.limit = 1;
  EXPECT_EQ(rows<tactus_source_row>("sources", &query).size(), 1u);
}

TEST_F(CoreControlTest, refusals_of_all_stages_are_one_report) {
  const auto drops = rows<tactus_drop_row>("drops");
  ASSERT_EQ(drops.size(), Drops::size() + 1);
  EXPECT_STREQ(drops.back().stage, "other.stage");
  EXPECT_EQ(drops.back().count, 42u);
}

TEST_F(CoreControlTest, the_inside_of_the_estimators_is_told_when_there_is_one) {
  EXPECT_TRUE(rows<EstimatorRow>("estimators").empty());
  EXPECT_EQ(status, TACTUS_E_DISABLED);

  DisciplineSettings settings;
  settings.estimator = EstimatorKind::adaptive;
  Discipline adaptive(clock, loop, logger, settings, DisciplineHooks{});
  tactus_source_params params{};
  params.struct_size = sizeof params;
  params.type = TACTUS_SOURCE_NTP;
  params.min_samples = params.max_samples = params.max_unreach = -1;
  params.name = "first";
  Source* const source = *adaptive.new_source(params, nullptr, nullptr);
  for (int i = 1; i <= 20; ++i) {
    tactus_sample sample{};
    sample.struct_size = sizeof sample;
    sample.corrected_ns = 1'800'000'000'000'000'000 + i * 16'000'000'000LL;
    sample.offset_s = i % 3 * 1e-5;
    sample.peer_delay_s = 1e-3 + i % 3 * 2e-5;
    sample.peer_dispersion_s = 1e-6;
    ASSERT_EQ(adaptive.sample(*source, sample, nullptr), TACTUS_OK);
  }
  const EstimatorRow row = estimator_row(*source);
  EXPECT_STREQ(row.name, source->long_label().c_str());
  EXPECT_NEAR(row.symmetric + row.asymmetric_short + row.asymmetric_long, 1.0, 1e-9);
  EXPECT_GT(row.scale_s, 0.0);
  EXPECT_LT(row.log10_q, -8.0);
  EXPECT_EQ(row.branch_open, 0U);
}

TEST_F(CoreControlTest, settings_are_changed_and_told) {
  EXPECT_EQ(run_value("set_makestep", 0.5, 3), TACTUS_OK);
  EXPECT_EQ(discipline.settings().makestep.threshold_s, 0.5);
  EXPECT_EQ(discipline.settings().makestep.limit, 3);
  EXPECT_TRUE(logged("New makestep 0.500000 3"));
  EXPECT_EQ(run_value("set_maxupdateskew", 50.0), TACTUS_OK);
  EXPECT_TRUE(logged("New maxupdateskew 50.000000 ppm"));
  EXPECT_EQ(run_value("set_reselectdist", 0.25), TACTUS_OK);
  EXPECT_TRUE(logged("New reselect distance 0.250000"));
  log.clear();
  EXPECT_EQ(run_value("set_reselectdist", 0.25), TACTUS_OK);
  EXPECT_TRUE(log.empty()) << "nothing changed";
  EXPECT_EQ(run_value("set_makestep", std::nan(""), 1), TACTUS_E_INVALID);
}

TEST_F(CoreControlTest, selection_options_of_a_source_are_masked) {
  Source* source = add_source("one", 7);
  tactus_select_args args{};
  args.struct_size = sizeof args;
  args.address = source->address();
  args.mask = TACTUS_SELECT_PREFER | TACTUS_SELECT_TRUST;
  args.options = TACTUS_SELECT_PREFER | TACTUS_SELECT_NOSELECT;
  const auto send = [&] {
    return registry.run("set_select_options", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr);
  };
  EXPECT_EQ(send(), TACTUS_OK);
  EXPECT_EQ(source->configured_options(), TACTUS_SELECT_PREFER);
  EXPECT_TRUE(logged("Source 0.0.0.7 selection options modified"));
  args.address.bytes[3] = 8;
  EXPECT_EQ(send(), TACTUS_E_NOT_FOUND);
}

TEST_F(CoreControlTest, the_clock_is_slewed_by_hand_and_stepped_by_what_is_left) {
  EXPECT_EQ(run_value("adjust_offset", 0.5), TACTUS_OK);
  EXPECT_TRUE(logged("Accumulated delta offset of 0.500000 seconds"));
  EXPECT_NEAR(clock.correction_s(clock.raw()), -0.5, 1e-6);
  EXPECT_EQ(run("makestep"), TACTUS_OK);
  ASSERT_EQ(backend.steps.size(), 1u);
  EXPECT_NEAR(backend.steps[0], -0.5, 1e-6);
  EXPECT_TRUE(logged("System clock was stepped by -0.500000 seconds"));
  EXPECT_EQ(run_value("adjust_frequency", 10.0), TACTUS_OK);
  EXPECT_NEAR(clock.frequency_ppm(), 10.0, 1e-6);
  EXPECT_TRUE(logged("Accumulated delta freq of 10.000ppm"));
  EXPECT_EQ(run_value("adjust_offset", 2e9), TACTUS_E_INVALID) << "before 1970";
  EXPECT_EQ(run_value("adjust_offset", -8e9), TACTUS_E_INVALID) << "after 2262";
}

TEST_F(CoreControlTest, the_local_reference_is_switched) {
  tactus_local_args args{};
  args.struct_size = sizeof args;
  args.enable = 1;
  args.stratum = 8;
  args.distance_s = 1.0;
  const auto send = [&] { return registry.run("local", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr); };
  EXPECT_EQ(send(), TACTUS_OK);
  EXPECT_TRUE(logged("Enabled local reference mode"));
  EXPECT_TRUE(discipline.settings().local.enabled);
  args.stratum = 16;
  EXPECT_EQ(send(), TACTUS_E_INVALID);
  args.enable = 0;
  EXPECT_EQ(send(), TACTUS_OK);
  EXPECT_TRUE(logged("Disabled local reference mode"));
}

TEST_F(CoreControlTest, the_daemon_carries_out_what_is_its_own) {
  EXPECT_EQ(run("shutdown"), TACTUS_OK);
  EXPECT_TRUE(logged("Received shutdown command"));
  EXPECT_EQ(run("cyclelogs"), TACTUS_OK);
  EXPECT_EQ(run("dump"), TACTUS_E_SYSTEM);
  EXPECT_STREQ(failure.text, "disk full");
  EXPECT_EQ(run("reload_sources"), TACTUS_E_NOT_FOUND) << "no hook, no command";
  EXPECT_EQ(run("reset_sources"), TACTUS_OK);
  EXPECT_TRUE(logged("Reset all sources"));
  EXPECT_EQ(run("reselect"), TACTUS_OK);
  tactus_source_value_args args{};
  args.struct_size = sizeof args;
  args.refid = 0x47505300;
  args.real = 0.125;
  const auto send = [&] {
    return registry.run("set_offset", TACTUS_ACCESS_CONTROL, &args, sizeof args, nullptr, nullptr);
  };
  EXPECT_EQ(send(), TACTUS_OK);
  args.refid = 1;
  EXPECT_EQ(send(), TACTUS_E_NOT_FOUND);
  EXPECT_EQ(events, (std::vector<std::string>{"shutdown", "cycle", "dump", "offset 47505300 0.125", "offset 1 0.125"}));
}

TEST_F(CoreControlTest, nothing_of_the_core_is_left_in_the_registry) {
  control.reset();
  EXPECT_EQ(registry.report_at(0), nullptr);
  EXPECT_EQ(registry.command_at(0), nullptr);
}

}  // namespace
}  // namespace tactus
