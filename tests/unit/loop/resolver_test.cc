// SPDX-License-Identifier: Apache-2.0
// The resolver: literals without a helper, names through one, cancelling, helpers that die.
#include "loop/resolver.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <tactus/address.hpp>

namespace tactus {
namespace {

using namespace std::chrono_literals;

struct World {
  explicit World(Resolver::HelperSetup setup = {}) : resolver(loop, logger, std::move(setup)) { ::alarm(60); }
  ~World() { ::alarm(0); }

  std::uint64_t ask(const std::string& name, std::uint32_t family = TACTUS_FAMILY_NONE) {
    return resolver.resolve(name, family, [this, name](tactus_status status, std::span<const tactus_address> found) {
      std::string line = name + " " + std::to_string(status);
      for (const tactus_address& address : found) line += " " + to_text(address);
      answers.push_back(line);
    });
  }
  void run_until(std::size_t count) {
    while (answers.size() < count) loop.run_once(-1ns);
  }

  std::vector<std::string> messages;
  std::vector<std::string> answers;
  Logger logger{[this](Level, std::string_view text) { messages.emplace_back(text); }};
  Loop loop{make_poll_waiter()};
  Resolver resolver;
};

TEST(Resolver, answers_literals_at_the_next_turn_without_a_helper) {
  World w;
  w.ask("192.0.2.1");
  w.ask("2001:db8::1", TACTUS_FAMILY_IPV6);
  w.ask("192.0.2.2", TACTUS_FAMILY_IPV6);
  w.ask("fe80::1%1");
  EXPECT_TRUE(w.answers.empty()) << "never from inside resolve()";
  w.loop.run_once(-1ns);
  EXPECT_EQ(w.answers,
            (std::vector<std::string>{"192.0.2.1 0 192.0.2.1", "2001:db8::1 0 2001:db8::1",
                                      "192.0.2.2 " + std::to_string(TACTUS_E_NOT_FOUND), "fe80::1%1 0 fe80::1%1"}));
  EXPECT_TRUE(w.resolver.helpers().empty());
  EXPECT_EQ(w.loop.wakeups(), 1u);
}

TEST(Resolver, refuses_what_cannot_be_a_name_without_a_helper) {
  World w;
  const std::string not_found = std::to_string(TACTUS_E_NOT_FOUND);
  w.ask("");
  w.ask("two words");
  w.ask(std::string(254, 'a'));
  w.ask(std::string("nul\0inside", 10));
  w.run_until(4);
  for (const std::string& answer : w.answers) EXPECT_TRUE(answer.ends_with(" " + not_found)) << answer;
  EXPECT_TRUE(w.resolver.helpers().empty());
}

TEST(Resolver, resolves_a_name_in_a_helper_and_is_idle_while_it_waits) {
  World w;
  w.ask("localhost", TACTUS_FAMILY_IPV4);
  EXPECT_EQ(w.resolver.helpers().size(), 1u);
  w.run_until(1);
  EXPECT_EQ(w.answers[0], "localhost 0 127.0.0.1");
  EXPECT_EQ(w.loop.wakeups(), 1u) << "the answer, and nothing else, woke the loop";
  // Nothing is watched now: an idle helper costs no wake-up.
  w.loop.run_once(0s);
  w.ask("localhost", TACTUS_FAMILY_IPV4);
  w.run_until(2);
  EXPECT_EQ(w.resolver.helpers().size(), 1u) << "the same one";
  EXPECT_TRUE(w.messages.empty());
}

TEST(Resolver, works_on_several_names_at_once_within_its_limit_of_helpers) {
  World w;
  for (int i = 0; i < 12; ++i) w.ask("localhost", TACTUS_FAMILY_IPV4);
  EXPECT_EQ(w.resolver.helpers().size(), 4u);
  w.run_until(12);
  for (const std::string& answer : w.answers) EXPECT_EQ(answer, "localhost 0 127.0.0.1");
}

TEST(Resolver, answers_a_name_that_does_not_resolve) {
  World w;
  w.ask("no-such-host.invalid");
  w.run_until(1);
  // Without a name server there is no answer; with one there is no such name.
  EXPECT_TRUE(w.answers[0].ends_with(" " + std::to_string(TACTUS_E_NOT_FOUND)) ||
              w.answers[0].ends_with(" " + std::to_string(TACTUS_E_ABSENT)))
      << w.answers[0];
}

// A helper that never serves: its setup does not return.
void sleep_for_ever() {
  for (;;) ::pause();
}

TEST(Resolver, does_not_answer_what_was_cancelled) {
  World w(sleep_for_ever);
  const auto literal = w.ask("192.0.2.1");
  const auto name = w.ask("localhost");
  w.ask("192.0.2.3");
  w.resolver.cancel(literal);
  w.resolver.cancel(name);
  w.resolver.cancel(name);
  w.resolver.cancel(0);
  EXPECT_TRUE(w.resolver.helpers().empty()) << "the look-up that nobody waits for was ended";
  w.run_until(1);
  w.loop.run_once(0s);
  EXPECT_EQ(w.answers, (std::vector<std::string>{"192.0.2.3 0 192.0.2.3"}));
}

TEST(Resolver, lets_an_answer_cancel_and_ask_again) {
  World w;
  std::uint64_t other = 0;
  w.resolver.resolve("localhost", TACTUS_FAMILY_IPV4, [&](tactus_status, std::span<const tactus_address>) {
    w.resolver.cancel(other);
    w.ask("192.0.2.9");
  });
  other = w.ask("localhost", TACTUS_FAMILY_NONE);
  // Either may come first; when it is `other`, both are answered.
  while (w.answers.empty() || !w.answers.back().starts_with("192.0.2.9")) w.loop.run_once(-1ns);
  EXPECT_LE(w.answers.size(), 2u);
}

TEST(Resolver, answers_absent_when_a_helper_dies_and_serves_the_rest_with_new_ones) {
  World w(sleep_for_ever);
  for (int i = 0; i < 5; ++i) w.ask("host" + std::to_string(i));
  ASSERT_EQ(w.resolver.helpers().size(), 4u);
  const int victim = w.resolver.helpers()[0];
  ASSERT_EQ(::kill(victim, SIGKILL), 0);
  w.run_until(1);
  EXPECT_EQ(w.answers[0], "host0 " + std::to_string(TACTUS_E_ABSENT));
  EXPECT_EQ(w.messages, (std::vector<std::string>{"Resolver helper failed : it ended"}));
  EXPECT_EQ(w.resolver.helpers().size(), 4u) << "one was started for the name that was waiting";
  for (const int helper : w.resolver.helpers()) EXPECT_NE(helper, victim);
}

TEST(Resolver, replaces_a_helper_that_died_while_it_was_idle) {
  World w;
  w.ask("localhost", TACTUS_FAMILY_IPV4);
  w.run_until(1);
  const int victim = w.resolver.helpers().at(0);
  ASSERT_EQ(::kill(victim, SIGKILL), 0);
  // Until the kernel has closed its socket, writing still succeeds and the answer is "absent"; both are right.
  w.ask("localhost", TACTUS_FAMILY_IPV4);
  w.run_until(2);
  w.ask("localhost", TACTUS_FAMILY_IPV4);
  w.run_until(3);
  EXPECT_EQ(w.answers[2], "localhost 0 127.0.0.1");
  EXPECT_NE(w.resolver.helpers().at(0), victim);
}

TEST(Resolver, keeps_a_helper_started_beforehand_when_forking_is_forbidden) {
  World w;
  ASSERT_TRUE(w.resolver.start_helper());
  w.resolver.forbid_fork();
  for (int i = 0; i < 3; ++i) w.ask("localhost", TACTUS_FAMILY_IPV4);
  w.run_until(3);
  ASSERT_EQ(w.resolver.helpers().size(), 1u);
  for (const std::string& answer : w.answers) EXPECT_EQ(answer, "localhost 0 127.0.0.1");
  ASSERT_EQ(::kill(w.resolver.helpers()[0], SIGKILL), 0);
  w.ask("localhost");
  w.run_until(4);
  w.ask("localhost");
  w.run_until(5);
  EXPECT_EQ(w.answers[4], "localhost " + std::to_string(TACTUS_E_ABSENT));
}

}  // namespace
}  // namespace tactus
