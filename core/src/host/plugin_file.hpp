// SPDX-License-Identifier: Apache-2.0
// Where plugins are and whether a file may be loaded: the folders, the name of the file, who owns it and who may write
// it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include <tactus/result.hpp>

namespace tactus {

// Lower case letters, digits, '-' and '_'; 1 to 31 of them (plugin.h).
bool plugin_name_is_valid(std::string_view name) noexcept;

// Who loads. A file and its folder must belong to root or to this user, and nobody else may write them. Only a daemon
// without root accepts its own files with write permission for its own group (a build tree under umask 002).
struct Loading {
  uid_t user;
  gid_t group;
  static Loading here() noexcept;  // effective ids of this process
};

struct PluginFile {
  std::string path;
  bool own = false;  // of the project's own build of this version: known good
};

// Path of the file of a plugin in the first folder that has it. TACTUS_E_NOT_FOUND; TACTUS_E_INVALID: no proper name.
Result<std::string> find_plugin(const std::vector<std::string>& folders, std::string_view name);

// Names of all plugins in the folders, sorted, each once.
std::vector<std::string> list_plugins(const std::vector<std::string>& folders);

// Owner, mode, kind of file, ELF. own_version: the version of this build. The error says which file, what is wrong and
// what would help. TACTUS_E_DENIED: owner or mode; TACTUS_E_INVALID: not a sound shared object.
Result<PluginFile> check_plugin_file(const std::string& path, const Loading& loading, std::string_view own_version);

}  // namespace tactus
