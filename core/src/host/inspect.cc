// SPDX-License-Identifier: Apache-2.0
// Describes plugins. Those that are not loaded are opened in a child, which sends the finished rows back through a
// pipe.
#include "host/inspect.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "host/descriptor.hpp"

namespace tactus {

namespace {

constexpr unsigned child_limit_s = 30;
constexpr std::size_t row_limit = 1024;
constexpr std::string_view prefix = "Could not load plugin ";

template <std::size_t Size>
void put(char (&to)[Size], std::string_view text) {
  const std::size_t length = std::min(text.size(), Size - 1);
  std::memcpy(to, text.data(), length);
  std::memset(to + length, 0, Size - length);
}

std::uint32_t option_count(const tactus_provider& provider) {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < provider.directive_count; ++i) {
    count += TACTUS_AT(tactus_directive, provider.directives, i)->field_count;
  }
  return count;
}

void describe(std::string_view file, const tactus_plugin& plugin, bool loaded, std::vector<tactus_plugin_row>& rows) {
  for (std::uint32_t i = 0; i < plugin.provider_count; ++i) {
    const tactus_provider& provider = provider_at(plugin, i);
    tactus_plugin_row row{};
    row.struct_size = sizeof row;
    row.kind = provider.kind;
    row.loaded = loaded ? 1 : 0;
    row.abi_major = plugin.abi_major;
    row.abi_minor = plugin.abi_minor;
    row.options = option_count(provider);
    put(row.provider, provider.name);
    put(row.plugin, file);
    put(row.version, plugin.version);
    put(row.summary, provider.summary[0] != '\0' ? provider.summary : plugin.summary);
    rows.push_back(row);
  }
}

tactus_plugin_row broken(std::string_view name, std::string_view problem) {
  tactus_plugin_row row{};
  row.struct_size = sizeof row;
  put(row.provider, name);
  put(row.plugin, name);
  // The row names the plugin already.
  const std::string full_prefix = fmt::format("{}{}: ", prefix, name);
  put(row.problem, problem.starts_with(full_prefix) ? problem.substr(full_prefix.size()) : problem);
  return row;
}

void write_all(int fd, const void* data, std::size_t size) {
  const auto* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = ::write(fd, from, size);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    from += put;
    size -= static_cast<std::size_t>(put);
  }
}

[[noreturn]] void describe_in_child(const PluginLoader& loader, const std::vector<std::string>& names, int pipe) {
  ::alarm(child_limit_s);
  for (const std::string& name : names) {
    std::vector<tactus_plugin_row> rows;
    const auto object = loader.open(name);
    if (object) {
      describe(name, object->plugin(), false, rows);
    } else {
      rows.push_back(broken(name, object.failure().text));
    }
    write_all(pipe, rows.data(), rows.size() * sizeof(tactus_plugin_row));
  }
  ::_exit(0);
}

// Whole rows until the child ends.
std::vector<tactus_plugin_row> read_rows(int fd) {
  std::vector<tactus_plugin_row> rows;
  tactus_plugin_row row{};
  std::size_t filled = 0;
  while (rows.size() < row_limit) {
    const ssize_t got = ::read(fd, reinterpret_cast<char*>(&row) + filled, sizeof row - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled < sizeof row) continue;
    rows.push_back(row);
    filled = 0;
  }
  return rows;
}

std::vector<tactus_plugin_row> describe_available(const PluginLoader& loader, const std::vector<std::string>& names) {
  if (loader.sealed()) {  // behind the filter there is no child, and no mapping either
    std::vector<tactus_plugin_row> rows;
    for (const std::string& name : names) rows.push_back(broken(name, "not examined: the system call filter is on"));
    return rows;
  }
  int ends[2];
  if (names.empty() || ::pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    describe_in_child(loader, names, ends[1]);
  }
  ::close(ends[1]);
  std::vector<tactus_plugin_row> rows;
  if (child > 0) rows = read_rows(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  // Those that the child could not speak of.
  for (const std::string& name : names) {
    const bool told = std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return name == row.plugin; });
    if (!told) rows.push_back(broken(name, "cannot be examined while the daemon runs"));
  }
  return rows;
}

}  // namespace

std::vector<tactus_plugin_row> inspect_plugins(const PluginLoader& loader) {
  std::vector<tactus_plugin_row> rows;
  for (const auto& [name, plugin] : loader.by_name()) describe(name, *plugin, true, rows);
  std::vector<std::string> others = list_plugins(loader.settings().folders);
  std::erase_if(others, [&](const std::string& name) { return loader.is_loaded(name); });
  for (const tactus_plugin_row& row : describe_available(loader, others)) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return std::strcmp(a.plugin, b.plugin) < 0; });
  return rows;
}

std::vector<tactus_plugin_option_row> inspect_options(const PluginLoader& loader) {
  std::vector<tactus_plugin_option_row> rows;
  const auto describe_directive = [&](const tactus_provider& provider, const tactus_directive& directive) {
    for (std::uint32_t i = 0; i < directive.field_count; ++i) {
      const tactus_field& field = *TACTUS_AT(tactus_field, directive.fields, i);
      tactus_plugin_option_row row{};
      row.struct_size = sizeof row;
      row.type = field.type;
      put(row.provider, provider.name);
      put(row.directive, directive.keyword);
      put(row.option, field.name);
      put(row.unit, field.unit);
      put(row.default_text, field.default_text != nullptr ? field.default_text : "");
      put(row.doc, field.doc);
      rows.push_back(row);
    }
  };
  for (const auto& [name, plugin] : loader.by_name()) {
    for (std::uint32_t i = 0; i < plugin->provider_count; ++i) {
      const tactus_provider& provider = provider_at(*plugin, i);
      for (std::uint32_t k = 0; k < provider.directive_count; ++k) {
        describe_directive(provider, *TACTUS_AT(tactus_directive, provider.directives, k));
      }
    }
  }
  return rows;
}

}  // namespace tactus
