// SPDX-License-Identifier: Apache-2.0
// One daemon: its loop, configuration, clock, discipline and plugins, and the steps of its life. It knows nothing of
// processes, terminals or users: that is run.hpp's, so that several daemons can live in one process and in virtual
// time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/declarations.hpp"
#include "config/loader.hpp"
#include "config/model.hpp"
#include "control/core_control.hpp"
#include "control/registry.hpp"
#include "daemon/command_line.hpp"
#include "daemon/dump_folder.hpp"
#include "daemon/identity.hpp"
#include "daemon/initial_correction.hpp"
#include "daemon/leap_files.hpp"
#include "daemon/source_folders.hpp"
#include "daemon/temperature_sensor.hpp"
#include "discipline/discipline.hpp"
#include "discipline/log_lines.hpp"
#include "host/plugin_host.hpp"
#include "log/logger.hpp"
#include "log/statlog.hpp"
#include "loop/loop.hpp"
#include "loop/resolver.hpp"
#include "refclock/refclock.hpp"

namespace tactus {

// Heading of refclocks.log (configuration specification 13.5).
inline constexpr std::string_view refclocks_heading =
    "   Date (UTC) Time         Refid  DP L P  Raw offset   Cooked offset      Disp.";

struct DaemonEnvironment {
  std::unique_ptr<Waiter> waiter;           // the world's side of the loop
  std::vector<std::string> plugin_folders;  // before those of the configuration
  Loading loading = Loading::here();        // whose plugins are trusted
  std::string module_folder;                // of the YAML reader; empty: its own rule
  std::string clock_provider;               // empty: "timex" or "null", as the command line says
  std::function<double()> random;           // uniform in [0, 1); empty: always 0
  // For programs that embed the daemon: plugins that they bring along, what host->embedder gives to those, providers
  // that stand in for others, random bytes and names in place of the machine's. tactusd leaves them empty.
  std::map<std::string, const tactus_plugin*, std::less<>> embedded;
  void* embedder = nullptr;
  std::function<std::string_view(std::uint32_t kind, std::string_view name)> stand_in;
  std::function<void(void* buffer, std::size_t length)> random_bytes;
  Resolver::Lookup lookup;
  Resolver::HelperSetup helper_setup;                // gives up rights in a helper process
  std::function<void(std::string_view line)> print;  // -p: receives the lines of the configuration
};

class Daemon {
 public:
  // identity and logger outlive it.
  Daemon(const CommandLine& options, const Identity& identity, Logger& logger, DaemonEnvironment environment);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Reads the configuration: the directives of the command line, or the file. Logs warnings, and, under its own name,
  // every error but the last. Error: the text of the last.
  Result<void> load();
  // Steps 7 and 8, privileged: clock, discipline, instances of plugins.
  Result<void> create();
  // Steps 11 to 15: drift file, sources, plugins; the loop is about to run.
  Result<void> start();
  // Runs the loop until it is stopped; the exit status.
  int run();
  // The orderly end: pending slew cancelled, plugins ended, drift file written.
  void finish();
  // Ends the loop. Safe before run() too.
  void stop(int status);

  [[nodiscard]] Loop& loop() noexcept { return *loop_; }
  [[nodiscard]] const config::Model& model() const noexcept { return model_; }
  [[nodiscard]] PluginHost& host() noexcept { return *host_; }
  [[nodiscard]] Clock& clock() noexcept { return *clock_; }
  [[nodiscard]] Discipline& discipline() noexcept { return *discipline_; }
  [[nodiscard]] Registry& registry() noexcept { return registry_; }
  [[nodiscard]] Resolver& resolver() noexcept { return *resolver_; }
  // An instance ended the daemon: no orderly end, status 1.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  [[nodiscard]] std::string config_file() const;
  void apply_plugin_settings();
  Result<void> report_problems(const config::Loader& loader);
  void set_up_logs();
  DisciplineHooks discipline_hooks();
  ControlHooks control_hooks();
  HostContext host_context();
  [[nodiscard]] LoaderSettings loader_settings() const;
  std::function<void(std::string_view)> statistic(std::string_view name, std::string_view heading);
  void fail();
  void restore_time_from_drift_file();
  void send_change_mail(double offset_s);
  [[nodiscard]] bool corrects_first() const;
  bool hold_back(const tactus_record& record);
  void begin_sources();
  void on_timeout();

  const CommandLine& options_;
  const Identity& identity_;
  Logger& logger_;
  DaemonEnvironment environment_;
  std::unique_ptr<Loop> loop_;
  StatLogs statlogs_;
  Registry registry_;
  config::Declarations declarations_;
  config::Model model_;
  std::unique_ptr<Resolver> resolver_;
  std::unique_ptr<PluginHost> host_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Discipline> discipline_;
  std::unique_ptr<Refclocks> refclocks_;
  std::unique_ptr<TemperatureSensor> temperature_;
  std::unique_ptr<CoreControl> control_;
  std::unique_ptr<SourceFolders> source_folders_;
  std::unique_ptr<DumpFolder> dumps_;
  std::unique_ptr<LeapFiles> leaps_;
  std::unique_ptr<InitialCorrection> initial_;
  std::vector<const tactus_record*> held_;  // sources that begin after it
  std::string drift_file_;
  bool failed_ = false;
};

}  // namespace tactus
