// SPDX-License-Identifier: Apache-2.0
#include "simulate.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace tactus::cli {

namespace {

// The folder of this program, with a slash; empty when it cannot be told.
std::string own_folder() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0) return "";
  const std::string_view exe(path, static_cast<std::size_t>(length));
  return std::string(exe.substr(0, exe.rfind('/') + 1));
}

}  // namespace

bool is_simulate(int argc, char* const* argv) {
  if (argc < 2 || std::strcmp(argv[1], "simulate") != 0) return false;
  const std::string_view program = argv[0];
  return program.substr(program.rfind('/') + 1) != "chronyc";
}

int become_simulator(char** argv) {
  // Beside this program in a build tree, below the same prefix, or where it was installed.
  const std::string folder = own_folder();
  for (const std::string& path : {folder + "tactus-simulate", folder + "../libexec/tactus/tactus-simulate",
                                  std::string(TACTUS_SIMULATE_FOLDER "/tactus-simulate")}) {
    argv[1] = argv[0];
    ::execv(path.c_str(), argv + 1);
  }
  std::fprintf(stderr, "tctl: the simulator is not installed; the package tactus-simulate has it\n");
  return 2;
}

}  // namespace tactus::cli
