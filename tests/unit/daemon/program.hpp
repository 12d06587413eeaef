// SPDX-License-Identifier: Apache-2.0
// Runs the built daemon as a process of its own and takes what it prints.
#pragma once

#include <string>
#include <vector>

namespace tactus::test {

struct Output {
  int exit_status = -1;  // -1: it did not exit by itself
  std::string out;
  std::string err;
};

// A directory that vanishes with its owner. link: a symbolic link `chronyd` to the daemon is put there.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// The daemon under the name `chronyd`, in a folder.
std::string daemon_as_chronyd(const Folder& folder);

// argv0 is what the program sees as its name. It is ended after a minute.
Output run_program(const std::string& path, const std::string& argv0, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {});

}  // namespace tactus::test
