// SPDX-License-Identifier: Apache-2.0
// The plugins of one daemon: finds, checks and loads each at most once, and says in one message why one cannot be
// loaded.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tactus/plugin.h>
#include <tactus/result.hpp>

#include "host/plugin_file.hpp"
#include "host/shared_object.hpp"

namespace tactus {

struct LoaderSettings {
  std::vector<std::string> folders;   // the first that has the file counts
  std::vector<std::string> disabled;  // names that must not be loaded (plugins.disable)
  Loading loading = Loading::here();
  // Plugins that the embedding program brings along, by name; found before the folders. Must outlive the loader.
  std::map<std::string, const tactus_plugin*, std::less<>> embedded;
  std::string own_version;  // of this build: its own plugins are known good and not tried in a child first
  bool probe = true;        // false: no plugin is tried in a child
  unsigned probe_limit_s = 10;
};

class PluginLoader {
 public:
  explicit PluginLoader(LoaderSettings settings) : settings_(std::move(settings)) {}

  // The plugin, loaded now or before. Error: `Could not load plugin NAME: WHY`, complete. TACTUS_E_NOT_FOUND: no such
  // file; TACTUS_E_DISABLED: switched off by the configuration; TACTUS_E_DENIED, _INVALID, _UNSUPPORTED, _INTERNAL.
  Result<const tactus_plugin*> load(std::string_view name);
  [[nodiscard]] bool available(std::string_view name) const {
    return settings_.embedded.contains(name) || find_plugin(settings_.folders, name).ok();
  }
  [[nodiscard]] bool disabled(std::string_view name) const;
  void set_folders(std::vector<std::string> folders) { settings_.folders = std::move(folders); }
  void set_disabled(std::vector<std::string> names) { settings_.disabled = std::move(names); }

  // From now on nothing is loaded that is not loaded already: load() and open() refuse it with TACTUS_E_DENIED.
  void seal() noexcept { sealed_ = true; }
  [[nodiscard]] bool sealed() const noexcept { return sealed_; }

  // Loaded ones, in the order of loading.
  [[nodiscard]] const std::vector<const tactus_plugin*>& loaded() const noexcept { return order_; }
  // The same, by name of the file.
  [[nodiscard]] std::map<std::string_view, const tactus_plugin*> by_name() const;
  // Name of the file that a loaded provider is in; whether that is one of the project's own, known good.
  [[nodiscard]] std::string file_of(const tactus_provider& provider) const;
  [[nodiscard]] bool is_own(std::string_view name) const { return own_.count(std::string{name}) > 0; }
  // Whether this very file is loaded.
  [[nodiscard]] bool is_loaded(std::string_view name) const { return plugins_.contains(name); }
  // The plugin for a moment, not kept; errors as load().
  [[nodiscard]] Result<SharedObject> open(std::string_view name, bool* own = nullptr) const;
  // Unmaps everything. No instance may be left.
  void unload_all();

  [[nodiscard]] const LoaderSettings& settings() const noexcept { return settings_; }

 private:
  LoaderSettings settings_;
  std::vector<SharedObject> objects_;
  std::map<std::string, const tactus_plugin*, std::less<>> plugins_;  // by name of the file
  std::vector<const tactus_plugin*> order_;
  std::set<std::string> own_;
  bool sealed_ = false;
};

}  // namespace tactus
