// SPDX-License-Identifier: Apache-2.0
// The process around a daemon. Numbers of steps are those of the configuration specification, section 12.1.
#include "daemon/run.hpp"

#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "build_config.hpp"
#include "config/checks.hpp"
#include "daemon/background.hpp"
#include "daemon/daemon.hpp"
#include "daemon/notify.hpp"
#include "daemon/pid_file.hpp"
#include "daemon/settings.hpp"
#include "log/sinks.hpp"
#include "sandbox/filter.hpp"
#include "sandbox/filter_rules.hpp"
#include "sandbox/rights.hpp"
#include "sandbox/user.hpp"

namespace tactus {
namespace {

constexpr mode_t socket_directory_mode = 0770;
constexpr mode_t state_directory_mode = 0750;
constexpr std::string_view state_directories[] = {"logdir", "dumpdir", "ntsdumpdir"};

Level minimum_level(int level) { return static_cast<Level>(level + 1); }

std::string environment_text(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The folder of the running program's build tree, or empty when it is installed.
bool runs_from_build_tree() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return false;
  const std::string_view exe(path, static_cast<std::size_t>(length));
  const std::string_view plugins = build_tree_plugin_dir;
  const std::string_view tree = plugins.substr(0, plugins.rfind('/') + 1);
  return exe.starts_with(tree);
}

std::string module_folder() { return runs_from_build_tree() ? build_tree_module_dir : build_module_dir; }

double uniform() {
  std::uint64_t bits = 0;
  if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) return 0.5;
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

class Process {
 public:
  Process(const CommandLine& options, const Identity& identity)
      : options_(options),
        identity_(identity),
        logger_(stderr_sink(), minimum_level(options.log_level)),
        notifier_(environment_text("NOTIFY_SOCKET")) {}

  int run() {
    if (options_.require_root && ::getuid() != 0) return early_fatal("Not superuser");
    ::umask(022);
    if (auto ready = open_log(); !ready) return fatal(ready.failure());
    logger_.info("{} version {} starting ({})", identity_.program, identity_.version, identity_.features);
    daemon_ = std::make_unique<Daemon>(options_, identity_, logger_, environment());
    if (auto loaded = daemon_->load(); !loaded) return fatal(loaded.failure());
    if (options_.print_config) return 0;
    if (auto started = start(); !started) return fatal(started.failure());
    const int status = daemon_->run();
    return daemon_->failed() ? 1 : finish(status);
  }

 private:
  // Steps 2 to 4.
  Result<void> open_log() {
    if (!options_.foreground) {
      Result<StartReport> report = go_to_background(passed_descriptors(std::getenv("LISTEN_FDS")));
      if (!report) return report.failure();
      report_ = std::move(*report);
    }
    Logger::Sink sink;
    if (!options_.log_file.empty()) {
      Result<Logger::Sink> file = file_sink(options_.log_file);
      if (!file) return file.failure();
      sink = std::move(*file);
    } else if (options_.log_to_stderr) {
      sink = stderr_sink();
    } else {
      sink = syslog_sink(identity_.program);
    }
    const bool to_terminal = options_.foreground && options_.log_file.empty() && !options_.log_to_stderr;
    logger_.set_sink([this, to_terminal, sink = std::move(sink)](Level level, std::string_view text) {
      sink(level, text);
      if (level == Level::fatal) show_fatal(to_terminal, text);
    });
    return {};
  }

  // The last message, for those who do not see the log: the terminal, and the process that waits for the start.
  void show_fatal(bool to_terminal, std::string_view text) {
    if (to_terminal) {
      const std::string line = fmt::format("Fatal error : {}\n", text);
      static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
    }
    report_.failed(text);
  }

  int fatal(const Error& failure) {
    if (!failure.text.empty()) logger_.fatal("{}", failure.text);
    report_.failed(failure.text);
    return 1;
  }

  DaemonEnvironment environment() {
    DaemonEnvironment out;
    out.waiter = make_poll_waiter();
    const bool tree = runs_from_build_tree();
    out.plugin_folders = {tree ? build_tree_plugin_dir : build_plugin_dir};
    out.random = uniform;
    out.module_folder = module_folder();
    out.helper_setup = [this] { set_up_helper(); };
    if (options_.print_config) {
      out.print = [](std::string_view line) {
        std::string text(line);
        text += '\n';
        static_cast<void>(!::write(STDOUT_FILENO, text.data(), text.size()));
      };
    }
    return out;
  }

  // Steps 6 to 14.
  Result<void> start() {
    if (auto prepared = prepare_files(); !prepared) return prepared;
    if (auto created = daemon_->create(); !created) return created;
    if (options_.filter_level != 0) daemon_->host().seal();  // behind a filter nothing can be mapped
    if (auto scheduled = schedule(); !scheduled) return scheduled;
    if (auto changed = change_user(); !changed) return changed;
    if (auto checked = check_filter(); !checked) return checked;
    if (auto filtered = load_filter(); !filtered) return filtered;
    if (auto started = daemon_->start(); !started) return started;
    if (daemon_->failed()) return Error{};  // a plugin has said why
    if (auto caught = catch_signals(); !caught) return caught;
    if (auto told = notifier_.send("READY=1"); !told) return told;
    if (!report_.succeeded()) return error("the process that was started has gone");
    return {};
  }

  // Step 6.
  Result<void> prepare_files() {
    const config::Model& model = daemon_->model();
    const std::string otherwise = options_.open_ports ? identity_.pid_file : "";
    pid_file_ = model.get_text("pidfile", "", otherwise);
    if (pid_file_ == "/") pid_file_.clear();
    if (!pid_file_.empty()) {
      if (auto alone = check_pid_file(pid_file_, identity_.program); !alone) return alone;
    }
    const Result<User> user = find_user(options_.user ? *options_.user : model.get_text("user", "", identity_.user));
    if (!user) return user.failure();
    user_ = *user;
    if (auto made = make_directories(); !made) return made;
    return pid_file_.empty() ? Result<void>{} : write_pid_file(pid_file_);
  }

  Result<void> make_directories() {
    const config::Model& model = daemon_->model();
    const std::string socket = command_socket_path(model, options_.open_ports ? identity_.command_socket : "");
    if (const std::size_t slash = socket.rfind('/'); slash != std::string::npos && slash > 0) {
      if (auto made = make_directory(socket.substr(0, slash), socket_directory_mode, user_); !made) return made;
    }
    for (const std::string_view keyword : state_directories) {
      if (model.declarations().find(keyword) == nullptr || !model.has(keyword)) continue;
      if (auto made = make_directory(model.get_text(keyword), state_directory_mode, user_); !made) return made;
    }
    return {};
  }

  // Step 9.
  Result<void> schedule() {
    const config::Model& model = daemon_->model();
    const int priority =
        options_.priority != 0 ? options_.priority : static_cast<int>(model.get_integer("sched_priority"));
    if (auto set = set_scheduler_priority(priority); !set) {
      if (set.failure().status == TACTUS_E_INVALID) return set;
      logger_.error("{}", set.failure().text);
    }
    if (options_.lock_memory || model.get_flag("lock_all")) {
      if (auto locked = lock_memory(); !locked) logger_.error("{}", locked.failure().text);
    }
    return {};
  }

  // Step 10.
  Result<void> change_user() {
    if (::geteuid() == 0 && (user_.uid != 0 || user_.gid != 0)) {
      utsname system{};
      static_cast<void>(::uname(&system));
      const std::uint32_t needs = needs_of_configuration(daemon_->model(), daemon_->host().needs());
      if (auto changed = become_user(user_, capabilities_for(needs, system.release)); !changed) return changed;
      unprivileged_ = true;
      check_key_access();
    } else if (::geteuid() == 0) {
      logger_.warning("Running with root privileges");
    }
    return {};
  }

  void check_key_access() {
    const config::Model& model = daemon_->model();
    if (model.declarations().find("keyfile") == nullptr || !model.has("keyfile")) return;
    const std::string path = model.get_text("keyfile");
    if (::access(path.c_str(), R_OK) != 0) {
      logger_.warning("Missing read access to {} : {}", path, std::strerror(errno));
    }
    if (::access(path.c_str(), W_OK) == 0) logger_.warning("Having write access to {}", path);
  }

  // Step 12, what can be wrong with the wish for a filter.
  Result<void> check_filter() {
    if (options_.filter_level == 0) return {};
    config::CheckOptions checks;
    checks.seccomp = true;
    if (const auto problems = config::check_configuration(daemon_->model(), checks); !problems.empty()) {
      return error_status(TACTUS_E_INVALID, "{}", problems.front().text);
    }
    return check_filter_level(options_.filter_level);
  }

  // Step 12. Names are resolved by a helper that is started before, because the filter takes the right to fork.
  Result<void> load_filter() {
    const int level = options_.filter_level;
    if (level == 0) return {};
    Result<FilterModule> module = FilterModule::open(module_folder());
    if (!module) return module.failure();
    filter_module_ = &*module;
    auto helper = daemon_->resolver().start_helper();
    filter_module_ = nullptr;
    if (!helper) return helper;
    daemon_->resolver().forbid_fork();
    const std::uint32_t penalty = filter_penalty(level);
    const bool only_needed = level == 1 || level == -1;
    const std::uint32_t needs = needs_of_configuration(daemon_->model(), daemon_->host().needs());
    const auto loaded = only_needed
                            ? module->load(penalty, allowed_calls(needs, daemon_->resolver().helpers(), ::getpid()))
                            : module->load(TACTUS_FILTER_ALLOW, refused_calls(penalty));
    if (!loaded) return loaded;
    logger_.info("Loaded seccomp filter (level {})", std::abs(level));
    return {};
  }

  // In a helper process. The name service's own libraries may do what the daemon never does, but no new processes.
  void set_up_helper() {
    if (unprivileged_) static_cast<void>(drop_all_capabilities());
    if (filter_module_ == nullptr) return;
    const auto rules = refused_calls(filter_penalty(options_.filter_level));
    if (!filter_module_->load(TACTUS_FILTER_ALLOW, rules)) ::_exit(1);
  }

  Result<void> catch_signals() {
    for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) {
      if (auto caught = daemon_->loop().on_signal(number, [this] { daemon_->stop(0); }); !caught) return caught;
    }
    return daemon_->loop().on_signal(SIGPIPE, {});
  }

  int finish(int status) {
    logger_.info("{} exiting", identity_.program);
    if (auto told = notifier_.send("STOPPING=1"); !told) logger_.error("{}", told.failure().text);
    daemon_->finish();
    if (!pid_file_.empty()) {
      if (auto removed = remove_pid_file(pid_file_); !removed) logger_.error("{}", removed.failure().text);
    }
    return status;
  }

  const CommandLine& options_;
  const Identity& identity_;
  Logger logger_;
  Notifier notifier_;
  StartReport report_;
  bool unprivileged_ = false;
  const FilterModule* filter_module_ = nullptr;  // while the helper is started
  User user_;
  std::string pid_file_;
  std::unique_ptr<Daemon> daemon_;
};

}  // namespace

int early_fatal(std::string_view text) {
  Logger(stderr_sink()).fatal("{}", text);
  return 1;
}

int run_process(const CommandLine& options, const Identity& identity) { return Process(options, identity).run(); }

}  // namespace tactus
