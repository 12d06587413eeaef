// SPDX-License-Identifier: Apache-2.0
// Finds plugin files by provider name and checks owner, mode and content before the dynamic linker sees them.
#include "host/plugin_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>

#include "host/elf_check.hpp"

namespace tactus {

namespace {

constexpr std::string_view suffix = ".so";
constexpr std::size_t name_limit = 31;

struct CloseFd {
  int fd;
  ~CloseFd() { ::close(fd); }
};

std::string joined(const std::vector<std::string>& folders) {
  std::string text;
  for (const std::string& folder : folders) text += (text.empty() ? "" : " or ") + folder;
  return text.empty() ? "any folder" : text;
}

// Whether only root or the one who loads may change this file or folder.
Result<void> check_owner(const std::string& path, const struct stat& status, const Loading& loading) {
  const bool mine = status.st_uid == loading.user;
  if (status.st_uid != 0 && !mine) {
    return error_status(TACTUS_E_DENIED, "{} belongs to user {}: it must belong to root", path, status.st_uid);
  }
  const bool own_group = mine && loading.user != 0 && status.st_gid == loading.group;
  const mode_t forbidden = own_group ? S_IWOTH : S_IWGRP | S_IWOTH;
  if ((status.st_mode & forbidden) != 0) {
    return error_status(TACTUS_E_DENIED, "{} is writable by others (mode {:04o}): chmod go-w {}", path,
                        status.st_mode & 07777, path);
  }
  return {};
}

}  // namespace

bool plugin_name_is_valid(std::string_view name) noexcept {
  if (name.empty() || name.size() > name_limit) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

Loading Loading::here() noexcept { return {::geteuid(), ::getegid()}; }

Result<std::string> find_plugin(const std::vector<std::string>& folders, std::string_view name) {
  if (!plugin_name_is_valid(name)) return error_status(TACTUS_E_INVALID, "'{}' cannot be the name of a plugin", name);
  for (const std::string& folder : folders) {
    std::string path = fmt::format("{}/{}{}", folder, name, suffix);
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return path;
  }
  return error_status(TACTUS_E_NOT_FOUND, "there is no {}{} in {}", name, suffix, joined(folders));
}

std::vector<std::string> list_plugins(const std::vector<std::string>& folders) {
  std::set<std::string> names;
  for (const std::string& folder : folders) {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir(folder.c_str()), &::closedir};
    if (!directory) continue;
    while (const dirent* entry = ::readdir(directory.get())) {
      std::string_view name{entry->d_name};
      if (!name.ends_with(suffix)) continue;
      name.remove_suffix(suffix.size());
      if (plugin_name_is_valid(name)) names.emplace(name);
    }
  }
  return {names.begin(), names.end()};
}

Result<PluginFile> check_plugin_file(const std::string& path, const Loading& loading, std::string_view own_version) {
  const std::unique_ptr<char, void (*)(void*)> real{::realpath(path.c_str(), nullptr), &std::free};
  if (!real) return error("{} cannot be opened: {}", path, std::strerror(errno));
  const std::string file{real.get()};
  // The folder first: who may write it can put any file there. Both folders, when the file is a link.
  for (const std::string& one : {path, file}) {
    const std::size_t slash = one.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : one.substr(0, std::max<std::size_t>(slash, 1));
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return error("{} cannot be examined: {}", folder, std::strerror(errno));
    if (auto sound = check_owner(folder, status, loading); !sound) return sound.failure();
  }
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return error("{} cannot be opened: {}", path, std::strerror(errno));
  const CloseFd closer{fd};
  struct stat status {};
  if (::fstat(fd, &status) != 0) return error("{} cannot be examined: {}", path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return error_status(TACTUS_E_INVALID, "{} is not a regular file", path);
  if (auto sound = check_owner(path, status, loading); !sound) return sound.failure();
  auto elf = check_elf(fd);
  if (!elf) return error_status(TACTUS_E_INVALID, "{} {}", path, elf.failure().text);
  return PluginFile{file, !elf->own_version.empty() && elf->own_version == own_version};
}

}  // namespace tactus
