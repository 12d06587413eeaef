// SPDX-License-Identifier: Apache-2.0
// Run by the build: `bash` and `zsh` write a completion script on stdout; `documents FOLDER` writes the man page's
// lists and the list of JSON keys anew (target tctl_documents).
#include "generate.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string_view>

#include "json_reports.hpp"

namespace tactus::cli {
namespace {

bool print(const std::string& text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  return !file.fail();
}

bool write_documents(const std::string& folder) {
  const std::string path = folder + "/man/tctl.1";
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  const std::string made = man_page(page.str());
  return !made.empty() && write(path, made) && write(folder + "/tctl-json.md", json_documentation());
}

}  // namespace
}  // namespace tactus::cli

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "bash" && argc == 2) return tactus::cli::print(tactus::cli::bash_completion()) ? 0 : 1;
  if (what == "zsh" && argc == 2) return tactus::cli::print(tactus::cli::zsh_completion()) ? 0 : 1;
  if (what == "documents" && argc == 3) return tactus::cli::write_documents(argv[2]) ? 0 : 1;
  std::fprintf(stderr, "usage: %s bash | zsh | documents FOLDER\n", argv[0]);
  return 2;
}
