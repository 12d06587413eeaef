// SPDX-License-Identifier: Apache-2.0
// Loads plugins by name: file, owner, ELF, a trial in a child for those that are not known good, then this process.
#include "host/loader.hpp"

#include <algorithm>

#include "config/catalogue.hpp"
#include "host/probe.hpp"

namespace tactus {

namespace {

// What would help when the file is missing.
std::string remedy(std::string_view name) {
  const std::string_view package = config::package_of_plugin(name);
  return package.empty() ? std::string{} : fmt::format(" (install the package {})", package);
}

}  // namespace

bool PluginLoader::disabled(std::string_view name) const {
  return std::find(settings_.disabled.begin(), settings_.disabled.end(), name) != settings_.disabled.end();
}

Result<SharedObject> PluginLoader::open(std::string_view name, bool* own) const {
  const auto failed = [&](const Error& why, std::string_view path = "") {
    return error_status(why.status, "Could not load plugin {}: {}{}{}", name, path, path.empty() ? "" : " ", why.text);
  };
  if (disabled(name)) return failed(error_status(TACTUS_E_DISABLED, "it is disabled in the configuration"));
  if (sealed_) {
    return failed(
        error_status(TACTUS_E_DENIED, "the system call filter is on (name it with the directive loadplugin)"));
  }
  auto path = find_plugin(settings_.folders, name);
  if (!path && path.failure().status == TACTUS_E_NOT_FOUND) {
    return failed(error_status(TACTUS_E_NOT_FOUND, "{}{}", path.failure().text, remedy(name)));
  }
  if (!path) return failed(path.failure());
  auto file = check_plugin_file(*path, settings_.loading, settings_.own_version);
  if (!file) return failed(file.failure());
  if (settings_.probe && !file->own) {
    if (auto sound = probe_plugin(file->path, name, settings_.probe_limit_s); !sound)
      return failed(sound.failure(), *path);
  }
  if (own != nullptr) *own = file->own;
  auto object = SharedObject::open(file->path, name);
  if (!object) return failed(object.failure(), *path);
  return object;
}

Result<const tactus_plugin*> PluginLoader::load(std::string_view name) {
  if (const auto at = plugins_.find(name); at != plugins_.end()) return at->second;
  const tactus_plugin* plugin = nullptr;
  if (const auto brought = settings_.embedded.find(name); brought != settings_.embedded.end()) {
    plugin = brought->second;
    own_.emplace(name);
  } else {
    bool own = false;
    auto object = open(name, &own);
    if (!object) return object.failure();
    if (own) own_.emplace(name);
    plugin = &object->plugin();
    objects_.push_back(std::move(*object));
  }
  plugins_.emplace(name, plugin);
  order_.push_back(plugin);
  return plugin;
}

std::map<std::string_view, const tactus_plugin*> PluginLoader::by_name() const {
  std::map<std::string_view, const tactus_plugin*> out;
  for (const auto& [name, plugin] : plugins_) out.emplace(name, plugin);
  return out;
}

std::string PluginLoader::file_of(const tactus_provider& provider) const {
  for (const auto& [name, plugin] : plugins_) {
    for (std::uint32_t i = 0; i < plugin->provider_count; ++i) {
      if (TACTUS_AT(tactus_provider, plugin->providers, i) == &provider) return name;
    }
  }
  return {};
}

void PluginLoader::unload_all() {
  own_.clear();
  order_.clear();
  plugins_.clear();
  objects_.clear();
}

}  // namespace tactus
