// SPDX-License-Identifier: Apache-2.0
// What a command works with: settings, the session, names, the output; and the table of commands.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "channel.hpp"
#include "output.hpp"
#include "session.hpp"

namespace tactus::cli {

struct Settings {
  bool csv = false;           // -c
  bool no_names = false;      // -n
  bool source_names = false;  // -N
  bool end_dot = false;       // -e
  bool json = false;          // --json
  bool strict = false;        // exactly as chronyc 4.8: no understanding of older daemons
  Family family = Family::any;
};

struct Context {
  Settings settings;
  Session& session;
  Resolver& resolver;
  Output& output;
  bool quit = false;  // `exit` or `quit` was given
  // Whether the daemon knows private requests (private_requests.hpp); empty: not known yet.
  std::optional<bool> private_requests = {};
  std::string json = {};  // what a command has to say with --json, see json_reports.hpp
};

// To whom a command is shown by completion and `help`.
enum class Offer : std::uint8_t {
  always,
  hidden,  // understood, not documented
  beyond,  // chronyc does not have it: unknown under that name
};
struct Command {
  std::string_view name;
  // `rest`: the line behind the name, words separated by single spaces. Returns whether it succeeded.
  bool (*run)(Context& context, const std::string& rest);
  bool report;                        // prints a report of its own, not only a status line
  std::string_view completions = {};  // words that may follow, separated by spaces
  Offer offer = Offer::always;
  // The same as JSON, into Context::json; null: what it prints is wrapped (json_reports.hpp).
  bool (*run_json)(Context& context, const std::string& rest) = nullptr;
  bool offline = false;  // tctl runs it without a daemon; chronyc does not
};
// Every command; chronyc's own by name, then the others.
std::span<const Command> commands();
const Command* find_command(std::string_view name);

// Runs one line as it was typed (client specification 3.3). Returns whether it succeeded.
bool run_line(Context& context, std::string_view line);

// Runs the words of the program's arguments: together one line, or each a line of its own; the first that
// fails is the last (client specification 3.1). Returns whether the last one succeeded.
bool run_words(Context& context, std::span<const std::string> words, bool several);

// White space runs become one space, the ends are trimmed.
std::string normalize(std::string_view line);
// Takes the first word off; empty when there is none.
std::string take_word(std::string& rest);
bool equal_ignoring_case(std::string_view a, std::string_view b);

// SRC: `ID#n`, an address or a host name.
std::optional<tactus_address> find_source(Context& context, const std::string& word);
// SRCREF: `ID#n`, an address literal, or a reference id of 1 to 4 characters (family NONE then).
struct SourceReference {
  tactus_address address{};
  std::uint32_t refid = 0;
};
std::optional<SourceReference> find_reference(const std::string& word);

}  // namespace tactus::cli
