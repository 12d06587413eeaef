// SPDX-License-Identifier: Apache-2.0
// Interactive mode.
#include "interactive.hpp"

#include <cstdio>

#include "line_editor.hpp"
#include "signals.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t longest_line = 2047;

std::optional<std::string> read_plain() {
  char buffer[longest_line + 1];
  if (std::fgets(buffer, sizeof buffer, stdin) == nullptr) return std::nullopt;
  return buffer;
}

}  // namespace

std::string completions_after(std::string_view before, bool strict) {
  std::string out;
  if (before.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    for (const Command& command : commands()) {
      if (command.offer == Offer::hidden || (strict && command.offer == Offer::beyond)) continue;
      out += std::string(out.empty() ? "" : " ") + std::string(command.name);
    }
    return out;
  }
  for (const Command& command : commands()) {
    const bool offered = command.offer != Offer::beyond || !strict;
    if (offered && before == std::string(command.name) + " ") return std::string(command.completions);
  }
  return out;
}

bool run_input(Context& context, bool terminal, const std::string& prompt) {
  bool success = true;
  const LineEditor::Completions completions =
      context.settings.strict ? [](std::string_view before) { return completions_after(before, true); }
                              : [](std::string_view before) { return completions_after(before, false); };
  const bool edited = terminal && LineEditor::load(completions);
  if (terminal && !edited) context.output.complain("libedit is not installed: lines cannot be edited");
  while (!context.quit) {
    if (terminal && !edited) context.output.print(prompt);
    context.output.flush();
    const std::optional<std::string> line = edited ? LineEditor::read(prompt) : read_plain();
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
