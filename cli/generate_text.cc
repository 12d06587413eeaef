// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "arguments.hpp"
#include "context.hpp"
#include "generate.hpp"
#include "help.hpp"

namespace tactus::cli {

namespace {

// The flags of an option line: "-v, --version" has two.
std::vector<std::string_view> flags_of(const OptionLine& line) {
  std::vector<std::string_view> out;
  for (std::string_view rest = line.flags; !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    out.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return out;
}

// What the first line of `help` about a command says.
std::string_view summary_of(std::string_view command) {
  for (const HelpLine& line : help_lines()) {
    const std::string_view words = line.usage.substr(0, line.usage.find(' '));
    if (words == command) return line.text;
    // "exit|quit"
    const std::size_t bar = words.find('|');
    if (bar != words.npos && (words.substr(0, bar) == command || words.substr(bar + 1) == command)) return line.text;
  }
  return {};
}

// A text within single quotes of a shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out += '\'';
}

// zsh: `:` and brackets end a description.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string all_flags() {
  std::string out;
  for (const OptionLine& line : option_lines()) {
    for (const std::string_view flag : flags_of(line)) out += fmt::format("{}{}", out.empty() ? "" : " ", flag);
  }
  return out;
}

// mdoc: a leading dot or quote, and backslashes, mean something.
std::string man_text(std::string_view text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string bash_completion() {
  std::string names;
  std::string cases;
  for (const Command& command : commands()) {
    if (command.offer == Offer::hidden) continue;
    names += fmt::format("{}{}", names.empty() ? "" : " ", command.name);
    if (!command.completions.empty())
      cases += fmt::format("    {}) words='{}' ;;\n", command.name, command.completions);
  }
  std::string with_argument;
  for (const OptionLine& line : option_lines()) {
    if (line.argument.empty()) continue;
    for (const std::string_view flag : flags_of(line)) {
      with_argument += fmt::format("{}{}", with_argument.empty() ? "" : "|", flag);
    }
  }
  return fmt::format(R"(# bash completion of tctl, made from its table of commands
_tctl() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} command='' words='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      {1}) ((i++)) ;;
      -*) ;;
      *) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  if [ -z "$command" ]; then
    case ${{COMP_WORDS[COMP_CWORD-1]}} in
      -h|-f) COMPREPLY=($(compgen -f -- "$cur")); return ;;
      {1}) return ;;
    esac
    case $cur in
      -*) words='{2}' ;;
      *) words='{0}' ;;
    esac
  elif [ "$command" = plot ] && [[ $cur != -* ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    return
  else case $command in
{3}  esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -F _tctl tctl
)",
                     names, with_argument, all_flags(), cases);
}

std::string zsh_completion() {
  std::string options;
  for (const OptionLine& line : option_lines()) {
    for (const std::string_view flag : flags_of(line)) {
      const std::string argument = line.argument.empty() ? "" : fmt::format(":{}:", line.argument);
      options += fmt::format("    {} \\\n", quoted(fmt::format("{}[{}]{}", flag, zsh_text(line.text), argument)));
    }
  }
  std::string names;
  std::string cases;
  for (const Command& command : commands()) {
    if (command.offer == Offer::hidden) continue;
    names += fmt::format("    {}\n", quoted(fmt::format("{}:{}", command.name, zsh_text(summary_of(command.name)))));
    if (!command.completions.empty())
      cases += fmt::format("      {}) compadd -- {} ;;\n", command.name, command.completions);
  }
  return fmt::format(R"(#compdef tctl
# zsh completion of tctl, made from its table of commands
_tctl() {{
  local curcontext=$curcontext state line
  local -a commands
  commands=(
{}  )
  _arguments -C -S \
{}    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $line[1] in
      plot) compadd -- -o --live; _files ;;
{}      esac ;;
  esac
}}
_tctl "$@"
)",
                     names, options, cases);
}

std::string man_options() {
  std::string out;
  for (const OptionLine& line : option_lines()) {
    std::string flags;
    for (const std::string_view flag : flags_of(line)) {
      flags += fmt::format("{}Fl {}", flags.empty() ? "" : " , ", man_text(flag.substr(1)));
    }
    if (!line.argument.empty()) flags += fmt::format(" Ar {}", line.argument);
    out += fmt::format(".It {}\n{}.\n", flags, man_text(line.text));
  }
  return out;
}

std::string man_commands() {
  std::string out;
  bool list = false;
  for (const HelpLine& line : help_lines()) {
    if (line.usage.empty()) {
      if (list) out += ".El\n";
      out += fmt::format(".Ss {}\n.Bl -tag -width indent\n", man_text(line.text));
      list = true;
    } else {
      out += fmt::format(".It Ic {}\n{}.\n", man_text(line.usage), man_text(line.text));
    }
  }
  return out + ".El\n";
}

std::string man_page(std::string page) {
  for (const auto& [name, text] : {std::pair("options", man_options()), std::pair("commands", man_commands())}) {
    const std::string begin = fmt::format(".\\\" {}: begin\n", name);
    const std::size_t from = page.find(begin);
    const std::size_t to = page.find(fmt::format(".\\\" {}: end\n", name));
    if (from == page.npos || to == page.npos || to < from) return {};
    page.replace(from + begin.size(), to - from - begin.size(), text);
  }
  return page;
}

}  // namespace tactus::cli
