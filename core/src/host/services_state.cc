// SPDX-License-Identifier: Apache-2.0
// Services: randomness, names, state files, configuration, reports and commands, other providers.
#include <sys/random.h>

#include <cerrno>
#include <charconv>
#include <span>

#include "config/loader.hpp"
#include "host/plugin_host.hpp"
#include "host/services.hpp"
#include "loop/state_file.hpp"

namespace tactus::services {

namespace {

constexpr std::size_t line_limit_bytes = 8192;
constexpr std::uint32_t mode_bits = 07777;
// Commands that bring the provider of NTP in when nothing in the configuration did.
constexpr std::string_view ntp_on_demand[] = {"add_source", "allow"};

void random_bytes(const tactus_host* host, void* buffer, std::uint32_t length) {
  guarded_void(host, [&](Instance& instance) {
    if (instance.context().random) return instance.context().random(buffer, length);
    auto* to = static_cast<unsigned char*>(buffer);
    std::size_t left = length;
    while (left > 0) {
      const ssize_t got = ::getrandom(to, left, 0);
      // There is no substitute for secrets: a kernel without random numbers cannot run this.
      TACTUS_ASSERT(got > 0 || errno == EINTR);
      if (got <= 0) continue;
      to += got;
      left -= static_cast<std::size_t>(got);
    }
  });
}

void* embedder(const tactus_host* host) { return self(host).context().embedder; }

tactus_status resolve(const tactus_host* host, const char* name, std::uint32_t family, tactus_resolve_fn fn, void* user,
                      std::uint64_t* id) {
  return guarded(host, [&](Instance& instance) {
    if (name == nullptr || fn == nullptr || id == nullptr) return TACTUS_E_INVALID;
    Holdings& held = instance.held();
    const std::uint64_t number = held.next_id++;
    const auto answer = [&instance, number, fn, user](tactus_status status, std::span<const tactus_address> addresses) {
      instance.held().names.erase(number);
      instance.call_plugin([&] { fn(user, status, addresses.data(), static_cast<std::uint32_t>(addresses.size())); });
    };
    held.names[number] = instance.context().resolver.resolve(name, family, answer);
    *id = number;
    return TACTUS_OK;
  });
}

void resolve_cancel(const tactus_host* host, std::uint64_t id) {
  guarded_void(host, [&](Instance& instance) {
    const auto at = instance.held().names.find(id);
    if (at == instance.held().names.end()) return;
    instance.context().resolver.cancel(at->second);
    instance.held().names.erase(at);
  });
}

tactus_status state_write(const tactus_host* host, const char* path, const void* data, std::uint32_t length,
                          std::uint32_t mode, tactus_error* error) {
  return guarded(host, [&](Instance&) {
    if (path == nullptr || (data == nullptr && length > 0)) return TACTUS_E_INVALID;
    return to_status(write_state(path, {static_cast<const char*>(data), length}, mode & mode_bits), error);
  });
}

tactus_status state_read(const tactus_host* host, const char* path, void* data, std::uint32_t* length,
                         tactus_error* error) {
  return guarded(host, [&](Instance&) {
    if (path == nullptr || length == nullptr || (data == nullptr && *length > 0)) return TACTUS_E_INVALID;
    const auto text = read_state(path, *length);
    if (!text) {
      put_error(error, text.failure().text);
      return text.failure().status;
    }
    std::memcpy(data, text->data(), text->size());
    *length = static_cast<std::uint32_t>(text->size());
    return TACTUS_OK;
  });
}

std::uint32_t run_flags(const tactus_host* host) { return self(host).context().run_flags; }

const tactus_record* config_value(const tactus_host* host, const char* keyword, std::uint32_t index) {
  const tactus_record* found = nullptr;
  guarded_void(host, [&](Instance& instance) {
    if (keyword == nullptr || instance.context().declarations.find(keyword) == nullptr) return;
    const auto records = instance.context().model.effective(keyword);
    if (index < records.size()) found = records[index];
  });
  return found;
}

tactus_status config_parse(const tactus_host* host, const char* line, const tactus_record** record,
                           tactus_error* error) {
  return guarded(host, [&](Instance& instance) {
    if (line == nullptr || record == nullptr) return TACTUS_E_INVALID;
    *record = nullptr;
    const std::string_view text{line, ::strnlen(line, line_limit_bytes + 1)};
    if (text.size() > line_limit_bytes) return TACTUS_E_LIMIT;
    // The line may be of a plugin that nothing has asked for yet.
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    const std::string_view keyword = text.substr(begin, text.find_first_of(" \t", begin) - begin);
    HostContext& core = instance.context();
    if (!keyword.empty() && core.declarations.find(keyword) == nullptr) {
      std::string why;
      if (!instance.host().on_unknown(keyword, config::catalogue_find(keyword), &why) && !why.empty()) {
        put_error(error, why);
        return TACTUS_E_NOT_FOUND;
      }
    }
    auto parsed = config::parse_line(core.declarations, text);
    if (!parsed) {
      put_error(error, parsed.failure().text);
      return parsed.failure().status;
    }
    instance.held().records.push_back(std::move(*parsed));
    *record = instance.held().records.back()->get();
    return TACTUS_OK;
  });
}

// ---- reports and commands

tactus_status report_add(const tactus_host* host, const tactus_report* report, void* user) {
  return guarded(host, [&](Instance& instance) {
    const auto added = instance.context().registry.add_report(instance.identity().owner, report, user);
    if (!added) instance.context().logger.debug("{}: {}", instance.identity().label, added.failure().text);
    return to_status(added, nullptr);
  });
}

tactus_status command_add(const tactus_host* host, const tactus_command* command, void* user) {
  return guarded(host, [&](Instance& instance) {
    const auto added = instance.context().registry.add_command(instance.identity().owner, command, user);
    if (!added) instance.context().logger.debug("{}: {}", instance.identity().label, added.failure().text);
    return to_status(added, nullptr);
  });
}

tactus_status report_read(const tactus_host* host, const char* name, std::uint32_t access, const tactus_query* query,
                          tactus_row_sink sink, void* sink_user) {
  return guarded(host, [&](Instance& instance) {
    if (name == nullptr) return TACTUS_E_INVALID;
    if (query == nullptr) return instance.context().registry.read(name, access, nullptr, sink, sink_user);
    tactus_query full = widened(*query);
    full.struct_size = sizeof full;
    return instance.context().registry.read(name, access, &full, sink, sink_user);
  });
}

tactus_status command_run(const tactus_host* host, const char* name, std::uint32_t access, const void* args,
                          std::uint32_t args_size, void* result, tactus_error* error) {
  return guarded(host, [&](Instance& instance) {
    if (name == nullptr) return TACTUS_E_INVALID;
    Registry& registry = instance.context().registry;
    if (registry.find_command(name) == nullptr && access >= TACTUS_ACCESS_CONTROL) {
      // The first source or the first permission that is given while running.
      for (const std::string_view one : ntp_on_demand) {
        if (one != name) continue;
        if (auto loaded = instance.host().need(TACTUS_KIND_SOURCE, "ntp"); !loaded) return to_status(loaded, error);
      }
    }
    return registry.run(name, access, args, args_size, result, error);
  });
}

const tactus_report* report_at(const tactus_host* host, std::uint32_t index) {
  return self(host).context().registry.report_at(index);
}

const tactus_command* command_at(const tactus_host* host, std::uint32_t index) {
  return self(host).context().registry.command_at(index);
}

// ---- other providers

template <class Ops>
tactus_status provider(const tactus_host* host, std::uint32_t kind, const char* name, const Ops** ops, void** instance,
                       tactus_error* error) {
  return guarded(host, [&](Instance& asker) {
    if (name == nullptr || ops == nullptr || instance == nullptr) return TACTUS_E_INVALID;
    *ops = nullptr;
    *instance = nullptr;
    auto found = asker.host().provider(kind, name);
    if (!found) {
      put_error(error, found.failure().text);
      return found.failure().status;
    }
    *ops = &(*found)->template ops<Ops>();
    *instance = (*found)->instance();
    return TACTUS_OK;
  });
}

tactus_status transport(const tactus_host* host, const char* name, const tactus_transport_ops** ops, void** instance,
                        tactus_error* error) {
  return provider(host, TACTUS_KIND_TRANSPORT, name, ops, instance, error);
}

tactus_status auth(const tactus_host* host, const char* name, const tactus_auth_ops** ops, void** instance,
                   tactus_error* error) {
  return provider(host, TACTUS_KIND_AUTH, name, ops, instance, error);
}

tactus_status need(const tactus_host* host, std::uint32_t kind, const char* name, tactus_error* error) {
  return guarded(host, [&](Instance& instance) {
    if (name == nullptr) return TACTUS_E_INVALID;
    return to_status(instance.host().need(kind, name), error);
  });
}

}  // namespace

void fill_state(tactus_host& table) {
  table.random = &random_bytes;
  table.embedder = &embedder;
  table.resolve = &resolve;
  table.resolve_cancel = &resolve_cancel;
  table.state_write = &state_write;
  table.state_read = &state_read;
  table.run_flags = &run_flags;
  table.config = &config_value;
  table.config_parse = &config_parse;
}

void fill_control(tactus_host& table) {
  table.report_add = &report_add;
  table.command_add = &command_add;
  table.report_read = &report_read;
  table.command_run = &command_run;
  table.report_at = &report_at;
  table.command_at = &command_at;
  table.transport = &transport;
  table.auth = &auth;
  table.need = &need;
}

}  // namespace tactus::services
