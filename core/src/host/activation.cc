// SPDX-License-Identifier: Apache-2.0
// From the configuration to the list of providers that get an instance.
#include "host/activation.hpp"

#include <algorithm>

#include "host/descriptor.hpp"

namespace tactus {

namespace {

constexpr std::string_view ntp_provider = "ntp";
constexpr std::string_view command_provider = "cmdmon";
constexpr std::string_view ntp_keywords[] = {"server", "pool",         "peer",     "broadcast",
                                             "allow",  "initstepslew", "sourcedir"};

bool given(const config::Model& model, std::string_view keyword) {
  return model.declarations().find(keyword) != nullptr && model.has(keyword);
}

// Neither a UDP port nor a Unix socket is wanted.
bool command_sockets_off(const config::Model& model) {
  if (!given(model, "cmdport") || !given(model, "bindcmdaddress")) return false;
  const tactus_record* port = model.value("cmdport");
  if (port == nullptr || port->values[0].integer != 0) return false;
  const auto addresses = model.effective("bindcmdaddress");
  return std::any_of(addresses.begin(), addresses.end(),
                     [](const tactus_record* record) { return std::string_view{record->values[0].text} == "/"; });
}

bool declares_given(const config::Model& model, const tactus_provider& provider) {
  const auto records = model.records();
  return std::any_of(records.begin(), records.end(), [&](const tactus_record* record) {
    return model.declarations().owner(record->directive) == provider.name;
  });
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<const tactus_record*> wanted_refclocks(const config::Model& model) { return model.all("refclock"); }

std::vector<std::string> disabled_plugins(const config::Model& model) { return model.get_words("disableplugin"); }
std::vector<std::string> requested_plugins(const config::Model& model) { return model.get_words("loadplugin"); }

std::vector<Wanted> wanted_providers(const config::Model& model, std::uint32_t run_flags,
                                     const std::vector<const tactus_plugin*>& loaded) {
  const std::vector<std::string> disabled = disabled_plugins(model);
  const std::vector<std::string> requested = requested_plugins(model);
  const bool serves = (run_flags & TACTUS_RUN_NO_SERVER) == 0;
  std::vector<Wanted> sources;
  std::vector<Wanted> endpoints;
  const bool ntp = std::any_of(std::begin(ntp_keywords), std::end(ntp_keywords), [&](std::string_view keyword) {
    return given(model, keyword) && (serves || (keyword != "allow" && keyword != "broadcast"));
  });
  if (ntp) sources.push_back({TACTUS_KIND_SOURCE, std::string{ntp_provider}});
  if (serves && !contains(disabled, command_provider) && !command_sockets_off(model)) {
    endpoints.push_back({TACTUS_KIND_ENDPOINT, std::string{command_provider}, !contains(requested, command_provider)});
  }
  for (const tactus_plugin* plugin : loaded) {
    for (std::uint32_t i = 0; i < plugin->provider_count; ++i) {
      const tactus_provider& provider = provider_at(*plugin, i);
      const bool known = provider.name == ntp_provider || provider.name == command_provider;
      if (known || !(contains(requested, plugin->name) || declares_given(model, provider))) continue;
      if (provider.kind == TACTUS_KIND_SOURCE) sources.push_back({provider.kind, provider.name});
      if (provider.kind == TACTUS_KIND_ENDPOINT && serves) endpoints.push_back({provider.kind, provider.name});
    }
  }
  sources.insert(sources.end(), endpoints.begin(), endpoints.end());
  return sources;
}

}  // namespace tactus
