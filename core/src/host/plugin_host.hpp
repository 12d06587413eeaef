// SPDX-License-Identifier: Apache-2.0
// The host of a daemon's plugins: loads what the configuration asks for, creates, starts and ends the instances, and
// lets providers find each other.
//
// Order of use: the configuration is read with on_unknown() and on_driver(); create_clock(); attach(); create_all()
// while privileged; start_all() when the loop is about to run; destroy_all() at the end, while clock and discipline
// still exist.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/plugin.h>
#include <tactus/result.hpp>

#include "config/catalogue.hpp"
#include "host/context.hpp"
#include "host/instance.hpp"
#include "host/loader.hpp"

namespace tactus {

class PluginHost {
 public:
  PluginHost(HostContext context, LoaderSettings loader);
  ~PluginHost();
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  // ---- while the configuration is read
  // Loads a plugin and adds its directives to the declarations; again is fine. Error: as PluginLoader::load.
  Result<void> declare(std::string_view plugin);
  // For config::LoadOptions. A keyword of the catalogue loads its plugin; another one the plugin of the keyword's own
  // name, when there is such a file. False with *why filled when the plugin cannot be loaded.
  bool on_unknown(std::string_view keyword, const config::CatalogueEntry* entry, std::string* why = nullptr);
  void on_driver(std::string_view driver);
  // For config::CheckOptions: whether the driver of a `refclock` line has a plugin that can be loaded.
  [[nodiscard]] bool has_driver(std::string_view driver) const;

  // ---- life
  // Creates the instance of a CLOCK provider ("timex", "null"). Its backend lives until destroy_all().
  Result<Backend> create_clock(std::string_view name);
  void attach(Clock& clock, Discipline& discipline);
  // All providers that the configuration asks for: reference clocks in their order, then sources, then endpoints.
  // Error: the first failure's text.
  Result<void> create_all();
  // After create_all(), for a process that will not be able to map code: what a command or a source folder could ask
  // for later (the provider of NTP, authentication by keys) is loaded now, and everything else is refused from now on.
  void seal();
  Result<void> start_all();
  // Ends all instances in reverse order. The plugins stay mapped, for the declarations' sake, until the host itself
  // ends.
  void destroy_all();

  // ---- while running
  // The provider is loaded, created and started when it is not yet (KIND_SOURCE, KIND_ENDPOINT). TACTUS_E_NOT_FOUND,
  // TACTUS_E_DISABLED, or the plugin's error.
  Result<void> need(std::uint32_t kind, std::string_view name);
  // Hands a record of one of its directives to the SOURCE provider that declares it. TACTUS_E_UNSUPPORTED: nobody takes
  // it.
  Result<void> add_source(const tactus_record* record);
  Result<void> remove_source(const tactus_record* record);
  // The instance of a provider, created and started when it is not yet; for TRANSPORT and AUTH, which exist once each.
  Result<Instance*> provider(std::uint32_t kind, std::string_view name);

  // ---- what the sandbox has to leave: TACTUS_NEEDS_* of all plugins with an instance or kept for one by seal(),
  // and the paths that they declared
  [[nodiscard]] std::uint32_t needs() const;
  [[nodiscard]] std::vector<std::string> paths() const;

  // ---- reports
  [[nodiscard]] const PluginLoader& loader() const noexcept { return loader_; }
  [[nodiscard]] PluginLoader& loader() noexcept { return loader_; }
  // Names of created instances in order, for reports and tests.
  [[nodiscard]] std::vector<std::string> instances() const;
  // Every counter of refusals of every instance: call(stage, reason, count).
  void each_drop(const std::function<void(std::string_view, std::string_view, std::uint64_t)>& call) const;

  // ---- for the services
  [[nodiscard]] HostContext& context() noexcept { return context_; }
  [[nodiscard]] Clock* clock() noexcept { return clock_; }
  [[nodiscard]] Discipline* discipline() noexcept { return discipline_; }

 private:
  // The name of the provider that answers for another.
  [[nodiscard]] std::string_view stood_in(std::uint32_t kind, std::string_view name) const;
  Result<const tactus_provider*> find_provider(std::uint32_t kind, std::string_view name);
  [[nodiscard]] Instance* find_instance(std::uint32_t kind, std::string_view name) const;
  std::vector<const tactus_record*> records_of(const tactus_provider& provider) const;
  Result<Instance*> create(const tactus_provider& provider, std::string label, std::unique_ptr<RefclockPort> port,
                           std::vector<const tactus_record*> records);
  Result<void> create_refclock(const tactus_record& record, unsigned index);
  Result<Instance*> provider_for(const tactus_record* record);
  using SourceFn = tactus_status (*)(void*, const tactus_record*, tactus_error*);
  Result<void> pass_record(const tactus_record* record, SourceFn tactus_source_provider_ops::*function);

  HostContext context_;
  PluginLoader loader_;
  Clock* clock_ = nullptr;
  Discipline* discipline_ = nullptr;
  std::vector<std::unique_ptr<Instance>> instances_;  // in the order of creation
  std::vector<config::RecordPtr> driver_records_;
  std::set<std::string> declared_;
  std::set<std::string, std::less<>> kept_;  // plugins that may get an instance after seal()
  std::set<std::string> creating_;           // to see providers that need each other in a circle
  OwnerId next_owner_ = core_owner + 1;
  bool started_ = false;
};

}  // namespace tactus
