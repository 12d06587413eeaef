// SPDX-License-Identifier: Apache-2.0
// Interactive mode over libedit's readline interface.
#include "interactive.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <editline/readline.h>

#include "signals.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t longest_line = 2047;

// Whole words of `candidates` that begin with `start`; libedit asks for the n-th of them.
char* nth_candidate(const std::string& candidates, const char* start, int n) {
  std::string rest = candidates;
  while (!rest.empty()) {
    const std::string word = take_word(rest);
    if (word.starts_with(start) && n-- == 0) return ::strdup(word.c_str());
  }
  return nullptr;
}

// libedit's generators have no user pointer: each looks at the line that is being edited.
char* generate(const char* start, int state) {
  const std::string line(rl_line_buffer, static_cast<std::size_t>(rl_point));
  const std::size_t length = std::min(std::strlen(start), line.size());
  return nth_candidate(completions_after(std::string_view(line).substr(0, line.size() - length)), start, state);
}

char** complete(const char* text, int, int) {
  rl_attempted_completion_over = 1;  // never file names
  return rl_completion_matches(text, &generate);
}

void set_up_editor() {
  static char separators[] = " \t\r\n";
  rl_basic_word_break_characters = separators;
  rl_attempted_completion_function = &complete;
}

std::optional<std::string> read_edited(const std::string& prompt) {
  char* line = ::readline(prompt.c_str());
  if (line == nullptr) return std::nullopt;
  std::string out(line);
  std::free(line);
  if (!normalize(out).empty()) ::add_history(out.c_str());
  return out;
}

std::optional<std::string> read_plain() {
  char buffer[longest_line + 1];
  if (std::fgets(buffer, sizeof buffer, stdin) == nullptr) return std::nullopt;
  return buffer;
}

}  // namespace

std::string completions_after(std::string_view before) {
  std::string out;
  if (before.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    for (const Command& command : commands()) {
      if (command.offer == Offer::hidden) continue;
      out += std::string(out.empty() ? "" : " ") + std::string(command.name);
    }
    return out;
  }
  for (const Command& command : commands()) {
    if (before == std::string(command.name) + " ") {
      return std::string(command.completions);
    }
  }
  return out;
}

bool run_input(Context& context, bool terminal, const std::string& prompt) {
  bool success = true;
  if (terminal) set_up_editor();
  while (!context.quit) {
    const std::optional<std::string> line = terminal ? read_edited(prompt) : read_plain();
    if (!line || signal_received()) {
      if (terminal) context.output.print("\n");
      break;
    }
    success = run_line(context, *line);
  }
  context.output.flush();
  return success;
}

}  // namespace tactus::cli
