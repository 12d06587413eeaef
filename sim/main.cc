// SPDX-License-Identifier: Apache-2.0
// tactus-simulate: reads scenarios, runs them, prints what came out.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "build_config.hpp"
#include "options.hpp"
#include "quantity.hpp"
#include "report.hpp"
#include "scenario_reader.hpp"
#include "simulation.hpp"

namespace tactus::sim {
namespace {

namespace fs = std::filesystem;

constexpr int exit_failed = 1;
constexpr int exit_wrong_input = 2;

// A signal handler reaches nothing but static storage: this flag is the program's only one.
volatile std::sig_atomic_t interrupted = 0;
void on_signal(int) { interrupted = 1; }

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = &on_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) (void)::sigaction(signal, &action, nullptr);
}

void complain(const std::string& text) { fmt::print(stderr, "tactus-simulate: {}\n", text); }

bool runs_from_build_tree() {
  std::error_code failed;
  const std::string exe = fs::read_symlink("/proc/self/exe", failed).string();
  const std::string tree = fs::path(build_tree_plugin_dir).parent_path().string() + '/';
  return !failed && exe.starts_with(tree);
}

// A folder of its own for the nodes' files; what nobody wants to keep is removed at the end.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& keep) : path_(keep), keep_(!keep.empty()) {}
  ~WorkFolder() {
    std::error_code ignored;
    if (!keep_ && !path_.empty()) fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  Result<void> open() {
    if (!keep_) {
      const char* const place = std::getenv("TMPDIR");
      path_ = std::string(place != nullptr && *place != '\0' ? place : "/tmp") + "/tactus-simulate.XXXXXX";
      if (::mkdtemp(path_.data()) == nullptr) {
        path_.clear();
        return error("cannot make a folder for temporary files; set TMPDIR to one that can be written");
      }
      return {};
    }
    std::error_code failed;
    fs::create_directories(path_, failed);
    if (failed) return error("cannot make the folder {}: {}", path_, failed.message());
    path_ = fs::absolute(path_).string();
    return {};
  }
  // For one run, empty.
  Result<std::string> sub_folder(const std::string& name) {
    const std::string path = path_ + '/' + name;
    std::error_code failed;
    fs::remove_all(path, failed);
    fs::create_directories(path, failed);
    if (failed) return error("cannot make the folder {}: {}", path, failed.message());
    return path;
  }
  void done(const std::string& path) const {
    std::error_code ignored;
    if (!keep_) fs::remove_all(path, ignored);
  }

 private:
  std::string path_;
  bool keep_;
};

// On a terminal: one line that is written over. Threads share it.
class Progress {
 public:
  Progress() : shown_(::isatty(STDERR_FILENO) != 0) {}
  void show(const std::string& scenario, std::size_t finished, std::size_t count, double done) {
    if (!shown_) return;
    const std::lock_guard lock(mutex_);
    const std::string line = fmt::format("{}: {} of {} runs, {:.0f} %", scenario, finished, count, done * 100.0);
    if (line == last_) return;
    fmt::print(stderr, "\r{:<{}}", line, last_.size());
    std::fflush(stderr);
    last_ = line;
  }
  void clear() {
    if (!last_.empty()) fmt::print(stderr, "\r{:<{}}\r", "", last_.size());
    last_.clear();
  }

 private:
  bool shown_;
  std::mutex mutex_;
  std::string last_;
};

class Program {
 public:
  explicit Program(Options options) : options_(std::move(options)), work_(options_.keep) {}

  int run() {
    std::vector<Scenario> scenarios;
    bool wrong = false;
    for (const std::string& file : options_.files) {
      ReadResult read = load_scenario(file);
      for (const std::string& problem : read.problems) fmt::print(stderr, "{}\n", problem);
      wrong = wrong || !read.scenario;
      if (read.scenario) scenarios.push_back(std::move(*read.scenario));
    }
    if (wrong) return exit_wrong_input;
    if (options_.action == Options::Action::check) return 0;
    if (auto opened = work_.open(); !opened) return fail(opened.failure());
    if (!options_.events.empty()) {
      events_.open(options_.events, std::ios::binary | std::ios::trunc);
      if (!events_) return fail(error("cannot write {}", options_.events));
    }
    catch_signals();
    if (options_.markdown && !options_.json) fmt::print("{}", summary_header());
    for (const Scenario& scenario : scenarios) {
      Result<ScenarioRuns> runs = run_scenario(scenario);
      if (!runs) return fail(runs.failure());
      if (auto said = say(std::move(*runs)); !said) return fail(said.failure());
    }
    if (options_.json) fmt::print("{}", json_text(kept_));
    return failed_ ? exit_failed : 0;
  }

 private:
  static int fail(const Error& failure) {
    complain(failure.text);
    return exit_wrong_input;
  }

  std::vector<unsigned> seeds_of(const Scenario& scenario) const {
    if (options_.seed != 0) return {options_.seed};
    if (options_.seeds == 0) return scenario.seeds;
    std::vector<unsigned> out;
    for (unsigned seed = 1; seed <= options_.seeds; ++seed) out.push_back(seed);
    return out;
  }

  Result<RunResult> run_seed(const Scenario& scenario, unsigned seed, bool first, std::size_t count) {
    Result<std::string> folder = work_.sub_folder(fmt::format("{}.{}", scenario.name, seed));
    if (!folder) return folder.failure();
    const bool tree = runs_from_build_tree();
    RunOptions options;
    options.seed = seed;
    options.work_folder = *folder;
    options.plugin_folder = !options_.plugins.empty() ? options_.plugins
                            : tree                    ? build_tree_plugin_dir
                                                      : build_plugin_dir;
    options.module_folder = !options_.modules.empty() ? options_.modules
                            : tree                    ? build_tree_module_dir
                                                      : build_module_dir;
    options.event_log = !options_.events.empty();
    options.keep_samples = first && !options_.plot.empty();
    options.progress = [this, &scenario, count](double done) {
      progress_.show(scenario.name, finished_, count, done);
      return interrupted == 0;
    };
    Result<RunResult> result = sim::run(scenario, options);
    work_.done(*folder);
    ++finished_;
    if (!result) return error("{}", place_refusal(scenario, result.failure().text));
    return result;
  }

  // Takes seeds until none is left; each result has its own place, so that the order does not matter.
  Result<ScenarioRuns> run_scenario(const Scenario& scenario) {
    const std::vector<unsigned> seeds = seeds_of(scenario);
    std::vector<std::optional<Result<RunResult>>> results(seeds.size());
    std::atomic<std::size_t> next = 0;
    finished_ = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < seeds.size() && interrupted == 0; i = next++) {
        results[i] = run_seed(scenario, seeds[i], i == 0, seeds.size());
        if (!*results[i]) next = seeds.size();
      }
    };
    std::vector<std::thread> threads;
    const std::size_t jobs = std::min<std::size_t>(options_.jobs, seeds.size());
    for (std::size_t i = 1; i < jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    progress_.clear();
    for (auto& result : results) {
      if (result && !*result) return result->failure();
    }
    if (interrupted != 0) return error("interrupted");
    ScenarioRuns out{scenario, {}, {}};
    for (auto& result : results) {
      std::vector<Failure> failures = check(scenario, result->value());
      out.failures.insert(out.failures.end(), failures.begin(), failures.end());
      out.runs.push_back(std::move(result->value()));
    }
    return out;
  }

  Result<void> say(ScenarioRuns runs) {
    failed_ = failed_ || !runs.failures.empty();
    const bool several = options_.files.size() > 1 || runs.runs.size() > 1;
    for (RunResult& run : runs.runs) {
      if (!events_.is_open()) break;
      if (several) events_ << fmt::format("# {} seed {}\n", runs.scenario.name, run.seed);
      events_ << run.event_log;
      run.event_log.clear();
    }
    if (events_.is_open() && !events_.flush()) return error("cannot write {}; is the disk full?", options_.events);
    if (!options_.plot.empty()) {
      std::ofstream file(options_.plot, std::ios::binary | std::ios::trunc);
      file << plot_svg(runs.scenario, runs.runs.front());
      if (!file.flush()) return error("cannot write {}", options_.plot);
    }
    if (options_.json) {
      kept_.push_back(std::move(runs));
    } else if (options_.markdown) {
      fmt::print("{}", summary_row(runs));
      for (const Failure& failure : runs.failures) fmt::print(stderr, "FAILED {}\n", to_text(failure));
    } else {
      fmt::print("{}", text_table(runs));
    }
    std::fflush(stdout);
    return {};
  }

  Options options_;
  WorkFolder work_;
  Progress progress_;
  std::ofstream events_;
  std::atomic<std::size_t> finished_ = 0;
  std::vector<ScenarioRuns> kept_;
  bool failed_ = false;
};

int run_program(int argc, const char* const* argv) {
  Result<Options> options = parse_options(argc, argv);
  if (!options) {
    complain(options.failure().text);
    return exit_wrong_input;
  }
  if (options->action == Options::Action::help) {
    fmt::print("{}", usage_text());
    return 0;
  }
  if (options->action == Options::Action::keys) {
    fmt::print("{}", key_tables());
    return 0;
  }
  return Program(std::move(*options)).run();
}

}  // namespace
}  // namespace tactus::sim

int main(int argc, char** argv) { return tactus::sim::run_program(argc, argv); }
