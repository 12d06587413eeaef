// SPDX-License-Identifier: Apache-2.0
// The steps of a daemon's life. Numbers are those of the configuration specification, section 12.1.
#include "daemon/daemon.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "build_config.hpp"
#include "clock/drift_file.hpp"
#include "config/checks.hpp"
#include "daemon/mail.hpp"
#include "daemon/settings.hpp"

namespace tactus {
namespace {

constexpr const char* mail_program = "/usr/lib/sendmail";

std::uint32_t run_flags(const CommandLine& options, const Identity& identity) {
  std::uint32_t flags = 0;
  if (options.mode != RunMode::normal) flags |= TACTUS_RUN_ONESHOT;
  if (!options.control_clock) flags |= TACTUS_RUN_NO_CLOCK;
  if (!options.open_ports) flags |= TACTUS_RUN_NO_SERVER;
  if (options.family == 4) flags |= TACTUS_RUN_IPV4_ONLY;
  if (options.family == 6) flags |= TACTUS_RUN_IPV6_ONLY;
  if (identity.chrony) flags |= TACTUS_RUN_CHRONY;
  return flags;
}

bool is_source(const tactus_record& record) {
  const std::string_view keyword = record.directive->keyword;
  return keyword == "server" || keyword == "pool" || keyword == "peer";
}

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

}  // namespace

Daemon::Daemon(const CommandLine& options, const Identity& identity, Logger& logger, DaemonEnvironment environment)
    : options_(options),
      identity_(identity),
      logger_(logger),
      environment_(std::move(environment)),
      loop_(std::make_unique<Loop>(std::move(environment_.waiter))),
      statlogs_(logger),
      model_(&declarations_),
      resolver_(std::make_unique<Resolver>(*loop_, logger, environment_.helper_setup)),
      host_(std::make_unique<PluginHost>(host_context(), loader_settings())) {
  if (environment_.lookup) resolver_->set_lookup(environment_.lookup);
}

Daemon::~Daemon() {
  // Instances hold sources of the discipline and listen to the clock; the backend is one of them.
  host_->destroy_all();
}

HostContext Daemon::host_context() {
  return HostContext{.logger = logger_,
                     .loop = *loop_,
                     .resolver = *resolver_,
                     .statlogs = statlogs_,
                     .registry = registry_,
                     .declarations = declarations_,
                     .model = model_,
                     .run_flags = run_flags(options_, identity_),
                     .make_refclock = [this](std::string_view driver,
                                             const tactus_record& record) { return refclocks_->make(driver, record); },
                     .random = environment_.random_bytes,
                     .hold_back = [this](const tactus_record& record) { return hold_back(record); },
                     .stand_in = environment_.stand_in,
                     .embedder = environment_.embedder,
                     .fatal = [this] { fail(); }};
}

LoaderSettings Daemon::loader_settings() const {
  LoaderSettings settings;
  settings.folders = environment_.plugin_folders;
  settings.loading = environment_.loading;
  settings.embedded = environment_.embedded;
  settings.own_version = build_version;
  return settings;
}

void Daemon::fail() {
  failed_ = true;
  stop(1);
}

void Daemon::stop(int status) {
  if (loop_->stopping()) return;
  loop_->stop(status);
}

// ---- step 5

Result<void> Daemon::load() {
  config::LoadOptions load;
  load.stop_at_first = identity_.chrony;
  load.restart = options_.restart;
  load.print = environment_.print;
  load.module_directory = environment_.module_folder;
  load.on_unknown = [this](std::string_view keyword, const config::CatalogueEntry* entry) {
    apply_plugin_settings();
    std::string why;
    const bool declared = host_->on_unknown(keyword, entry, &why);
    if (!declared && !why.empty()) logger_.error("{}", why);
    return declared;
  };
  load.on_driver = [this](std::string_view driver) {
    apply_plugin_settings();
    host_->on_driver(driver);
  };
  config::Loader loader(declarations_, model_, std::move(load));
  const bool read =
      options_.directives.empty() ? loader.read_file(config_file()) : loader.read_arguments(options_.directives);
  for (const config::Problem& warning : loader.warnings()) logger_.warning("{}", warning.text);
  if (!read) return report_problems(loader);
  apply_plugin_settings();
  return {};
}

std::string Daemon::config_file() const {
  if (options_.config_file) return *options_.config_file;
  return is_file(identity_.config_files[0]) ? identity_.config_files[0] : identity_.config_files[1];
}

// A folder of the configuration counts before the daemon's own, from its line on.
void Daemon::apply_plugin_settings() {
  std::vector<std::string> folders = environment_.plugin_folders;
  if (const std::string folder = model_.get_text("plugindir"); !folder.empty()) folders.insert(folders.begin(), folder);
  host_->loader().set_folders(std::move(folders));
  host_->loader().set_disabled(model_.get_words("disableplugin"));
}

Result<void> Daemon::report_problems(const config::Loader& loader) {
  const auto problems = loader.problems();
  TACTUS_ASSERT(!problems.empty());
  // chronyd's texts stand alone; under its own name the daemon adds what would help, and leaves no error for the next
  // try.
  const auto text = [this](const config::Problem& problem) {
    if (identity_.chrony || problem.hint.empty()) return problem.text;
    return fmt::format("{} ({})", problem.text, problem.hint);
  };
  for (const config::Problem& problem : problems.first(problems.size() - 1)) logger_.error("{}", text(problem));
  return error_status(TACTUS_E_INVALID, "{}", text(problems.back()));
}

// ---- steps 7 and 8

Result<void> Daemon::create() {
  config::CheckOptions checks;
  checks.has_driver = [this](std::string_view driver) { return host_->has_driver(driver); };
  if (const auto problems = config::check_configuration(model_, checks); !problems.empty()) {
    return error_status(TACTUS_E_INVALID, "{}", problems.front().text);
  }
  for (const config::Problem& warning : config::configuration_warnings(model_)) logger_.warning("{}", warning.text);
  set_up_logs();
  drift_file_ = model_.get_text("driftfile", "path");

  std::string provider = environment_.clock_provider;
  if (provider.empty()) provider = options_.control_clock ? "timex" : "null";
  const Result<Backend> backend = host_->create_clock(provider);
  if (!backend) return backend.failure();
  clock_ = std::make_unique<Clock>(*loop_, logger_, *backend, model_.get_real("clockprecision"));
  loop_->set_wake_hook([this](Duration) { clock_->on_wake(); });
  discipline_ = std::make_unique<Discipline>(*clock_, *loop_, logger_, discipline_settings(model_, options_.restart),
                                             discipline_hooks());
  refclocks_ =
      std::make_unique<Refclocks>(*clock_, *loop_, logger_, *discipline_, statistic("refclocks", refclocks_heading));
  control_ = std::make_unique<CoreControl>(registry_, *clock_, *discipline_, logger_, control_hooks());
  host_->attach(*clock_, *discipline_);
  if (options_.set_from_rtc) restore_time_from_drift_file();
  return host_->create_all();
}

void Daemon::set_up_logs() {
  statlogs_.configure(model_.get_text("logdir"), static_cast<std::uint32_t>(model_.get_integer("logbanner", "", 32)));
  for (const std::string& name : model_.get_words("log")) statlogs_.enable(name);
}

std::function<void(std::string_view)> Daemon::statistic(std::string_view name, std::string_view heading) {
  if (!statlogs_.enabled(name)) return {};
  const int handle = statlogs_.open(name, heading);
  return [this, handle](std::string_view line) { statlogs_.write(handle, line); };
}

DisciplineHooks Daemon::discipline_hooks() {
  DisciplineHooks hooks;
  hooks.statistics_log = statistic("statistics", statistics_banner);
  hooks.tracking_log = statistic("tracking", tracking_banner);
  hooks.selection_log = statistic("selection", selection_banner);
  hooks.random = environment_.random;
  if (!drift_file_.empty()) {
    hooks.write_drift = [this](double frequency_ppm, double skew_ppm) {
      if (auto saved = save_drift(drift_file_, {frequency_ppm, skew_ppm}); !saved) {
        logger_.error("{}", saved.failure().text);
      }
    };
  }
  hooks.fatal = [this] { stop(1); };
  if (model_.has("mailonchange")) {
    hooks.mail = [this](double offset_s) { send_change_mail(offset_s); };
  }
  if (model_.has("leapseclist") || model_.has("leapsectz")) {
    hooks.leap_table = [this](Instant at) -> std::optional<LeapInfo> {
      if (!leaps_) return std::nullopt;
      return leaps_->at(to_ns(at) / 1'000'000'000);
    };
  }
  hooks.addressed = [this](Source& source) {
    if (dumps_) dumps_->addressed(source);
  };
  return hooks;
}

void Daemon::send_change_mail(double offset_s) {
  const std::string address = model_.get_text("mailonchange", "address");
  char host[256] = "";
  if (::gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  const double threshold_s = discipline_->settings().mail_change_s;
  if (auto sent = send_mail(mail_program, mail_text(address, host, clock_->now(), offset_s, threshold_s)); !sent) {
    logger_.error("Could not send mail notification to user {}", address);
    logger_.debug("{}", sent.failure().text);
  }
}

ControlHooks Daemon::control_hooks() {
  ControlHooks hooks;
  hooks.shutdown = [this] { stop(0); };
  hooks.cycle_logs = [this] { statlogs_.cycle(); };
  hooks.reload_sources = [this]() -> Result<void> {
    // Before the configured sources began their turn has not come.
    if (dumps_) source_folders_->reload();
    return {};
  };
  hooks.dump = [this] { return dumps_ ? dumps_->write() : Result<void>{}; };
  hooks.drops.emplace_back([this](const DropSink& sink) { host_->each_drop(sink); });
  hooks.drops.emplace_back([this](const DropSink& sink) {
    refclocks_->each_drop([&](const tactus_drop_row& row) { sink(row.stage, row.reason, row.count); });
  });
  return hooks;
}

// -s without a real-time clock: at least the time goes on from where the last run ended (section 10.3 step 3).
void Daemon::restore_time_from_drift_file() {
  struct stat info {};
  if (!clock_->can_step() || drift_file_.empty() || ::stat(drift_file_.c_str(), &info) != 0) return;
  const RawTime written{std::chrono::seconds(info.st_mtim.tv_sec) + Duration(info.st_mtim.tv_nsec)};
  const Duration behind = written - clock_->raw();
  if (behind > Duration::zero() && clock_->step(-to_seconds(behind))) {
    logger_.info("System time restored from driftfile");
  }
}

// ---- steps 11 to 15

Result<void> Daemon::start() {
  leaps_ = LeapFiles::make(model_, logger_, to_ns(clock_->now()) / 1'000'000'000);
  if (const auto skew_ppm = load_drift(drift_file_, *clock_, logger_)) discipline_->set_initial_skew_ppm(*skew_ppm);
  auto temperature = TemperatureSensor::make(model_, *loop_, *clock_, logger_, statistic("tempcomp", tempcomp_heading));
  if (!temperature) return temperature.failure();
  temperature_ = std::move(*temperature);
  discipline_->start();
  if (temperature_) temperature_->start();
  if (options_.mode != RunMode::normal) {
    discipline_->set_one_shot(options_.mode == RunMode::set_once ? OneShot::update_once : OneShot::print_once,
                              [this](bool ok) { stop(ok ? 0 : 1); });
  }
  source_folders_ = std::make_unique<SourceFolders>(
      model_, logger_, [this](const tactus_record* record) { return host_->add_source(record); },
      [this](const tactus_record* record) { return host_->remove_source(record); });
  if (auto started = host_->start_all(); !started) return started;
  if (corrects_first()) {
    initial_ = std::make_unique<InitialCorrection>(*host_, declarations_, *discipline_, *loop_, logger_);
    initial_->start(model_.get_words("initstepslew", "hosts"), [this] { begin_sources(); });
  } else {
    begin_sources();
  }
  if (options_.timeout_s) {
    // Counted from here, not from the loop's last turn.
    loop_->start_timer(loop_->read_monotonic() + std::chrono::seconds(*options_.timeout_s), [this] { on_timeout(); });
  }
  discipline_->check_one_shot();
  return {};
}

// In the one-shot modes there is nothing to begin after the first correction.
bool Daemon::corrects_first() const {
  return options_.mode == RunMode::normal && !options_.restart && model_.has("initstepslew");
}

// Sources wait for a first correction.
bool Daemon::hold_back(const tactus_record& record) {
  if (!corrects_first() || !is_source(record)) return false;
  held_.push_back(&record);
  return true;
}

// What waited for a first correction.
void Daemon::begin_sources() {
  for (const tactus_record* record : std::exchange(held_, {})) {
    const Quiet quiet(logger_);
    if (auto added = host_->add_source(record); !added) logger_.error("{}", added.failure().text);
  }
  if (model_.has("sourcedir")) source_folders_->reload();
  dumps_ = std::make_unique<DumpFolder>(model_.get_text("dumpdir"), *discipline_, logger_);
  dumps_->begin(options_.load_dumps);
}

void Daemon::on_timeout() {
  logger_.info("Timeout reached");
  const tactus_reference reference = discipline_->reference(clock_->now());
  stop((reference.flags & (TACTUS_REFERENCE_SYNCHRONISED | TACTUS_REFERENCE_LOCAL)) != 0 ? 0 : 1);
}

int Daemon::run() { return loop_->run(); }

void Daemon::finish() {
  if (clock_ == nullptr) return;
  // The histories go on with the clock as it is left, without what is still to be slewed.
  clock_->adjust(0.0, clock_->correction_s(clock_->raw()), 0.0);
  if (dumps_) static_cast<void>(dumps_->write());
  clock_->finish();
  discipline_->finish();
  host_->destroy_all();
}

}  // namespace tactus
