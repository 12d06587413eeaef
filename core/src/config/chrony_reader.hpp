// SPDX-License-Identifier: Apache-2.0
// Reader of chrony.conf: lines, comments, lengths, and the lines that pull in files (configuration specification,
// sections 1.2 and 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/loader.hpp"

namespace tactus::config {

// Longest line without its newline, in bytes; one more when the file ends without a newline.
inline constexpr std::size_t longest_line = 2046;

class ChronyReader {
 public:
  explicit ChronyReader(Loader& loader) : loader_(loader) {}

  // All lines of a file's content.
  void read(std::string_view content, const std::string& file);
  // One line; too_long when it was cut or is longer than the limit.
  void read_line(std::string_view text, const std::string& file, unsigned line);

 private:
  Loader& loader_;
};

}  // namespace tactus::config
