// SPDX-License-Identifier: Apache-2.0
// Files of a configuration: contents, and the fragments of a directory (configuration specification, section 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tactus/result.hpp>

namespace tactus::config {

// Content of a file, at most 16 MiB; a directory counts as empty. The error is the system's reason.
Result<std::string> read_whole_file(const std::string& path);

// Files "*SUFFIX" directly in the directories: by file name in byte order, hidden ones left out; of equal names the one
// of the directory listed first. Missing directories give nothing.
std::vector<std::string> files_in_directories(const std::vector<std::string>& directories, std::string_view suffix);

// Paths that match a shell pattern (no braces, no tilde), in byte order; a pattern without wildcard is its own match.
// Fails when a directory cannot be read.
Result<std::vector<std::string>> files_matching(const std::string& pattern);

// .yaml and .yml, case ignored.
bool is_yaml_path(std::string_view path);

// chrony's position: " at line N in file PATH", " at line N" without a file, "" without a line.
std::string position(std::string_view file, unsigned line);

}  // namespace tactus::config
