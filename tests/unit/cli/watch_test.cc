// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <tactus/report_text.hpp>

#include "channel.hpp"
#include "terminal_text.hpp"
#include "watch_screen.hpp"

namespace tactus::cli {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t start_ns = 1'795'651'200 * second_ns;

ClockView view_of(const std::string& states, int step) {
  ClockView view;
  view.now_ns = start_ns + step * second_ns;
  tactus_tracking tracking{};
  tracking.refid = states.find('*') != std::string::npos ? 0x7f000001 : 0;
  tracking.leap = tracking.refid != 0 ? 0 : 3;
  tracking.stratum = 3;
  tracking.reference_time = start_ns + step * second_ns;
  tracking.last_offset_s = step % 2 == 0 ? 1e-6 : -1e-6;
  tracking.root_delay_s = 0.002;
  view.tracking = tracking;
  for (std::size_t i = 0; i < states.size(); ++i) {
    tactus_source_row source{};
    source.address = *parse_literal(fmt::format("192.0.2.{}", i + 1));
    source.state = static_cast<unsigned char>(states[i] == 'M' ? '?' : states[i]);
    source.reach = 0377;
    source.last_sample_ago_s = states[i] == 'M' ? TACTUS_AGO_NEVER : 1;
    source.original_offset_s = source.offset_s = 1e-4 * (step % 5 - 2);
    std::snprintf(source.name, sizeof source.name, "ntp%zu.a-rather-long-domain-name.example.net", i + 1);
    view.sources.push_back(source);
    tactus_selectdata_row selection{};
    selection.address = source.address;
    selection.state = static_cast<unsigned char>(states[i]);
    view.selections.push_back(selection);
  }
  return view;
}

std::string text_of(const WatchScreen& screen, const ScreenStyle& style) {
  std::string out;
  for (const std::string& line : screen.draw(style)) out += line + '\n';
  return out;
}
bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST(Watch, every_screen_keeps_to_its_rows_and_columns) {
  WatchScreen screen(1.0);
  for (int step = 0; step < 60; ++step) screen.update(view_of(step % 7 == 0 ? "*+xMd~" : "+*xMd~", step));
  for (const std::size_t columns : {1u, 10u, 20u, 40u, 41u, 60u, 79u, 80u, 81u, 132u, 300u}) {
    for (const std::size_t rows : {1u, 2u, 5u, 8u, 10u, 24u, 60u}) {
      for (const bool colour : {false, true}) {
        const auto lines = screen.draw({columns, rows, colour, true});
        EXPECT_LE(lines.size(), rows);
        EXPECT_GE(lines.size(), 1u);
        for (const std::string& line : lines) {
          EXPECT_LE(columns_of(line), columns) << columns << 'x' << rows << ": " << line;
          for (std::string_view rest = line; !rest.empty();) {
            const std::size_t length = utf8_length(rest);
            ASSERT_GT(length, 0u) << line;
            rest.remove_prefix(length);
          }
        }
      }
    }
  }
}

TEST(Watch, eighty_columns_have_the_name_the_numbers_and_the_bars) {
  WatchScreen screen(1.0);
  for (int step = 0; step < 10; ++step) screen.update(view_of("*M", step));
  const std::string text = text_of(screen, {80, 24, false, false});
  EXPECT_TRUE(has(text, "tctl watch   2026-11-26 00:00:09 UTC"));
  EXPECT_TRUE(has(text, "every 1 s, q quits\n"));
  EXPECT_TRUE(has(text, "* ntp1.a-rather-long-doma>   377     1  +200us    0ns  "));
  EXPECT_TRUE(has(text, "_.-'^_.-'^\n")) << text;
  EXPECT_TRUE(has(text, "few samples"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

TEST(Watch, changes_of_state_are_told_newest_first) {
  WatchScreen screen(1.0);
  screen.update(view_of("*+", 0));
  EXPECT_FALSE(has(text_of(screen, {}), "Changes"));
  screen.update(view_of("*x", 1));
  screen.update(view_of("*+M", 2));
  screen.update(view_of("*", 3));
  screen.update(view_of("?", 4));
  const std::string text = text_of(screen, {100, 40, false, false});
  const auto at = [&](std::string_view what) { return text.find(what); };
  EXPECT_TRUE(has(text, "00:00:01 ntp2.a-rather-long-domain-name.example.net: falseticker (x), was combined"));
  EXPECT_TRUE(has(text, "00:00:02 ntp3.a-rather-long-domain-name.example.net: new source"));
  EXPECT_TRUE(has(text, "00:00:03 ntp2.a-rather-long-domain-name.example.net: no source any more"));
  EXPECT_TRUE(has(text, "00:00:04 the clock is not synchronised any more"));
  EXPECT_LT(at("00:00:04"), at("00:00:03"));
  EXPECT_LT(at("00:00:02"), at("00:00:01"));
}

TEST(Watch, a_daemon_that_ends_and_comes_back_is_told_and_what_it_said_stays) {
  WatchScreen screen(2.0);
  screen.update(view_of("*", 0));
  screen.lost(start_ns + 5 * second_ns);
  screen.lost(start_ns + 6 * second_ns);
  std::string text = text_of(screen, {});
  EXPECT_TRUE(has(text, "The daemon does not answer since 00:00:05 UTC."));
  EXPECT_TRUE(has(text, "* ntp1"));
  screen.update(view_of("*", 7));
  text = text_of(screen, {});
  EXPECT_FALSE(has(text, "since"));
  EXPECT_TRUE(has(text, "00:00:07 the daemon answers again"));
}

TEST(Watch, sources_that_do_not_fit_are_counted) {
  WatchScreen screen(1.0);
  screen.update(view_of("*+++++++++++++++++++", 0));
  const std::string text = text_of(screen, {80, 12, false, false});
  EXPECT_TRUE(has(text, "... and 16 more")) << text;
  EXPECT_FALSE(has(text_of(screen, {80, 40, false, false}), "more"));
}

TEST(Watch, bars_lie_between_the_largest_magnitudes_with_zero_in_the_middle) {
  EXPECT_EQ(history_bars({-1.0, -0.5, 0.0, 0.5, 1.0}, 6, false), " _.-'^");
  EXPECT_EQ(history_bars({1.0, 2.0, 4.0}, 2, false), "'^") << "the newest, by their own scale";
  EXPECT_EQ(history_bars({0.0, 0.0}, 3, false), " --");
  EXPECT_EQ(history_bars({NAN, 1.0}, 2, false), " ^");
  EXPECT_EQ(history_bars({}, 4, true), "    ");
  EXPECT_EQ(history_bars({-1.0, 1.0}, 2, true), "▁█");
}

TEST(Watch, a_measurement_makes_one_bar_however_often_it_is_seen) {
  WatchScreen screen(1.0);
  ClockView view = view_of("*", 0);
  for (int i = 0; i < 5; ++i) {
    screen.update(view);
    ++view.sources[0].last_sample_ago_s;
  }
  const auto lines = screen.draw({80, 24, false, false});
  EXPECT_TRUE(lines.back().ends_with("          _")) << lines.back();
}

TEST(Watch, text_is_cut_by_characters_and_marked) {
  EXPECT_EQ(fitted("abc", 5), "abc  ");
  EXPECT_EQ(fitted("abcdef", 4), "abc>");
  EXPECT_EQ(fitted("µµµµ", 3), "µµ>");
  EXPECT_EQ(fitted("abc", 0), "");
  EXPECT_EQ(columns_of("\x1b[31mµ\x1b[0mx"), 2u);
}

}  // namespace tactus::cli
