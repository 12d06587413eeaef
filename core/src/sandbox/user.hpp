// SPDX-License-Identifier: Apache-2.0
// The user that the daemon runs as, and the directories that it needs. Configuration specification, sections 12.3
// and 12.4.
#pragma once

#include <sys/types.h>

#include <string>

#include <tactus/result.hpp>

namespace tactus {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

// "root" is known without asking. Error: `Could not get user/group ID of NAME`.
Result<User> find_user(const std::string& name);

// Creates a directory for the user, with its parents (0755, of root); one that exists is left as it is. Errors: `Could
// not create directory PATH : REASON`, `Could not change ownership of PATH : REASON`, `Could not access PATH : REASON`,
// `PATH is not directory`.
Result<void> make_directory(const std::string& path, mode_t mode, const User& owner);

}  // namespace tactus
