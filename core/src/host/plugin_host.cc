// SPDX-License-Identifier: Apache-2.0
// Loads, creates, starts and ends what the configuration asks for.
#include "host/plugin_host.hpp"

#include <algorithm>
#include <cctype>

#include "host/activation.hpp"
#include "host/descriptor.hpp"
#include "host/host_reports.hpp"

namespace tactus {
namespace {

constexpr std::string_view ntp_provider = "ntp";
constexpr std::string_view key_provider = "symkey";

}  // namespace

PluginHost::PluginHost(HostContext context, LoaderSettings loader)
    : context_(std::move(context)), loader_(std::move(loader)) {
  add_host_reports(context_.registry, *this);
}

PluginHost::~PluginHost() {
  destroy_all();
  remove_host_reports(context_.registry);
  loader_.unload_all();
}

// ---- while the configuration is read

Result<void> PluginHost::declare(std::string_view plugin) {
  auto loaded = loader_.load(plugin);
  if (!loaded) return loaded.failure();
  if (!declared_.emplace(plugin).second) return {};
  for (std::uint32_t i = 0; i < (*loaded)->provider_count; ++i) {
    const tactus_provider& provider = provider_at(**loaded, i);
    for (std::uint32_t k = 0; k < provider.directive_count; ++k) {
      const auto* directive = TACTUS_AT(tactus_directive, provider.directives, k);
      if (auto added = context_.declarations.add(directive, provider.name); !added) {
        return error_status(added.failure().status, "Could not load plugin {}: {}", plugin, added.failure().text);
      }
    }
  }
  return {};
}

bool PluginHost::on_unknown(std::string_view keyword, const config::CatalogueEntry* entry, std::string* why) {
  const auto tried = [&](std::string_view plugin) {
    const auto done = declare(plugin);
    if (!done && why != nullptr) *why = done.failure().text;
    return done.ok();
  };
  if (entry != nullptr) return tried(entry->plugin);
  // A third party's: of a plugin that `loadplugin` named above, or of that name itself.
  for (const std::string& plugin : requested_plugins(context_.model)) {
    if (!tried(plugin)) return false;
  }
  if (context_.declarations.find(keyword) != nullptr) return true;
  std::string plugin;
  for (const char c : keyword) plugin += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return loader_.available(plugin) && tried(plugin);
}

void PluginHost::on_driver(std::string_view driver) {
  // A driver that cannot be loaded is reported when its instance is to be created.
  if (const auto done = declare(config::plugin_of_driver(driver)); !done) {
    context_.logger.debug("{}", done.failure().text);
  }
}

bool PluginHost::has_driver(std::string_view driver) const {
  const std::string plugin = config::plugin_of_driver(driver);
  if (stood_in(TACTUS_KIND_REFCLOCK, plugin) != plugin) return true;
  return loader_.is_loaded(plugin) || (loader_.available(plugin) && !loader_.disabled(plugin));
}

// ---- instances

Result<const tactus_provider*> PluginHost::find_provider(std::uint32_t kind, std::string_view name) {
  const auto within = [&](const tactus_plugin& plugin) -> const tactus_provider* {
    for (std::uint32_t i = 0; i < plugin.provider_count; ++i) {
      const tactus_provider& provider = provider_at(plugin, i);
      if (provider.kind == kind && name == provider.name) return &provider;
    }
    return nullptr;
  };
  for (const tactus_plugin* plugin : loader_.loaded()) {
    if (const tactus_provider* found = within(*plugin)) return found;
  }
  if (auto declared = declare(name); !declared) return declared.failure();
  if (const tactus_provider* found = within(*loader_.by_name().at(name))) return found;
  return error_status(TACTUS_E_NOT_FOUND, "plugin {} is no {}", name, kind_name(kind));
}

Instance* PluginHost::find_instance(std::uint32_t kind, std::string_view name) const {
  for (const auto& instance : instances_) {
    if (instance->provider().kind == kind && name == instance->provider().name) return instance.get();
  }
  return nullptr;
}

std::vector<const tactus_record*> PluginHost::records_of(const tactus_provider& provider) const {
  std::vector<const tactus_record*> records = context_.model.effective_of(provider.name);
  if (context_.hold_back) {
    std::erase_if(records, [this](const tactus_record* record) { return context_.hold_back(*record); });
  }
  return records;
}

Result<Instance*> PluginHost::create(const tactus_provider& provider, std::string label,
                                     std::unique_ptr<RefclockPort> port, std::vector<const tactus_record*> records) {
  const std::string file = loader_.file_of(provider);
  auto instance = std::make_unique<Instance>(
      *this, provider, Instance::Identity{file, std::move(label), next_owner_++, loader_.is_own(file)});
  instance->set_port(std::move(port));
  if (auto created = instance->create(std::move(records)); !created) return created.failure();
  // What it needed was created inside its create() and stands before it: the end is in reverse order.
  instances_.push_back(std::move(instance));
  Instance* made = instances_.back().get();
  if (!started_) return made;
  if (auto started = made->start(); !started) {
    std::erase_if(instances_, [made](const auto& one) { return one.get() == made; });
    return started.failure();
  }
  return made;
}

std::string_view PluginHost::stood_in(std::uint32_t kind, std::string_view name) const {
  const std::string_view other = context_.stand_in ? context_.stand_in(kind, name) : std::string_view{};
  return other.empty() ? name : other;
}

Result<Instance*> PluginHost::provider(std::uint32_t kind, std::string_view asked) {
  const std::string_view name = stood_in(kind, asked);
  if (Instance* there = find_instance(kind, name)) return there;
  auto found = find_provider(kind, name);
  if (!found) return found.failure();
  const tactus_provider& provider = **found;
  if (!creating_.emplace(provider.name).second) {
    return error_status(TACTUS_E_INTERNAL, "providers need each other in a circle: {}", provider.name);
  }
  auto made = create(provider, provider.name, nullptr, records_of(provider));
  creating_.erase(provider.name);
  return made;
}

Result<void> PluginHost::create_refclock(const tactus_record& record, unsigned index) {
  const std::string_view driver = record.values[config::field_index(*record.directive, "driver")].text;
  const std::string name = config::plugin_of_driver(driver);
  auto found = find_provider(TACTUS_KIND_REFCLOCK, stood_in(TACTUS_KIND_REFCLOCK, name));
  if (!found && found.failure().status == TACTUS_E_NOT_FOUND) {
    return error_status(TACTUS_E_NOT_FOUND, "unknown refclock driver {} ({})", driver, found.failure().text);
  }
  if (!found) return found.failure();
  if (!context_.make_refclock) return error_status(TACTUS_E_UNSUPPORTED, "unknown refclock driver {}", driver);
  std::vector<const tactus_record*> records{&record};
  if (const tactus_directive* options = context_.declarations.driver(name)) {
    auto own = config::driver_record(record, *options);
    if (!own) return own.failure();
    driver_records_.push_back(std::move(*own));
    records.push_back(driver_records_.back()->get());
  }
  auto port = context_.make_refclock(name, record);
  if (!port) return port.failure();
  const tactus_value& refid = record.values[config::field_index(*record.directive, "refid")];
  const std::string label =
      refid.present != 0 ? fmt::format("{}.{}", name, refid.text) : fmt::format("{}.{}", name, index);
  auto made = create(**found, label, std::move(*port), std::move(records));
  return made ? Result<void>{} : made.failure();
}

Result<Backend> PluginHost::create_clock(std::string_view name) {
  auto made = provider(TACTUS_KIND_CLOCK, name);
  if (!made) return made.failure();
  return Backend{&(*made)->ops<tactus_clock_ops>(), (*made)->instance()};
}

void PluginHost::attach(Clock& clock, Discipline& discipline) {
  clock_ = &clock;
  discipline_ = &discipline;
}

Result<void> PluginHost::create_all() {
  loader_.set_disabled(disabled_plugins(context_.model));
  for (const std::string& name : requested_plugins(context_.model)) {
    if (auto declared = declare(name); !declared) return declared;
  }
  unsigned index = 0;
  for (const tactus_record* record : wanted_refclocks(context_.model)) {
    if (auto made = create_refclock(*record, index++); !made) return made;
  }
  for (const Wanted& wanted : wanted_providers(context_.model, context_.run_flags, loader_.loaded())) {
    auto made = provider(wanted.kind, wanted.name);
    if (made) continue;
    if (!wanted.by_default || made.failure().status != TACTUS_E_NOT_FOUND) return made.failure();
    context_.logger.warning("{}", made.failure().text);
  }
  return {};
}

void PluginHost::seal() {
  const bool asked = std::any_of(instances_.begin(), instances_.end(), [](const auto& instance) {
    return instance->provider().kind == TACTUS_KIND_ENDPOINT || instance->provider().name == ntp_provider;
  });
  if (asked) {
    if (const auto made = provider(TACTUS_KIND_SOURCE, ntp_provider); !made) {
      context_.logger.debug("{}", made.failure().text);
    } else if (const auto keys = declare(key_provider); keys) {
      kept_.emplace(key_provider);
    } else {
      context_.logger.debug("{}", keys.failure().text);
    }
  }
  loader_.seal();
}

Result<void> PluginHost::start_all() {
  // An instance that is created from inside a start() is started at once and appended.
  started_ = true;
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    if (auto done = instances_[i]->start(); !done) return done;
  }
  return {};
}

void PluginHost::destroy_all() {
  started_ = false;
  while (!instances_.empty()) {
    instances_.back()->destroy();
    instances_.pop_back();
  }
  driver_records_.clear();
}

// ---- while running

Result<void> PluginHost::need(std::uint32_t kind, std::string_view name) {
  if (kind != TACTUS_KIND_SOURCE && kind != TACTUS_KIND_ENDPOINT) {
    return error_status(TACTUS_E_UNSUPPORTED, "a {} is created by its own configuration", kind_name(kind));
  }
  auto made = provider(kind, name);
  return made ? Result<void>{} : made.failure();
}

Result<Instance*> PluginHost::provider_for(const tactus_record* record) {
  const std::string_view owner = context_.declarations.owner(record->directive);
  if (owner.empty() || owner == "core") {
    return error_status(TACTUS_E_UNSUPPORTED, "nobody takes {} while running", record->directive->keyword);
  }
  return provider(TACTUS_KIND_SOURCE, owner);
}

Result<void> PluginHost::pass_record(const tactus_record* record, SourceFn tactus_source_provider_ops::*function) {
  auto taker = provider_for(record);
  if (!taker) return taker.failure();
  Instance& instance = **taker;
  const SourceFn pass = instance.ops<tactus_source_provider_ops>().*function;
  if (pass == nullptr) {
    return error_status(TACTUS_E_UNSUPPORTED, "{} cannot change its sources while running", instance.identity().label);
  }
  tactus_error error{sizeof(tactus_error), 0, {}};
  tactus_status status = TACTUS_E_INTERNAL;
  instance.call_plugin([&] { status = pass(instance.instance(), record, &error); });
  if (status == TACTUS_OK) return {};
  return Error{std::string(error.text, ::strnlen(error.text, sizeof error.text)), status};
}

Result<void> PluginHost::add_source(const tactus_record* record) {
  return pass_record(record, &tactus_source_provider_ops::add);
}

Result<void> PluginHost::remove_source(const tactus_record* record) {
  return pass_record(record, &tactus_source_provider_ops::remove);
}

// ---- what the sandbox has to leave, and reports

namespace {

// Calls for each plugin that has an instance or is kept for one, once each.
template <class Call>
void each_used(const PluginLoader& loader, const std::vector<std::unique_ptr<Instance>>& instances,
               const std::set<std::string, std::less<>>& kept, Call call) {
  for (const auto& loaded : loader.by_name()) {
    const std::string_view name = loaded.first;
    const bool used =
        kept.count(name) > 0 || std::any_of(instances.begin(), instances.end(),
                                            [&](const auto& instance) { return instance->identity().plugin == name; });
    if (used) call(*loaded.second);
  }
}

}  // namespace

std::uint32_t PluginHost::needs() const {
  std::uint32_t bits = 0;
  each_used(loader_, instances_, kept_, [&](const tactus_plugin& plugin) { bits |= plugin.needs; });
  return bits;
}

std::vector<std::string> PluginHost::paths() const {
  std::vector<std::string> out;
  each_used(loader_, instances_, kept_, [&](const tactus_plugin& plugin) {
    for (std::uint32_t i = 0; i < plugin.path_count; ++i) out.emplace_back(plugin.paths[i]);
  });
  return out;
}

std::vector<std::string> PluginHost::instances() const {
  std::vector<std::string> out;
  for (const auto& instance : instances_) out.push_back(instance->identity().label);
  return out;
}

void PluginHost::each_drop(const std::function<void(std::string_view, std::string_view, std::uint64_t)>& call) const {
  for (const auto& instance : instances_) {
    const std::string& label = instance->identity().label;
    for (const DropCell& cell : instance->drops()) {
      const bool named = cell.stage == label || cell.stage.starts_with(std::string{instance->provider().name} + ".");
      call(named ? cell.stage : fmt::format("{}.{}", label, cell.stage), cell.reason, cell.count);
    }
  }
}

}  // namespace tactus
