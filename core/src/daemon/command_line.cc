// SPDX-License-Identifier: Apache-2.0
// The daemon's command line, with getopt's conventions: joined and attached options, options behind directives, `--`.
#include "daemon/command_line.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

namespace tactus {
namespace {

constexpr std::string_view options_with_value = "fFlLPtu";
constexpr std::string_view options_without_value = "46dhmnpqQrRsUvx";
constexpr int lowest_level = -1;
constexpr int highest_level = 3;
constexpr int print_level = 1;

bool one_of(char option, std::string_view set) { return set.find(option) != std::string_view::npos; }

// The digits at the beginning count, as with scanf.
std::optional<int> leading_integer(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')))
    text.remove_prefix(1);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  int value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return value;
}

class Parser {
 public:
  Parser(std::string_view argv0, std::span<const std::string_view> arguments) : argv0_(argv0), rest_(arguments) {}

  CommandLine run() {
    // Long options are searched first, anywhere.
    for (const std::string_view argument : rest_) {
      if (argument == "--help") return only(Action::usage);
      if (argument == "--version") return only(Action::version);
    }
    bool only_directives = false;
    while (!rest_.empty() && !done_) {
      const std::string_view argument = take();
      if (only_directives || argument.size() < 2 || argument.front() != '-') {
        out_.directives.emplace_back(argument);
      } else if (argument == "--") {
        only_directives = true;
      } else {
        take_cluster(argument.substr(1));
      }
    }
    return std::move(out_);
  }

 private:
  static CommandLine only(Action action) {
    CommandLine out;
    out.action = action;
    return out;
  }

  std::string_view take() {
    const std::string_view first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }

  void stop(Action action, std::string complaint = {}) {
    out_.action = action;
    out_.complaint = std::move(complaint);
    done_ = true;
  }

  // One argument: several options, the last of which may have its value attached or in the next argument.
  void take_cluster(std::string_view cluster) {
    while (!cluster.empty() && !done_) {
      const char option = cluster.front();
      cluster.remove_prefix(1);
      if (one_of(option, options_without_value)) {
        take_switch(option);
      } else if (!one_of(option, options_with_value)) {
        stop(Action::usage_error, fmt::format("{}: invalid option -- '{}'", argv0_, option));
      } else if (cluster.empty() && rest_.empty()) {
        stop(Action::usage_error, fmt::format("{}: option requires an argument -- '{}'", argv0_, option));
      } else {
        take_value(option, cluster.empty() ? take() : cluster);
        return;
      }
    }
  }

  void to_terminal() { out_.foreground = out_.log_to_stderr = true; }

  void take_switch(char option) {
    switch (option) {
      case '4':
        out_.family = 4;
        break;
      case '6':
        out_.family = 6;
        break;
      case 'd':
        to_terminal();
        if (++debug_ >= 2) out_.log_level = lowest_level;
        break;
      case 'h':
        stop(Action::usage);
        break;
      case 'm':
        out_.lock_memory = true;
        break;
      case 'n':
        out_.foreground = true;
        break;
      case 'p':
        to_terminal();
        out_.print_config = true;
        out_.require_root = false;
        out_.log_level = print_level;
        break;
      case 'q':
        to_terminal();
        out_.mode = RunMode::set_once;
        break;
      case 'Q':
        to_terminal();
        out_.mode = RunMode::show_once;
        out_.require_root = out_.control_clock = out_.open_ports = false;
        break;
      case 'r':
        out_.load_dumps = true;
        break;
      case 'R':
        out_.restart = true;
        break;
      case 's':
        out_.set_from_rtc = true;
        break;
      case 'U':
        out_.require_root = false;
        break;
      case 'v':
        stop(Action::version);
        break;
      default:
        out_.control_clock = false;  // x
    }
  }

  void take_value(char option, std::string_view value) {
    if (option == 'f') {
      out_.config_file = value;
    } else if (option == 'l') {
      out_.log_file = value;
    } else if (option == 'u') {
      out_.user = value;
    } else if (const auto number = leading_integer(value)) {
      take_number(option, *number);
    } else {
      stop(Action::fatal, fmt::format("Invalid argument {}", value));
    }
  }

  void take_number(char option, int number) {
    if (option == 'F') {
      out_.filter_level = number;
    } else if (option == 'P') {
      out_.priority = number;
    } else if (option == 't') {
      out_.timeout_s = number >= 0 ? std::optional(number) : std::nullopt;
    } else if (debug_ < 2) {
      out_.log_level = std::clamp(number, lowest_level, highest_level);
    }
  }

  std::string_view argv0_;
  std::span<const std::string_view> rest_;
  CommandLine out_;
  int debug_ = 0;
  bool done_ = false;
};

}  // namespace

CommandLine parse_command_line(std::string_view argv0, std::span<const std::string_view> arguments) {
  return Parser(argv0, arguments).run();
}

}  // namespace tactus
