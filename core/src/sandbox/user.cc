// SPDX-License-Identifier: Apache-2.0
// The user that the daemon runs as, and the directories that it needs.
#include "sandbox/user.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tactus {
namespace {

constexpr mode_t parent_mode = 0755;

// True when there is a directory now. An existing one is not touched.
Result<bool> exists(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return false;
    return error("Could not access {} : {}", path, std::strerror(errno));
  }
  if (!S_ISDIR(info.st_mode)) return error("{} is not directory", path);
  return true;
}

// Whatever the umask is, the mode is the one that was asked for.
Result<void> create(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0 || ::chmod(path.c_str(), mode) != 0) {
    return error("Could not create directory {} : {}", path, std::strerror(errno));
  }
  return {};
}

Result<void> make_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    const Result<bool> there = exists(parent);
    if (!there) return there.failure();
    if (*there) continue;
    if (auto made = create(parent, parent_mode); !made) return made;
  }
  return {};
}

}  // namespace

Result<User> find_user(const std::string& name) {
  // The name service is asked only when it has to be: it may load several libraries.
  if (name == "root") return User{name, 0, 0};
  const passwd* const entry = ::getpwnam(name.c_str());
  if (entry == nullptr) return error("Could not get user/group ID of {}", name);
  return User{name, entry->pw_uid, entry->pw_gid};
}

Result<void> make_directory(const std::string& path, mode_t mode, const User& owner) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  const Result<bool> there = exists(trimmed);
  if (!there) return there.failure();
  if (*there) return {};
  if (auto parents = make_parents(trimmed); !parents) return parents;
  if (auto made = create(trimmed, mode); !made) return made;
  if ((owner.uid != ::geteuid() || owner.gid != ::getegid()) && ::chown(trimmed.c_str(), owner.uid, owner.gid) != 0) {
    return error("Could not change ownership of {} : {}", trimmed, std::strerror(errno));
  }
  return {};
}

}  // namespace tactus
