// SPDX-License-Identifier: Apache-2.0
// Who is selected and why not: states, majority, trust, options, hysteresis, warnings (discipline specification, 8).
#include <gtest/gtest.h>

#include "world.hpp"

namespace tactus {
namespace {

using testing::Machine;
using testing::noise;

// One round of measurements of all sources, 16 s apart. servers: how far each is ahead of the truth.
void rounds(Machine& machine, const std::vector<Source*>& sources, const std::vector<double>& servers, int count,
            double jitter_s = 1e-5) {
  static_cast<void>(sources.size());
  for (int i = 0; i < count; ++i) {
    machine.run(16.0);
    for (std::size_t j = 0; j < sources.size(); ++j) {
      machine.measure(*sources[j], servers[j], jitter_s * noise(i * 7 + static_cast<int>(j) * 131), 1e-3);
    }
  }
}

TEST(Selection, needs_three_samples_and_says_whom_it_selected) {
  Machine machine;
  Source& source = machine.add(1);
  rounds(machine, {&source}, {0.0}, 2);
  EXPECT_EQ(machine.states(), "M");
  EXPECT_FALSE(machine.discipline.synchronised());
  rounds(machine, {&source}, {0.0}, 1);
  EXPECT_EQ(machine.states(), "*");
  EXPECT_TRUE(machine.discipline.synchronised());
  EXPECT_EQ(machine.messages.back(), "Selected source 192.0.2.1");
  EXPECT_EQ(machine.discipline.selected(), &source);
}

TEST(Selection, finds_the_falseticker_among_three_and_warns_once_per_selected_source) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2), &machine.add(3)};
  rounds(machine, sources, {0.0, 0.5, 0.0}, 8);
  EXPECT_EQ(machine.states()[1], 'x');
  EXPECT_NE(machine.states().find('*'), std::string::npos);
  // In the run that selects, and once more because the selected source is another one than before.
  EXPECT_EQ(machine.count("Selected source"), 1);
  EXPECT_EQ(machine.count("Detected falseticker 192.0.2.2"), 2);
  EXPECT_LT(std::abs(machine.error_s()), 1e-3);
}

TEST(Selection, two_that_disagree_are_no_majority_and_end_the_synchronisation) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2)};
  rounds(machine, sources, {0.0, 0.0}, 6);
  ASSERT_TRUE(machine.discipline.synchronised());
  rounds(machine, sources, {0.0, 0.5}, 12);
  EXPECT_FALSE(machine.discipline.synchronised());
  EXPECT_EQ(machine.states(), "xx");
  EXPECT_EQ(machine.count("Can't synchronise: no majority (no agreement among 2 sources)"), 1);
  EXPECT_EQ(machine.count("Detected falseticker"), 0);
  EXPECT_EQ(machine.report().leap, TACTUS_LEAP_UNSYNCHRONISED);
  EXPECT_NE(machine.tracking.back().find("0.0.0.0          0"), std::string::npos) << machine.tracking.back();
}

TEST(Selection, counts_how_many_agree_when_too_few_do) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2), &machine.add(3), &machine.add(4)};
  rounds(machine, sources, {0.0, 0.0, 0.5, 0.7}, 4);
  EXPECT_EQ(machine.states(), "xxxx");
  EXPECT_TRUE(machine.said("Can't synchronise: no majority (only 2 of 4 sources agree)"));
}

TEST(Selection, the_trusted_one_wins_against_a_majority) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2), &machine.add(3, TACTUS_SELECT_TRUST)};
  rounds(machine, sources, {0.5, 0.5, 0.0}, 5);
  EXPECT_EQ(machine.states(), "xx*");
}

TEST(Selection, what_reaches_out_of_the_trusted_interval_is_not_trusted) {
  Machine machine;
  Source& wide = machine.add(1);
  Source& trusted = machine.add(2, TACTUS_SELECT_TRUST);
  for (int i = 0; i < 5; ++i) {
    machine.run(16.0);
    machine.measure(wide, 0.0, 1e-5 * noise(i), 0.1);
    machine.measure(trusted, 0.0, 1e-5 * noise(i + 50), 1e-3);
  }
  EXPECT_EQ(machine.states(), "T*");
}

TEST(Selection, a_required_source_that_is_missing_keeps_the_others_waiting) {
  Machine machine;
  Source& other = machine.add(1);
  machine.add(2, TACTUS_SELECT_REQUIRE);
  rounds(machine, {&other}, {0.0}, 12);
  EXPECT_EQ(machine.states(), "WM");
  EXPECT_EQ(machine.count("Can't synchronise: no required source in selectable sources"), 1);
  EXPECT_FALSE(machine.discipline.synchronised());
}

TEST(Selection, fewer_than_minsources_are_not_enough) {
  DisciplineSettings settings;
  settings.min_sources = 2;
  Machine machine(settings);
  Source& source = machine.add(1);
  rounds(machine, {&source}, {0.0}, 10);
  EXPECT_EQ(machine.states(), "W");
  EXPECT_EQ(machine.count("Can't synchronise: not enough selectable sources"), 1);
}

TEST(Selection, the_preferred_one_leaves_the_others_aside) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2, TACTUS_SELECT_PREFER), &machine.add(3)};
  rounds(machine, sources, {0.0, 0.0, 0.0}, 5);
  EXPECT_EQ(machine.states(), "P*P");
}

TEST(Selection, noselect_unsynchronised_distant_and_jittery_sources_have_their_letters) {
  DisciplineSettings settings;
  settings.max_distance_s = 0.5;
  settings.max_jitter_s = 1e-3;
  Machine machine(settings);
  Source& good = machine.add(1);
  Source& mute = machine.add(2, TACTUS_SELECT_NOSELECT);
  Source& lost = machine.add(3);
  Source& distant = machine.add(4);
  Source& jittery = machine.add(5);
  for (int i = 0; i < 12; ++i) {
    machine.run(16.0);
    machine.measure(good, 0.0, 1e-5 * noise(i));
    machine.measure(mute);
    machine.measure(lost, 0.0, 1e-5 * noise(i), 1e-3, 1, TACTUS_LEAP_UNSYNCHRONISED);
    machine.measure(distant, 0.0, 0.0, 1.5);
    machine.measure(jittery, 0.0, 5e-3 * noise(i + 9), 0.02);
  }
  EXPECT_EQ(machine.states(), "*Nsd~");
  EXPECT_EQ(machine.count("Root distance of 192.0.2.4 exceeds maxdistance of 0.500 seconds"), 1);
  EXPECT_EQ(machine.count("Jitter of 192.0.2.5 exceeds maxjitter of 0.001 seconds"), 1);
  const Drops& drops = machine.discipline.drops();
  EXPECT_GT(drops.count(Drop::source_noselect), 0U);
  EXPECT_GT(drops.count(Drop::source_distance), 0U);
  EXPECT_GT(drops.count(Drop::source_jitter), 0U);
  EXPECT_GT(drops.count(Drop::source_unsynchronised), 0U);
}

TEST(Selection, an_unreachable_source_becomes_stale_and_the_selection_is_lost_but_not_the_reference) {
  Machine machine;
  Source& source = machine.add(1);
  rounds(machine, {&source}, {0.0}, 8);
  for (int i = 0; i < 8; ++i) {
    machine.run(16.0);
    machine.discipline.reach(source, false);
  }
  EXPECT_EQ(machine.states(), "S");
  EXPECT_EQ(machine.count("Can't synchronise: no selectable sources (1 unreachable sources)"), 1);
  EXPECT_TRUE(machine.discipline.synchronised()) << "only the dispersion grows";
  rounds(machine, {&source}, {0.0}, 1);
  EXPECT_EQ(machine.states(), "*");
  EXPECT_EQ(machine.count("Selected source 192.0.2.1"), 2);
}

TEST(Selection, says_once_that_nothing_could_be_selected_after_eight_polls) {
  Machine machine;
  Source& source = machine.add(1);
  for (int i = 0; i < 20; ++i) {
    machine.run(1.0);
    machine.discipline.reach(source, false);
    EXPECT_EQ(machine.count("Can't synchronise"), i < 7 ? 0 : 1);
  }
}

TEST(Selection, stays_with_the_selected_one_until_another_is_ten_times_better) {
  Machine machine;
  Source& first = machine.add(1);
  Source& second = machine.add(2);
  for (int i = 0; i < 4; ++i) {
    machine.run(16.0);
    machine.measure(first, 0.0, 1e-5 * noise(i), 0.01);
  }
  EXPECT_EQ(machine.discipline.selected(), &first);
  int switched_after = -1;
  for (int i = 0; i < 12 && switched_after < 0; ++i) {
    machine.run(16.0);
    machine.measure(first, 0.0, 1e-5 * noise(i + 20), 0.01);
    machine.measure(second, 0.0, 1e-5 * noise(i + 70), 1e-3);
    if (machine.discipline.selected() == &second) switched_after = i;
  }
  // Three samples to become selectable, and at a ratio below 10 more than one update.
  EXPECT_GT(switched_after, 2);
  EXPECT_LE(switched_after, 6);
  EXPECT_EQ(machine.count("Selected source"), 2);
}

TEST(Selection, equal_sources_are_combined) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2), &machine.add(3)};
  rounds(machine, sources, {0.0, 0.0, 0.0}, 10);
  const std::string states = machine.states();
  EXPECT_EQ(std::count(states.begin(), states.end(), '+'), 2) << states;
  EXPECT_NE(machine.tracking.back().find(" N  3 "), std::string::npos) << machine.tracking.back();
}

TEST(Selection, reselect_waits_for_an_update) {
  Machine machine;
  std::vector<Source*> sources{&machine.add(1), &machine.add(2)};
  rounds(machine, sources, {0.0, 0.0}, 6);
  rounds(machine, {sources[0]}, {0.0}, 1);
  machine.discipline.reselect();
  EXPECT_EQ(machine.states(), "UU");
  EXPECT_EQ(machine.discipline.selected(), nullptr);
  rounds(machine, sources, {0.0, 0.0}, 1);
  EXPECT_NE(machine.discipline.selected(), nullptr);
}

TEST(Selection, authselectmode_gives_the_recorded_options) {
  const auto letters = [](AuthSelectMode mode, bool first_key, bool second_key, std::uint32_t second, bool refclock) {
    DisciplineSettings settings;
    settings.auth_select_mode = mode;
    Machine machine(settings);
    Source& one = machine.add(1, 0, first_key);
    Source& two = machine.add(2, second, second_key);
    std::string out;
    for (const Source* source : {&one, &two}) {
      const auto options = source->place().effective_options;
      out += (options & TACTUS_SELECT_NOSELECT) != 0 ? "N" : (options & TACTUS_SELECT_TRUST) != 0 ? "T" : "-";
    }
    if (refclock) {
      const auto options = machine.add(3, 0, false, true).place().effective_options;
      out += (options & TACTUS_SELECT_REQUIRE) != 0 ? "R" : "-";
    }
    return out;
  };
  EXPECT_EQ(letters(AuthSelectMode::mix, false, false, 0, true), "---");
  EXPECT_EQ(letters(AuthSelectMode::mix, true, false, 0, true), "T-R");
  EXPECT_EQ(letters(AuthSelectMode::mix, true, true, 0, true), "---");
  EXPECT_EQ(letters(AuthSelectMode::mix, true, false, TACTUS_SELECT_NOSELECT, false), "-N");
  EXPECT_EQ(letters(AuthSelectMode::prefer, true, false, 0, true), "-N-");
  EXPECT_EQ(letters(AuthSelectMode::prefer, false, false, 0, true), "---");
  EXPECT_EQ(letters(AuthSelectMode::require, false, false, 0, true), "NN-");
  EXPECT_EQ(letters(AuthSelectMode::ignore, true, false, 0, true), "---");
}

TEST(Selection, one_sample_is_enough_with_maxsamples_1) {
  Machine machine;
  machine.max_samples = 1;
  Source& source = machine.add(1);
  rounds(machine, {&source}, {0.0}, 1);
  EXPECT_EQ(machine.states(), "*");
}

TEST(Selection, orphans_follow_the_smallest_reference_id_below_their_own) {
  DisciplineSettings settings;
  settings.local.enabled = settings.local.orphan = true;
  settings.local.stratum = 5;
  Machine machine(settings);
  Source& source = machine.add(1);
  for (int i = 0; i < 4; ++i) {
    machine.run(16.0);
    machine.measure(source, 0.0, 0.0, 1e-3, 5);
  }
  EXPECT_EQ(machine.states(), "O");
  EXPECT_TRUE(machine.said("Unknown local refid in orphan mode"));
  machine.discipline.set_own_refid(source, 0xc0000200);
  machine.run(16.0);
  machine.measure(source, 0.0, 0.0, 1e-3, 5);
  EXPECT_EQ(machine.states(), "O") << "our own is smaller: we are the orphans' reference";
  machine.discipline.set_own_refid(source, 0xc00002ff);
  machine.run(16.0);
  machine.measure(source, 0.0, 0.0, 1e-3, 5);
  EXPECT_EQ(machine.states(), "*");
}

TEST(Selection, a_source_that_stays_bad_is_to_be_replaced) {
  DisciplineSettings settings;
  settings.max_distance_s = 0.5;
  Machine machine(settings);
  int asked = 0;
  tactus_source_params params{};
  params.struct_size = sizeof params;
  params.min_samples = params.max_samples = params.max_unreach = -1;
  params.asymmetry = 1.0;
  params.address.family = TACTUS_FAMILY_IPV4;
  params.address.bytes[0] = 10;
  params.name = "ntp.example.net";
  tactus_source_callbacks callbacks{};
  callbacks.struct_size = sizeof callbacks;
  callbacks.replace = [](void* user) { ++*static_cast<int*>(user); };
  Source& source = **machine.discipline.new_source(params, &callbacks, &asked);
  for (int i = 0; i < 7; ++i) {
    machine.run(16.0);
    machine.measure(source, 0.0, 0.0, 2.0);
  }
  EXPECT_EQ(asked, 2) << "from the fourth bad selection after the third sample on";
  EXPECT_TRUE(machine.said("Root distance of 10.0.0.0 (ntp.example.net) exceeds maxdistance of 0.500 seconds"));
}

}  // namespace
}  // namespace tactus
