// SPDX-License-Identifier: Apache-2.0
// Checks a plugin's descriptor to the last pointer before anything in it is used.
#include "host/descriptor.hpp"

#include <cmath>
#include <cstring>

#include "host/plugin_file.hpp"

namespace tactus {

namespace {

// Sizes of the structures in ABI 1.0, up to their last field then: none can be smaller. A newer plugin's are larger,
// and its arrays have that stride.
#define TACTUS_END(type, field) (offsetof(type, field) + sizeof(type::field))
constexpr std::size_t plugin_size_1_0 = TACTUS_END(tactus_plugin, paths);
constexpr std::size_t provider_size_1_0 = TACTUS_END(tactus_provider, ops);
constexpr std::size_t directive_size_1_0 = TACTUS_END(tactus_directive, fields);
constexpr std::size_t field_size_1_0 = TACTUS_END(tactus_field, maximum);
constexpr std::size_t source_size_1_0 = TACTUS_END(tactus_source_provider_ops, remove);
constexpr std::size_t refclock_size_1_0 = TACTUS_END(tactus_refclock_ops, poll);
constexpr std::size_t transport_size_1_0 = TACTUS_END(tactus_transport_ops, local_address);
constexpr std::size_t auth_size_1_0 = TACTUS_END(tactus_auth_ops, reload);
constexpr std::size_t clock_size_1_0 = TACTUS_END(tactus_clock_ops, set_status);
constexpr std::size_t endpoint_size_1_0 = TACTUS_END(tactus_endpoint_ops, destroy);
#undef TACTUS_END
constexpr std::size_t struct_size_limit = 4096;

constexpr const char* kind_names[] = {"source", "refclock", "transport", "auth", "clock", "endpoint"};

bool text_ok(const char* text) noexcept { return text != nullptr && ::strnlen(text, text_limit + 1) <= text_limit; }
bool size_ok(std::size_t size, std::size_t smallest) noexcept { return size >= smallest && size <= struct_size_limit; }

// A function that must be there: its offset in the operations, and its name.
struct Required {
  std::size_t offset;
  const char* name;
};
#define TACTUS_REQUIRED(type, field) \
  Required { offsetof(type, field), #field }

Result<void> check_functions(const tactus_provider& provider, std::size_t size, std::initializer_list<Required> list) {
  std::uint32_t stated = 0;
  std::memcpy(&stated, provider.ops, sizeof stated);
  if (!size_ok(stated, size)) {
    return error("the operations of provider '{}' have a size that no ABI has ({})", provider.name, stated);
  }
  for (const Required& required : list) {
    const void* function = nullptr;
    std::memcpy(&function, static_cast<const char*>(provider.ops) + required.offset, sizeof function);
    if (function == nullptr) return error("provider '{}' lacks the function {}", provider.name, required.name);
  }
  return {};
}

#define TACTUS_LIFE(type) TACTUS_REQUIRED(type, create), TACTUS_REQUIRED(type, destroy)

// A scheme may have the client's side, the server's side, or both; each side is whole.
Result<void> check_auth(const tactus_provider& provider) {
  if (auto sound = check_functions(provider, auth_size_1_0, {TACTUS_LIFE(tactus_auth_ops)}); !sound) return sound;
  const auto& ops = *static_cast<const tactus_auth_ops*>(provider.ops);
  if (ops.client_new == nullptr && ops.server_check == nullptr) {
    return error("provider '{}' lacks the function client_new or server_check", provider.name);
  }
  if (ops.server_check != nullptr) {
    if (auto sound = check_functions(provider, auth_size_1_0, {TACTUS_REQUIRED(tactus_auth_ops, server_sign)});
        !sound) {
      return sound;
    }
  }
  if (ops.client_new == nullptr) return {};
  return check_functions(
      provider, auth_size_1_0,
      {TACTUS_REQUIRED(tactus_auth_ops, client_free), TACTUS_REQUIRED(tactus_auth_ops, client_version),
       TACTUS_REQUIRED(tactus_auth_ops, client_prepare), TACTUS_REQUIRED(tactus_auth_ops, client_sign),
       TACTUS_REQUIRED(tactus_auth_ops, client_check), TACTUS_REQUIRED(tactus_auth_ops, client_report)});
}

Result<void> check_ops(const tactus_provider& provider) {
  switch (provider.kind) {
    case TACTUS_KIND_SOURCE:
      return check_functions(provider, source_size_1_0, {TACTUS_LIFE(tactus_source_provider_ops)});
    case TACTUS_KIND_REFCLOCK:
      return check_functions(provider, refclock_size_1_0, {TACTUS_LIFE(tactus_refclock_ops)});
    case TACTUS_KIND_TRANSPORT:
      return check_functions(provider, transport_size_1_0,
                             {TACTUS_LIFE(tactus_transport_ops), TACTUS_REQUIRED(tactus_transport_ops, open),
                              TACTUS_REQUIRED(tactus_transport_ops, close), TACTUS_REQUIRED(tactus_transport_ops, send),
                              TACTUS_REQUIRED(tactus_transport_ops, local_address)});
    case TACTUS_KIND_AUTH:
      return check_auth(provider);
    case TACTUS_KIND_CLOCK:
      return check_functions(
          provider, clock_size_1_0,
          {TACTUS_LIFE(tactus_clock_ops), TACTUS_REQUIRED(tactus_clock_ops, limits),
           TACTUS_REQUIRED(tactus_clock_ops, read), TACTUS_REQUIRED(tactus_clock_ops, get_frequency),
           TACTUS_REQUIRED(tactus_clock_ops, set_frequency), TACTUS_REQUIRED(tactus_clock_ops, step),
           TACTUS_REQUIRED(tactus_clock_ops, set_leap), TACTUS_REQUIRED(tactus_clock_ops, set_status)});
    case TACTUS_KIND_ENDPOINT:
      return check_functions(provider, endpoint_size_1_0, {TACTUS_LIFE(tactus_endpoint_ops)});
    default:
      return error("provider '{}' is of a kind that is not known ({})", provider.name, provider.kind);
  }
}
#undef TACTUS_LIFE
#undef TACTUS_REQUIRED

bool field_ok(const tactus_field& field) noexcept {
  if (!text_ok(field.name) || field.name[0] == '\0' || !text_ok(field.unit) || !text_ok(field.doc)) return false;
  if (field.default_text != nullptr && !text_ok(field.default_text)) return false;
  if (field.type < TACTUS_TYPE_FLAG || field.type > TACTUS_TYPE_WORDS) return false;
  if (field.choice_count > field_limit || (field.choice_count > 0 && field.choices == nullptr)) return false;
  for (std::uint32_t i = 0; i < field.choice_count; ++i) {
    if (!text_ok(field.choices[i])) return false;
  }
  if (field.type == TACTUS_TYPE_ENUM && field.choice_count == 0) return false;
  return field.minimum <= field.maximum;  // false for NaN
}

Result<void> check_directive(const tactus_provider& provider, const tactus_directive& directive) {
  if (!text_ok(directive.keyword) || directive.keyword[0] == '\0' || !text_ok(directive.group) ||
      !text_ok(directive.doc)) {
    return error("provider '{}' declares a directive without texts", provider.name);
  }
  if (directive.shape < TACTUS_SHAPE_FLAG || directive.shape > TACTUS_SHAPE_ACCESS ||
      directive.repeat < TACTUS_REPEAT_LAST || directive.repeat > TACTUS_REPEAT_PER_FAMILY) {
    return error("the directive '{}' has a shape that is not known", directive.keyword);
  }
  if (directive.field_count > field_limit || (directive.field_count > 0 && directive.fields == nullptr)) {
    return error("the directive '{}' has no proper list of fields", directive.keyword);
  }
  for (std::uint32_t i = 0; i < directive.field_count; ++i) {
    const tactus_field& field = *TACTUS_AT(tactus_field, directive.fields, i);
    const bool sized = size_ok(field.struct_size, field_size_1_0) && field.struct_size == directive.fields->struct_size;
    if (!sized || !field_ok(field))
      return error("field {} of the directive '{}' is incomplete", i + 1, directive.keyword);
  }
  return {};
}

Result<void> check_provider(const tactus_provider& provider) {
  if (!text_ok(provider.name) || !plugin_name_is_valid(provider.name)) return error("a provider has no proper name");
  if (!text_ok(provider.summary)) return error("provider '{}' has no summary", provider.name);
  if (provider.ops == nullptr) return error("provider '{}' has no operations", provider.name);
  if (auto sound = check_ops(provider); !sound) return sound;
  const std::uint32_t count = provider.directive_count;
  if (count > directive_limit || (count > 0 && provider.directives == nullptr)) {
    return error("provider '{}' has no proper list of directives", provider.name);
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const tactus_directive& directive = *TACTUS_AT(tactus_directive, provider.directives, i);
    if (!size_ok(directive.struct_size, directive_size_1_0) ||
        directive.struct_size != provider.directives->struct_size) {
      return error("provider '{}' has directives of a size that no ABI has", provider.name);
    }
    if (auto sound = check_directive(provider, directive); !sound) return sound;
  }
  return {};
}

Result<void> check_plugin(const tactus_plugin& plugin, std::string_view file_name) {
  if (!size_ok(plugin.struct_size, plugin_size_1_0)) return error("its size is none that an ABI has");
  if (!text_ok(plugin.name) || plugin.name[0] == '\0' || !text_ok(plugin.version) || !text_ok(plugin.licence) ||
      !text_ok(plugin.summary)) {
    return error("name, version, licence or summary is missing");
  }
  if (plugin.path_count > path_limit || (plugin.path_count > 0 && plugin.paths == nullptr)) {
    return error("it has no proper list of paths");
  }
  for (std::uint32_t i = 0; i < plugin.path_count; ++i) {
    if (!text_ok(plugin.paths[i])) return error("it has no proper list of paths");
  }
  if (plugin.provider_count == 0 || plugin.provider_count > provider_limit || plugin.providers == nullptr) {
    return error("it has no proper list of providers");
  }
  bool named = false;
  for (std::uint32_t i = 0; i < plugin.provider_count; ++i) {
    const tactus_provider& provider = provider_at(plugin, i);
    if (!size_ok(provider.struct_size, provider_size_1_0) || provider.struct_size != plugin.providers->struct_size) {
      return error("its providers have a size that no ABI has");
    }
    if (auto sound = check_provider(provider); !sound) return sound;
    named = named || file_name == provider.name;
  }
  if (!named) return error("none of its providers is named '{}' as the file is", file_name);
  return {};
}

}  // namespace

std::string_view kind_name(std::uint32_t kind) noexcept {
  return kind >= 1 && kind <= std::size(kind_names) ? kind_names[kind - 1] : "unknown kind";
}

Result<void> check_abi(const tactus_plugin* plugin) {
  if (plugin == nullptr) return error_status(TACTUS_E_INVALID, "gives no descriptor");
  if (plugin->struct_size < offsetof(tactus_plugin, needs)) {
    return error_status(TACTUS_E_INVALID, "has a broken descriptor: it states no ABI version");
  }
  if (plugin->abi_major != TACTUS_ABI_MAJOR) {
    return error_status(TACTUS_E_UNSUPPORTED,
                        "is built for plugin ABI {}.{}, this Tactus has {}.{}: install a build of it for "
                        "ABI {}",
                        plugin->abi_major, plugin->abi_minor, TACTUS_ABI_MAJOR, TACTUS_ABI_MINOR, TACTUS_ABI_MAJOR);
  }
  if (plugin->abi_minor > TACTUS_ABI_MINOR) {
    return error_status(TACTUS_E_UNSUPPORTED,
                        "needs plugin ABI {}.{} or newer, this Tactus has {}.{}: install a newer Tactus",
                        plugin->abi_major, plugin->abi_minor, TACTUS_ABI_MAJOR, TACTUS_ABI_MINOR);
  }
  return {};
}

Result<void> check_descriptor(const tactus_plugin* plugin, std::string_view file_name) {
  if (auto sound = check_abi(plugin); !sound) return sound;
  if (auto sound = check_plugin(*plugin, file_name); !sound) {
    return error_status(TACTUS_E_INVALID, "has a broken descriptor: {}", sound.failure().text);
  }
  return {};
}

}  // namespace tactus
