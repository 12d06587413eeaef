// SPDX-License-Identifier: Apache-2.0
// Run by the build: generate bash|zsh writes a completion script on stdout.
#include "generate.hpp"

#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
  const bool bash = argc == 2 && std::strcmp(argv[1], "bash") == 0;
  if (!bash && (argc != 2 || std::strcmp(argv[1], "zsh") != 0)) {
    std::fprintf(stderr, "usage: %s bash|zsh\n", argv[0]);
    return 2;
  }
  const std::string text = bash ? tactus::cli::bash_completion() : tactus::cli::zsh_completion();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
