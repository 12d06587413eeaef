// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace tactus::sim {

namespace {

constexpr unsigned most_seeds = 10000;
constexpr unsigned most_jobs = 64;

// What an option takes, if anything.
struct Known {
  std::string_view name;
  bool takes_value;
};
constexpr Known known[] = {{"--seeds", true},   {"--seed", true},    {"--json", false},  {"--markdown", false},
                           {"--plot", true},    {"--keep", true},    {"--events", true}, {"--jobs", true},
                           {"--plugins", true}, {"--modules", true}, {"--help", false},  {"--keys", false},
                           {"--check", false},  {"-h", false}};

Result<unsigned> number(std::string_view option, std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < 1 || value > most) {
    return error("{}: `{}` is not a number from 1 to {}", option, text, most);
  }
  return value;
}

Result<void> apply(Options& out, std::string_view option, const std::string& value) {
  const auto set = [&](unsigned& member, unsigned most) -> Result<void> {
    auto read = number(option, value, most);
    if (!read) return read.failure();
    member = *read;
    return {};
  };
  if (option == "--seeds") return set(out.seeds, most_seeds);
  if (option == "--seed") return set(out.seed, 4000000000U);
  if (option == "--jobs") return set(out.jobs, most_jobs);
  if (option == "--plot") out.plot = value;
  if (option == "--keep") out.keep = value;
  if (option == "--events") out.events = value;
  if (option == "--plugins") out.plugins = value;
  if (option == "--modules") out.modules = value;
  if (option == "--json") out.json = true;
  if (option == "--markdown") out.markdown = true;
  if (option == "--help" || option == "-h") out.action = Options::Action::help;
  if (option == "--keys") out.action = Options::Action::keys;
  if (option == "--check") out.action = Options::Action::check;
  return {};
}

Result<Options> checked(Options out) {
  if (out.action == Options::Action::help || out.action == Options::Action::keys) return out;
  if (out.files.empty()) return error("no scenario is given; name one or more files, --help says what else");
  if (out.seed != 0 && out.seeds != 0) return error("--seed and --seeds exclude each other; give one of them");
  if (!out.plot.empty() && out.files.size() > 1) return error("--plot draws one scenario; give one file");
  return out;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
  Options out;
  bool options_end = false;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (options_end || word.size() < 2 || word.front() != '-') {
      out.files.emplace_back(word);
      continue;
    }
    if (word == "--") {
      options_end = true;
      continue;
    }
    std::string value;
    const std::size_t equals = word.find('=');
    const bool has_value = equals != word.npos;
    if (has_value) {
      value = word.substr(equals + 1);
      word = word.substr(0, equals);
    }
    const Known* found = nullptr;
    for (const Known& one : known) {
      if (one.name == word) found = &one;
    }
    if (found == nullptr) return error("unknown option {}; --help lists them", word);
    if (has_value && !found->takes_value) return error("{} takes no value", word);
    if (found->takes_value && !has_value) {
      if (i + 1 >= argc) return error("{} needs a value; --help shows it", word);
      value = argv[++i];
    }
    if (auto applied = apply(out, word, value); !applied) return applied.failure();
  }
  return checked(std::move(out));
}

std::string usage_text() {
  return "Usage: tctl simulate SCENARIO.yaml... [OPTION]...\n\n"
         "Runs whole daemons in virtual time and says how near their clocks stay to the truth.\n\n"
         "Options:\n"
         "  --seeds N      run with the seeds 1 to N (those of the scenario)\n"
         "  --seed N       run with this seed only\n"
         "  --json         print all figures as JSON\n"
         "  --markdown     print one table row per scenario\n"
         "  --plot FILE    draw errors, bounds and frequencies over time as SVG; of several seeds the first\n"
         "  --keep FOLDER  keep the nodes' configurations, logs and state below FOLDER/SCENARIO.SEED/NODE\n"
         "  --events FILE  write a line for each packet and event\n"
         "  --jobs N       run that many seeds at once (1)\n"
         "  --plugins FOLDER, --modules FOLDER\n"
         "                 where the daemon's plugins and modules are\n"
         "  --check        only read the scenarios and say what is wrong with them\n"
         "  --keys         print the keys of a scenario file\n"
         "  --help         print this text\n\n"
         "Exit status: 0 all expectations hold, 1 some do not, 2 wrong input.\n";
}

}  // namespace tactus::sim
