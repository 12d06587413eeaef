// SPDX-License-Identifier: Apache-2.0
// The directory that protects a socket in the file system: made when it is missing, looked at before it is trusted.
// Messages are chrony's (command protocol specification 2.2).
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tactus/plugin.h>
#include <tactus/result.hpp>
#include <tactus/sdk/host.hpp>

namespace tactus {

inline constexpr mode_t run_directory_mode = 0770;
inline constexpr mode_t run_directory_parent_mode = 0755;

// The user that the daemon will become: that of the directive `user` as long as the daemon is root, else its own.
struct DaemonUser {
  uid_t uid;
  gid_t gid;
};
inline DaemonUser daemon_user(const Host& host) {
  DaemonUser out{::geteuid(), ::getegid()};
  const tactus_record* record = host.raw()->config(host.raw(), "user", 0);
  if (record == nullptr || record->value_count == 0 || out.uid != 0) return out;
  if (const passwd* entry = ::getpwnam(record->values[0].text); entry != nullptr) {
    out = {entry->pw_uid, entry->pw_gid};
  }
  return out;
}

// Directory of a path: everything up to the last slash, "/" if that is the only one, "." without one.
inline std::string directory_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

// Creates the directory with its parents (0755), the last one with mode 0770 and the given owner. It may exist.
inline Result<void> create_run_directory(const std::string& directory, const DaemonUser& user) {
  struct stat info;
  if (::stat(directory.c_str(), &info) == 0) return {};
  for (std::size_t slash = directory.find('/', 1); slash != std::string::npos; slash = directory.find('/', slash + 1)) {
    const std::string parent = directory.substr(0, slash);
    if (::mkdir(parent.c_str(), run_directory_parent_mode) != 0 && errno != EEXIST) {
      return error("Could not create directory {} : {}", parent, std::strerror(errno));
    }
  }
  if (::mkdir(directory.c_str(), run_directory_mode) != 0 && errno != EEXIST) {
    return error("Could not create directory {} : {}", directory, std::strerror(errno));
  }
  const bool other = ::geteuid() != user.uid || ::getegid() != user.gid;
  if (other && ::chown(directory.c_str(), user.uid, user.gid) != 0) {
    return error("Could not change ownership of {} : {}", directory, std::strerror(errno));
  }
  return {};
}

// The directory must not be accessible to others: no bits outside 0770, owner and group as given.
inline Result<void> check_run_directory(const std::string& directory, const DaemonUser& user) {
  constexpr mode_t permission_bits = 0777;
  struct stat info;
  if (::stat(directory.c_str(), &info) != 0) {
    return error("Could not access {} : {}", directory, std::strerror(errno));
  }
  if (!S_ISDIR(info.st_mode)) return error("{} is not directory", directory);
  if ((info.st_mode & permission_bits & ~run_directory_mode) != 0) return error("Wrong permissions on {}", directory);
  if (info.st_uid != user.uid) return error("Wrong owner of {} (UID != {})", directory, user.uid);
  if (info.st_gid != user.gid) return error("Wrong owner of {} (GID != {})", directory, user.gid);
  return {};
}

}  // namespace tactus
