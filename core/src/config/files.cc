// SPDX-License-Identifier: Apache-2.0
// Files of a configuration: contents, and the fragments of a directory (configuration specification, section 2).
#include "config/files.hpp"

#include <dirent.h>
#include <glob.h>

#include <cerrno>
#include <cstdio>
#include <map>

#include "config/words.hpp"

namespace tactus::config {

namespace {

constexpr std::size_t largest_file = std::size_t{16} << 20;

}  // namespace

Result<std::string> read_whole_file(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return error("{}", std::strerror(errno));
  std::string content;
  char block[4096];
  std::size_t got = 0;
  while (content.size() < largest_file && (got = std::fread(block, 1, sizeof block, file)) > 0) {
    content.append(block, got);
  }
  std::fclose(file);
  if (content.size() >= largest_file) return error_status(TACTUS_E_LIMIT, "larger than 16 MiB");
  return content;
}

std::vector<std::string> files_in_directories(const std::vector<std::string>& directories, std::string_view suffix) {
  std::map<std::string, std::string> found;  // file name to path; std::string compares bytes
  for (const std::string& directory : directories) {
    DIR* handle = opendir(directory.c_str());
    if (handle == nullptr) continue;
    while (const dirent* entry = readdir(handle)) {
      const std::string name{entry->d_name};
      if (name.starts_with('.') || !name.ends_with(suffix)) continue;
      found.emplace(name, directory + (directory.ends_with('/') ? "" : "/") + name);
    }
    closedir(handle);
  }
  std::vector<std::string> paths;
  paths.reserve(found.size());
  for (auto& [name, path] : found) paths.push_back(std::move(path));
  return paths;
}

Result<std::vector<std::string>> files_matching(const std::string& pattern) {
  glob_t found{};
  const int status = glob(pattern.c_str(), GLOB_ERR | GLOB_NOMAGIC, nullptr, &found);
  std::vector<std::string> paths;
  if (status == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (status != 0 && status != GLOB_NOMATCH) return error("Could not search for files matching {}", pattern);
  return paths;
}

bool is_yaml_path(std::string_view path) {
  const std::string lower = lower_case(path);
  return lower.ends_with(".yaml") || lower.ends_with(".yml");
}

std::string position(std::string_view file, unsigned line) {
  if (line == 0) return "";
  return file.empty() ? fmt::format(" at line {}", line) : fmt::format(" at line {} in file {}", line, file);
}

}  // namespace tactus::config
